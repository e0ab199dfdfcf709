"""Judging likeness: pure numbers. What they mean for real faces is measured in tests/core/faces/test_reader.py."""

from __future__ import annotations

import pytest
from isengard.core.faces.face import Face
from isengard.core.faces.likeness import alike, judge, own_likeness, portraits, score_of_version, verdict_of


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


def test_a_version_counts_by_its_best_strength_and_no_higher_than_the_photos_themselves():
    by_strength = {0.7: [0.3, 0.4, 0.35], 1.0: [0.5, 0.6, 0.7], 1.15: [0.2, 0.9, 0.1]}
    assert score_of_version(by_strength, None)[1] == 0.6
    assert score_of_version(by_strength, 0.55)[1] == 0.55
    assert score_of_version({1.0: [None, None, 0.9], 0.7: [0.3, 0.4, None]}, None) == (0.7, 0.35)
    assert score_of_version({1.15: [0.7], 0.85: [0.6], 0.7: [0.5]}, 0.55) == (0.85, 0.55), (
        "above the cap all are equal"
    )
    assert score_of_version({1.0: [None], 0.7: []}, None) is None
