"""The kernels are compiled by another process, which is waited for and can be stopped."""

import subprocess
import sys
from threading import Event

from napari_seeded_kmeans.gui import job


def python(code):
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)


def test_nothing_to_compile_is_nothing_to_wait_for(monkeypatch):
    monkeypatch.setattr(job, "start_warm_up", lambda: None)
    job.prepare(lambda: False, print)


def test_the_other_process_is_waited_for(monkeypatch):
    process = python("")
    monkeypatch.setattr(job, "start_warm_up", lambda: process)
    job.prepare(lambda: False, print)
    assert process.returncode == 0


def test_cancel_ends_the_other_process(monkeypatch):
    process, cancelled = python("input()"), Event()
    cancelled.set()
    monkeypatch.setattr(job, "start_warm_up", lambda: process)
    job.prepare(cancelled.is_set, print)
    assert process.returncode != 0
