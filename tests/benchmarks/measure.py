from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """`ours` and `baseline` in `unit`; `value` is what `limit` is about."""

    name: str
    ours: float
    baseline: float
    unit: str
    value: float
    limit: str
    holds: bool

    def line(self) -> str:
        said = f"{self.value:.3g} ({self.limit})"
        state = "ok" if self.holds else "MISSED"
        return f"{self.name:<44} {self.ours:>9.3f} {self.baseline:>9.3f} {self.unit:<4} {said:<24} {state}"


HEADER = f"{'':<44} {'ours':>9} {'baseline':>9}"


def at_most(name: str, ours: float, baseline: float, unit: str, *, most: float) -> Measure:
    """`ours` itself is limited."""
    return Measure(name, ours, baseline, unit, ours, f"<= {most:g} {unit}", ours <= most)


def slower_by(name: str, ours: float, baseline: float, unit: str, *, most: float) -> Measure:
    """The share of the baseline that ours takes is limited."""
    share = ours / baseline
    return Measure(name, ours, baseline, unit, share, f"<= {most:g} x", share <= most)


def as_fast_as(name: str, ours: float, baseline: float, unit: str, *, least: float) -> Measure:
    """The pace of ours as a share of the baseline's."""
    pace = baseline / ours
    return Measure(name, ours, baseline, unit, pace, f">= {least:g} x pace", pace >= least)


def lowest(rounds: int, *works: Callable[[], float]) -> list[float]:
    """The lowest of some rounds for each, taken in turn: what a thing costs, it costs each time; the machine does not."""
    found = [[work() for work in works] for _ in range(rounds)]
    return [min(column) for column in zip(*found, strict=True)]
