"""Every state of the work has a stage, and a sentence that says what to do."""

import re
from dataclasses import replace

import pytest

from napari_seeded_kmeans.session import Facts, Session, Stage, Work

READY = Facts(image_shape=(4, 6), seeds_shape=(4, 6), classes=(1, 2), painted_px=9)

STAGES = [
    ("nothing open", Facts(), Stage.NEEDS_IMAGE, "Open an image"),
    ("no seeds", Facts(image_shape=(4, 6)), Stage.NEEDS_SEEDS, "Press New"),
    ("shapes differ", replace(READY, seeds_shape=(6, 4)), Stage.NEEDS_MATCH, "6 x 4 pixels .* 4 x 6 pixels"),
    (
        "other channels",
        replace(READY, seeds_shape=(6,), fitting_channels="axis 0 (4 channels)"),
        Stage.NEEDS_MATCH,
        r'6 pixels .* 4 x 6 pixels: choose "axis 0 \(4 channels\)" under Channels, or press New',
    ),
    ("nothing painted", replace(READY, classes=()), Stage.NEEDS_STROKES, r"\(key 1\) .* \(key 2\)"),
    ("background only", replace(READY, classes=(1,)), Stage.NEEDS_STROKES, r"what you want, too \(key 2\)"),
    ("foreground only", replace(READY, classes=(2,)), Stage.NEEDS_STROKES, r"background, too \(key 1\)"),
    (
        "class 2 ignored",
        replace(READY, classes=(1,), ignored=(2,)),
        Stage.NEEDS_STROKES,
        "class 2 teach nothing",
    ),
    ("class 7 only", replace(READY, classes=(7,)), Stage.NEEDS_STROKES, "Only class 7"),
    ("no output wanted", replace(READY, keeps_output=False), Stage.NEEDS_OUTPUT, "at least one output"),
    ("all there", READY, Stage.READY, "press Segment"),
]


@pytest.mark.parametrize(
    ("facts", "stage", "hint"), [case[1:] for case in STAGES], ids=[case[0] for case in STAGES]
)
def test_stage_and_hint_follow_from_the_facts(facts, stage, hint):
    session = Session()
    session.observe(facts)
    assert session.stage is stage
    assert session.can_segment == (stage is Stage.READY)
    assert re.search(hint, session.hint)


def test_running_comes_before_everything_else():
    session = Session()
    session.start()
    session.observe(READY)
    assert session.stage is Stage.RUNNING
    assert session.can_segment, "a newer wish may always be told"
    session.stop()
    assert session.stage is Stage.READY


def test_done_tells_what_came_out_and_can_go_again():
    session = Session()
    session.observe(READY)
    session.start()
    session.finish("Half of it.")
    assert (session.stage, session.hint, session.can_segment) == (Stage.DONE, "Half of it.", True)


def test_an_error_stays_until_its_cause_is_gone():
    session = Session()
    session.observe(READY)
    session.start()
    session.fail("No red.")
    session.observe(READY)
    assert session.hint == "No red."
    assert session.is_error
    assert session.can_segment, "one may try again"
    session.observe(replace(READY, painted_px=10))
    assert not session.is_error


def test_changing_a_setting_drops_what_was_said_about_the_old_one():
    session = Session()
    session.observe(READY)
    session.finish("Half of it.")
    session.forget()
    assert session.stage is Stage.READY


def test_while_an_update_is_quick_the_old_words_stay():
    session = Session()
    session.observe(READY)
    session.finish("Half of it.")
    session.observe(replace(READY, painted_px=10))
    session.start()
    assert session.hint == "Half of it."
    session.show_slow()
    assert "Working" in session.hint
    session.finish("A third of it.")
    assert session.hint == "A third of it."
    session.start()
    assert not session.is_slow, "every job has its own patience"


def test_a_result_that_comes_too_late_does_not_hide_what_is_missing_but_a_file_is_told_of():
    session = Session()
    session.observe(READY)
    session.start()
    session.observe(replace(READY, region_problem="Nothing is painted in field."))
    session.finish("Half of it.")
    assert session.hint == "Nothing is painted in field."
    session.finish("Saved.", Work.FILES)
    assert session.hint == "Saved."


def test_a_class_erased_to_nothing_is_named_while_an_update_runs():
    session = Session()
    session.observe(READY)
    session.finish("Half of it.")
    session.start()
    session.observe(replace(READY, classes=(1,)))
    assert "Only class 1" in session.hint


def test_a_file_and_an_update_run_each_on_their_own():
    session = Session()
    session.observe(READY)
    session.start()
    session.start(Work.FILES)
    session.finish("Saved.", Work.FILES)
    assert session.stage is Stage.RUNNING
    session.finish("Half of it.")
    assert session.stage is Stage.DONE


@pytest.mark.parametrize("work", [None, Work.FILES])
def test_what_went_wrong_beside_an_update_does_not_end_it_and_stays_after_it(work):
    session = Session()
    session.observe(READY)
    session.start()
    if work is not None:
        session.start(work)
    session.fail("The disk is full.", work)
    assert session.running == {Work.UPDATE}
    session.observe(replace(READY, has_result=True))
    session.finish("Half of it.")
    assert session.hint == "The disk is full."
    session.observe(replace(READY, has_result=True, painted_px=10))
    session.start()
    session.fail("No red.")
    session.start()
    session.finish("Half of it.")
    assert session.hint == "Half of it."


def test_while_a_stroke_interrupts_an_update_all_is_said_as_before():
    session = Session()
    session.observe(replace(READY, has_result=True))
    session.finish("Half of it.")
    session.start()
    session.interrupt()
    assert not session.running
    assert session.hint == "Half of it."
    assert session.has_advice
    session.start()
    session.stop()
    assert "press Segment" in session.hint


def test_the_same_facts_are_no_news():
    session, heard = Session(), []
    session.changed.connect(lambda: heard.append(session.stage))
    session.observe(READY)
    session.observe(replace(READY))
    assert heard == [Stage.READY]


def test_an_offer_stands_beside_strokes_that_came_with_the_image_until_somebody_works():
    session = Session()
    session.observe(READY)
    session.offer("Kept.")
    assert session.has_offer
    assert session.hint == "Kept."
    assert session.can_segment
    session.observe(replace(READY, painted_px=10))
    assert not session.has_offer
    session.observe(READY)
    session.start()
    session.finish("Done.")
    session.forget()
    assert not session.has_offer


def test_where_to_paint_next_can_be_asked_while_the_result_is_followed():
    session = Session()
    session.observe(replace(READY, has_result=True))
    session.finish("Done.")
    assert session.has_advice
    session.start()
    assert session.has_advice, "nothing below the button may jump at every stroke"
    session.observe(replace(READY, classes=(1,), has_result=True))
    assert not session.has_advice
    session.observe(replace(READY, has_result=True))
    session.stop()
    assert not session.has_advice
