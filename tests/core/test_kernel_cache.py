"""The folder of compiled code: shared, contended, read-only, damaged or absent, the result is right."""

import gc
import os
import stat
import subprocess
import sys

import pytest

from napari_seeded_kmeans.core import warm_up
from napari_seeded_kmeans.core._kernels._jit import CACHE_VARIABLE, cache_folder

PROGRAM = """
import numpy as np
from napari_seeded_kmeans.core.threads import set_num_threads
from napari_seeded_kmeans.core._kernels.lloyd import move_centers
from napari_seeded_kmeans.core._kernels._jit import cache_folder
print(move_centers(np.array([[4.0, 6.0]]), np.array([2.0]), 1.0, np.zeros((1, 2))), cache_folder() is not None)
"""


def start(folder):
    environment = {**os.environ, CACHE_VARIABLE: str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert err == ""
    return out.split()


def test_processes_that_race_on_an_empty_folder(tmp_path):
    processes = [start(tmp_path) for _ in range(4)]
    assert [answer(process) for process in processes] == [["13.0", "True"]] * 4
    [folder] = tmp_path.iterdir()
    assert {path.suffix for path in folder.iterdir()} == {".bin"}


def test_damaged_files_are_compiled_anew(tmp_path):
    answer(start(tmp_path))
    [kept] = tmp_path.rglob("*move_centers*.bin")
    kept.write_bytes(kept.read_bytes()[:100])
    assert answer(start(tmp_path)) == ["13.0", "True"]
    assert kept.stat().st_size > 100


def test_no_folder_to_be_had(tmp_path):
    # A file where the folder should be: nobody can write there, not even root.
    (tmp_path / "file").touch()
    assert answer(start(tmp_path / "file")) == ["13.0", "False"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert answer(start(tmp_path)) == ["13.0", "False"]


def test_the_folder_is_named_after_everything_that_matters():
    import numba

    name = cache_folder().name
    assert f"numba{numba.__version__}" in name
    assert sys.implementation.cache_tag in name


def test_warm_is_a_look_at_one_file(tmp_path, monkeypatch):
    monkeypatch.setattr(warm_up, "cache_folder", lambda: tmp_path)
    assert not warm_up.is_warm()
    warm_up.warm_up()
    assert warm_up.is_warm()
    assert warm_up.start_warm_up() is None


def test_what_is_loaded_is_old_at_once(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(warm_up, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(warm_up, "warm_up", lambda: made.append([gc.isenabled()]))
    warm_up.load()
    assert not made, "compiling is left to another process"
    (tmp_path / warm_up.MARKER).touch()
    warm_up.load()
    assert made == [[False]], "no collection while loading"
    assert any(one is made[0] for one in gc.get_objects(generation=2))
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_without_a_folder_nothing_is_started(monkeypatch):
    monkeypatch.setattr(warm_up, "cache_folder", lambda: None)
    assert not warm_up.is_warm()
    assert warm_up.start_warm_up() is None
