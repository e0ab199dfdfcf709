"""A training that is paused, or whose trainer hangs, goes on from its last checkpoint and says so."""

from __future__ import annotations

import json
import os
import signal

import pytest
from isengard.core.jobs.ledger import Lease
from isengard.core.records.job import JobError
from isengard.core.records.job_states import JobState
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.training.process import process_tree
from isengard.training.process.trainer_process import PID_FILE
from isengard.training.worker.run_end import RunEnd
from support.soon import until
from support.storm_checks import assert_nothing_left, assert_one_trainer_at_a_time, assert_states_were_legal
from support.training_waits import wait_for

pytestmark = [pytest.mark.slow]
STEPS, SAVE_EVERY = 400, 20
FAST = {"ISENGARD_BEAT_S": "0.3", "ISENGARD_LOOK_S": "0.3", "ISENGARD_IDLE_S": "2", "ISENGARD_POLITE_S": "1"}


@pytest.fixture
def job(house, ann):
    overrides = Overrides(steps=STEPS, save_every=SAVE_EVERY, sample_prompts=[])
    return house.training.submit(TrainingRequest(character_id=ann.id, overrides=overrides), "on")


def until_saved(house, job):
    """Running, with a checkpoint; the trainer's pid."""
    wait_for(house.ledger, job.id, {JobState.RUNNING})
    until(lambda: house.ledger.get(job.id).checkpoints)
    return process_tree.read_pid_file(str(house.paths.job(job.id) / PID_FILE))[0]


def trained(house, job):
    lines = (house.paths.job(job.id) / "fast_test_loss.jsonl").read_text().splitlines()
    return [json.loads(line)["step"] for line in lines]


def test_a_paused_training_goes_on_at_the_very_step(house, job, start_worker):
    worker = start_worker(**FAST)
    until_saved(house, job)
    house.ledger.order(job.id, "pause")
    paused = wait_for(house.ledger, job.id, {JobState.PAUSED})
    last = paused.checkpoints[-1].step
    assert paused.error is None and not process_tree.alive(until_pid(house, job))
    assert house.ledger.requeue(job.id).state is JobState.QUEUED
    done = wait_for(house.ledger, job.id)
    assert (done.state, done.attempt, done.interruption) == (JobState.COMPLETED, 2, None)
    steps = trained(house, job)  # what came after the save is forgotten, and trained again
    assert steps == list(range(1, len(steps) + 1)) and steps[-1] > last
    assert worker.wait(60) == 0
    assert_states_were_legal(house.ledger)
    assert_nothing_left(house.paths.root)


def until_pid(house, job):
    return process_tree.read_pid_file(str(house.paths.job(job.id) / PID_FILE))[0]


def test_a_hung_trainer_is_ended_and_tried_again_with_the_reason(house, job, start_worker):
    start_worker(ISENGARD_STALL_SCALE="0.002", **FAST)  # 900 s become 1.8
    os.kill(until_saved(house, job), signal.SIGSTOP)
    again = until(lambda: (now := house.ledger.get(job.id)).attempt != 1 and now)
    assert again.attempt == 2 and again.interruption.code == "trainer_hung"
    assert (
        again.interruption.message.startswith("Interrupted at ")
        and "of 400. The trainer did nothing" in again.interruption.message
    )
    done = wait_for(house.ledger, job.id)
    assert done.state is JobState.COMPLETED and done.interruption is None
    assert_one_trainer_at_a_time(house.paths.job(job.id), 2, steps=STEPS, save_every=SAVE_EVERY)


@pytest.mark.parametrize("code", ["gpu_out_of_memory", "memory_out", "loss_not_finite", "trainer_killed"])
def test_what_ran_out_of_memory_is_never_tried_again_by_itself(house, job, code):
    _, lease = house.ledger.claim(worker_id="w", owner="o", needs=("cpu",))
    house.ledger.advance(lease, JobState.RUNNING)
    assert isinstance(lease, Lease)
    RunEnd(house.ledger, lease, house.paths, {}).break_off(JobError(code=code, message="x"))
    failed = house.ledger.get(job.id)
    assert failed.state is JobState.FAILED and failed.error.code == code
    assert house.ledger.claim(worker_id="w", owner="o", needs=("cpu",)) is None
