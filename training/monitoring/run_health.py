"""What can go wrong while a trainer still runs: numbers out of range, steps that crawl, nothing at all for too long."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ...core.records.job import JobError, Progress
from ...core.said import Seconds, said
from ..interface import LossPoint, Reading

#: Seconds without any sign of life before a trainer counts as hung: a slow disk loads a large model for half an hour.
LIMITS = {"starting": 900.0, "downloading": 1800.0, "loading": 1800.0, "caching": 1800.0, "sampling": 1800.0}
DEFAULT_LIMIT = 900.0
#: While training, this many steps' time without one is too long, and never less than the default.
HUNG_STEPS = 30.0

NOT_FINITE = JobError(
    code="loss_not_finite",
    message="Training stopped: the numbers went out of range, so the LoRA would be useless.",
    hint="Train again with a lower learning rate. Checkpoints from before are kept.",
)


class TrainerSick(Exception):
    """The trainer has to be stopped; `error` says why."""

    def __init__(self, error: JobError) -> None:
        super().__init__(error.message)
        self.error = error


def require_finite(points: Sequence[LossPoint]) -> None:
    """Raises TrainerSick `loss_not_finite`."""
    if any(not math.isfinite(point.loss) for point in points):
        raise TrainerSick(NOT_FINITE)


class ResumeWatch:
    """Raises TrainerSick `resume_lost` when a run that goes on begins below its checkpoint: it would train from zero over what
    is there, with an optimizer that knows better. `from_step` 0 for a run that begins anew."""

    def __init__(self, from_step: int) -> None:
        self._from_step = from_step
        self._seen = False
        #: what the progress said at the first look: it may be of the attempt before
        self._first: int | None = None

    def look(self, reading: Reading) -> None:
        """Check a reading before anything of it is kept. Some trainers do the checkpoint's own step again."""
        began = reading.began_at if reading.began_at is not None else self._moved_to(reading.progress.step)
        if began is None or self._seen:
            return
        self._seen = reading.began_at is not None or began >= self._from_step - 1
        if began < self._from_step - 1:
            raise TrainerSick(_lost(began, self._from_step))

    def _moved_to(self, step: int) -> int | None:
        """The step of a trainer that tells no beginning, once it has moved; None before."""
        if self._first is None:
            self._first = step
        return step if step and step != self._first else None


def _lost(began: int, from_step: int) -> JobError:
    return JobError(
        code="resume_lost",
        message=said(
            "The trainer began at step {began} instead of continuing from step {from_step}, so it was stopped.",
            began=began,
            from_step=from_step,
        ),
        hint="Nothing was lost: the checkpoints are unchanged. Press Retry; if it happens again, report it with the log.",
    )


class StallWatch:
    """Raises TrainerSick `trainer_hung` when neither progress nor log nor files have moved for the phase's limit."""

    def __init__(self, log: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._seen: object = None
        self._since = clock()
        self._scale = float(os.environ.get("ISENGARD_STALL_SCALE") or 1.0)

    def look(self, progress: Progress) -> None:
        seen = (progress.phase, progress.step, progress.bytes_done, _size(self._log))
        if seen != self._seen:
            self._seen, self._since = seen, self._clock()
            return
        still = self._clock() - self._since
        if still > self._limit(progress) * self._scale:
            raise TrainerSick(_hung(progress, still))

    def _limit(self, progress: Progress) -> float:
        if progress.phase == "training" and progress.seconds_per_step:
            return max(DEFAULT_LIMIT, HUNG_STEPS * progress.seconds_per_step)
        return LIMITS.get(progress.phase, DEFAULT_LIMIT)


def _hung(progress: Progress, still: float) -> JobError:
    time_s = Seconds(max(60, still))
    if progress.phase == "downloading":
        return JobError(
            code="trainer_hung",
            message=said("The trainer's download stood still for {time} and was stopped.", time=time_s),
            hint="Check the internet connection, then press Retry: complete files are kept.",
        )
    message = (
        said(
            "The trainer did nothing for {time} at step {step} and was stopped.",
            time=time_s,
            step=progress.step,
        )
        if progress.step
        else said("The trainer did nothing for {time} before its first step and was stopped.", time=time_s)
    )
    return JobError(
        code="trainer_hung",
        message=message,
        hint="Press Retry: it continues from the last checkpoint.",
    )


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
