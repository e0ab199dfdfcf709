"""What the work of a task (set-up, download, captioning) may do: tell, listen for a stop, fetch, run programs.

One task is one attempt of one job; the worker's slot runs it in its own thread. Programs run behind the shim like a
trainer does: they never outlive the worker.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...core.errors import IllegalTransitionError
from ...core.jobs.ledger import Lease, RunnerLedger
from ...core.paths import DataPaths
from ...core.records.event import Subject
from ...core.records.job import Job, JobError, Order, Progress
from ...core.records.job_states import JobState
from ..gpu.gpu_lock import GpuHold
from ..interface import LOG_FILE, LaunchPlan
from ..process.log_follower import LogFollower
from ..process.shim import WORKER_GONE
from ..process.trainer_process import TrainerProcess

#: Seconds between heartbeats, between reports of progress, and between looks at a running program.
BEAT_S, TELL_S, LOOK_S = 2.0, 0.25, 0.25


#: The program was ended by its guard, to whom the worker seemed gone: it says nothing of the program.
STOOD_STILL = JobError(
    code="worker_stood_still",
    message="The computer seems to have been asleep, so this was stopped.",
    hint="Press Retry: it continues where it stopped.",
)


class TaskStopped(Exception):
    """The person's wish was carried out; the job goes to `state`."""

    def __init__(self, state: JobState) -> None:
        super().__init__(state.value)
        self.state = state


class TaskFailed(Exception):
    """The work failed for a reason that was already put into words."""

    def __init__(self, error: JobError) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass
class Task:
    """Work of one job. Every method may raise TaskStopped (a person cancelled or paused) or LeaseLostError (another attempt began)."""

    job: Job
    dir: Path
    paths: DataPaths
    ledger: RunnerLedger
    lease: Lease
    beat_s: float = BEAT_S
    hold: GpuHold | None = None
    #: what a person should know while it goes on, in words
    warnings: list[str] = field(default_factory=list)
    _next_beat: float = 0.0
    _next_tell: float = 0.0
    _progress: Progress | None = None

    def __post_init__(self) -> None:
        self._follower = LogFollower(self.dir / LOG_FILE)

    @property
    def request(self) -> Mapping[str, Any]:
        return self.job.request

    def check(self) -> None:
        """Call at least once a second: renews the lease when it is due and obeys a cancel or a pause."""
        if time.monotonic() < self._next_beat:
            return
        self._next_beat = time.monotonic() + self.beat_s
        order: Order = self.ledger.beat(self.lease)
        if order == "cancel":
            raise TaskStopped(JobState.CANCELLED)
        if order == "pause":
            raise TaskStopped(JobState.PAUSED)

    def begin(self) -> None:
        """Begin the work: it runs from now on; a wish that came since the last beat is obeyed instead."""
        try:
            self.ledger.advance(self.lease, JobState.RUNNING)
        except IllegalTransitionError:
            self._next_beat = 0.0
            self.check()
            raise

    def tell(
        self, phase: str, *, step: int = 0, total: int = 0, done: int | None = None, of: int | None = None
    ) -> None:
        """Tell where the work stands: phase, step of total, bytes done of bytes; at most four times a second."""
        self.check()
        progress = Progress(
            phase=phase,
            step=step,
            total_steps=total,
            bytes_done=done,
            bytes_total=of,
            warnings=list(self.warnings),
        )
        new_phase = self._progress is None or progress.phase != self._progress.phase
        if progress == self._progress or (not new_phase and time.monotonic() < self._next_tell):
            return
        self._progress, self._next_tell = progress, time.monotonic() + TELL_S
        self.ledger.progress(self.lease, progress)

    def log(self, line: str) -> None:
        """A line of the job's log, shown in the panel."""
        with (self.dir / LOG_FILE).open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")
        self._show_log()

    def run(
        self,
        argv: list[str],
        *,
        cwd: Path,
        env: dict[str, str],
        meanwhile: Callable[[], object] | None = None,
    ) -> int:
        """Run a program with its output in the job's log; its exit code. `meanwhile` is called four times a second. TaskFailed
        `worker_stood_still` where this computer slept meanwhile."""
        seen = self.hold.environment if self.hold is not None else {}
        lock = self.hold.lock if self.hold is not None else None
        plan = LaunchPlan(argv=argv, cwd=cwd, env={**env, **seen})
        program = TrainerProcess(plan, self.dir, gpu_lock=lock)
        try:
            while (code := program.poll()) is None:
                self.check()
                program.beat()
                self._show_log()
                if meanwhile is not None:
                    meanwhile()
                program.wait(LOOK_S)
            if code == WORKER_GONE:
                raise TaskFailed(STOOD_STILL)
            return code
        finally:
            program.kill()
            self._show_log()

    def _show_log(self) -> None:
        lines = self._follower.new_lines()
        if lines:
            subject = Subject(kind="job", id=self.job.id)
            self.ledger.emit(
                "job.log",
                subject,
                {"lines": lines},
                correlation_id=self.job.correlation_id,
                attempt=self.lease.attempt,
            )
