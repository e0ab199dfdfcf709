"""The worker's hold on a trainer: its end is told at once, whatever pace the worker looks at."""

from __future__ import annotations

import sys
import time

import pytest
from isengard.training.interface import LaunchPlan
from isengard.training.process.trainer_process import TrainerProcess

LONG = 60.0


@pytest.fixture
def started(tmp_path):
    trainers = []

    def start(code: str) -> TrainerProcess:
        plan = LaunchPlan(argv=[sys.executable, "-c", code], cwd=tmp_path, env={})
        trainers.append(TrainerProcess(plan, tmp_path))
        return trainers[-1]

    yield start
    for trainer in trainers:
        trainer.kill()


def test_waiting_ends_with_the_trainer_and_its_exit_code_is_there(started):
    trainer = started("raise SystemExit(7)")
    began = time.monotonic()
    trainer.wait(LONG)
    assert time.monotonic() - began < LONG / 2 and trainer.poll() == 7


def test_waiting_ends_after_the_time_asked_while_the_trainer_runs(started):
    trainer = started("import time; time.sleep(120)")
    trainer.wait(0.2)
    assert trainer.poll() is None
    assert trainer.kill() != 0
    began = time.monotonic()
    trainer.wait(LONG)
    assert time.monotonic() - began < LONG / 2
