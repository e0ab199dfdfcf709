"""A worker's wall clock jumps by a day, forth and back, while it trains: nobody takes its job, nothing is repeated."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta

import pytest
from isengard.core.records.job_states import ENDED, JobState
from isengard.core.records.training import Overrides, TrainingRequest
from support.storm_checks import assert_nothing_left, assert_one_trainer_at_a_time
from support.training_fixtures import JUMPING_BOOT

pytestmark = [pytest.mark.storm, pytest.mark.slow]
STEPS, SAVE_EVERY = 200, 40


FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))


@pytest.fixture(params=["sqlite", "redis"] if FULL else ["sqlite"])
def redis_url(request):
    return request.getfixturevalue("redis_server").url if request.param == "redis" else ""


def test_leases_and_heartbeats_do_not_mind(house, ann, start_worker):
    overrides = Overrides(steps=STEPS, save_every=SAVE_EVERY, sample_prompts=[])
    job = house.training.submit(TrainingRequest(character_id=ann.id, overrides=overrides), "jump")
    start_worker(boot=JUMPING_BOOT, ISENGARD_FAST_TEST_S="1.2", ISENGARD_LEASE_S="6", ISENGARD_BEAT_S="0.2")
    seen, deadline = set(), time.monotonic() + 120
    while (now := house.ledger.get(job.id)).state not in ENDED and time.monotonic() < deadline:
        house.ledger.reconcile()
        seen.add(now.updated_at[:10])
        time.sleep(0.05)
    assert (now.state, now.attempt, now.interruption) == (JobState.COMPLETED, 1, None)
    assert now.progress.eta_s == 0
    days = {datetime.fromisoformat(day) for day in seen}
    assert max(days) - min(days) >= timedelta(days=1), "the clock did not jump"
    assert_one_trainer_at_a_time(house.paths.job(job.id), 1, steps=STEPS, save_every=SAVE_EVERY)
    assert_nothing_left(house.paths.root)
