"""Warnings are heard by whoever listens in this thread, else by Python's own way."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from napari_seeded_kmeans import SeededKMeansWarning
from napari_seeded_kmeans.core.errors import heard_by, warn


def test_without_a_listener_it_is_a_warning():
    with pytest.warns(SeededKMeansWarning, match="something else"):
        warn("something else was done")


def test_a_listener_hears_it_instead_and_only_while_it_listens():
    heard = []
    with heard_by(heard.append):
        warn("one")
    assert heard == ["one"]
    with pytest.warns(SeededKMeansWarning, match="two"):
        warn("two")


def test_another_thread_is_not_listened_to():
    heard = []
    told = pytest.warns(SeededKMeansWarning, match="there")
    with ThreadPoolExecutor(1) as pool, told, heard_by(heard.append):
        pool.submit(warn, "there").result()
    assert not heard
