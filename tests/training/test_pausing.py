"""A pause saves what was learned; before the first step there is nothing to save, and nothing is waited for."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from isengard.core.records.job import Progress
from isengard.core.records.job_states import JobState
from isengard.training.interface import Outcome, ResolvedTraining
from isengard.training.worker import runner
from support.task_fixtures import task_house  # noqa: F401 - fixture

#: Seconds: nobody waits for so long.
SAVE_S = 300.0


class Trainer:
    """Runs on until it is killed; writes a checkpoint when it is asked for one."""

    pid = None
    #: The step of a save that was made before.
    saved_at = 0

    def __init__(self, progress: Progress, *, done: bool, saves: bool) -> None:
        self.progress, self.done, self.saves = progress, done, saves
        self.saved: list[str] = []

    def poll(self):
        return None

    def kill(self):
        self.saved.append("killed")
        return 0 if self.done else 137

    def outcome(self, job_dir, training, exit_code):
        return Outcome("completed" if exit_code == 0 else "failed")

    def save_now(self, job_dir):
        self.saved.append("checkpoint" if self.saves else "asked")

    def checkpoints(self, job_dir, training):
        steps = [self.saved_at, *(self.progress.step for file in self.saved if file == "checkpoint")]
        return [SimpleNamespace(step=step) for step in steps if step]

    def look(self):
        return self.progress

    def beat(self):
        """It has no worker that might be gone."""

    def stop(self):
        self.saved.append("last look")


@pytest.fixture
def pause(task_house, monkeypatch):  # noqa: F811
    """Pause (or cancel) a trainer that stands at `progress`; (what it did, seconds, the exit code or how it was stopped)."""
    tools = SimpleNamespace(**{**vars(task_house.tools), "pace": runner.Pace(save=SAVE_S)})
    monkeypatch.setattr(ResolvedTraining, "read", lambda job_dir: None)

    def pause(order="pause", done=False, saves=True, then="", saved_at=0, **progress):
        job = task_house.submit()
        claimed, lease = task_house.ledger.claim(worker_id="w", owner="w-1", needs={"cpu"})
        trainer, began = (
            Trainer(Progress(total_steps=100, **progress), done=done, saves=saves),
            time.monotonic(),
        )
        trainer.saved_at = saved_at
        if then:
            task_house.ledger.advance(lease, JobState.RUNNING)
            for wish in (order, then):
                task_house.ledger.order(job.id, wish)
        try:
            ended = runner.Runner(tools, claimed, lease)._stop(trainer, trainer, trainer, order)
        except runner.Stopped as stopped:
            ended = str(stopped)
        return trainer.saved, time.monotonic() - began, ended

    return pause


@pytest.mark.parametrize("phase", ["starting", "downloading", "loading", "caching", "sampling"])
def test_before_the_first_step_it_ends_at_once(pause, phase):
    saved, took, ended = pause(phase=phase)
    assert (saved, ended) == (["killed", "last look"], "paused") and took < SAVE_S / 10


@pytest.mark.parametrize("phase", ["training", "a word of another trainer"])
def test_what_was_learned_is_saved_first(pause, phase):
    saved, _, ended = pause(phase=phase, step=7)
    assert (saved, ended) == (["checkpoint", "killed", "last look"], "paused")


def test_a_trainer_that_is_done_meanwhile_has_nothing_to_pause(pause):
    saved, _, ended = pause(phase="training", step=99, done=True)
    assert (saved, ended) == (["checkpoint", "killed"], 0), "its result is published, as of any other"


def test_what_was_cancelled_stays_cancelled(pause):
    saved, _, ended = pause(order="cancel", phase="training", step=99, done=True)
    assert (saved, ended) == (["killed", "last look"], "cancelled")


def test_who_cancels_a_pause_does_not_wait_for_its_save(pause):
    """A save of a large model takes minutes."""
    saved, took, ended = pause(phase="training", step=7, saves=False, then="cancel")
    assert (saved, ended) == (["asked", "killed", "last look"], "cancelled") and took < SAVE_S / 3


@pytest.mark.parametrize(("saves", "kept"), [(True, []), (False, ["checkpoint"])])
def test_while_pictures_of_a_save_are_drawn_there_is_nothing_to_save(pause, saves, kept):
    """A slow GPU draws them for minutes, and a trainer that draws saves only afterwards: it was waited for, and then killed."""
    saved, took, ended = pause(phase="sampling", step=40, saved_at=40 if saves else 30)
    assert (saved, ended) == ([*kept, "killed", "last look"], "paused") and took < SAVE_S / 10
