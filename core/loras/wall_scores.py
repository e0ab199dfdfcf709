"""What a wall of pictures told of a version, by the names that its sidecar keeps the numbers under. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ..faces.calibration import DLIB, Calibration
from ..faces.choosing import Cell, Choice, WallRow, faults_of, interval, quality, suiting_strength
from ..faces.yardstick import Yardstick
from ..records.checkpoint import Version, VersionFault

#: The median likeness of all its pictures, no higher than the person's photos reach among themselves, and its 90 % interval.
LIKENESS, LOW, HIGH = "likeness", "low", "high"
#: How alike the person's photos are to each other, measured at the same time.
OWN_PHOTOS = "own_photos"
#: The lowest strength at which it is as like as at any, and how many of its pictures were looked at (also those that showed no face).
STRENGTH, MEASURED = "strength", "measured"
#: So many of its pictures copy a training photo, of so many of which that can be told. Older versions of us did not look: without
#: `told` it counts as not measured.
COPIED, TOLD = "copied", "told"
#: 0 to 1, where the wall has pictures without the LoRA.
FLEXIBLE = "flexible"
#: The highest likeness of the scene without a trigger, and that of the picture without the LoRA.
STRANGER, STRANGER_WITHOUT = "stranger", "stranger_without"
#: What versions are compared by (core/faces/choosing.py).
QUALITY = "quality"
#: 1 on what the server chose, and on those that it cannot tell from it.
CHOSEN, TIED = "chosen", "tied"
#: 1 where photos that were trained on had to be the yardstick.
YARDSTICK_TRAINED = "yardstick_trained"
NAMES = frozenset(
    {
        LIKENESS,
        LOW,
        HIGH,
        OWN_PHOTOS,
        STRENGTH,
        MEASURED,
        COPIED,
        TOLD,
        FLEXIBLE,
        STRANGER,
        STRANGER_WITHOUT,
        QUALITY,
        CHOSEN,
        TIED,
        YARDSTICK_TRAINED,
    }
)


def is_measured(version: Version) -> bool:
    """Tell whether a version was measured, copies included."""
    return TOLD in version.scores


def scores_of(
    row: WallRow, yardstick: Yardstick, choice: Choice | None, calibration: Calibration = DLIB
) -> dict[str, float]:
    """Name what a row tells; `choice` None while pictures of its wall are still to come."""
    ends = interval(row.scores) or (None, None)
    found = {
        LIKENESS: _capped(row.likeness, yardstick.own, calibration),
        LOW: ends[0],
        HIGH: ends[1],
        OWN_PHOTOS: yardstick.own,
        STRENGTH: suiting_strength(row) if row.likeness is not None else None,
        MEASURED: len(row.cells),
        COPIED: row.copied,
        TOLD: row.told,
        FLEXIBLE: row.flexible,
        STRANGER: row.stranger,
        STRANGER_WITHOUT: row.stranger_without,
        QUALITY: round(quality(row, yardstick.own, calibration), 3),
        CHOSEN: 1.0 if choice is not None and row.file == choice.best else None,
        TIED: 1.0 if choice is not None and row.file in choice.tied else None,
        YARDSTICK_TRAINED: 1.0 if yardstick.is_trained else None,
    }
    return {name: float(value) for name, value in found.items() if value is not None}


def _capped(likeness: float | None, own: float | None, calibration: Calibration) -> float | None:
    """Beyond what the photos reach among themselves a higher number means nothing; photos that do not agree are no cap."""
    return likeness if likeness is None or own is None else min(likeness, max(own, calibration.same))


def version_faults(scores: Mapping[str, float], calibration: Calibration = DLIB) -> list[VersionFault]:
    """Find why a version with these scores is not fit to be best; empty where it is, or was not measured."""
    if TOLD not in scores:
        return []
    return list(faults_of(row_of(scores, "", {("", 1.0): scores.get(LIKENESS)}), calibration))


def row_of(scores: Mapping[str, float], file: str, cells: Mapping[Cell, float | None]) -> WallRow:
    """Read back the row of a version that was measured; its `cells` stand with the pictures."""
    return WallRow(
        file,
        cells,
        copied=round(scores.get(COPIED, 0)),
        told=round(scores[TOLD]),
        flexible=scores.get(FLEXIBLE),
        stranger=scores.get(STRANGER),
        stranger_without=scores.get(STRANGER_WITHOUT),
    )
