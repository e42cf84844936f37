"""The newest job wins, nothing stale arrives, and closing leaves no thread behind."""

from threading import Event, current_thread, main_thread

import pytest
from qtpy.QtCore import QCoreApplication

from napari_seeded_kmeans.core.errors import CancelledError
from napari_seeded_kmeans.gui.runner import Runner, way


@pytest.fixture
def runner(qapp):
    runner = Runner()
    yield runner
    runner.close()


class Slow:
    """A job that ends when told to, or when cancelled."""

    def __init__(self) -> None:
        self.started, self.may_end = Event(), Event()

    def __call__(self, cancel, progress):
        self.started.set()
        while not self.may_end.wait(0.001):
            if cancel():
                raise CancelledError
        return "slow"


def test_work_is_done_elsewhere_and_its_result_comes_here(runner, qtbot):
    threads = []

    def work(cancel, progress):
        threads.append(current_thread())
        return 42

    def then(result):
        threads.extend([current_thread(), result])

    runner.submit(work, then)
    qtbot.waitUntil(lambda: len(threads) == 3)
    assert threads[0] is not main_thread()
    assert threads[1:] == [main_thread(), 42]


def test_of_the_jobs_that_wait_only_the_newest_runs(runner, qtbot):
    results, slow = [], Slow()
    runner.submit(slow, results.append)
    for number in range(5):
        runner.submit(lambda cancel, progress, number=number: number, results.append)
    slow.may_end.set()
    qtbot.waitUntil(lambda: len(results) == 2)
    assert results == ["slow", 4]


def test_a_cancelled_job_delivers_nothing_and_the_next_one_runs(runner, qtbot):
    results, slow = [], Slow()
    runner.submit(slow, results.append)
    assert slow.started.wait(5)
    runner.cancel()
    runner.submit(lambda cancel, progress: "next", results.append)
    qtbot.waitUntil(lambda: results == ["next"])


def test_a_result_that_is_already_on_its_way_is_dropped_by_cancel(runner, qtbot):
    results, done = [], Event()
    runner.submit(lambda cancel, progress: done.set(), results.append)
    assert done.wait(5)
    runner._thread.join()
    runner.cancel()
    QCoreApplication.processEvents()
    assert results == []


def test_progress_arrives_in_order(runner, qtbot):
    steps, results = [], []

    def work(cancel, progress):
        for done in range(4):
            progress(done, 4)

    runner.progressed.connect(lambda done, total: steps.append((done, total)))
    runner.submit(work, results.append)
    qtbot.waitUntil(lambda: len(results) == 1)
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_an_error_arrives_as_it_was_raised(runner, qtbot):
    error = ValueError("bad")

    def work(cancel, progress):
        raise error

    with qtbot.waitSignal(runner.failed) as heard:
        runner.submit(work, print)
    assert heard.args == [error]


def test_an_error_in_a_callback_does_not_stop_the_next_job(runner, qtbot):
    results = []

    def fail(_):
        raise RuntimeError("a bug")

    with qtbot.captureExceptions() as caught:
        runner.submit(lambda cancel, progress: 1, fail)
        runner.submit(lambda cancel, progress: 2, results.append)
        qtbot.waitUntil(lambda: results == [2])
    assert str(caught[0][1]) == "a bug"


def test_after_close_nothing_runs_and_nothing_arrives(runner):
    results, slow = [], Slow()
    runner.submit(slow, results.append)
    runner.submit(lambda cancel, progress: "waiting", results.append)
    assert slow.started.wait(5)
    thread = runner._thread
    runner.close()
    runner.submit(lambda cancel, progress: "late", results.append)
    QCoreApplication.processEvents()
    assert not thread.is_alive()
    assert results == []


def test_no_thread_is_left_when_there_is_no_work(runner, qtbot):
    results = []
    runner.submit(lambda cancel, progress: 1, results.append)
    qtbot.waitUntil(lambda: results == [1])
    runner._thread.join(5)
    assert not runner._thread.is_alive()


def test_workers_wait_while_the_window_needs_all_cores(runner, qtbot):
    asked, went_on, results = Event(), [], []

    def work(cancel, progress):
        asked.set()
        went_on.append((cancel(), way._is_free.is_set()))
        return "done"

    way.clear()
    # However slow this machine is at the moment.
    way._end_s += 60
    runner.submit(work, results.append)
    assert asked.wait(10)
    assert not went_on
    way.give_back()
    qtbot.waitUntil(lambda: results == ["done"])
    assert went_on == [(False, True)]


def test_no_worker_waits_for_a_window_that_forgets_it(runner, qtbot):
    results = []

    def work(cancel, progress):
        return cancel()

    way.clear()
    runner.submit(work, results.append)
    qtbot.waitUntil(lambda: results == [False])
    way.give_back()
