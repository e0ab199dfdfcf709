"""What faces tell about photos: pure. With real faces: tests/web/test_photo_faces.py."""

from __future__ import annotations

from isengard.core.faces.face import Face
from isengard.core.faces.face_findings import face_findings


def face(place: float = 0.0, side: int = 200) -> Face:
    return Face(side, 0.3, (place, *[0.0] * 127))


def codes(*photos):
    found = face_findings({f"pho_{n}": faces for n, faces in enumerate(photos)})
    return {photo: [finding.code for finding in findings] for photo, findings in found.items()}


HER = (face(),)


def test_a_photo_without_a_face_one_of_several_people_and_one_of_somebody_else():
    group = (face(side=200), face(0.9, side=190))
    beside = (face(side=200), face(0.9, side=60))
    found = codes(HER, HER, HER, HER, (), group, beside, (face(0.9),))
    assert found == {"pho_4": ["no_face"], "pho_5": ["several_faces"], "pho_7": ["other_person"]}


def test_of_few_photos_nobody_can_say_who_is_the_stranger():
    assert codes(HER, (face(0.9),)) == {}
    assert codes(HER, HER, (face(0.9),)) == {}


def test_photos_of_animals_and_drawings_have_no_faces_and_that_is_no_fault():
    assert codes((), (), (), (), HER) == {}


def test_older_and_younger_photos_of_one_person_are_not_called_another():
    assert codes(HER, HER, HER, HER, (face(0.6),)) == {}
