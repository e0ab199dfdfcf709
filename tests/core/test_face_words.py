"""A face in coarse words: pure."""

from __future__ import annotations

import pytest
from isengard.core.faces.face import Face
from isengard.core.faces.face_notes import face_notes
from isengard.core.faces.face_words import colour_of, words_of
from isengard.core.records.photo import FaceWords, Photo

ALIKE = (0.0,) * 128


def face(side=200, **measured):
    return Face(side, 0.3124, ALIKE, **measured)


def words(**measured):
    told = words_of([face(**measured)])
    return (told.angle, told.light, told.mouth, told.clothes)


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ({}, ("frontal", "even", "closed", "")),
        ({"yaw": -0.3, "side_light": 1.6}, ("three_quarter", "side", "closed", "")),
        ({"yaw": 0.5, "mouth_open": 0.5}, ("turned", "even", "", "")),
        ({"mouth_wide": 0.8, "clothes": (20, 40, 140)}, ("frontal", "even", "wide", "blue")),
        ({"mouth_wide": 0.8, "mouth_open": 0.45}, ("frontal", "even", "open", "")),
    ],
)
def test_a_face_is_said_in_four_words(measured, said):
    assert words(**measured) == said


def test_of_no_face_or_two_nothing_is_said():
    assert words_of([]) == words_of([face(), face()]) == FaceWords()
    assert words_of([face(), face(side=40)]).angle == "frontal", "somebody far behind is not meant"


@pytest.mark.parametrize(
    ("pixel", "word"),
    [
        ((12, 10, 15), "black"),
        ((240, 238, 235), "white"),
        ((120, 118, 125), "grey"),
        ((180, 30, 35), "red"),
        ((130, 85, 50), "brown"),
        ((230, 210, 60), "yellow"),
        ((50, 140, 70), "green"),
        ((40, 60, 150), "blue"),
        ((140, 50, 160), "purple"),
        ((200, 40, 70), "red"),
        ((), ""),
    ],
)
def test_colours_have_names(pixel, word):
    assert colour_of(pixel) == word


def test_a_sharp_face_takes_back_that_the_whole_picture_looks_blurred():
    """A portrait before a soft background was told as blurred."""
    sharp, far = face(sharpness=600.0), face(side=70, sharpness=600.0)
    notes = face_notes({"sharp": [sharp], "far": [far], "none": []})
    assert {photo: "blurred" in note.replaces for photo, note in notes.items()} == {
        "sharp": True,
        "far": False,
        "none": False,
    }
    assert notes["sharp"].share == 0.312 and notes["none"].words == FaceWords()


def test_photos_of_an_older_and_a_newer_version_are_read():
    photo = {
        "id": "p",
        "character_id": "c",
        "file": "f",
        "width": 1,
        "height": 1,
        "sha256": "",
        "pixel_hash": "",
        "created_at": "",
    }
    assert Photo.model_validate(photo).face_words is None
    newer = {
        **photo,
        "face_words": {"angle": "upside_down", "hat": "top"},
        "findings": [{"code": "x", "message": "y", "counts": [1]}],
    }
    kept = Photo.model_validate(newer)
    assert kept.face_words.angle == "upside_down" and kept.model_dump()["face_words"]["hat"] == "top"
