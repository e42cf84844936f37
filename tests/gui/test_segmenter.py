"""What is seen is labelled before the rest, once, and as little as possible is worked out twice."""

from dataclasses import replace
from threading import Event
from types import SimpleNamespace

import dask.array as da
import numpy as np
import pytest
from napari.layers import Image

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.core.errors import CancelledError
from napari_seeded_kmeans.gui.job import Request
from napari_seeded_kmeans.gui.segmenter import Draft, Segmenter
from napari_seeded_kmeans.gui.source import Source
from napari_seeded_kmeans.gui.ticket import Ticket

ALL = (slice(0, 48), slice(0, 64))


def go_on():
    return False


def unheard(_done, _total):
    """Nobody looks at the progress."""


@pytest.fixture
def ticket(two_halves):
    return Ticket.of(Source(Image(two_halves)))


@pytest.fixture
def request_(two_halves):
    seeds = np.zeros(two_halves.shape, np.uint8)
    seeds[10:40, 4:8], seeds[10:40, 56:60] = 1, 2
    return Request(two_halves, seeds, None, (1.0, 1.0), "auto", {"texture": False})


@pytest.fixture
def passed_on():
    """The glimpses that are handed on; no window is there to draw them."""
    return []


@pytest.fixture
def runner():
    return SimpleNamespace(is_waited_for=False)


@pytest.fixture
def segmenter(runner, passed_on):
    segmenter = Segmenter(runner, SimpleNamespace(pass_on=passed_on.append))
    segmenter.visible = ALL
    return segmenter


@pytest.fixture
def drafted(segmenter, ticket, request_):
    """Return a draft of a stroke that ends in `part`, worked out already."""

    def work_out(part):
        cancelled = Event()
        draft = Draft(ticket, request_, ALL, part, cancelled.set)
        with pytest.raises(CancelledError):
            segmenter.draft(draft, go_on, unheard)
        return draft, cancelled

    return work_out


def test_a_preview_comes_first_and_the_result_is_that_of_the_library(
    segmenter, ticket, request_, passed_on, two_halves
):
    answer = segmenter.segment(ticket, request_, None, go_on, unheard)
    expected = segment(two_halves, request_.seeds, texture=False)
    np.testing.assert_array_equal(answer.segmentation.labels, expected.labels)
    [glimpse] = passed_on
    assert glimpse.ticket is ticket
    assert (glimpse.seen.patch.labels == expected.labels).mean() > 0.95


def test_once_a_preview_is_there_a_newer_request_need_not_wait(
    segmenter, runner, ticket, request_, passed_on
):
    runner.is_waited_for = True
    with pytest.raises(CancelledError):
        segmenter.segment(ticket, request_, None, go_on, unheard)
    assert len(passed_on) == 1


@pytest.mark.parametrize("why", ["nothing is visible", "region"])
def test_where_there_is_no_preview_it_is_said_so_and_all_is_finished(
    why, segmenter, runner, ticket, request_, passed_on
):
    runner.is_waited_for = True
    if why == "region":
        region = np.zeros(request_.seeds.shape, bool)
        region[5:45] = True
        request_ = replace(request_, region=region)
    else:
        segmenter.visible = None
    assert segmenter.segment(ticket, request_, None, go_on, unheard)
    assert [glimpse.seen for glimpse in passed_on] == [None]


def test_what_a_draft_shows_is_not_shown_again(segmenter, ticket, request_, drafted, passed_on):
    draft, cancelled = drafted(request_.seeds.copy())
    assert draft.is_seen
    segmenter.segment(ticket, request_, draft, go_on, unheard)
    assert [glimpse.seen is None for glimpse in passed_on] == [False, True]
    assert not cancelled.is_set()


def test_a_draft_of_half_a_stroke_is_given_up(segmenter, ticket, request_, drafted, passed_on):
    half = request_.seeds.copy()
    half[25:] = 0
    draft, cancelled = drafted(half)
    segmenter.segment(ticket, request_, draft, go_on, unheard)
    assert [draft.is_given_up, cancelled.is_set()] == [True, True]
    assert all(glimpse.seen is not None for glimpse in passed_on)
    # And it is not asked again, though it would show the same by now.
    cancelled.clear()
    draft.part = request_.seeds
    segmenter.segment(ticket, request_, draft, go_on, unheard)
    assert not cancelled.is_set()


def test_a_lazy_image_is_computed_once_until_it_is_forgotten(segmenter, ticket, request_, two_halves):
    n_computed = []

    def compute(block):
        n_computed.append(1)
        return block

    lazy = da.from_array(two_halves, chunks=-1).map_blocks(compute, meta=two_halves[:0, :0])
    request_ = replace(request_, image=lazy)
    segmenter.get_ready(request_, ALL, go_on, unheard)
    segmenter.segment(ticket, request_, None, go_on, unheard)
    assert len(n_computed) == 1
    segmenter.forget()
    segmenter.get_ready(request_, ALL, go_on, unheard)
    assert len(n_computed) == 2
