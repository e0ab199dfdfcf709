"""A trainer in one file: what Isengard asks of a training backend, answered with as little as possible."""

import json
import os
import signal
import sys
from pathlib import Path

from isengard.core.records.job import JobError, Progress
from isengard.core.records.training import Preset
from isengard.core.records.worker import BackendState
from isengard.training.backends.checkpoint_reader import CheckpointReader
from isengard.training.interface import BackendCapabilities, LaunchPlan, Outcome, Reading
from isengard.training.process.environment import minimal_environment


def create(context):
    return Pencil()


class Pencil:
    name, version = "pencil", "0.1.0"

    def __init__(self):
        self.reader = CheckpointReader()

    def capabilities(self):
        presets = [("sketch", "Sketch", "A few strokes.", 0.02), ("portrait", "Portrait", "Some more.", 0.05)]
        keys = ("name", "label", "description", "factor")
        return BackendCapabilities(
            **{
                "name": self.name,
                "label": "Pencil",
                "version": self.version,
                "families": ["sd15"],
                "needs": "cpu",
            },
            presets=[Preset(**dict(zip(keys, values, strict=True))) for values in presets],
        )

    def state(self):
        return BackendState(name=self.name, version=self.version)

    def preflight(self, training):
        return []

    def plan(self, job_dir, training, *, resume):
        trainer = str(Path(__file__).with_name("draw.py"))
        argv = [sys.executable, trainer, str(job_dir), str(training.steps), str(training.rank)]
        return LaunchPlan(argv=argv, cwd=job_dir, env=minimal_environment())

    def poll(self, job_dir, training, after_step):
        try:
            step = json.loads((job_dir / "strokes.json").read_text())["step"]
        except (OSError, ValueError):
            step = 0
        return Reading(Progress(phase="drawing", step=step, total_steps=training.steps))

    def checkpoints(self, job_dir, training):
        files = sorted((job_dir / "out").glob("*.safetensors"))
        return [one for file in files if (one := self.reader.read(file, job_dir, training.steps, training))]

    def save_now(self, job_dir):
        pass

    def stop(self, job_dir, pid):
        os.kill(pid, signal.SIGTERM)

    def outcome(self, job_dir, training, exit_code):
        made = self.checkpoints(job_dir, training)
        if exit_code == 0 and made:
            return Outcome("completed", checkpoints=made)
        if exit_code == 128 + signal.SIGTERM:
            return Outcome("cancelled", checkpoints=made)
        return Outcome(
            "failed", JobError(code="pencil_broke", message="The pencil broke.", hint="Sharpen it."), made
        )
