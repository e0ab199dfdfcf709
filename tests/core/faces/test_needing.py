"""Which faces of a picture are drawn again, and for whom."""

from __future__ import annotations

import pytest
from isengard.core.faces import face_findings, likeness
from isengard.core.faces.face import LEAST_SIDE, Face
from isengard.core.faces.mending.needing import SMALL, faces_to_mend
from isengard.core.faces.yardstick import Yardstick


def face(*first: float, side: int = 300) -> Face:
    return Face(side, 0.3, (*first, *[0.0] * (128 - len(first))))


def photos(*first: float) -> Yardstick:
    return Yardstick([face(*first) for _ in range(4)], own=0.6, reach=0.6)


ANN, BOB = photos(0.0), photos(5.0)


def mended(faces, people, **more):
    return [(one.place, one.face.side, one.why) for one in faces_to_mend(faces, people, **more)]


def test_one_number_says_everywhere_which_face_is_too_small():
    assert likeness.LEAST_SIDE is face_findings.LEAST_SIDE is LEAST_SIDE
    assert SMALL == 2 * LEAST_SIDE


@pytest.mark.parametrize(
    ("faces", "wanted"),
    [
        ([], []),
        ([face(0.0, side=SMALL)], []),
        ([face(0.0, side=SMALL - 1)], [(0, SMALL - 1, "small")]),
        ([face(0.0, side=20)], [(0, 20, "small")]),
        ([face(0.7, side=300)], [(0, 300, "poor")]),
        ([face(0.7, side=300), face(0.1, side=40)], [(0, 40, "small")]),
    ],
    ids=["none", "large enough", "small", "tiny", "measured as somebody else", "hers is the smaller one"],
)
def test_small_and_poor_faces_are_chosen(faces, wanted):
    assert mended(faces, [ANN]) == wanted


def test_of_two_people_each_gets_the_face_that_shows_them():
    ann, bob = face(0.1, side=50), face(5.1, side=60)
    assert mended([bob, ann], [ANN, BOB]) == [(0, 50, "small"), (1, 60, "small")]
    assert mended([bob, ann], [BOB, ANN]) == [(0, 60, "small"), (1, 50, "small")]
    large = face(0.1, side=400)
    assert mended([large, bob], [ANN, BOB]) == [(1, 60, "small")]


def test_faces_of_nobody_asked_for_stay_as_they_are():
    crowd = [face(3.0 + n, side=30) for n in range(5)]
    assert mended([face(0.1, side=90), *crowd], [ANN]) == [(0, 90, "small")]


def test_of_a_drawing_only_the_size_counts():
    """A low number says nothing there."""
    assert mended([face(0.7)], [ANN], drawing=True) == []
    assert mended([face(0.7, side=50)], [ANN], drawing=True) == [(0, 50, "small")]


def test_a_turned_head_of_many_pixels_is_not_poor():
    turned = Face(300, 0.3, face(0.9).numbers, yaw=0.8)
    assert mended([turned], [ANN]) == []


def test_who_presses_gets_it_whatever_the_size():
    assert mended([face(0.1)], [ANN], asked=True) == [(0, 300, "asked")]
    assert mended([face(0.1, side=50)], [ANN], asked=True) == [(0, 50, "small")]
    assert mended([], [ANN], asked=True) == []


def test_without_photos_the_largest_face_is_meant():
    assert mended([face(1.0, side=90), face(2.0, side=30)], [Yardstick()]) == [(0, 90, "small")]
