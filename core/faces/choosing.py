"""Which of a training's versions is best, and why: as like the person as can be told, without copying photos. Pure.

Q = I * (1 - C) * (0.4 + 0.6 * F), where I is the likeness as a share of the way from strangers to the person's own photos, C the share
of pictures that copy a training photo, F the flexibility. Not fit to be best: C's lower end above 0.1, F below 0.6, a
likeness below 0.40, or the stranger's scene showing the person. Best is the earliest of the fit ones that cannot be told from the
one with the highest Q: by a bootstrap over pairs of one scene, strength and seed, or by less than 0.03 of likeness: up to 15 % of
somebody else in a face stays below that (facts: likeness 2 and 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy

from ..records.checkpoint import VersionFault
from .calibration import DLIB, Calibration
from .copying import least_rate

MOST_COPIES, LEAST_FLEXIBLE = 0.1, 0.6
#: How much more a stranger may look like the person than without the LoRA.
LEAK = 0.15
#: A difference of likeness that says nothing.
NOTHING = 0.03
#: How much less an earlier version may keep of (1 - C)(0.4 + 0.6 F) and still be taken in place of a later one.
FREEDOM = 0.05
RESAMPLED, LOWER_TAIL, INTERVAL = 1000, 0.10, (0.05, 0.95)

Cell = tuple[str, float]


@dataclass(frozen=True)
class WallRow:
    """A version's pictures, in the order of training. `cells`: likeness by scene and strength, None where no face could be
    measured; `copied` of the `told` pictures of which it can be told; `flexible` F; a stranger's likeness with and without it."""

    file: str
    cells: Mapping[Cell, float | None]
    copied: int = 0
    told: int = 0
    flexible: float | None = None
    stranger: float | None = None
    stranger_without: float | None = None

    @property
    def scores(self) -> list[float]:
        return [score for score in self.cells.values() if score is not None]

    @property
    def likeness(self) -> float | None:
        """The median of all its pictures; None where fewer than half could be measured."""
        enough = self.scores and 2 * len(self.scores) >= len(self.cells)
        return round(median(self.scores), 3) if enough else None

    @property
    def copies(self) -> float:
        return self.copied / self.told if self.told else 0.0


@dataclass(frozen=True)
class Choice:
    """`best` None where none is fit; `tied`: those it cannot be told from; `faults` by file."""

    best: str | None
    tied: list[str] = field(default_factory=list)
    faults: Mapping[str, tuple[VersionFault, ...]] = field(default_factory=dict)


def choose(rows: Sequence[WallRow], own: float | None, calibration: Calibration = DLIB) -> Choice:
    """Choose among rows in the order of their training; `own`: how alike the person's own photos are."""
    faults = {row.file: faults_of(row, calibration) for row in rows}
    fit = [row for row in rows if not faults[row.file]]
    if not fit:
        return Choice(None, faults=faults)
    highest = max(fit, key=lambda row: quality(row, own, calibration))
    tied = [row for row in fit if row is not highest and is_tied(row, highest)]
    earlier = [row for row in tied if rows.index(row) < rows.index(highest)]
    best = earlier[0] if earlier else highest
    return Choice(best.file, [row.file for row in (*tied, highest) if row is not best], faults)


def faults_of(row: WallRow, calibration: Calibration = DLIB) -> tuple[VersionFault, ...]:
    """Find why this version is not fit to be best; empty where it is."""
    likeness = row.likeness
    if likeness is None:
        return ("not_measurable",)
    found: list[tuple[VersionFault, bool]] = [
        ("copies", least_rate(row.copied, row.told) > MOST_COPIES),
        ("stiff", row.flexible is not None and row.flexible < LEAST_FLEXIBLE),
        ("unlike", likeness < calibration.same),
        ("leaks", leaks(row.stranger, row.stranger_without, calibration)),
    ]
    return tuple(fault for fault, holds in found if holds)


def leaks(stranger: float | None, without: float | None, calibration: Calibration = DLIB) -> bool:
    """Whether a stranger shows the person: looks like them, or much more so than without the LoRA. Where the base alone draws
    somebody who looks like them in that scene, only more than that is the LoRA's doing."""
    if stranger is None:
        return False
    more = without is not None and stranger > without + LEAK
    alike_anyway = without is not None and without >= calibration.same
    return more or (stranger >= calibration.same and not alike_anyway)


def quality(row: WallRow, own: float | None, calibration: Calibration = DLIB) -> float:
    """Q of 0 to 1; without a likeness 0."""
    if row.likeness is None:
        return 0.0
    return share_of_own(row.likeness, own, calibration) * _freedom(row)


def share_of_own(likeness: float, own: float | None, calibration: Calibration = DLIB) -> float:
    """I: where a likeness lies between strangers (0) and the person's own photos (1), which no picture needs to beat."""
    top = max(own if own is not None else 1.0, calibration.strangers + 0.01)
    reached = (min(likeness, top) - calibration.strangers) / (top - calibration.strangers)
    return max(0.0, min(1.0, reached))


def is_tied(row: WallRow, highest: WallRow) -> bool:
    """Tell whether a version cannot be told from the highest one and is as free as it."""
    if _freedom(row) < _freedom(highest) - FREEDOM:
        return False
    pairs = [
        (best, score)
        for cell, score in row.cells.items()
        if score is not None and (best := highest.cells.get(cell)) is not None
    ]
    if not pairs:
        return False
    differences = numpy.asarray([best - score for best, score in pairs])
    if float(numpy.median(differences)) < NOTHING:
        return True
    return float(numpy.quantile(_medians(differences), LOWER_TAIL)) <= 0


def interval(scores: Sequence[float]) -> tuple[float, float] | None:
    """The 90 % interval of a median, by resampling; None without scores."""
    if not scores:
        return None
    low, high = (float(end) for end in numpy.quantile(_medians(numpy.asarray(scores)), INTERVAL))
    return round(low, 3), round(high, 3)


def suiting_strength(row: WallRow) -> float | None:
    """The lowest strength whose median is not clearly below the highest: less of a LoRA bends more easily."""
    by_strength: dict[float, list[float | None]] = {}
    for (_, strength), score in row.cells.items():
        by_strength.setdefault(strength, []).append(score)
    medians = {
        strength: median(measured)
        for strength, scores in by_strength.items()
        if (measured := [one for one in scores if one is not None]) and 2 * len(measured) >= len(scores)
    }
    top = max(medians.values(), default=0.0)
    return min((at for at, score in medians.items() if score > top - NOTHING), default=None)


def _freedom(row: WallRow) -> float:
    """(1 - C)(0.4 + 0.6 F); F counts as 1 where the wall has no pictures without the LoRA."""
    flexible = row.flexible if row.flexible is not None else 1.0
    return (1 - row.copies) * (0.4 + 0.6 * flexible)


def _medians(values: Any) -> Any:
    """Medians of resampled values: the same for the same values, wherever it runs."""
    drawn = numpy.random.default_rng(len(values)).integers(0, len(values), (RESAMPLED, len(values)))
    return numpy.median(values[drawn], axis=1)
