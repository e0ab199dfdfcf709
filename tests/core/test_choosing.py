"""The choice among a wall's versions, as a table of what was measured and what is best."""

import random

import pytest
from isengard.core.faces.choosing import WallRow, choose, faults_of, interval, quality, suiting_strength

SCENES, STRENGTHS = ("portrait", "full_body", "outfit", "expression"), (0.7, 0.85, 1.0, 1.15)
OWN = 0.6


def row(file, likeness, *, spread=0.03, seed=1, **measured):
    noise = random.Random(seed)
    cells = {(scene, at): likeness + noise.uniform(-spread, spread) for scene in SCENES for at in STRENGTHS}
    return WallRow(file, cells, **{"told": 16, "flexible": 0.9, **measured})


@pytest.mark.parametrize(
    ("rows", "best"),
    [
        ([row("under", 0.42), row("good", 0.56)], "good"),
        ([row("copy", 0.7, copied=14), row("good", 0.5)], "good"),
        ([row("good", 0.5), row("some", 0.62, copied=7)], "good"),
        ([row("cooked", 0.62, flexible=0.3), row("good", 0.5)], "good"),
        ([row("good", 0.5), row("leaky", 0.58, stranger=0.45)], "good"),
        ([row("good", 0.5), row("leaky", 0.58, stranger=0.35, stranger_without=0.1)], "good"),
        ([row("early", 0.55), row("late", 0.56, seed=2)], "early"),
        ([row("bad", 0.2), row("worse", 0.1)], None),
        ([row("poor", 0.39)], None),
        ([row("early", 0.55, flexible=0.65), row("late", 0.56, flexible=0.95)], "late"),
    ],
)
def test_what_is_best(rows, best):
    assert choose(rows, OWN).best == best


def test_who_cannot_be_told_apart_is_named():
    choice = choose([row("one", 0.55), row("two", 0.555, seed=2), row("poor", 0.2)], OWN)
    assert choice.best == "one" and choice.tied == ["two"] and choice.faults["poor"] == ("unlike",)


def test_above_the_persons_own_photos_is_no_better():
    assert quality(row("a", 0.75, spread=0), OWN) == quality(row("b", OWN, spread=0), OWN)


@pytest.mark.parametrize(
    ("measured", "faults"),
    [
        ({"copied": 4, "told": 9}, ("copies",)),
        ({"copied": 1, "told": 16}, ()),
        ({"flexible": 0.59}, ("stiff",)),
        ({"flexible": None}, ()),
        ({"stranger": 0.4}, ("leaks",)),
        ({"stranger": 0.39}, ()),
        ({"stranger": 0.3, "stranger_without": 0.1}, ("leaks",)),
        ({"stranger": 0.5, "stranger_without": 0.39}, ("leaks",)),
        ({"stranger": 0.5, "stranger_without": 0.45}, ()),
        ({"stranger": 0.62, "stranger_without": 0.45}, ("leaks",)),
        ({"copied": 16, "flexible": 0.1, "stranger": 0.5}, ("copies", "stiff", "leaks")),
    ],
)
def test_what_is_not_fit(measured, faults):
    assert faults_of(row("a", 0.55, **measured)) == faults


def test_half_of_the_pictures_must_show_a_face():
    cells = {("portrait", at): 0.6 if at < 0.8 else None for at in STRENGTHS}
    assert faults_of(WallRow("a", cells)) == ("not_measurable",)


def test_the_interval_is_narrow_for_many_alike_and_the_same_each_time():
    low, high = interval(row("a", 0.55).scores)
    assert (
        0.52 <= low <= high <= 0.58
        and interval(row("a", 0.55).scores) == (low, high)
        and interval([]) is None
    )


def test_the_lowest_strength_that_is_as_like():
    cells = {("portrait", at): score for at, score in zip(STRENGTHS, (0.3, 0.54, 0.55, 0.56), strict=True)}
    assert suiting_strength(WallRow("a", cells)) == 0.85
