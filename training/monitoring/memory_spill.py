"""Steps that crawl because the GPU's memory spills into the computer's: told, never a reason to stop."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

from ...core.errors import IsengardError
from ...core.jobs.ledger import Ledger
from ...core.records.job import Progress
from ...core.said import said
from ..gpu.gpu_lock import GpuSlot
from ..interface import ResolvedTraining
from ..planning.estimates import completed_trainings, learned_paces, pace_key

#: Steps this many times slower than the run's median: the GPU's memory spills into the computer's (facts: ai-toolkit 669).
SPILL_FACTOR = 3.0
#: The same against the record's guess, which is of another GPU; then the memory must be seen to be full.
GUESS_FACTOR = 5.0
#: Shares of the GPU's memory: so much in use is full; below this nothing spills.
FULL, ROOMY = 0.97, 0.9
#: Measurements that say what is usual, and how many slow ones in a row are no accident.
_SPILL_SAMPLES, _SPILL_RECENT = 8, 2
#: The first one has the start in it (kernels are chosen, memory is found); what is slow from then on is no accident.
_START_SAMPLES = 3
#: A trainer that measures once in so many steps repeats its number in between.
_SAME_FOR_STEPS = 10


@dataclass(frozen=True)
class Expected:
    """Seconds a step should take: as this very GPU has run it before, and as the record guesses; 0 where unknown.
    `gpu_bytes` 0: no GPU, so nothing can spill."""

    learned_s: float = 0.0
    guess_s: float = 0.0
    gpu_bytes: int = 0


def expected(ledger: Ledger, training: ResolvedTraining, gpu: GpuSlot) -> Expected:
    """Gather what is known when a run begins; a ledger that is away at this moment knows nothing, and that stops no training."""
    if not gpu.total_bytes:
        return Expected()
    try:
        paces = learned_paces(completed_trainings(ledger), gpu.device, training.backend)
        learned = paces.get(pace_key(training.family, training), 0.0)
    except IsengardError:
        learned = 0.0
    return Expected(learned * training.batch_size, training.guess_s, gpu.total_bytes)


class SpillWatch:
    """`warning` is said while the last measurements took several times the median of those that were usual, or, from the
    first step on, several times what they should."""

    def __init__(self, should: Expected | None = None) -> None:
        self._should = should or Expected()
        self._usual: list[float] = []
        self._slow: list[float] = []
        self._all: list[float] = []
        self._last, self._step = 0.0, 0
        self.warning = ""

    def look(self, progress: Progress) -> None:
        pace = progress.seconds_per_step
        if progress.phase != "training" or not pace or not self._is_new(progress.step, pace):
            return
        self._last, self._step = pace, progress.step
        self._all.append(pace)
        usual = statistics.median(self._usual) if len(self._usual) >= _SPILL_SAMPLES else math.inf
        if pace <= SPILL_FACTOR * usual:
            self._usual.append(pace)
            self._slow.clear()
        else:
            self._slow.append(pace)
        became = _became(min(self._slow) / usual) if len(self._slow) >= _SPILL_RECENT else ""
        self.warning = became or self._from_the_start(progress.vram_used_bytes)

    def _is_new(self, step: int, pace: float) -> bool:
        return step > self._step and (pace != self._last or step >= self._step + _SAME_FOR_STEPS)

    def _from_the_start(self, used: int | None) -> str:
        """The run's own median says nothing where every step was slow. Taken back once steps are as fast as they should be."""
        should = self._should
        if not should.gpu_bytes or len(self._all) < _START_SAMPLES:
            return ""
        pace, share = min(self._all[-_SPILL_RECENT:]), (used or 0) / should.gpu_bytes
        if should.learned_s:
            slow = pace > SPILL_FACTOR * should.learned_s and (used is None or share >= ROOMY)
            return _slow_here(pace / should.learned_s) if slow else ""
        slow = bool(should.guess_s) and pace > GUESS_FACTOR * should.guess_s and share >= FULL
        return _slow_by_guess(pace / should.guess_s) if slow else ""


def _became(factor: float) -> str:
    return said(
        "Training has become {times} times slower: the GPU's memory is full and it borrows the computer's. Free ComfyUI's "
        "memory, or cancel and train smaller.",
        times=round(factor),
    )


def _slow_here(factor: float) -> str:
    return said(
        "Training has been {times} times slower than on this GPU before, from its first step on: the GPU's memory is full and "
        "it borrows the computer's. Free ComfyUI's memory, or cancel and train smaller.",
        times=round(factor),
    )


def _slow_by_guess(factor: float) -> str:
    return said(
        "Training has been about {times} times slower than it should be, from its first step on: the GPU's memory is full "
        "and it borrows the computer's. Free ComfyUI's memory, or cancel and train smaller.",
        times=round(factor),
    )
