"""Who a set of photos is of, by the majority of its photos. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median

from ..face import Face
from ..likeness import MOST_REFERENCES, alike, is_clear
from ..models.records import calibration_of

#: Photos that are compared with each other at most.
MOST_COMPARED = 80


def person_of(photos: Mapping[str, Sequence[Face]]) -> list[Face]:
    """The faces of whoever most of these photos show, clear photos first; none where that is nobody, or two equally."""
    shown = dict(list((key, faces) for key, faces in photos.items() if faces)[:MOST_COMPARED])
    ranked = [
        (_rank(face, key, shown), face) for key, faces in shown.items() for face in faces
    ]  # a face with the photos that show its person
    if not ranked:
        return []
    best, seed = max(ranked, key=lambda entry: entry[0])
    if 2 * best[1] <= len(shown) or best[1] < min(2, len(shown)):
        return []
    if any(rank == best and alike(seed, face) < same_from(seed) for rank, face in ranked):
        return []  # two who are always together
    found = [(is_clear(faces), _nearest(faces, seed)) for faces in shown.values()]
    same = [(clear, face) for clear, face in found if alike(face, seed) >= same_from(seed)]
    return [face for _, face in sorted(same, key=lambda entry: not entry[0])][:MOST_REFERENCES]


def same_from(face: Face) -> float:
    """From which likeness on two faces are one person's; of a model without a calibration that cannot be said of any."""
    calibration = calibration_of(face.model)
    return calibration.same if calibration is not None else math.inf


def likeness_to(face: Face, person: Sequence[Face]) -> float:
    """The median over the person's faces, of which this may be one."""
    others = [alike(face, other) for other in person if other is not face]
    return median(others) if others else 1.0


def _rank(face: Face, key: str, shown: Mapping[str, Sequence[Face]]) -> tuple[int, int]:
    """(clear photos of its person, all photos of them)."""
    showing = [
        faces
        for other, faces in shown.items()
        if other == key or alike(_nearest(faces, face), face) >= same_from(face)
    ]
    return sum(1 for faces in showing if is_clear(faces)), len(showing)


def _nearest(faces: Sequence[Face], to: Face) -> Face:
    return max(faces, key=lambda face: alike(face, to))
