"""Whether a picture copies a training photo instead of showing the person anew. Pure.

By two ratios, since an absolute cut would take the average of the training faces for a copy (71 % of those; facts: likeness 3):
`u = d(p, t*) / min d(p, x)`, where t* is the trained photo nearest to picture p and x are the trained and held-out photos
without t* and its twins (d(t*, t) <= 0.25); and `gap = ncc(p, t') - max ncc(p, x)`, where ncc is the correlation of two
face prints (the larger of plain and mirrored), t' the trained photo with the highest, x the others without its twins
(ncc >= 0.9). Copied: u < 0.75 and gap > 0.08. Chosen on 7 people: 99.3 % of copies, 0.8 % false; on 7 others 98.2 % and 1.1 %.
Simulated anew by `dev.py likeness` on 28 walls of 14 people: 98.0 % of 894 copies, none of 1,372 others, 1.2 % of 168 average faces.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy

from .calibration import DLIB, Calibration
from .face import Face

#: Copied below this ratio of distances, and above this lead of correlation.
NEAREST, GAP = 0.75, 0.08
#: Prints of one photograph, saved twice.
SAME_PRINT = 0.9
PRINT_SIDE = 48
#: The quantile that a version's rate of copies is judged by.
LOW = 0.05


def is_copy(
    picture: Face, trained: Sequence[Face], held_out: Sequence[Face] = (), calibration: Calibration = DLIB
) -> bool | None:
    """Tell whether the picture copies one of `trained`. None where that cannot be told: too few photos, or no print."""
    found = signs(picture, trained, held_out, calibration)
    return None if found is None else found[0] < NEAREST and found[1] > GAP


def signs(
    picture: Face, trained: Sequence[Face], held_out: Sequence[Face] = (), calibration: Calibration = DLIB
) -> tuple[float, float] | None:
    """Tell `u` and `gap`; None where they cannot be told."""
    if not picture.print or not all(photo.print for photo in (*trained, *held_out)):
        return None
    distance = _distance_ratio(picture, trained, held_out, calibration)
    gap = _correlation_gap(picture, trained, held_out)
    return None if distance is None or gap is None else (distance, gap)


def copied_photo(picture: Face, trained: Sequence[Face]) -> int:
    """Which of `trained` it is nearest to, by its place among them."""
    distances = [math.dist(picture.numbers, photo.numbers) for photo in trained]
    return distances.index(min(distances))


def least_rate(copied: int, pictures: int) -> float:
    """The lower end of a rate's 90 % interval: the 5 % quantile of what resampling its pictures gives, which is binomial."""
    if not pictures:
        return 0.0
    rate, below = copied / pictures, 0.0
    for count in range(pictures + 1):
        below += math.comb(pictures, count) * rate**count * (1 - rate) ** (pictures - count)
        if below >= LOW:
            return count / pictures
    return 1.0


def correlation(one: bytes, other: bytes) -> float:
    """Normalised cross-correlation of two face prints, -1 to 1: the larger of plain and mirrored."""
    first, second = _print(one), _print(other)
    return float(max((first * second).sum(), (first[:, ::-1] * second).sum()))


def _distance_ratio(
    picture: Face, trained: Sequence[Face], held_out: Sequence[Face], calibration: Calibration
) -> float | None:
    if not trained:
        return None
    nearest = trained[copied_photo(picture, trained)]
    others = [
        photo
        for photo in (*trained, *held_out)
        if photo is not nearest and math.dist(photo.numbers, nearest.numbers) > calibration.twin
    ]
    if not others:
        return None
    rest = min(math.dist(picture.numbers, photo.numbers) for photo in others)
    return math.dist(picture.numbers, nearest.numbers) / max(rest, 1e-9)


def _correlation_gap(picture: Face, trained: Sequence[Face], held_out: Sequence[Face]) -> float | None:
    if not trained:
        return None
    found = [correlation(picture.print, photo.print) for photo in trained]
    nearest = trained[found.index(max(found))]
    others = [
        photo
        for photo in (*trained, *held_out)
        if photo is not nearest and correlation(photo.print, nearest.print) < SAME_PRINT
    ]
    if not others:
        return None
    return max(found) - max(correlation(picture.print, photo.print) for photo in others)


def _print(values: bytes) -> Any:
    return numpy.frombuffer(values, "<f2").astype(numpy.float32).reshape(PRINT_SIDE, PRINT_SIDE)
