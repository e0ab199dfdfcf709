"""How alike a picture's face and a person's photos are. Pure: numbers in, a judgement out.

The scale is 1 minus the Euclidean distance of dlib's 128 numbers. Its authors call two faces one person below 0.6
(99.38 % right on Labelled Faces in the Wild; dlib's face_recognition_model_v1); eight different people measured
0.63 to 0.90 from each other (facts: lora-roundtrip section 6). Cosine separates them badly and is not used.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import median

from ..records.likeness import Likeness, Verdict
from .face import Face

#: From here on it is taken for the same person, and from here on for a good likeness.
FAIR, GOOD = 0.4, 0.5
#: A second face as large as this share of the largest makes a photo useless as a reference: who is meant?
RIVAL = 0.6
#: Photos that one picture is held against at most.
MOST_REFERENCES = 24


def alike(one: Face, other: Face) -> float:
    """Likeness of two faces, 0 to 1. ValueError for faces that two models have described."""
    if one.model != other.model:
        raise ValueError(f"{one.model} and {other.model}: numbers of two models cannot be compared")
    return max(0.0, 1.0 - math.dist(one.numbers, other.numbers))


def is_clear(faces: Sequence[Face]) -> bool:
    """Tell whether there is no doubt whose photo it is."""
    return bool(faces) and not (len(faces) > 1 and faces[1].side > RIVAL * faces[0].side)


def portraits(photos: Iterable[Sequence[Face]]) -> list[Face]:
    """The person's face of each photo on which there is no doubt whose it is."""
    return [faces[0] for faces in photos if is_clear(faces)]


def own_likeness(references: Sequence[Face]) -> float | None:
    """Likeness of the person's photos to each other, which no picture needs to beat. None below two."""
    pairs = [alike(one, other) for one, other in combinations(references, 2)]
    return round(median(pairs), 3) if pairs else None


def judge(faces: Sequence[Face], references: Sequence[Face]) -> Likeness:
    """The picture's largest face against all references, by the median."""
    if not faces or not references:
        return Likeness(verdict="not_measurable", faces=len(faces))
    score = round(median(alike(faces[0], reference) for reference in references), 3)
    return Likeness(verdict=verdict_of(score), score=score, faces=len(faces))


def verdict_of(score: float) -> Verdict:
    return "good" if score >= GOOD else "fair" if score >= FAIR else "poor"


def score_of_version(
    by_strength: Mapping[float, Sequence[float | None]], own: float | None
) -> tuple[float, float] | None:
    """Find (strength, score): the median at the strength that suits the version best, no higher than the person's own photos
    reach: beyond that a higher number means copied photos, not a better likeness (facts: identity-training section 5).

    A strength counts where at least half of its pictures could be measured; of equals the lower one, which bends more
    easily. None where none counts."""
    measured = {at: [one for one in scores if one is not None] for at, scores in by_strength.items()}
    cap = own if own is not None else 1.0
    capped = [
        (round(min(median(scored), cap), 3), at)
        for at, scored in measured.items()
        if scored and 2 * len(scored) >= len(by_strength[at])
    ]
    if not capped:
        return None
    score, strength = max(capped, key=lambda pair: (pair[0], -pair[1]))
    return strength, score
