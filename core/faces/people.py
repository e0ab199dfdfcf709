"""How many people a set of photos shows: faces that are alike on average belong together. Pure.

Two faces of different people pass for one in 0.16 % of the pairs (facts, likeness 2), so a single pair joins nobody: the mean does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from statistics import fmean

from .face import Face
from .likeness import alike


def people_in(faces: Mapping[str, Face], same: float) -> list[list[str]]:
    """Sort photos by person, who is the same from a mean likeness of `same` on: ids in groups, the largest first, of equals the one
    that came first."""
    likeness = {frozenset(pair): alike(faces[pair[0]], faces[pair[1]]) for pair in combinations(faces, 2)}

    def mean(one: list[str], other: list[str]) -> float:
        return fmean(likeness[frozenset((a, b))] for a in one for b in other)

    groups: list[list[str]] = []
    for photo_id in faces:
        nearest = max(groups, key=lambda group: mean(group, [photo_id]), default=None)
        if nearest is not None and mean(nearest, [photo_id]) >= same:
            nearest.append(photo_id)
        else:
            groups.append([photo_id])
    return sorted(_joined(groups, mean, same), key=len, reverse=True)


def _joined(
    groups: list[list[str]], mean: Callable[[list[str], list[str]], float], same: float
) -> list[list[str]]:
    """Who came one by one before the photos that tie them together."""
    while len(groups) > 1:
        nearest, one, other = max(
            (mean(one, other), at, beside)
            for (at, one), (beside, other) in combinations(enumerate(groups), 2)
        )
        if nearest < same:
            break
        groups[one] = [*groups[one], *groups.pop(other)]
    return groups
