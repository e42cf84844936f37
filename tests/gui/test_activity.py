"""napari's activity dock tells of what takes long, and of nothing that is over before one looks there."""

import pytest
from napari.utils import progress

from napari_seeded_kmeans.gui.activity import Activity


@pytest.fixture
def line():
    """A line, taken away in the end."""
    line = Activity("Counting")
    yield line
    line.show(False)


def bars():
    return [bar for bar in progress._all_instances if bar.desc.startswith("Counting")]


def test_what_takes_long_has_a_line_until_it_is_done(line, qtbot):
    line.show(True)
    line.show(True)
    assert not bars()
    qtbot.waitUntil(lambda: len(bars()) == 1)
    line.step(3, 12)
    assert [bars()[0].n, bars()[0].total] == [3, 12]
    line.show(False)
    assert not bars()


def test_what_is_done_sooner_has_none(line, qtbot):
    line.show(True)
    line.show(False)
    assert not line._timer.isActive()
    assert not bars()


def test_a_step_that_comes_while_napari_draws_one_is_left_out(line, qtbot):
    line.show(True)
    qtbot.waitUntil(lambda: len(bars()) == 1)
    told = []

    def on_value(event):
        told.append(event.value)
        line.step(event.value + 1, 12)

    bars()[0].events.value.connect(on_value)
    line.step(3, 12)
    assert told == [3]
    line.step(4, 12)
    assert told == [3, 4]


def test_what_ends_while_its_line_is_made_has_none(line, monkeypatch):
    def make(**keywords):
        bar = progress(**keywords)
        line.show(False)
        return bar

    line.show(True)
    monkeypatch.setattr("napari_seeded_kmeans.gui.activity.progress", make)
    line._timer.timeout.emit()
    assert not bars()
