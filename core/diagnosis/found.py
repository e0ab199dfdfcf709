"""A cause that facts show, and what its weight means. Each cause is a rule: facts in, a `Found` out, or None where they do not show it.

A cause's weight is a plain score of 0 to 100: where its rank begins (how surely it alone explains the picture) plus a part for how far
the fact is over its limit:

- 90 to 100, decided: nobody can be in such a picture, or nobody's LoRA was asked (a base that draws nothing, a LoRA of another model, no
  trigger word). Nothing else helps before it.
- 60 to 89, seen in this picture or measured of this version: strength, words that hide the face, copies, a better version.
- 42 to 88, of the photos and the training that the version comes from: it begins below what was measured, and reaches beyond most of it
  where it is plain (a quarter of the photos show somebody else), since what was never learned no strength brings back. Face-centred
  crops nearly doubled the likeness of the same training, while another seed moved it by 0.1 (facts: likeness).
- below 40, not known yet: what would have to be measured to say more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..faces.calibration import DLIB
from ..faces.choosing import share_of_own
from ..records.diagnosis import Mending
from .facts import Facts, VersionFacts

Values = Mapping[str, str | int | float]


@dataclass(frozen=True)
class Found:
    """A cause that the facts show."""

    weight: float
    action: Mending
    values: Values = field(default_factory=dict)


def between(low: float, high: float, share: float) -> float:
    """Weight between two bounds, by a share of 0 to 1."""
    return low + (high - low) * max(0.0, min(1.0, share))


def is_good(version: VersionFacts) -> bool:
    """Tell whether it is as like as the person's photos, as far as a number tells."""
    if version.likeness is None:
        return False
    own = version.scores.get("own_photos")
    if own is None:
        return version.likeness >= DLIB.good
    return share_of_own(version.likeness, own) >= DLIB.enough


def instead_of(facts: Facts, version: VersionFacts, values: Values) -> tuple[Mending, Values]:
    """Choose the best version where that is another one without a fault; else the person compares for themselves."""
    best = facts.best
    if best is None or best.file == version.file or best.faults:
        return "compare", values
    return "version", {**values, "file": best.file, "step": best.step}
