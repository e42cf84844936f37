"""Kernels are compiled by another process and loaded once; whoever needs them waits, whoever does not goes on."""

import subprocess
import sys
from threading import Event, Thread

import numpy as np
import pytest
from conftest import paint_halves

from napari_seeded_kmeans.core.errors import CancelledError
from napari_seeded_kmeans.gui import readiness
from napari_seeded_kmeans.gui.dock import SeededSegmentation
from napari_seeded_kmeans.gui.readiness import Readiness
from napari_seeded_kmeans.gui.runner import Runner
from napari_seeded_kmeans.session import Stage


def no():
    return False


@pytest.fixture
def loads(monkeypatch):
    """How often kernels were loaded."""
    loads = []
    monkeypatch.setattr(readiness, "load", lambda: loads.append(1))
    return loads


@pytest.fixture
def compiling(monkeypatch, loads):
    """A process that compiles until it is told that it is done, and how many were started."""

    class Compiling:
        n_started = 0

        def start(self):
            self.n_started += 1
            self.process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
            return self.process

        def end(self):
            self.process.communicate(b"\n")

    compiling = Compiling()
    monkeypatch.setattr(readiness, "start_warm_up", compiling.start)
    yield compiling
    if compiling.process.poll() is None:
        compiling.end()


def test_nothing_to_compile_is_nothing_to_wait_for(monkeypatch, loads):
    monkeypatch.setattr(readiness, "start_warm_up", lambda: None)
    kernels = Readiness()
    kernels.wait(no)
    kernels.wait(no)
    assert not kernels.is_compiling
    assert len(loads) == 1


def test_all_who_need_them_wait_for_one_process(compiling, loads):
    kernels = Readiness()
    others = [Thread(target=kernels.wait, args=(no,)) for _ in range(3)]
    for other in others:
        other.start()
    with pytest.raises(CancelledError):
        kernels.wait(lambda: compiling.n_started > 0)
    assert kernels.is_compiling
    assert not loads
    compiling.end()
    for other in others:
        other.join()
    assert not kernels.is_compiling
    assert [compiling.n_started, len(loads)] == [1, 1]


def test_what_is_cancelled_leaves_the_other_process_at_its_work(compiling, loads):
    kernels = Readiness()
    with pytest.raises(CancelledError):
        kernels.wait(lambda: True)
    assert compiling.process.poll() is None
    compiling.end()
    kernels.wait(no)
    assert [compiling.n_started, len(loads)] == [1, 1]


def test_a_process_that_fails_leaves_compiling_to_the_first_use(monkeypatch, loads):
    broken = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])
    monkeypatch.setattr(readiness, "start_warm_up", lambda: broken)
    kernels = Readiness()
    kernels.wait(no)
    assert broken.returncode == 1
    assert not kernels.is_compiling


def test_a_runner_waits_for_what_its_jobs_need(qtbot):
    order, may_go_on = [], Event()

    def first(_cancel):
        assert may_go_on.wait(20)
        order.append("first")

    runner = Runner(first)
    runner.submit(lambda _cancel, _progress: order.append("job"), lambda _result: order.append("then"))
    assert not order
    may_go_on.set()
    qtbot.waitUntil(lambda: len(order) == 3)
    assert order == ["first", "job", "then"]
    runner.close()


@pytest.mark.filterwarnings("ignore:Class .* distinct colours only")
def test_strokes_painted_meanwhile_are_kept_and_segmented_once_it_is_done(
    monkeypatch, compiling, viewer, qtbot, two_halves
):
    monkeypatch.setattr(readiness.kernels, "_is_loaded", False)
    monkeypatch.setattr(readiness.kernels, "_is_started", False)
    dock = SeededSegmentation(viewer)
    qtbot.addWidget(dock)
    viewer.add_image(two_halves, name="halves")
    seeds = dock.new_seeds()
    paint_halves(seeds)
    qtbot.waitUntil(lambda: "Compiling, this once" in dock.hint_line.text)
    # Cancelling, other seeds, more strokes: none of it begins again what takes a minute.
    dock.cancel()
    dock.new_seeds()
    paint_halves(dock._seeds.layer)
    qtbot.waitUntil(lambda: "Compiling, this once" in dock.hint_line.text)
    assert not np.any(viewer.layers["halves mask"].data)
    compiling.end()
    qtbot.waitUntil(lambda: dock.session.stage is Stage.DONE, timeout=20_000)
    assert np.any(viewer.layers["halves mask"].data)
    assert compiling.n_started == 1
    dock.close_down()
