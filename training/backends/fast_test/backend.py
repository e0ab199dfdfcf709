"""Fast-test mode's backend: the whole machinery with a trainer that only pretends to learn."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from ....core import atomic
from ....core.families.families import Families
from ....core.records.checkpoint import Checkpoint
from ....core.records.job import JobError, Progress
from ....core.records.training import Finding
from ....core.records.worker import BackendState
from ....core.said import said
from ...interface import (
    BackendCapabilities,
    LaunchPlan,
    Option,
    Outcome,
    Reading,
    ResolvedTraining,
)
from ...process import process_tree
from ...process.environment import minimal_environment
from ..checkpoint_reader import CheckpointReader, put_away
from ..own_files import find_samples, forget_losses, read_losses

VERSION = "1.0.0"
TRAINER = Path(__file__).resolve().parent / "trainer.py"
PLAN_FILE = "config.json"
STATUS_FILE = "status.json"
LOSS_FILE = "fast_test_loss.jsonl"
SAVE_FLAG = "save_now"
#: The pretended pace; a quick preset of 400 steps takes about four seconds.
SECONDS_IN_ALL = 4.0


class FastTestBackend:
    """Makes LoRAs from the family's probe modules, marked as placeholders in their metadata."""

    name = "fast_test"
    version = VERSION

    def __init__(self, allowed: bool, families: Families) -> None:
        self._allowed = allowed
        self._families = families
        self._reader = CheckpointReader()

    def capabilities(self) -> BackendCapabilities:
        return BackendCapabilities(
            name=self.name,
            label="Practice mode (placeholder)",
            version=self.version,
            families=[family.key for family in self._families.offered() if family.probes],
            needs="cpu",
            options={
                "steps": Option(min=1, max=5000, tooltip="How many steps to pretend. Nothing is learned.")
            },
            placeholder=True,
            can_continue=True,
            savings=["cache_text", "resolution", "batch_size"],
        )

    def state(self) -> BackendState:
        return BackendState(name=self.name, version=self.version)

    def preflight(self, training: ResolvedTraining) -> list[Finding]:
        findings = [
            Finding(
                severity="info",
                code="placeholder",
                message="Practice mode: the result is a placeholder and won't look like the person.",
            )
        ]
        if not self._allowed:
            findings.append(
                Finding(
                    severity="error",
                    code="placeholder_in_production",
                    message="Placeholders exist only in practice mode.",
                    fix="choose_backend",
                )
            )
        if not self._families.get(training.family).probes:
            findings.append(
                Finding(
                    severity="error",
                    code="family_without_placeholder",
                    message="There is no placeholder for this model family.",
                    fix="choose_family",
                )
            )
        return findings

    def plan(self, job_dir: Path, training: ResolvedTraining, *, resume: bool) -> LaunchPlan:
        out = job_dir / "out"
        out.mkdir(exist_ok=True)
        family = self._families.get(training.family)
        for file in out.glob("*.safetensors"):
            if not self._reader.is_finite(file):
                put_away(file, job_dir)
        done = self.checkpoints(job_dir, training) if resume else []
        order = {
            "steps": training.steps,
            "first_step": done[-1].step if done else 0,
            "save_every": training.save_every,
            "rank": training.rank,
            "alpha": training.alpha,
            "learning_rate": training.learning_rate,
            "prompts": training.sample_prompts,
            "seed": training.seed,
            "pause_s": float(os.environ.get("ISENGARD_FAST_TEST_S") or SECONDS_IN_ALL)
            / max(1, training.steps),
            "stem": f"{training.slug}_{training.job_id[-8:]}",
            "trigger": training.trigger_word,
            "family": training.family,
            "probes": [probe.model_dump() for probe in family.probes],
        }
        atomic.write_json(job_dir / PLAN_FILE, order)
        (job_dir / STATUS_FILE).unlink(missing_ok=True)  # of the attempt before
        forget_losses(job_dir / LOSS_FILE, done[-1].step if done else 0)
        argv = [sys.executable, "-I", "-X", "utf8", str(TRAINER), str(job_dir)]
        return LaunchPlan(argv=argv, cwd=job_dir, env=minimal_environment() | {"PYTHONUNBUFFERED": "1"})

    def poll(self, job_dir: Path, training: ResolvedTraining, after_step: int) -> Reading:
        losses = read_losses(job_dir / LOSS_FILE, after_step)
        try:
            status = json.loads((job_dir / STATUS_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return Reading(Progress(phase="starting", total_steps=training.steps))
        step, pace = int(status["step"]), float(status["seconds_per_step"])
        progress = Progress(
            phase=status["phase"],
            step=step,
            total_steps=training.steps,
            loss=status.get("loss"),
            learning_rate=training.learning_rate,
            seconds_per_step=pace,
            eta_s=max(0, training.steps - step) * pace,
        )
        return Reading(progress, find_samples(job_dir), losses)

    def checkpoints(self, job_dir: Path, training: ResolvedTraining) -> list[Checkpoint]:
        checkpoints = []
        for file in sorted((job_dir / "out").glob("*.safetensors")):
            step = int(file.stem.rsplit("_", 1)[1])
            checkpoint = self._reader.read(file, job_dir, step, training, placeholder=True)
            if checkpoint is not None:
                checkpoints.append(checkpoint)
        return sorted(checkpoints, key=lambda checkpoint: checkpoint.step)

    def carry_over(
        self, before_dir: Path, before: ResolvedTraining, job_dir: Path, training: ResolvedTraining
    ) -> None:
        last = self.checkpoints(before_dir, before)[-1]
        (job_dir / "out").mkdir()
        target = f"{training.slug}_{training.job_id[-8:]}_{last.step:06d}.safetensors"
        shutil.copyfile(before_dir / "out" / last.file, job_dir / "out" / target)

    def save_now(self, job_dir: Path) -> None:
        (job_dir / SAVE_FLAG).touch()

    def stop(self, job_dir: Path, pid: int) -> None:
        process_tree.terminate(pid)

    def outcome(self, job_dir: Path, training: ResolvedTraining, exit_code: int) -> Outcome:
        checkpoints = self.checkpoints(job_dir, training)
        if exit_code == 0 and checkpoints and checkpoints[-1].step == training.steps:
            return Outcome("completed", checkpoints=checkpoints)
        if exit_code in (128 + signal.SIGTERM, signal.SIGTERM):  # as Linux tells it, and as Windows does
            return Outcome("cancelled", checkpoints=checkpoints)
        error = JobError(
            code="trainer_failed",
            message=said("The practice trainer stopped with code {exit_code}.", exit_code=exit_code),
            hint="Check the job's log, then press Retry.",
        )
        return Outcome("failed", error, checkpoints)
