"""map_tiles: order, cancelling, nesting; and the same bits for any number of threads."""

import threading

import numpy as np
import pytest

from napari_seeded_kmeans.core import threads
from napari_seeded_kmeans.core.errors import CancelledError, SeededKMeansError, heard_by, warn
from napari_seeded_kmeans.core.kmeans import kmeans
from napari_seeded_kmeans.core.threads import get_num_threads, map_tiles, set_num_threads, tiles

RNG = np.random.default_rng(0)
CASES = {
    "colours": RNG.normal(100, 30, (600_000, 3)).astype(np.uint8),
    "floats": RNG.normal(size=(100_000, 3)),
    "many features": RNG.normal(size=(100_000, 9)).astype(np.float32),
    "one feature": RNG.normal(size=100_000),
}


@pytest.fixture(autouse=True)
def _same_threads_afterwards():
    before = get_num_threads()
    yield
    set_num_threads(before)


def test_tiles_cover_everything_once():
    assert tiles(10, 4) == [slice(0, 4), slice(4, 8), slice(8, 10)]
    assert tiles(0, 4) == []


@pytest.mark.parametrize("n_threads", [1, 4])
def test_results_come_in_tile_order_and_progress_counts_up(n_threads):
    set_num_threads(n_threads)
    seen = []
    found = map_tiles(lambda i: i * i, range(50), progress=lambda done, total: seen.append((done, total)))
    assert found == [i * i for i in range(50)]
    assert seen == [(i, 50) for i in range(1, 51)]


@pytest.mark.parametrize("n_threads", [1, 4])
def test_an_error_in_a_tile_comes_out_and_nothing_runs_on(n_threads):
    set_num_threads(n_threads)
    running = []

    def tile(i):
        running.append(i)
        if i == 3:
            raise KeyError(i)
        running.remove(i)

    with pytest.raises(KeyError):
        map_tiles(tile, range(100))
    assert running == [3]


def test_of_several_errors_that_of_the_first_tile_comes_out():
    set_num_threads(4)
    all_there = threading.Barrier(4, timeout=10)

    def tile(i):
        all_there.wait()
        raise KeyError(i)

    with pytest.raises(KeyError, match="0"):
        map_tiles(tile, range(4))


def test_the_calling_thread_is_one_of_the_threads():
    set_num_threads(3)
    all_there = threading.Barrier(3, timeout=10)

    def tile(_):
        all_there.wait()
        return threading.current_thread()

    found = map_tiles(tile, range(3))
    assert len(set(found)) == 3
    assert threading.current_thread() in found


@pytest.mark.parametrize("n_threads", [1, 4])
def test_cancelling_between_tiles(n_threads):
    set_num_threads(n_threads)
    done = []
    with pytest.raises(CancelledError):
        map_tiles(done.append, range(1000), cancel=lambda: len(done) >= 5)
    assert len(done) <= 5 + n_threads


def test_tiles_within_tiles_do_not_wait_for_each_other():
    set_num_threads(2)
    assert map_tiles(lambda i: sum(map_tiles(lambda j: i * j, range(4))), range(8)) == [
        6 * i for i in range(8)
    ]


def test_changing_the_number_of_threads_while_others_work():
    results = []
    worker = threading.Thread(target=lambda: results.append(map_tiles(lambda i: i, range(2000))))
    worker.start()
    for n_threads in (1, 2, 8, 3):
        set_num_threads(n_threads)
    worker.join()
    assert results == [list(range(2000))]


def test_no_threads_is_refused():
    with pytest.raises(SeededKMeansError, match="n_threads must be at least 1, not 0"):
        set_num_threads(0)


@pytest.mark.parametrize("samples", CASES.values(), ids=CASES)
def test_any_number_of_threads_gives_the_same_bits(samples):
    found = []
    for n_threads in (1, 2, 4, 8):
        set_num_threads(n_threads)
        found.append(kmeans(samples, 12, max_iter=20))
    for other in found[1:]:
        np.testing.assert_array_equal(other.centers, found[0].centers)
        np.testing.assert_array_equal(other.labels, found[0].labels)
        assert other.inertia == found[0].inertia


def test_several_callers_at_once():
    expected = kmeans(CASES["colours"], 12)
    found = []
    callers = [threading.Thread(target=lambda: found.append(kmeans(CASES["colours"], 12))) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(found) == 4
    for result in found:
        np.testing.assert_array_equal(result.labels, expected.labels)


def test_helpers_tell_whoever_listens_to_the_caller():
    set_num_threads(2)
    heard, barrier = [], threading.Barrier(2)

    def work(number):
        # Both threads are here: one of them is a helper.
        barrier.wait(20)
        warn(str(number))

    with heard_by(heard.append):
        map_tiles(work, range(2))
    assert sorted(heard) == ["0", "1"]


def test_a_pool_never_has_no_threads(monkeypatch):
    # As if another thread had set one thread in between.
    monkeypatch.setattr(threads, "_pool", None)
    monkeypatch.setattr(threads, "get_num_threads", lambda: 1)
    (helper,) = threads._call_on_pool(lambda: None, 1)
    assert helper.result(10) is None
    threads._pool.shutdown()
