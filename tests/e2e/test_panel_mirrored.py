"""The panel in a language that is written from right to left (tests/js/stage): a mirror of the others."""

from __future__ import annotations

import os

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
NARROWEST = 260
#: Each day a tenth of the states, in the full run all.
ONE_OF = 1 if os.environ.get("ISENGARD_TEST_FULL") else 10


def test_from_right_to_left_nothing_sticks_out(stage):
    found = {}
    for name in stage.names[::ONE_OF]:
        stage.show(name, words="mirrored", width=NARROWEST)
        if wrong := stage.evaluate("checks.sticksOut(panel)"):
            found[name] = wrong
    assert (found, stage.faults) == ({}, [])


def test_from_right_to_left_what_comes_next_is_on_the_left(stage):
    """Tabs and tiles, the arrow keys among them, and marks in the corners of a picture."""
    stage.show("images", words="mirrored", width=700)
    places = [
        [box["x"] for box in (one.bounding_box() for one in stage.locator(many).all()[:2])]
        for many in (".isen-tab", "isen-images .isen-tile")
    ]
    assert all(first > second for first, second in places)
    stage.locator(".isen-tab").first.focus()
    stage.keyboard.press("ArrowLeft")
    assert stage.evaluate("document.activeElement.dataset.tab") == "training"
    stage.show("character", words="mirrored", width=320)
    corner, photo = (
        stage.locator(f".isen-strip figure {part}").first.bounding_box()
        for part in (".isen-corner", ".isen-picture")
    )
    assert abs(corner["x"] - photo["x"]) < 2
