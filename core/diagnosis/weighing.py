"""Weighs the causes that facts show: the likeliest first, three at most. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ..records.diagnosis import Cause, Diagnosis
from .facts import Facts
from .found import Found
from .photo_causes import OF_PHOTOS
from .picture_causes import OF_PICTURE
from .version_causes import OF_VERSION

MOST = 3
#: From here on a cause decides by itself, and up to here it says only what is not known.
DECIDED, UNKNOWN = 90, 40


def diagnose(facts: Facts) -> Diagnosis:
    """Find the causes. Beside one that decides, nothing is said of what would have to be measured, nor of numbers that it makes worthless."""
    found = sorted((*_of_pictures(facts), *_of_person(facts)), key=lambda cause: -cause.weight)
    decided = [cause for cause in found if cause.weight >= DECIDED]
    told = [cause for cause in found if cause.weight >= UNKNOWN or not decided]
    return Diagnosis(causes=told[:MOST] or [_nothing_known(facts)])


def _of_person(facts: Facts) -> Iterable[Cause]:
    for rule in (*OF_VERSION, *OF_PHOTOS):
        if (found := rule(facts)) is not None:
            yield _cause(rule.__name__, found)


def _of_pictures(facts: Facts) -> Iterable[Cause]:
    """A cause of one picture; of several, the newest that at least half of them show, for whom one picture is an accident."""
    for rule in OF_PICTURE:
        shown = [found for picture in facts.pictures if (found := rule(facts, picture)) is not None]
        if shown and 2 * len(shown) >= len(facts.pictures):
            yield _cause(rule.__name__, shown[0])


def _cause(code: str, found: Found) -> Cause:
    values = {
        name: round(value, 3) if isinstance(value, float) else value for name, value in found.values.items()
    }
    return Cause(code=code, action=found.action, weight=round(found.weight), values=values)


def _nothing_known(facts: Facts) -> Cause:
    """Everything that can be known was looked at: whether it looks like the person is for an eye to say."""
    version = facts.version
    likeness = version.likeness if version is not None else None
    if likeness is None:
        return Cause(code="measure_first", action="compare", weight=0)
    return Cause(code="nothing_found", action="compare", weight=0, values={"likeness": round(likeness, 3)})
