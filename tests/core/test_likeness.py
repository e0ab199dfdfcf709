"""Judging likeness: pure numbers. What they mean for real faces is measured in tests/core/faces/test_reader.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
from isengard.core.faces.drawing_words import asks_for_drawing
from isengard.core.faces.face import Face
from isengard.core.faces.likeness import (
    alike,
    faces_of_people,
    judge,
    own_likeness,
    portraits,
    reachable,
    verdict_of,
    without_twins,
)
from isengard.core.faces.yardstick import TrainedOn, Yardstick, copies_photo, yardstick_of
from isengard.core.records.likeness import Likeness


def face(*first: float, side: int = 100) -> Face:
    return Face(side, 0.3, (*first, *[0.0] * (128 - len(first))))


def test_alike_is_one_minus_the_distance_and_never_below_zero():
    assert alike(face(0.0), face(0.0)) == 1.0
    assert alike(face(0.3), face(0.0, 0.4)) == pytest.approx(0.5)
    assert alike(face(2.0), face(-2.0)) == 0.0


def test_a_photo_with_two_faces_of_a_size_is_no_reference():
    alone, small, rival = face(side=200), face(side=60), face(side=150)
    assert portraits([(alone,), (alone, small), (alone, rival), ()]) == [alone, alone]


def test_a_picture_is_judged_by_its_largest_face_against_the_median_photo():
    references = [face(0.0), face(0.1), face(5.0)]
    found = judge([face(0.0, side=300), face(5.0, side=50)], references)
    assert (found.score, found.verdict, found.faces) == (0.9, "good", 2)


@pytest.mark.parametrize(("faces", "references"), [([], [face(0.0)]), ([face(0.0)], [])])
def test_without_a_face_on_either_side_nothing_is_claimed(faces, references):
    found = judge(faces, references)
    assert (found.verdict, found.score) == ("not_measurable", None)


@pytest.mark.parametrize(
    ("score", "verdict"), [(0.5, "good"), (0.499, "fair"), (0.4, "fair"), (0.399, "poor"), (0.0, "poor")]
)
def test_bands(score, verdict):
    assert verdict_of(score) == verdict


def test_own_likeness_needs_two_photos():
    assert own_likeness([face(0.0)]) is None
    assert own_likeness([face(0.0), face(0.4), face(0.8)]) == 0.6


@pytest.mark.parametrize(
    ("own", "score", "verdict"),
    [
        (0.51, 0.44, "good"),
        (0.51, 0.43, "fair"),
        (0.66, 0.53, "good"),
        (0.66, 0.52, "fair"),
        (0.66, 0.4, "fair"),
        (0.41, 0.399, "poor"),
        (0.3, 0.45, "fair"),
        (None, 0.5, "good"),
    ],
)
def test_bands_of_a_person(own, score, verdict):
    """0.6 of the way from strangers (0.33) to the person's own photos, never below 0.40; photos that do not agree make no band."""
    assert verdict_of(score, own) == verdict


def test_bands_need_four_photos():
    assert reachable([face(0.0), face(0.4), face(0.8)]) is None
    assert reachable([face(0.0), face(0.1), face(0.2), face(0.3)]) == 0.85


@pytest.mark.parametrize(
    ("faces", "drawing", "why", "verdict"),
    [
        ([], False, "no_face", "not_measurable"),
        ([], True, "drawing", "not_measurable"),
        ([face(0.0, side=63)], False, "too_small", "not_measurable"),
        ([face(0.0, side=64)], False, "", "good"),
        ([replace(face(5.0), yaw=-0.65)], False, "turned", "not_measurable"),
        ([replace(face(5.0), yaw=0.55)], False, "", "poor"),
        ([replace(face(0.0), yaw=0.7)], False, "", "good"),
        ([face(5.0)], True, "drawing", "not_measurable"),
        ([face(0.55)], True, "", "fair"),
    ],
)
def test_why_nothing_could_be_measured(faces, drawing, why, verdict):
    found = judge(faces, [face(0.0)], drawing=drawing)
    assert (found.why, found.verdict) == (why, verdict)
    assert (found.score is None) == (verdict == "not_measurable") and found.has_looked_for_copies


def test_what_an_older_version_of_us_measured_did_not_look_for_copies():
    old = Likeness.model_validate({"verdict": "good", "score": 0.6, "faces": 1})
    assert old.why == "" and old.copied is None and not old.has_looked_for_copies
    kept = judge([face(0.0)], [face(0.0)]).model_dump(mode="json")
    assert Likeness.model_validate(kept).has_looked_for_copies


@pytest.mark.parametrize(
    ("prompt", "drawn"),
    [
        ("watercolour painting of {trigger}, loose brush strokes", True),
        ("comic book illustration of {trigger}", True),
        ("a pencil drawing of {trigger}", True),
        ("{trigger} as an Anime character", True),
        ("photo of {trigger} in a pencil skirt beside a statue, charcoal suit", False),
        ("portrait photo of {trigger}, woman, looking at the camera, soft light", False),
    ],
)
def test_a_prompt_may_ask_for_a_drawing(prompt, drawn):
    assert asks_for_drawing(prompt) is drawn


def test_each_face_goes_to_the_person_it_shows():
    anna, ben = [face(0.0), face(0.1)], [face(2.0), face(2.1)]
    her, him, nobody = face(0.05, side=90), face(2.05, side=200), face(9.0, side=300)
    assert faces_of_people([nobody, him, her], [anna, ben]) == [her, him]
    assert faces_of_people([nobody, her], [anna, ben]) == [her, nobody], "who is left gets what is left"
    assert faces_of_people([her], [ben, anna]) == [None, her]
    assert faces_of_people([nobody], [anna]) == [nobody] and faces_of_people([], [anna]) == [None]
    assert faces_of_people([him, her], [[], anna]) == [him, her], (
        "nothing is known of somebody without photos"
    )


def test_the_yardstick_is_what_no_training_on_the_wall_has_seen():
    photos = [face(0.3 * n) for n in range(8)]
    first = TrainedOn(photos[2:], photos[:2])
    assert yardstick_of(photos, [first]) == Yardstick(photos[:2], 0.1, 0.1)
    second = TrainedOn([photos[0], *photos[3:]], photos[1:3])
    both = yardstick_of(photos, [first, second])
    assert both.is_trained and list(both.references) == photos, "only one photo is left that neither has seen"
    bare = yardstick_of(photos, [])
    assert not bare.is_trained and list(bare.references) == photos


def test_a_held_out_twin_of_a_trained_photo_is_no_yardstick():
    """Its moment was trained on: found by their faces, whatever was found when the photos were added."""
    held, twin = [face(0.0), face(0.5)], face(0.2)
    assert yardstick_of([], [TrainedOn([face(3.0)], held)]).references == held
    found = yardstick_of([*held, twin], [TrainedOn([twin], held)])
    assert found.is_trained and len(found.references) == 3


def test_a_model_that_was_never_calibrated_scores_and_judges_nothing():
    """Numbers on another scale: by dlib's cuts the second would be a good likeness, and its twin one photo."""
    photos = [Face(200, 0.5, (0.0, 0.1 * n), model="another") for n in range(4)]
    near = Face(200, 0.5, (0.1, 0.1), model="another")
    likeness = judge([near], photos, own=0.9)
    assert (likeness.verdict, likeness.why, likeness.score) == ("not_measurable", "uncalibrated", 0.859)
    assert without_twins(photos, [near]) == photos and without_twins([near], [near]) == []
    assert faces_of_people([near], [photos]) == [near]
    assert copies_photo(near, TrainedOn(photos)) is None
    with pytest.raises(ValueError, match="two models"):
        judge([near], [Face(200, 0.5, (0.0, 0.1))])


def test_a_printed_face_tells_nothing_of_whose_it_is():
    printed = repr(Face(120, 0.3, (0.123456,) * 128, print=b"edges"))
    assert "0.123456" not in printed and "edges" not in printed and "side=120" in printed
