"""When a training has nothing left to win: asked at each save, with what was measured of every save so far. Pure.

The best so far is replaced only by a later version that is clearly better: of higher quality, and told from it by the paired
bootstrap of `choosing`. It stops at the *plateau*, when none of `PATIENCE` measured saves since was clearly better and the last
ones together do not rise; and when the versions since have a fault that more training only makes worse (they copy the photos, are stiff, or the
person shows in strangers) in two saves one after the other. It goes on before the least number of steps, while nothing is
fit to be best, and after a save that could not be measured: one bad measurement decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal

from .calibration import DLIB, Calibration
from .choosing import WallRow, faults_of, is_tied, quality

#: So many measured saves after the best one, none of them better, are a plateau.
PATIENCE = 3
#: So many saves one after the other have to show a fault before it counts.
CONFIRMED = 2
#: So many of the last saves are taken together, which rise where they are so much more like the person than the best one. Chosen on
#: curves with noise (tests/support/training_curves.py): with two saves' patience 8 of 10 slow rises were cut off, with these 3.
TOGETHER, RISING = 2, 0.02
Overdone = Literal["copies", "stiff", "leaks"]
#: Faults that come of too much training.
OVERDONE: tuple[Overdone, ...] = ("copies", "stiff", "leaks")

#: Why it stops, or why it goes on: `early`, `unmeasured` (this save), `unfit` (none is fit to be best yet), `open`.
Reason = Literal["plateau", Overdone, "early", "unmeasured", "unfit", "open"]


@dataclass(frozen=True)
class MeasuredSave:
    """A save of a training and what its pictures showed."""

    step: int
    row: WallRow


@dataclass(frozen=True)
class Verdict:
    """Whether to stop, why, and the best step so far (None where none is fit)."""

    stops: bool
    reason: Reason
    best_step: int | None = None


def verdict(
    saves: Sequence[MeasuredSave], own: float | None, least_steps: int, calibration: Calibration = DLIB
) -> Verdict:
    """Whether to stop after the last of these saves, which are in the order of their steps; `own`: how alike the person's own
    photos are."""
    measured = [save for save in saves if save.row.likeness is not None]
    best = _best(measured, own, calibration)
    step = None if best is None else measured[best].step
    if not measured or measured[-1] is not saves[-1]:
        return Verdict(False, "unmeasured", step)
    if best is None:
        return Verdict(False, "unfit")
    since = measured[best + 1 :]
    reason = _overdone(since, calibration) or _plateau(measured[best], since, own, calibration)
    if reason is None:
        return Verdict(False, "open", step)
    if saves[-1].step < least_steps:
        return Verdict(False, "early", step)
    return Verdict(True, reason, step)


def _best(saves: Sequence[MeasuredSave], own: float | None, calibration: Calibration) -> int | None:
    """Its place among the saves: the first fit one, until a later one is clearly better."""
    best: int | None = None
    for place, save in enumerate(saves):
        if faults_of(save.row, calibration):
            continue
        if best is None or _is_better(save.row, saves[best].row, own, calibration):
            best = place
    return best


def _is_better(later: WallRow, best: WallRow, own: float | None, calibration: Calibration) -> bool:
    higher = quality(later, own, calibration) > quality(best, own, calibration)
    return higher and not is_tied(best, later)


def _overdone(since: Sequence[MeasuredSave], calibration: Calibration) -> Overdone | None:
    """A fault of too much training that each of the last saves shows."""
    if len(since) < CONFIRMED:
        return None
    shown = [faults_of(save.row, calibration) for save in since[-CONFIRMED:]]
    return next((fault for fault in OVERDONE if all(fault in faults for faults in shown)), None)


def _plateau(
    best: MeasuredSave, since: Sequence[MeasuredSave], own: float | None, calibration: Calibration
) -> Reason | None:
    if len(since) < PATIENCE:
        return None
    fit = [save.row for save in since if not faults_of(save.row, calibration)]
    return None if _still_rises(best.row, fit[-TOGETHER:], own) else "plateau"


def _still_rises(best: WallRow, later: Sequence[WallRow], own: float | None) -> bool:
    """A slow rise is seen in several saves together before any one of them shows it; above the person's own photos nothing is won."""
    if len(later) < TOGETHER or (own is not None and (best.likeness or 0.0) >= own):
        return False
    gains = []
    for cell, before in best.cells.items():
        scores = [score for row in later if (score := row.cells.get(cell)) is not None]
        if before is not None and scores:
            gains.append(fmean(scores) - before)
    return bool(gains) and median(gains) >= RISING
