"""The worker's hold on a trainer: its end is told at once, whatever pace the worker looks at."""

from __future__ import annotations

import json
import os
import sys
import time
from functools import partial

import psutil
import pytest
from isengard.core.processes import start as starting
from isengard.core.records.job_states import JobState
from isengard.training.interface import LaunchPlan
from isengard.training.process.trainer_process import TrainerProcess
from isengard.training.tasks import task as task_module
from support.task_fixtures import task_house  # noqa: F401 - fixture

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


#: Says how far it and a program of its own stand back, and on Linux their session.
STANDS_BACK = """
import json, os, subprocess, sys
import psutil
asks = "import psutil; print(int(psutil.Process().nice()))"
child = int(subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True).stdout)
group = open("/proc/self/autogroup").read().split()[-1] if os.path.exists("/proc/self/autogroup") else None
json.dump([int(psutil.Process().nice()), child, group], open("told.json", "w"))
"""


def test_a_trainer_gives_way_to_what_people_work_with_and_is_never_last(started, tmp_path):
    trainer = started(STANDS_BACK)
    trainer.wait(LONG)
    trainer_itself, its_child, session = json.loads((tmp_path / "told.json").read_text())
    below = psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else min(19, psutil.Process().nice() + 10)
    assert trainer_itself == its_child == below
    assert session in (None, "10"), "where Linux shares its time out by sessions"


def test_on_windows_a_trainer_is_below_normal_as_its_children_are(monkeypatch):
    flags = {
        "CREATE_NEW_PROCESS_GROUP": 0x200,
        "CREATE_NO_WINDOW": 0x8000000,
        "BELOW_NORMAL_PRIORITY_CLASS": 0x4000,
    }
    for name, value in flags.items():
        monkeypatch.setattr(starting.subprocess, name, value, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert starting.in_a_group() == {"creationflags": sum(flags.values())}


def test_a_program_of_a_task_that_ended_since_the_computer_slept_is_not_blamed(task_house, monkeypatch):  # noqa: F811
    """Setting up the trainer said that its packages could not be installed, or do not work together."""
    asleep = partial(TrainerProcess, silence_s=0.3)
    monkeypatch.setattr(task_module, "TrainerProcess", asleep)
    monkeypatch.setattr(TrainerProcess, "beat", lambda trainer: None)
    said = []

    def work(task):
        said.append(task.run([sys.executable, "-c", "import time; time.sleep(60)"], cwd=task.dir, env={}))

    job = task_house.run(work)
    assert (job.state, said) == (JobState.QUEUED, [])
    assert job.error is None or job.error.code == "worker_stood_still"
