"""How alike a picture's face and a person's photos are. Pure: numbers in, a judgement out.

The scale is 1 minus the Euclidean distance of dlib's 128 numbers. Its authors call two faces one person below 0.6
(99.38 % right on Labelled Faces in the Wild; dlib's face_recognition_model_v1); eight different people measured
0.63 to 0.90 from each other (facts: lora-roundtrip section 6). Cosine separates them badly and is not used.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import median

from ..records.likeness import Likeness, Unmeasurable, Verdict
from .calibration import DLIB, Calibration
from .face import LEAST_SIDE, Face
from .models.records import calibration_of

#: A second face as large as this share of the largest makes a photo useless as a reference: who is meant?
RIVAL = 0.6
#: Photos that one picture is held against at most.
MOST_REFERENCES = 24
#: From so many photos on their likeness to each other says how much of it a picture can reach: with two, one pair is off by up to 0.1.
ENOUGH_PHOTOS = 4
#: A head turned further shows too little of the face for a low number to mean somebody else. Up to here it does mean that: of 9 photos
#: turned by 0.45 to 0.6 all reached 0.49 to the person's others, 180 comparisons with strangers 0.31 at most; further ones were not at hand.
TOO_TURNED = 0.6


def alike(one: Face, other: Face) -> float:
    """Likeness of two faces, 0 to 1. ValueError for faces that two models have described."""
    if one.model != other.model:
        raise ValueError(f"{one.model} and {other.model}: numbers of two models cannot be compared")
    return max(0.0, 1.0 - math.dist(one.numbers, other.numbers))


def is_clear(faces: Sequence[Face]) -> bool:
    """Tell whether there is no doubt whose photo it is."""
    return bool(faces) and not rivals(faces)


def rivals(faces: Sequence[Face]) -> int:
    """Count the faces beside the largest that are nearly as large; `faces` are the largest first."""
    return sum(face.side > RIVAL * faces[0].side for face in faces[1:])


def portraits(photos: Iterable[Sequence[Face]]) -> list[Face]:
    """The person's face of each photo on which there is no doubt whose it is."""
    return [faces[0] for faces in photos if is_clear(faces)]


def own_likeness(references: Sequence[Face]) -> float | None:
    """Likeness of the person's photos to each other, which no picture needs to beat. None below two."""
    pairs = [alike(one, other) for one, other in combinations(references, 2)]
    return round(median(pairs), 3) if pairs else None


def reachable(references: Sequence[Face]) -> float | None:
    """Find what a picture of the person can reach, for the bands of `verdict_of`: the photos' likeness to each other, where there are enough."""
    return own_likeness(references) if len(references) >= ENOUGH_PHOTOS else None


def without_twins(faces: Iterable[Face], of: Sequence[Face]) -> list[Face]:
    """Keep the faces that show none of the moments that `of` show."""
    return [
        face for face in faces if all(math.dist(face.numbers, other.numbers) > _twin(face) for other in of)
    ]


def score_of(face: Face, references: Sequence[Face]) -> float:
    """Likeness of a face to a person: the median over their photos."""
    return round(median(alike(face, reference) for reference in references), 3)


def _twin(face: Face) -> float:
    """Up to which distance two photos show one moment; of a model without a calibration only the very same numbers do."""
    calibration = calibration_of(face.model)
    return calibration.twin if calibration is not None else 0.0


def faces_of_people(faces: Sequence[Face], people: Sequence[Sequence[Face]]) -> list[Face | None]:
    """Find for each of `people` (their photos) the face in a picture that shows them, or else the one that is meant to.

    The most alike pair first, as far as they are taken for one person (of a model without a calibration: all pairs); who is left
    gets the largest face that is left."""
    calibration = calibration_of(faces[0].model) if faces else None
    same = calibration.same if calibration is not None else 0.0
    pairs = sorted(
        (-score_of(face, photos), place, at)
        for at, photos in enumerate(people)
        if photos
        for place, face in enumerate(faces)
    )
    found: dict[int, int] = {}
    for score, place, at in pairs:
        if -score >= same and at not in found and place not in found.values():
            found[at] = place
    left = [place for place in range(len(faces)) if place not in found.values()]
    for at in range(len(people)):
        if at not in found and left:
            found[at] = left.pop(0)
    return [faces[found[at]] if at in found else None for at in range(len(people))]


def judge(
    faces: Sequence[Face],
    references: Sequence[Face],
    *,
    own: float | None = None,
    drawing: bool = False,
) -> Likeness:
    """Judge the face of a picture that shows them, against all references by the median; `own` as `reachable` finds it. `drawing`: the
    picture is meant to be one."""
    (face,) = faces_of_people(faces, [references])
    return judge_face(face, references, faces=len(faces), own=own, drawing=drawing)


def judge_face(
    face: Face | None,
    references: Sequence[Face],
    *,
    faces: int,
    own: float | None = None,
    drawing: bool = False,
) -> Likeness:
    """Judge one face of a picture of several; None for the face that was not found."""
    if face is None:
        return _unmeasurable("drawing" if drawing else "no_face", faces)
    if not references or face.side < LEAST_SIDE:
        return _unmeasurable("too_small" if references else "", faces)
    score = score_of(face, references)
    calibration = calibration_of(face.model)
    if calibration is None:
        return Likeness(verdict="not_measurable", score=score, faces=faces, why="uncalibrated", copied=None)
    verdict = verdict_of(score, own, calibration)
    if verdict == "poor" and drawing:
        return _unmeasurable("drawing", faces)
    if verdict == "poor" and abs(face.yaw) > TOO_TURNED:
        return _unmeasurable("turned", faces)
    return Likeness(verdict=verdict, score=score, faces=faces, copied=None)


def _unmeasurable(why: Unmeasurable, faces: int) -> Likeness:
    return Likeness(verdict="not_measurable", faces=faces, why=why, copied=None)


def verdict_of(score: float, own: float | None = None, calibration: Calibration = DLIB) -> Verdict:
    """Find the word for a likeness: `good` is like one of the person's photos, `fair` recognisable.

    Of a person with enough photos good begins at 0.6 of the way from strangers to those photos: 1.0 % of real photos are refused, the
    worst person's 17 %; at a fixed 0.5 it is 6.1 % and 40 % (facts: likeness 2). Photos that do not agree among themselves make no band.
    """
    if score < calibration.same:
        return "poor"
    good = calibration.good
    if own is not None and own >= calibration.same:
        good = calibration.strangers + calibration.enough * (own - calibration.strangers)
    return "good" if score >= good else "fair"
