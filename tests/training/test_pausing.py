"""A pause saves what was learned; before the first step there is nothing to save, and nothing is waited for."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from isengard.core.records.job import Progress
from isengard.training import runner
from isengard.training.interface import ResolvedTraining
from task_house import task_house  # noqa: F401 - fixture

SAVE_S = 30.0


class Trainer:
    """Runs on until it is killed; writes a checkpoint when it is asked for one."""

    pid = None

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.saved: list[str] = []

    def poll(self):
        return None

    def kill(self):
        self.saved.append("killed")

    def save_now(self, job_dir):
        self.saved.append("checkpoint")

    def checkpoints(self, job_dir, training):
        return [file for file in self.saved if file == "checkpoint"]

    def look(self):
        return self.progress

    def look_closely(self):
        pass


@pytest.fixture
def pause(task_house, monkeypatch):  # noqa: F811
    """Pause a trainer that stands at `progress`; (what it did, seconds)."""
    tools = SimpleNamespace(**{**vars(task_house.tools), "pace": runner.Pace(save=SAVE_S)})
    monkeypatch.setattr(ResolvedTraining, "read", lambda job_dir: None)

    def pause(**progress):
        job = task_house.submit()
        claimed, lease = task_house.ledger.claim(worker_id="w", owner="w-1", needs={"cpu"})
        trainer, began = Trainer(Progress(total_steps=100, **progress)), time.monotonic()
        with pytest.raises(runner.Stopped) as stopped:
            runner.Runner(tools, claimed, lease)._stop(trainer, trainer, trainer, "pause")
        assert (claimed.id, str(stopped.value)) == (job.id, "paused")
        return trainer.saved, time.monotonic() - began

    return pause


@pytest.mark.parametrize("phase", ["starting", "downloading", "loading", "caching", "sampling"])
def test_before_the_first_step_it_ends_at_once(pause, phase):
    saved, took = pause(phase=phase)
    assert saved == ["killed"] and took < SAVE_S / 10


@pytest.mark.parametrize("phase", ["training", "a word of another trainer"])
def test_what_was_learned_is_saved_first(pause, phase):
    assert pause(phase=phase, step=7)[0] == ["checkpoint", "killed"]
