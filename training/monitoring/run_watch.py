"""Looks at a running training and writes what is new into the ledger: progress, samples, losses, checkpoints, log lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ...core.jobs.ledger import Lease, RunnerLedger
from ...core.records.event import Subject
from ...core.records.job import Artifact, Job, Progress
from ..gpu.gpu_lock import GpuSlot
from ..interface import LOG_FILE, Reading, ResolvedTraining, TrainingBackend
from ..machine.gpus import GpuSensor
from ..process.log_follower import LogFollower
from .eta import Eta
from .memory_spill import Expected, SpillWatch
from .run_health import ResumeWatch, StallWatch, require_finite

LOSS_FILE = "loss.jsonl"


class RunWatch:
    """Watcher of one attempt. Every method may raise LeaseLostError, `look` also TrainerSick."""

    def __init__(
        self,
        ledger: RunnerLedger,
        lease: Lease,
        job: Job,
        *,
        job_dir: Path,
        backend: TrainingBackend,
        training: ResolvedTraining,
        gpu: GpuSlot,
        should: Expected,
        notes: Sequence[str] = (),
        from_step: int = 0,
    ) -> None:
        self._ledger = ledger
        self._lease = lease
        self._job = job
        self._dir = job_dir
        self._backend = backend
        self._training = training
        self._notes = notes
        self._device = gpu.device
        self._follower = LogFollower(job_dir / LOG_FILE)
        self._last_progress = Progress()
        self._lasting: list[str] = []
        self._samples = {artifact.file for artifact in job.artifacts}
        self._checkpoints = {checkpoint.sha256 for checkpoint in job.checkpoints}
        self._loss_step, self._begun = _last_loss_step(job_dir / LOSS_FILE), False
        self._spill, self._stall = SpillWatch(should), StallWatch(job_dir / LOG_FILE)
        self._resume = ResumeWatch(from_step)
        self._eta, self._sensor = Eta(training.save_every), GpuSensor(gpu.uuid)

    def look(self) -> Progress:
        """Look at everything that is cheap to see; called about twice a second."""
        reading = self._backend.poll(self._dir, self._training, self._loss_step)
        self._resume.look(reading)
        require_finite(reading.losses)
        progress = self._completed(reading)
        if progress.loss is None and progress.step:
            progress = progress.model_copy(update={"loss": self._last_progress.loss})
        if reading.losses:
            with (self._dir / LOSS_FILE).open("a", encoding="utf-8") as stream:
                stream.writelines(json.dumps(asdict(point)) + "\n" for point in reading.losses)
            self._loss_step = reading.losses[-1].step
        self._rewind(progress.step)
        if progress != self._last_progress:
            self._ledger.progress(self._lease, progress)
            self._last_progress = progress
        for sample in reading.samples:
            if sample.file not in self._samples:
                self._ledger.artifact(
                    self._lease, Artifact(kind="sample", file=sample.file, step=sample.step)
                )
                self._samples.add(sample.file)
        return progress

    def _rewind(self, step: int) -> None:
        """A run that goes on from a checkpoint does steps again whose losses an earlier attempt has left."""
        if step and not self._begun:
            self._begun = True
            self._loss_step = min(self._loss_step, step)

    def _completed(self, reading: Reading) -> Progress:
        """What this machine adds to what the trainer tells: time left with the breaks, the GPU's state, warnings."""
        progress, self._lasting = reading.progress, reading.warnings
        sensed = self._sensor.read()
        self._spill.look(progress.model_copy(update=sensed))
        self._stall.look(progress)
        warnings = [*self._notes, *reading.warnings, *([self._spill.warning] if self._spill.warning else [])]
        more = {"eta_s": self._eta.left(progress), "warnings": warnings, "device": self._device}
        return progress.model_copy(update={**more, **sensed})

    def finish(self) -> Progress:
        """The last look at a trainer that has ended; what mattered only while it ran is no longer said, and a pace with
        spilled memory is not that of the device."""
        progress = self.look()
        self.look_closely()
        device = "" if self._spill.warning else self._device
        return progress.saying(warnings=self._lasting, device=device)

    def stop(self) -> None:
        """The last look at a trainer that was stopped. Some count a step only when the next one begins: the last checkpoint
        knows better what is done."""
        progress = self.look()
        saved = self.look_closely()
        if progress.step and saved > progress.step:
            self._ledger.progress(self._lease, progress.model_copy(update={"step": saved}))

    def look_closely(self) -> int:
        """Checkpoints and log lines; called every few seconds and at the end. The step of the last checkpoint, 0 without one."""
        checkpoints = self._backend.checkpoints(self._dir, self._training)
        for checkpoint in checkpoints:
            if checkpoint.sha256 not in self._checkpoints:
                self._ledger.checkpoint(self._lease, checkpoint)
                self._checkpoints.add(checkpoint.sha256)
        lines = self._follower.new_lines()
        if lines:
            self._ledger.emit(
                "job.log",
                Subject(kind="job", id=self._job.id),
                {"lines": lines},
                correlation_id=self._job.correlation_id,
                attempt=self._lease.attempt,
            )
        return checkpoints[-1].step if checkpoints else 0


def _last_loss_step(file: Path) -> int:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        return int(json.loads(lines[-1])["step"]) if lines else 0
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def read_losses(job_dir: Path) -> list[dict[str, float | int | None]]:
    """The curve so far; after a resume the later point of a step wins."""
    points: dict[int, dict[str, float | int | None]] = {}
    try:
        lines = (job_dir / LOSS_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    for line in lines:
        try:
            point = json.loads(line)
            points[int(point["step"])] = point
        except (ValueError, KeyError, TypeError):
            continue
    return [points[step] for step in sorted(points)]
