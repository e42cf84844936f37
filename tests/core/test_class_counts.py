"""Clusters by class as a line of text."""

import pytest

from napari_seeded_kmeans.core.class_counts import counts_as_text, read_counts


@pytest.mark.parametrize(
    ("given", "text", "counts"),
    [
        ("", "", {}),
        ("1=16 2=9", "1=16 2=9", {1: 16, 2: 9}),
        (" 2=9,  300=1 ", "2=9 300=1", {2: 9, 300: 1}),
        ({1: 16, -2: 9}, "1=16 -2=9", {1: 16, -2: 9}),
    ],
)
def test_text_and_mapping_come_to_one_form(given, text, counts):
    assert counts_as_text(given) == text
    assert read_counts(text) == counts


@pytest.mark.parametrize("given", ["1", "1=", "x=2", "1=0", "1=257", "1=2 1=3", "0=4", {1: 1.5}, {"a": 2}])
def test_other_text_is_refused(given):
    with pytest.raises(ValueError, match="should read CLASS=N CLASS=N"):
        counts_as_text(given)


def test_other_things_are_refused():
    with pytest.raises(ValueError, match="should be text"):
        counts_as_text(7)
