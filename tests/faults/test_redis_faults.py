"""Redis goes away, comes back empty or with another password: trainings go on, and afterwards everything is there."""

from __future__ import annotations

import os
import time

import pytest
from isengard.core.errors import LedgerAwayError
from isengard.core.records.job_states import ENDED, JobState
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.training.process import process_tree
from isengard.training.process.trainer_process import PID_FILE
from support.storm_checks import assert_nothing_left, assert_one_trainer_at_a_time
from support.training_waits import wait_for

pytestmark = [pytest.mark.storm, pytest.mark.slow]
FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))
#: seconds without Redis, and what a lease has to be for that (REDIS_LEASE_S is 120)
OUTAGE_S, LEASE_S = (60, 120) if FULL else (2, 6)
#: the fast-test trainer takes about four seconds; these take longer than the outage
STEPS, SAVE_EVERY = 5000, 100
FAST = {
    "ISENGARD_LEASE_S": str(LEASE_S),
    "ISENGARD_BEAT_S": "0.3",
    "ISENGARD_LOOK_S": "0.3",
    "ISENGARD_IDLE_S": "1.5",
}
PACE_S = str(OUTAGE_S + 4)


@pytest.fixture
def redis_url(redis_server):
    return redis_server.url


def submit(house, ann):
    overrides = Overrides(steps=STEPS, save_every=SAVE_EVERY, sample_prompts=[])
    job = house.training.submit(TrainingRequest(character_id=ann.id, overrides=overrides), "redis")
    house.doorbell.ring(job.id, job.attempt)
    return job


@pytest.mark.parametrize("fault", ["stopped", "empty", "password"] if FULL else ["empty"])
@pytest.mark.full
def test_a_training_outlives_its_redis(house, ann, start_worker, redis_server, fault):
    done_before = submit(house, ann)
    house.ledger.order(done_before.id, "cancel")
    job, waiting = submit(house, ann), submit(house, ann)
    epoch = house.ledger.epoch
    worker = start_worker("--name", "a", ISENGARD_FAST_TEST_S=PACE_S, **FAST)
    wait_for(house.ledger, job.id, {JobState.RUNNING})
    deadline = time.monotonic() + 20
    while not house.ledger.get(job.id).checkpoints and time.monotonic() < deadline:
        time.sleep(0.05)
    trainer = process_tree.read_pid_file(str(house.paths.job(job.id) / PID_FILE))
    redis_server.stop(wipe=fault == "empty")
    if fault == "password":
        redis_server.start("another")
    began, codes = time.monotonic(), set()
    while time.monotonic() - began < OUTAGE_S:
        with pytest.raises(LedgerAwayError) as away:
            house.ledger.get(job.id)
        codes.add(away.value.code)
        assert process_tree.alive(*trainer), "the training did not outlive its Redis"
        time.sleep(0.2)
    assert codes == {"redis_refused" if fault == "password" else "redis_unreachable"}
    if fault == "password":
        redis_server.stop()
    redis_server.start()
    assert (house.ledger.get(job.id).state, house.ledger.get(job.id).attempt) == (JobState.RUNNING, 1)
    assert process_tree.alive(*trainer)
    assert (house.ledger.epoch != epoch) is (fault == "empty")
    assert house.ledger.get(done_before.id).state is JobState.CANCELLED
    for known in (job, waiting):
        done = wait_for(house.ledger, known.id, ENDED, timeout_s=60 + 2 * OUTAGE_S)
        assert (done.state, done.attempt) == (JobState.COMPLETED, 1), done
        assert_one_trainer_at_a_time(house.paths.job(known.id), 1, steps=STEPS, save_every=SAVE_EVERY)
    assert worker.wait(30) == 0
    assert_nothing_left(house.paths.root)
