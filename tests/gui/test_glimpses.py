"""Glimpses arrive in the window's thread in their order, and workers wait until what is seen is drawn."""

from threading import Thread, current_thread

import numpy as np
import pytest
from napari.layers import Image

from napari_seeded_kmeans.core.patch import Patch
from napari_seeded_kmeans.gui.glimpses import Glimpse, Glimpses, Preview
from napari_seeded_kmeans.gui.source import Source
from napari_seeded_kmeans.gui.ticket import Ticket


@pytest.fixture
def glimpses(qapp):
    return Glimpses()


@pytest.fixture
def seen():
    source, labels = Source(Image(np.zeros((4, 6)))), np.ones((4, 6), np.uint8)
    return Glimpse(
        Ticket.of(source), Preview(source, Patch(labels, (slice(0, 4, 1), slice(0, 6, 1))), labels)
    )


def test_they_arrive_in_the_windows_thread_in_their_order(glimpses, seen, qtbot):
    arrived = []
    glimpses.arrived.connect(lambda glimpse: arrived.append((glimpse, current_thread())))
    sent = [Glimpse(seen.ticket), seen, Glimpse(seen.ticket)]

    def work():
        for glimpse in sent:
            glimpses.pass_on(glimpse)

    worker = Thread(target=work)
    worker.start()
    qtbot.waitUntil(lambda: len(arrived) == 3)
    worker.join(5)
    assert [glimpse for glimpse, _ in arrived] == sent
    assert {thread for _, thread in arrived} == {current_thread()}


def test_a_worker_goes_on_once_it_is_drawn(glimpses, seen, qtbot, monkeypatch):
    monkeypatch.setattr("napari_seeded_kmeans.gui.glimpses._DRAWING_S", 60)
    worker = Thread(target=glimpses.pass_on, args=(seen,))
    worker.start()
    worker.join(0.05)
    assert worker.is_alive(), "nothing was drawn yet"
    qtbot.waitUntil(lambda: not worker.is_alive())


def test_a_worker_does_not_wait_for_a_window_that_draws_nothing(glimpses, seen):
    # Nobody delivers anything here: it returns all the same.
    glimpses.pass_on(seen)


def test_a_worker_does_not_wait_where_nothing_is_seen(glimpses, seen, monkeypatch):
    monkeypatch.setattr("napari_seeded_kmeans.gui.glimpses._DRAWING_S", 60)
    worker = Thread(target=glimpses.pass_on, args=(Glimpse(seen.ticket),))
    worker.start()
    worker.join(20)
    assert not worker.is_alive()
