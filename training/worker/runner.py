"""One attempt of one job, from the claim to its proven end. Knows backends only through their interface."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...core.correlation import correlated
from ...core.errors import IllegalTransitionError, LeaseLostError
from ...core.jobs.ledger import Lease, Ledger
from ...core.loras.versions import VersionStore
from ...core.paths import DataPaths
from ...core.plugins import ForeignFault, PluginRegistry, foreign_code
from ...core.records.checkpoint import Checkpoint
from ...core.records.job import Artifact, Job, JobError, Order, Progress
from ...core.records.job_states import JobState
from ...core.said import joined
from ..gpu.gpu_handover import WAIT_S, Patience
from ..gpu.gpu_lock import PHASE, GpuHold, GpuSlot
from ..interface import LaunchPlan, Outcome, ResolvedTraining, TrainingBackend
from ..job_folder import early_stop
from ..job_folder.attempt_log import divide
from ..loras.base_hash import BaseHash
from ..loras.publishing import publish
from ..monitoring.memory_spill import expected
from ..monitoring.run_health import TrainerSick
from ..monitoring.run_watch import RunWatch
from ..process.shim import WORKER_GONE
from ..process.trainer_process import TrainerProcess, end_leftover
from ..tasks.fetching import FetchingBackend
from ..tasks.task import Task, TaskStopped
from .ledger_retry import PatientLedger
from .run_end import STOPPED_OUTSIDE, WORKER_STOOD_STILL, RunEnd, full_at, understood

#: The code that every backend gives this failure.
GPU_OUT_OF_MEMORY = "gpu_out_of_memory"
_log = logging.getLogger("isengard.runner")


@dataclass(frozen=True)
class Pace:
    """Seconds: between looks, heartbeats and closer looks; how long a polite stop may take; wait for a GPU, for ComfyUI's memory."""

    look: float = 0.5
    beat: float = 2.0
    close_look: float = 2.0
    polite: float = 20.0
    save: float = 120.0
    gpu_wait: float = 5.0
    hand_over: float = WAIT_S
    lease: float = 60.0

    @property
    def hold(self) -> float:
        """Time in s that a runner holds on to a lease it cannot renew: others take the job back after the whole of it."""
        return self.lease * 0.8

    @property
    def silence(self) -> float:
        """Time in s that a trainer lives on without its worker (a stopped process)."""
        return self.lease * 0.75


@dataclass(frozen=True)
class Tools:
    """Tools that every runner of a worker shares."""

    paths: DataPaths
    ledger: Ledger
    registry: PluginRegistry
    versions: VersionStore
    pace: Pace = Pace()


class Stopped(Exception):
    """The person's wish was carried out; the job goes to `state`."""

    def __init__(self, state: JobState) -> None:
        super().__init__(state.value)
        self.state = state


class Runner:
    """Runs `job` under `lease` on the GPU of its slot. Never raises for what a job can do wrong."""

    def __init__(self, tools: Tools, job: Job, lease: Lease, *, gpu: GpuSlot | None = None) -> None:
        self._tools = tools
        self._job = job
        self._lease = lease
        self._gpu = gpu or GpuSlot()
        self._hold: GpuHold | None = None
        self._dir = tools.paths.job(job.id)
        self._next_beat = 0.0
        self._ledger = PatientLedger(tools.ledger, tools.pace.hold)
        self._ending = RunEnd(self._ledger, lease, tools.paths, self._context())

    def run(self) -> None:
        with correlated(self._job.correlation_id):
            _log.info("Training job started", extra={"context": self._context()})
            try:
                with foreign_code(LeaseLostError, Stopped, TrainerSick):
                    self._attempt()
            except LeaseLostError as lost:
                self._ending.lost(lost)
            except Stopped as stopped:
                self._ending.end(stopped.state)
            except TrainerSick as sick:
                self._ending.break_off(sick.error)
            except ForeignFault as broken:
                _log.exception("Training job failed", extra={"context": self._context()})
                foreign = self._tools.registry.is_foreign("training_backends", self._job.backend)
                error = understood(broken.fault, of=self._job.backend if foreign else "")
                self._ending.fail(error, full=full_at(broken.fault))

    def _attempt(self) -> None:
        if end_leftover(self._dir):
            _log.warning(
                "An earlier trainer was still running and was ended", extra={"context": self._context()}
            )
        training = ResolvedTraining.read(self._dir)
        backend: TrainingBackend = self._tools.registry.get("training_backends", self._job.backend)
        self._obey(self._beat())
        if self._has_ended_early(backend, training):
            return
        self._fetch(backend, training)
        self._hold = hold = self._take_gpu()
        try:
            again = self._job.attempt > 1 or self._job.parent_job_id is not None
            saved = backend.checkpoints(self._dir, training) if again else []
            resume = bool(saved)
            plan = backend.plan(self._dir, training, resume=resume)
            if hold is not None:
                plan.env.update(hold.environment)
                self._make_room(hold, training)
            self._obey(self._beat())
            self._begin(resumed=resume)
            can = backend.capabilities().can_continue
            watch = self._watch(backend, training, saved[-1].step if saved and can else 0)
            base_hash = BaseHash(training.base_path, training.base_sha256, self._tools.paths)
            trainer = self._start(plan, hold)
            try:
                exit_code = self._supervise(trainer, watch, backend)
            except TrainerSick:
                self._end_politely(trainer, backend)
                raise
            finally:
                trainer.kill()
            last = watch.finish()
            if exit_code == WORKER_GONE:
                raise TrainerSick(WORKER_STOOD_STILL)
            self._conclude(self._outcome(backend, training, exit_code), training, last, base_hash)
        finally:
            if hold is not None:
                hold.release()

    def _has_ended_early(self, backend: TrainingBackend, training: ResolvedTraining) -> bool:
        """It was told to end while it made room for pictures: what it has is all there, and no trainer is started again."""
        outcome = self._early_outcome(backend, training)
        if outcome is None:
            return False
        base_hash = BaseHash(training.base_path, training.base_sha256, self._tools.paths)
        self._begin(resumed=True)
        self._conclude(outcome, training, self._job.progress, base_hash)
        return True

    def _outcome(self, backend: TrainingBackend, training: ResolvedTraining, exit_code: int) -> Outcome:
        """How the trainer ended; one told to end before its last step is complete with what it has."""
        outcome = backend.outcome(self._dir, training, exit_code)
        if outcome.state == "completed":
            return outcome
        return self._early_outcome(backend, training) or outcome

    def _early_outcome(self, backend: TrainingBackend, training: ResolvedTraining) -> Outcome | None:
        """None where it was not told to end early, or has saved nothing. A best one whose file is gone leaves the last one."""
        stop = early_stop.read(self._dir)
        saved = backend.checkpoints(self._dir, training) if stop is not None else []
        best = [checkpoint for checkpoint in saved if stop and checkpoint.step == stop.best_step]
        return Outcome("completed", checkpoints=best or saved[-1:]) if saved else None

    def _fetch(self, backend: TrainingBackend, training: ResolvedTraining) -> None:
        """What the trainer reads is here before it gets a GPU, which ComfyUI can use meanwhile."""
        if not isinstance(backend, FetchingBackend):
            return
        tools = self._tools
        task = Task(self._job, self._dir, tools.paths, self._ledger, self._lease, beat_s=tools.pace.beat)
        try:
            backend.fetch(task, training)
        except TaskStopped as stopped:
            raise Stopped(stopped.state) from None

    def _start(self, plan: LaunchPlan, hold: GpuHold | None) -> TrainerProcess:
        silence_s, lock = self._tools.pace.silence, hold.lock if hold else None
        divide(self._dir, self._job.attempt)
        trainer = TrainerProcess(plan, self._dir, gpu_lock=lock, silence_s=silence_s)
        self._ledger.meanwhile = trainer.beat
        return trainer

    def _watch(self, backend: TrainingBackend, training: ResolvedTraining, from_step: int) -> RunWatch:
        return RunWatch(
            self._ledger,
            self._lease,
            self._job,
            job_dir=self._dir,
            backend=backend,
            training=training,
            gpu=self._gpu,
            should=expected(self._tools.ledger, training, self._gpu),
            notes=[self._hold.words] if self._hold is not None and self._hold.words else [],
            from_step=from_step,
        )

    def _supervise(self, trainer: TrainerProcess, watch: RunWatch, backend: TrainingBackend) -> int:
        """Look, beat and obey until the trainer ends; its exit code."""
        next_close = 0.0
        while True:
            code = trainer.poll()
            if code is not None:
                return code
            now = time.monotonic()
            if now >= self._next_beat:
                order = self._beat()
                trainer.beat()
                if order in ("cancel", "pause"):
                    return self._stop(trainer, watch, backend, order)
                if order == "save":
                    backend.save_now(self._dir)
            watch.look()
            if now >= next_close:
                watch.look_closely()
                next_close = now + self._tools.pace.close_look
            trainer.wait(self._tools.pace.look)

    def _stop(self, trainer: TrainerProcess, watch: RunWatch, backend: TrainingBackend, order: Order) -> int:
        """Save first when pausing what has learned something, ask politely, then kill: ends in Stopped, or returns the exit
        code of a trainer that was done before it could be paused."""
        pace, training = self._tools.pace, ResolvedTraining.read(self._dir)
        progress, saved = watch.look(), backend.checkpoints(self._dir, training)
        if order == "pause" and progress.step and not _is_saved(progress, saved):
            before = len(saved)
            backend.save_now(self._dir)
            # the save goes on after its LoRA is there: then comes what the optimizer has learned
            order = self._wait(
                trainer,
                pace.save,
                lambda: (
                    len(backend.checkpoints(self._dir, training)) > before and watch.look().phase != "saving"
                ),
                order,
            )
        exit_code = self._end_politely(trainer, backend)
        if order == "pause" and self._outcome(backend, training, exit_code).state == "completed":
            return exit_code
        watch.stop()
        raise Stopped(JobState.CANCELLED if order == "cancel" else JobState.PAUSED)

    def _end_politely(self, trainer: TrainerProcess, backend: TrainingBackend) -> int:
        if trainer.pid is not None:
            backend.stop(self._dir, trainer.pid)
            self._wait(trainer, self._tools.pace.polite, lambda: False)
        return trainer.kill()

    def _wait(
        self, trainer: TrainerProcess, seconds: float, done: Callable[[], bool], order: Order = "cancel"
    ) -> Order:
        """The wish as it is then: who cancels what was to be paused does not wait for its save."""
        deadline = time.monotonic() + seconds
        while trainer.poll() is None and time.monotonic() < deadline and not done():
            if time.monotonic() >= self._next_beat:
                now = self._beat()
                trainer.beat()
                if now == "cancel" != order:
                    return now
            time.sleep(0.1)
        return order

    def _conclude(
        self, outcome: Outcome, training: ResolvedTraining, last: Progress, base_hash: BaseHash
    ) -> None:
        self._obey_cancel(self._beat())
        if outcome.state == "completed":
            base_sha256 = base_hash.wait(lambda: self._obey_cancel(self._beat()))
            self._publish(
                outcome.checkpoints[-1].model_copy(update={"base_sha256": base_sha256}), training, last
            )
            self._ending.end(JobState.COMPLETED)
        elif outcome.state == "cancelled":
            self._ending.fail(STOPPED_OUTSIDE)
        else:
            unknown = JobError(code="trainer_failed", message="The trainer failed.", hint="")
            self._ending.fail(self._with_holders(outcome.error or unknown))

    def _with_holders(self, error: JobError) -> JobError:
        """Out of video memory: who held it when the training began."""
        if error.code != GPU_OUT_OF_MEMORY or self._hold is None or not self._hold.words:
            return error
        message = joined(error.sentence("message"), self._hold.words)
        return error.saying(message=message, hint="Then press Retry, or train smaller.")

    def _publish(self, checkpoint: Checkpoint, training: ResolvedTraining, last: Progress) -> None:
        version = publish(self._tools.versions, self._dir, training, checkpoint)
        self._ledger.checkpoint(self._lease, checkpoint.model_copy(update={"published": True}))
        early = early_stop.read(self._dir) if checkpoint.step < training.steps else None
        done = max(checkpoint.step, last.step) if early else checkpoint.step
        final = {"phase": "finishing", "step": done, "total_steps": training.steps, "eta_s": 0.0}
        self._ledger.progress(self._lease, last.model_copy(update={**final, "stopped_early": early}))
        lora = Artifact(kind="lora", file=version.file, sha256=version.sha256, step=version.step)
        self._ledger.artifact(self._lease, lora)

    def _take_gpu(self) -> GpuHold | None:
        if self._job.needs != "gpu" or not self._gpu.uuid:
            return None
        return GpuHold.take(self._gpu, self._tools.pace.gpu_wait, self._obey_when_due)

    def _make_room(self, hold: GpuHold, training: ResolvedTraining) -> None:
        self._ledger.progress(self._lease, Progress(phase=PHASE, total_steps=training.steps))
        patience = Patience(self._tools.pace.hand_over)
        hold.make_room(self._tools.paths, training.vram_bytes, patience, self._obey_when_due)
        if hold.words:
            _log.warning(
                "Little room on the GPU", extra={"context": {**self._context(), "words": hold.words}}
            )

    def _obey_when_due(self) -> None:
        if time.monotonic() >= self._next_beat:
            self._obey(self._beat())

    def _beat(self) -> Order:
        self._next_beat = time.monotonic() + self._tools.pace.beat
        return self._ledger.beat(self._lease)

    def _begin(self, *, resumed: bool) -> None:
        """It runs from now on; a wish that came since the last beat is obeyed instead."""
        try:
            self._ledger.advance(self._lease, JobState.RUNNING, data={"resumed": resumed})
        except IllegalTransitionError:
            self._obey(self._beat())
            raise

    def _obey(self, order: Order) -> None:
        """Before the trainer runs there is nothing to save: a wish takes effect at once."""
        if order == "cancel":
            raise Stopped(JobState.CANCELLED)
        if order == "pause":
            raise Stopped(JobState.PAUSED)

    def _obey_cancel(self, order: Order) -> None:
        """Once the trainer has ended, a pause has nothing left to pause."""
        if order == "cancel":
            raise Stopped(JobState.CANCELLED)

    def _context(self) -> dict[str, object]:
        return {
            "job_id": self._job.id,
            "attempt": self._job.attempt,
            "character_id": self._job.character_id,
            "backend": self._job.backend,
        }


def _is_saved(progress: Progress, saved: Sequence[Checkpoint]) -> bool:
    """Whether pictures of the last save are being drawn: nothing was learned since, and a trainer that draws saves only afterwards."""
    return progress.phase == "sampling" and bool(saved) and saved[-1].step >= progress.step
