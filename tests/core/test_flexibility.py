"""F by the wall's own scenes: tests that the base passes, and whose scene each picture looks like."""

import dataclasses

import pytest
from isengard.core.faces.face import Face, Scene
from isengard.core.faces.flexibility import Drawn, difference, flexibility

NAMES = ("portrait", "full_body", "outfit", "expression")


def scene(at, yellow=0.0):
    return Scene(
        tuple(1.0 if cell == at else 0.0 for cell in range(432)),
        tuple(float(step == at) for step in range(64)),
        yellow,
    )


def face(share, mouth_open=0.1):
    return Face(100, share, (0.0,) * 128, mouth_open=mouth_open)


WITHOUT = {
    "portrait": Drawn(scene(0), face(0.5)),
    "full_body": Drawn(scene(1), face(0.1)),
    "outfit": Drawn(scene(2, yellow=0.3), face(0.3)),
    "expression": Drawn(scene(3), face(0.5, mouth_open=0.4)),
}


def test_what_obeys_as_the_base_does_is_wholly_flexible():
    assert flexibility({1.0: WITHOUT}, WITHOUT) == 1.0


def test_always_the_same_picture_is_not_flexible_at_all():
    stiff = dict.fromkeys(NAMES, WITHOUT["portrait"])
    assert flexibility({0.7: stiff, 1.0: stiff}, WITHOUT) == 0.0


def test_half_of_the_scenes_obeyed():
    half = {**WITHOUT, "outfit": WITHOUT["portrait"], "expression": WITHOUT["portrait"]}
    assert flexibility({1.0: half}, WITHOUT) == pytest.approx(
        (1 / 3) / 2 + ((1 / 2 - 1 / 4) / (3 / 4)) / 2, abs=0.001
    )


def test_only_what_the_base_can_do_is_asked():
    plain = {**WITHOUT, "outfit": dataclasses.replace(WITHOUT["outfit"], scene=scene(2))}
    assert flexibility({1.0: plain}, plain) == 1.0, "the base draws no yellow raincoat: not the LoRA's fault"


def test_a_body_so_far_away_that_no_face_is_found_is_one():
    far = {**WITHOUT, "full_body": Drawn(scene(1), None)}
    assert flexibility({1.0: far}, WITHOUT) == 1.0


@pytest.mark.parametrize(
    ("strengths", "without"), [({}, WITHOUT), ({1.0: WITHOUT}, {}), ({1.0: {}}, WITHOUT)]
)
def test_nothing_to_compare_says_nothing(strengths, without):
    assert flexibility(strengths, without) is None


def test_a_plain_picture_has_a_difference_too():
    plain = Scene((0.0,) * 432, (1.0, *[0.0] * 63), 0.0)
    assert difference(plain, plain) == 1.0 and difference(scene(1), scene(1)) == 0.0
