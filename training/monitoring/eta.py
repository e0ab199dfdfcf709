"""Time left: steps still to do, and the sample pictures and saves still to come at what they have cost so far."""

from __future__ import annotations

import time
from collections.abc import Callable

from ...core.records.job import Progress

_BREAKS = ("sampling", "saving")


class Eta:
    """Fed with every look at a run; `save_every` steps lie between two breaks."""

    def __init__(self, save_every: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._every = max(1, save_every)
        self._clock = clock
        self._phase = ""
        self._since = 0.0
        self._break_s = 0.0
        self._rounds = 0

    def left(self, progress: Progress) -> float | None:
        """Seconds, or None while it cannot be told."""
        self._note(progress.phase)
        if not progress.seconds_per_step or not progress.total_steps:
            return None
        steps = max(0, progress.total_steps - progress.step)
        rounds = steps // self._every + (1 if steps else 0)
        each = self._break_s / self._rounds if self._rounds else 0.0
        return steps * progress.seconds_per_step + rounds * each

    def _note(self, phase: str) -> None:
        if phase == self._phase:
            return
        now = self._clock()
        if self._phase in _BREAKS:
            self._break_s += now - self._since
            # a round is a save and a sampling one after the other: counted when training goes on
            self._rounds += phase == "training"
        self._phase, self._since = phase, now
