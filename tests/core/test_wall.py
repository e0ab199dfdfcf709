"""What a wall's pictures tell of a version, and how that is kept."""

from __future__ import annotations

import pytest
from isengard.core.faces.choosing import choose
from isengard.core.faces.face import Face, Scene, Seen
from isengard.core.faces.wall import WallPicture, wall_row
from isengard.core.faces.yardstick import TrainedOn, Yardstick
from isengard.core.loras.wall_scores import NAMES, scores_of, version_faults

SCENES = ("portrait", "full_body", "outfit", "expression")


def face(at=0.0, *, share=0.5, mouth=0.0, side=200):
    return Face(side, share, (at, *[0.0] * 127), mouth_open=mouth)


def scene(kind, *, yellow=0.0):
    """A picture's look: each kind of scene has its own layout."""
    layout = [0.0] * 432
    layout[kind] = 1.0
    return Scene(tuple(layout), (1.0, *[0.0] * 63), yellow)


def picture(name, strength=1.0, *, at=0.3, kind=None, **measured):
    """Of a scene, drawn as it was asked for unless something else is said."""
    number = SCENES.index(name) if kind is None else kind
    shown = {
        "share": 0.1 if name == "full_body" else 0.5,
        "mouth": 0.5 if name == "expression" else 0.0,
    } | measured
    return WallPicture(
        name, strength, Seen((face(at, **shown),), scene(number, yellow=0.2 if name == "outfit" else 0.0))
    )


def stranger(at, strength=1.0):
    return WallPicture("stranger", strength, Seen((face(at),), scene(9)), stranger=True)


HERS = Yardstick([face(0.0), face(0.0)], own=0.75, reach=0.75)
WITHOUT = [picture(name, 0.0, at=5.0) for name in SCENES] + [stranger(0.9, 0.0)]


def test_a_row_holds_each_place_of_the_wall_and_what_else_was_measured():
    pictures = [picture(name, at) for name in SCENES for at in (0.7, 1.0)] + [
        stranger(0.8),
        stranger(0.7, 0.7),
    ]
    row = wall_row("a", pictures, WITHOUT, HERS, TrainedOn())
    assert set(row.cells) == {(name, at) for name in SCENES for at in (0.7, 1.0)}
    assert row.likeness == 0.7 and row.flexible == 1.0 and row.told == 0
    assert row.stranger == pytest.approx(0.3) and row.stranger_without == pytest.approx(0.1)
    bare = [stranger(3.0, 0.0)]
    assert wall_row("a", pictures, bare, HERS, TrainedOn()).stranger_without == 0.0


def test_a_version_that_draws_one_pose_whatever_is_asked_is_stiff():
    stiff = [picture(name, kind=0, share=0.5, mouth=0.0) for name in SCENES]
    row = wall_row("a", stiff, WITHOUT, HERS, TrainedOn())
    assert row.flexible < 0.6 and wall_row("a", stiff, [], HERS, TrainedOn()).flexible is None


def test_a_face_that_cannot_be_measured_counts_as_looked_at():
    pictures = [picture("portrait"), picture("full_body", side=40)]
    row = wall_row("a", pictures, [], HERS, TrainedOn())
    assert row.cells[("full_body", 1.0)] is None and row.likeness == 0.7
    assert scores_of(row, HERS, None)["measured"] == 2


def test_what_is_kept_of_a_row_and_why_it_is_not_fit():
    good = wall_row("good", [picture(name) for name in SCENES], WITHOUT, HERS, TrainedOn())
    poor = wall_row("poor", [picture(name, at=0.9) for name in SCENES], WITHOUT, HERS, TrainedOn())
    leaky = wall_row(
        "leaky", [*(picture(name) for name in SCENES), stranger(0.5)], WITHOUT, HERS, TrainedOn()
    )
    choice = choose([poor, good, leaky], HERS.own)
    kept = {row.file: scores_of(row, HERS, choice) for row in (poor, good, leaky)}
    assert all(set(scores) <= NAMES for scores in kept.values())
    assert {file for file, scores in kept.items() if scores.get("chosen")} == {"good"}
    assert {file: version_faults(scores) for file, scores in kept.items()} == {
        "good": [],
        "poor": ["unlike"],
        "leaky": ["leaks"],
    }
    assert {file: tuple(version_faults(scores)) for file, scores in kept.items()} == dict(choice.faults)
    assert kept["good"]["likeness"] == kept["good"]["low"] == 0.7 and kept["good"]["told"] == 0
    assert "chosen" not in scores_of(good, HERS, None), "pictures of the wall are still to come"


def test_no_number_goes_beyond_the_persons_own_photos_and_a_trained_yardstick_is_said():
    own = Yardstick([face(0.0)], own=0.6, is_trained=True)
    scores = scores_of(wall_row("a", [picture(name) for name in SCENES], [], own, TrainedOn()), own, None)
    assert (scores["likeness"], scores["own_photos"], scores["yardstick_trained"]) == (0.6, 0.6, 1.0)
    apart = Yardstick([face(0.0)], own=0.2)
    scores = scores_of(wall_row("a", [picture(name) for name in SCENES], [], apart, TrainedOn()), apart, None)
    assert scores["likeness"] == 0.4, "photos that do not agree do not make a version unlike"
