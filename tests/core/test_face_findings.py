"""What faces tell about photos: pure. With real faces: tests/web/test_photo_faces.py."""

from __future__ import annotations

import pytest
from isengard.core.faces.face import Face
from isengard.core.faces.face_findings import face_findings


def face(place: float = 0.0, side: int = 200, **measured) -> Face:
    return Face(side, 0.3, (place, *[0.0] * 127), **measured)


def found(*photos):
    return face_findings({f"pho_{n}": faces for n, faces in enumerate(photos)})


def codes(*photos):
    return {photo: [finding.code for finding in findings] for photo, findings in found(*photos).items()}


HER, HIM = (face(),), (face(0.9),)


def test_a_photo_without_a_face_one_of_several_people_and_one_of_somebody_else():
    group = (face(side=200), face(0.9, side=190))
    beside = (face(side=200), face(0.9, side=60))
    told = codes(HER, HER, HER, HER, (), group, beside, HIM)
    assert told == {"pho_4": ["no_face"], "pho_5": ["several_faces"], "pho_7": ["other_person"]}


def test_of_few_photos_nobody_can_say_who_is_the_stranger():
    assert codes(HER, HIM) == {}
    assert codes(HER, HER, HIM) == {}


def test_photos_of_animals_and_drawings_have_no_faces_and_that_is_no_fault():
    assert codes((), (), (), (), HER) == {}


def test_older_and_younger_photos_of_one_person_are_not_called_another():
    assert codes(HER, HER, HER, HER, (face(0.6),)) == {}
    assert codes(*[HER] * 5, *[(face(0.62),)] * 3) == {}, (
        "a group that is nearly alike is the same person grown up"
    )


def test_five_photos_of_one_person_and_three_of_another_are_told_as_that():
    """Half and half, every photo was called one of somebody else."""
    told = found(*[HER] * 5, *[HIM] * 3)
    assert {photo: [one.code for one in findings] for photo, findings in told.items()} == {
        f"pho_{n}": ["two_people"] for n in (5, 6, 7)
    }
    (finding,) = told["pho_5"]
    assert finding.counts == [5, 3]
    assert finding.message == "5 photos show one person and 3 another: keep those of the one you mean."


def test_of_four_and_four_nobody_can_say_who_is_meant():
    told = found(*[HER, HIM] * 4)
    assert len(told) == 8 and {findings[0].code for findings in told.values()} == {"two_people"}
    assert all(findings[0].counts == [4, 4] for findings in told.values())


def test_two_strangers_beside_each_other_are_still_somebody_else():
    assert codes(*[HER] * 5, HIM, HIM) == {"pho_5": ["other_person"], "pho_6": ["other_person"]}
    third = (face(-0.9),)
    told = codes(*[HER] * 5, *[HIM] * 3, third)
    assert told == {**{f"pho_{n}": ["two_people"] for n in (5, 6, 7)}, "pho_8": ["other_person"]}


@pytest.mark.parametrize(
    ("code", "measured", "not_quite"),
    [
        ("face_small", {"side": 63}, {"side": 64}),
        ("face_turned", {"yaw": -0.46}, {"yaw": 0.45}),
        ("face_blurred", {"sharpness": 149.0}, {"sharpness": 150.0}),
        ("face_blurred", {"sharpness": 100.0, "side": 96}, {"sharpness": 100.0, "side": 95}),
        ("dark_glasses", {"eye_light": 0.29}, {"eye_light": 0.3}),
    ],
)
def test_what_one_face_tells(code, measured, not_quite):
    assert codes(HER, HER, (face(**measured),)) == {"pho_2": [code]}
    assert codes(HER, HER, (face(**not_quite),)) == {}


def test_of_a_small_or_turned_face_nothing_finer_is_said():
    assert codes(HER, HER, (face(side=50, sharpness=10.0, eye_light=0.2),)) == {"pho_2": ["face_small"]}
    assert codes(HER, HER, (face(yaw=0.6, eye_light=0.2),)) == {"pho_2": ["face_turned"]}


def test_where_no_face_is_found_it_is_said_that_profiles_and_very_small_ones_are_not_seen():
    """A face of 80 px in a photo of 3,600 is not found though anybody sees it: cropped closer it is."""
    (finding,) = found(HER, HER, ())["pho_2"]
    assert "profile" in finding.message and "very small" in finding.message and "crop" in finding.message
