"""Copies by two ratios: a face near one photo and far from the others, with its very edges."""

import numpy
import pytest
from isengard.core.faces.copying import correlation, is_copy, least_rate
from isengard.core.faces.face import Face


def edges(seed):
    values = numpy.random.default_rng(seed).normal(size=(48, 48)).astype(numpy.float32)
    values -= values.mean()
    return values / numpy.linalg.norm(values)


def face(*first, print_of=0, mirrored=False, noise=0.0):
    values = edges(print_of) + noise * edges(99)
    values = values[:, ::-1] if mirrored else values
    return Face(120, 0.3, (*first, *[0.0] * (128 - len(first))), print=values.astype("<f2").tobytes())


PHOTOS = [face(0.0, 0.0, print_of=1), face(0.5, 0.0, print_of=2), face(0.0, 0.5, print_of=3)]


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_training_photo_again_is_a_copy(mirrored):
    again = face(0.05, 0.0, print_of=1, mirrored=mirrored, noise=0.5)
    assert is_copy(again, PHOTOS) is True


def test_the_average_of_the_training_faces_is_none():
    """It is nearer to each photo than they are to each other, which an absolute cut would take for a copy."""
    average = face(0.17, 0.17, print_of=7)
    assert is_copy(average, PHOTOS) is False


@pytest.mark.parametrize(
    ("picture", "which"),
    [
        (face(0.05, 0.0, print_of=7), "near one photo, with its own edges"),
        (face(0.24, 0.0, print_of=1), "one photo's edges, but no nearer to it"),
    ],
)
def test_one_sign_alone_is_none(picture, which):
    assert is_copy(picture, PHOTOS) is False, which


def test_a_twin_of_the_photo_takes_nothing_from_the_proof():
    twin = face(0.1, 0.0, print_of=1, noise=0.2)
    assert is_copy(face(0.02, 0.0, print_of=1), [*PHOTOS, twin]) is True


def test_an_unseen_photo_that_is_as_near_speaks_for_the_person():
    """What looks as much like a photo that was never trained on is the person, not a copy."""
    unseen = face(0.3, 0.1, print_of=4)
    picture = face(0.28, 0.1, print_of=4)
    assert is_copy(picture, PHOTOS, [unseen]) is False


@pytest.mark.parametrize("trained", [[], PHOTOS[:1], [Face(1, 0.1, (0.0,) * 128), PHOTOS[0]]])
def test_too_few_photos_or_no_print_cannot_tell(trained):
    assert is_copy(face(0.0, print_of=1), trained) is None


def test_prints_correlate_with_themselves_plain_and_mirrored():
    one = face(print_of=1).print
    assert correlation(one, one) == pytest.approx(1, abs=0.01)
    assert correlation(one, face(print_of=1, mirrored=True).print) == pytest.approx(1, abs=0.01)
    assert abs(correlation(one, face(print_of=2).print)) < 0.1


@pytest.mark.parametrize(
    ("copied", "pictures", "low"),
    [(0, 9, 0.0), (4, 9, 2 / 9), (7, 9, 5 / 9), (9, 9, 1.0), (0, 0, 0.0), (1, 20, 0.0)],
)
def test_the_lower_end_of_a_rate(copied, pictures, low):
    """By the binomial distribution: 4 of 9 -> 2 of 9 (P(k <= 1) = 0.041 < 0.05 <= P(k <= 2))."""
    assert least_rate(copied, pictures) == pytest.approx(low)
