"""Which pictures of a photo day come first, and which are put aside. Pure: nothing is deleted, and a person can bring each back.

Put aside, the first that holds: `empty` (nothing is on it, or noise), `no_face`, `two_heads` (a second face at least 0.6 times as high as
the largest), `another_person` (the face measures below what is taken for one person), `twin` (it looks as one that ranks higher does).
What could not be measured (a drawing, a small or turned face) is not put aside for it.

Rank: of those that are left, one after the other, whichever has the highest

    0.7 * R + 0.3 * V

R, resemblance: (score - strangers) / (top - strangers), held between 0 and 1, where `strangers` is the score that 99 % of strangers stay
below and `top` the best score of the day, at least that of a good likeness; 0.5 where there is no score; half of it for a face that copies a
training photo. V, variety: 1 less the likeness (0 to 1) of the whole picture to the nearest that is ranked already, 1 for the first. Of two
that are equal the one drawn earlier comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...core.faces.calibration import DLIB
from ...core.faces.face import Scene
from ...core.faces.flexibility import difference
from ...core.faces.models.records import calibration_of
from ...core.records.generation import Look
from ...core.records.likeness import Likeness
from ...core.records.photo_day import AsideReason

RESEMBLANCE, VARIETY = 0.7, 0.3
UNKNOWN, COPIED = 0.5, 0.5
#: Two pictures that differ by less (1 less the correlation of their layouts, and half the distance of their colours) are nearly one:
#: a photograph saved again, brighter or cropped by a few per cent measured 0.00 to 0.14, two of one person 0.3 and more.
TWIN = 0.2


@dataclass(frozen=True)
class Candidate:
    """A picture that was drawn: `scene` None where it could not be read, `back` where a person wants it in spite of what was found."""

    n: int
    look: Look = ""
    likeness: Likeness | None = None
    scene: Scene | None = None
    back: bool = False


@dataclass(frozen=True)
class Aside:
    """Why a picture is put aside, and of a twin the picture `of` which it is one."""

    reason: AsideReason
    of: int | None = None


@dataclass(frozen=True)
class Ranking:
    """`order`: the pictures that are left, the best first."""

    order: list[int] = field(default_factory=list)
    aside: Mapping[int, Aside] = field(default_factory=dict)


def ranked(candidates: Sequence[Candidate]) -> Ranking:
    """Rank a day's pictures as the page above says. What is wrong with them is told whatever a person has brought back, so that nothing
    moves because of another picture's choice."""
    faults = {one.n: Aside(reason) for one in candidates if (reason := fault_of(one))}
    sound = [one for one in candidates if one.n not in faults]
    aside = faults | _twins(sound, _resemblance(sound))
    for one in candidates:
        if one.back:
            aside.pop(one.n, None)
    left = [one for one in candidates if one.n not in aside]
    return Ranking(_ordered(left), aside)


def _ordered(left: list[Candidate]) -> list[int]:
    resemblance, order = _resemblance(left), list[int]()
    #: how like each is to the nearest that is ranked already
    nearest = {one.n: 0.0 for one in left}
    while left:
        best = max(left, key=lambda one: (_worth(resemblance[one.n], nearest[one.n]), -one.n))
        left.remove(best)
        order.append(best.n)
        for one in left:
            nearest[one.n] = max(nearest[one.n], _alike(one, best))
    return order


def fault_of(picture: Candidate) -> AsideReason:
    """Tell what is wrong with a picture by itself; '' for nothing."""
    likeness = picture.likeness
    if picture.look:
        return "empty"
    if likeness is None:
        return ""
    if likeness.why == "no_face":
        return "no_face"
    if likeness.rivals:
        return "two_heads"
    return "another_person" if likeness.verdict == "poor" else ""


def _worth(resemblance: float, nearest: float) -> float:
    return round(RESEMBLANCE * resemblance + VARIETY * (1 - nearest), 6)


def _resemblance(pictures: Sequence[Candidate]) -> dict[int, float]:
    scores = [one.likeness.score for one in pictures if one.likeness and one.likeness.score is not None]
    found = {}
    for one in pictures:
        score = one.likeness.score if one.likeness else None
        calibration = calibration_of(one.likeness.model or DLIB.model) if one.likeness else None
        if score is None or calibration is None:
            found[one.n] = UNKNOWN
            continue
        top = max([calibration.good, *scores])
        share = (score - calibration.strangers) / (top - calibration.strangers)
        value = min(1.0, max(0.0, share))
        found[one.n] = value * COPIED if one.likeness and one.likeness.copied else value
    return found


def _twins(pictures: Sequence[Candidate], resemblance: Mapping[int, float]) -> dict[int, Aside]:
    """Find pictures that nearly are a better one: the better of two is the more alike one, else the one drawn earlier."""
    kept: list[Candidate] = []
    twins = {}
    for one in sorted(pictures, key=lambda one: (-resemblance[one.n], one.n)):
        of = next((other for other in kept if _far(one, other) < TWIN), None)
        if of is None:
            kept.append(one)
        else:
            twins[one.n] = Aside("twin", of.n)
    return twins


def _far(one: Candidate, other: Candidate) -> float:
    """How unlike two pictures look; pictures that could not be read are unlike all."""
    return difference(one.scene, other.scene) if one.scene and other.scene else 1.0


def _alike(one: Candidate, other: Candidate) -> float:
    return max(0.0, 1.0 - _far(one, other))
