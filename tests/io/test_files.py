import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from napari_seeded_kmeans.core.errors import SeededKMeansError
from napari_seeded_kmeans.io.files import remove_leftovers, safe_folder, safe_writer


def test_writes_and_makes_the_folders(tmp_path):
    path = tmp_path / "a" / "b" / "file.bin"
    with safe_writer(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_name_is_taken_only_at_the_end(tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")
    with safe_writer(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def write(path, *, then_raise=None):
    with safe_writer(path) as file:
        file.write(b"half of the n")
        if then_raise is not None:
            raise then_raise


@pytest.mark.parametrize("error", [RuntimeError("a bug"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")
    with pytest.raises(type(error)):
        write(path, then_raise=error)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_full_disk_is_one_sentence_and_leaves_nothing(tmp_path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(SeededKMeansError, match=r"cannot write .*file\.bin: no space left"):
        write(tmp_path / "file.bin", then_raise=full)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_replaced(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(SeededKMeansError, match=r"cannot write .*taken: is a directory"):
        write(tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(SeededKMeansError, match=r"cannot write .*: (file exists|not a directory)"):
        write(tmp_path / "file" / "below")


def test_names_may_be_as_long_as_the_system_allows(tmp_path):
    path = tmp_path / ("n" * 251 + ".bin")
    with safe_writer(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")
def test_links_are_followed_and_the_umask_is_obeyed(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    before = os.umask(0o027)
    try:
        with safe_writer(link) as file:
            file.write(b"new")
    finally:
        os.umask(before)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


# ---- folders ----


def fill(path, text="new", *, then_raise=None):
    with safe_folder(path) as folder:
        folder.mkdir()
        (folder / "part").write_text(text)
        if then_raise is not None:
            raise then_raise


def test_a_folder_takes_its_name_only_at_the_end(tmp_path):
    target = tmp_path / "a" / "store"
    fill(target, "old")
    with safe_folder(target) as folder:
        folder.mkdir()
        (folder / "part").write_text("new")
        assert (target / "part").read_text() == "old"
    assert (target / "part").read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("error", [RuntimeError("a bug"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_a_failure_leaves_the_old_folder_and_nothing_else(tmp_path, error):
    fill(tmp_path / "store", "old")
    with pytest.raises(type(error)):
        fill(tmp_path / "store", then_raise=error)
    assert (tmp_path / "store" / "part").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_when_the_name_cannot_be_taken_the_old_folder_is_put_back(tmp_path, monkeypatch):
    fill(tmp_path / "store", "old")
    rename = Path.rename

    def refuse_the_new(self, target):
        if (self / "part").read_text() == "new":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(SeededKMeansError, match=r"cannot write .*store: no space left"):
        fill(tmp_path / "store")
    assert (tmp_path / "store" / "part").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_leftovers_of_a_killed_process_go_and_nothing_else(tmp_path):
    for name in (".0123456789abcdef.tmp", "deep/.fedcba9876543210.tmp"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "part").write_text("half")
    (tmp_path / ".0000000000000000.tmp").write_text("half")
    for name in (".mine.tmp", "0123456789abcdef.tmp"):
        (tmp_path / name).write_text("kept")
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".mine.tmp", "0123456789abcdef.tmp", "deep"]
    assert list((tmp_path / "deep").iterdir()) == []
