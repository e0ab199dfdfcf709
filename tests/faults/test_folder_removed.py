"""A data folder that is removed or moved under a worker: the worker and its trainer end, and the log says why."""

from __future__ import annotations

import shutil

import pytest
from isengard.core.records.job_states import JobState
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.core.storage.file_lock import held
from isengard.training.machine.os_locks import worker_lock_path
from isengard.training.process import process_tree
from isengard.training.process.trainer_process import PID_FILE
from support.soon import until
from support.training_waits import wait_for

LONG = {"ISENGARD_IDLE_S": "300", "ISENGARD_LOOK_S": "0.3"}


def removed(paths):
    shutil.rmtree(paths.root)


def moved(paths):
    paths.root.rename(paths.root.with_name("moved"))


def made_anew(paths):
    moved(paths)
    paths.create()
    worker_lock_path(paths).touch()


@pytest.mark.parametrize("how", [removed, moved, made_anew])
def test_an_idle_worker_ends_and_says_why(house, paths, start_worker, tmp_path, how):
    worker = start_worker(LOG_DIR=str(tmp_path / "logs"), **LONG)
    until(lambda: held(worker_lock_path(paths)) and house.ledger.workers())
    how(paths)
    assert worker.wait(60) == 1
    (log,) = (tmp_path / "logs" / "worker").glob("*.log")
    assert "The data folder was removed or moved" in log.read_text()


def test_a_worker_that_trains_takes_its_trainer_along(house, ann, paths, start_worker, tmp_path):
    request = TrainingRequest(
        character_id=ann.id, family="sd15", overrides=Overrides(steps=5000, save_every=50)
    )
    job = house.training.submit(request, "corr-removed")
    worker = start_worker(LOG_DIR=str(tmp_path / "logs"), ISENGARD_FAST_TEST_S="90", **LONG)
    wait_for(house.ledger, job.id, {JobState.RUNNING})
    pid_file = paths.job(job.id) / PID_FILE
    trainer = until(lambda: process_tree.read_pid_file(str(pid_file)))
    moved(paths)
    assert worker.wait(60) == 1
    until(lambda: not process_tree.alive(*trainer))  # else it trains for nobody
