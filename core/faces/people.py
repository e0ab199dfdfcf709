"""How many people a set of photos shows: faces that are alike on average belong together. Pure.

Two faces of different people pass for one in 0.16 % of the pairs (facts, likeness 2), so a single pair joins nobody: the mean does.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy

from .face import Face


def people_in(faces: Mapping[str, Face], same: float) -> list[list[str]]:
    """Sort photos by person, who is the same from a mean likeness of `same` on: ids in groups, the largest first, of equals the one
    that came first."""
    ids = list(faces)
    alike = _all_alike([faces[photo_id].numbers for photo_id in ids])
    groups: list[list[int]] = []
    for at in range(len(ids)):
        mean, nearest = max(
            ((alike[at, group].mean(), group) for group in groups),
            key=lambda pair: pair[0],
            default=(0.0, []),
        )
        if nearest and mean >= same:
            nearest.append(at)
        else:
            groups.append([at])
    return [
        [ids[at] for at in group] for group in sorted(_joined(groups, alike, same), key=len, reverse=True)
    ]


def _all_alike(numbers: list[tuple[float, ...]]) -> Any:
    """What `alike` of likeness.py says of each pair, row by row: 500 photos are 125,000 pairs, too many for a loop of Python
    beside ComfyUI's."""
    described = numpy.asarray(numbers, numpy.float64)
    rows = [1 - numpy.linalg.norm(described - one, axis=1) for one in described]
    return numpy.maximum(0.0, rows)


def _joined(groups: list[list[int]], alike: Any, same: float) -> list[list[int]]:
    """Who came one by one before the photos that tie them together."""
    while len(groups) > 1:
        pairs = combinations(range(len(groups)), 2)
        one, other = max(pairs, key=lambda pair: alike[numpy.ix_(groups[pair[0]], groups[pair[1]])].mean())
        if alike[numpy.ix_(groups[one], groups[other])].mean() < same:
            break
        groups[one] = [*groups[one], *groups.pop(other)]
    return groups
