"""Curves of trainings with noise: what the wall of each save would measure, and where stopping would be right.

Noise as measured (facts: likeness 3): the 90 % interval of a median over 9 pictures is 0.073 wide, so one picture's likeness
spreads by 0.05; half of that belongs to the scene and its seed and is the same for every save.
`python -m support.training_curves` in tests/ prints the table of 200 seeds.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from isengard.core.faces.choosing import WallRow
from isengard.core.faces.stopping import MeasuredSave, Verdict, verdict

SCENES, STRENGTHS = ("portrait", "full_body", "outfit", "expression"), (0.85, 1.0)
OWN, SAVES, EVERY = 0.6, 10, 300
LEAST = SAVES * EVERY // 3
#: Spread of a picture's likeness by its scene and seed, and by itself; the share of full bodies without a face.
SCENE, PICTURE, LOST = 0.035, 0.035, 0.15


@dataclass(frozen=True)
class Curve:
    """By save, 1 to `SAVES`: true likeness, the share of pictures that are copies, flexibility. `right`: the save at which it
    should stop, None for never; `noise` multiplies the spread; `measured`: whether a save's faces can be measured."""

    name: str
    likeness: Callable[[int], float]
    right: int | None
    copies: Callable[[int], float] = lambda save: 0.0
    flexible: Callable[[int], float] = lambda save: 0.9
    noise: float = 1.0
    measured: Callable[[int], bool] = lambda save: True


def _ramp(first: float, last: float, until: int) -> Callable[[int], float]:
    return lambda save: first + (last - first) * min(1.0, (save - 1) / (until - 1))


CURVES = [
    Curve("rising to the end", _ramp(0.33, 0.60, SAVES), None),
    Curve("rising slowly to the end", _ramp(0.45, 0.60, SAVES), None),
    Curve("rising late", lambda save: 0.2 if save < 6 else 0.2 + 0.09 * (save - 5), None),
    Curve("plateau from save 4", _ramp(0.30, 0.55, 4), 7),
    Curve("plateau from save 4, noise doubled", _ramp(0.30, 0.55, 4), 7, noise=2.0),
    Curve("plateau from save 2", _ramp(0.45, 0.56, 2), 5),
    Curve("copies from save 6", _ramp(0.30, 0.62, 6), 7, copies=lambda save: 0.0 if save < 6 else 0.75),
    Curve("stiff from save 5", _ramp(0.35, 0.60, 6), 6, flexible=lambda save: 0.9 if save < 5 else 0.4),
    Curve("falling apart after save 5", lambda save: 0.35 + 0.05 * save if save < 6 else 0.75 - 0.06 * save, 8),
    Curve("failing", lambda save: 0.15, None),
    Curve("unmeasurable", _ramp(0.30, 0.60, 5), None, measured=lambda save: False),
    Curve("rising, saves 4 and 7 not measurable", _ramp(0.33, 0.60, SAVES), None, measured=lambda save: save not in (4, 7)),
    Curve("rising, save 5 a mishap", lambda save: 0.1 if save == 5 else _ramp(0.33, 0.60, SAVES)(save), None),
    Curve("rising, save 5 alone copies", _ramp(0.33, 0.60, SAVES), None, copies=lambda save: 0.75 if save == 5 else 0.0),
]  # fmt: skip


def recorded(curve: Curve, seed: int, saves: int = SAVES) -> list[MeasuredSave]:
    """What would be measured of each of its saves."""
    noise = random.Random(f"{curve.name} {seed}")
    cells = [(scene, at) for scene in SCENES for at in STRENGTHS]
    scenes = {cell: noise.gauss(0, SCENE * curve.noise) for cell in cells}

    def picture(save: int, cell: tuple[str, float]) -> float | None:
        drawn, lost = noise.gauss(0, PICTURE * curve.noise), noise.random() < LOST and cell[0] == "full_body"
        return None if lost or not curve.measured(save) else curve.likeness(save) + scenes[cell] + drawn

    def row(save: int) -> WallRow:
        scores = {cell: picture(save, cell) for cell in cells}
        told = [score for score in scores.values() if score is not None]
        copied = sum(noise.random() < curve.copies(save) for _ in told)
        flexible = max(0.0, min(1.0, curve.flexible(save) + noise.gauss(0, 0.07 * curve.noise)))
        return WallRow(f"save {save}", scores, copied, len(told), flexible)

    return [MeasuredSave(save * EVERY, row(save)) for save in range(1, saves + 1)]


def asked_at_each(saves: Sequence[MeasuredSave]) -> tuple[int | None, Verdict]:
    """The save at which it stops (None: it goes on to the end) and the last verdict; at the last save nothing is left to stop."""
    said = Verdict(False, "early")
    for done in range(1, len(saves)):
        said = verdict(saves[:done], OWN, LEAST)
        if said.stops:
            return done, said
    return None, said


@dataclass(frozen=True)
class Result:
    """Of many seeds: how many saves too early (negative) or too late, by how often; `lost`: likeness given up by stopping, on average."""

    off: Counter[int]
    lost: float
    reasons: Counter[str]

    def share(self, low: int, high: int) -> float:
        return sum(count for off, count in self.off.items() if low <= off <= high) / sum(self.off.values())


def tried(curve: Curve, seeds: int) -> Result:
    """Ask at each save of so many noisy recordings; going on to the end counts as stopping at the last save."""
    off, reasons, lost = Counter[int](), Counter[str](), []
    for seed in range(seeds):
        stopped, said = asked_at_each(recorded(curve, seed))
        off[(stopped or SAVES) - (curve.right or SAVES)] += 1
        reasons[said.reason if stopped else "goes on"] += 1
        fit = [n for n in range(1, SAVES + 1) if curve.copies(n) <= 0.1 and curve.flexible(n) >= 0.6]
        kept = [curve.likeness(n) for n in fit if n <= (stopped or SAVES)]
        lost.append(max(curve.likeness(n) for n in fit) - max(kept, default=0.0))
    return Result(off, fmean(lost), reasons)


def table(seeds: int) -> str:
    """As Markdown."""
    lines = [
        "| curve | right | exactly | 1 off | earlier by 2+ | later by 2+ | likeness given up | why |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for curve in CURVES:
        found = tried(curve, seeds)
        ones = found.share(-1, -1) + found.share(1, 1)
        shares = [found.share(0, 0), ones, found.share(-SAVES, -2), found.share(2, SAVES)]
        right = f"save {curve.right}" if curve.right else "never"
        why = ", ".join(f"{reason} {count / seeds:.0%}" for reason, count in found.reasons.most_common(3))
        lines.append(f"| {curve.name} | {right} | {' | '.join(f'{share:.0%}' for share in shares)} | {found.lost:.3f} | {why} |")  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table(200) + "\n")
