"""Workers killed at random while jobs run: nothing runs twice at once, nothing is lost, nothing is left behind."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest
from isengard.core.jobs.ledger import JobFilter
from isengard.core.records.job_states import ENDED, JobState
from isengard.core.records.training import Overrides, TrainingRequest
from support.storm_checks import assert_nothing_left, assert_one_trainer_at_a_time, assert_states_were_legal
from support.training_fixtures import JUMPING_BOOT

FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))
WORKERS = 3
#: jobs and kills; Redis in short every day, the same as SQLite in a full run
SIZES = {"sqlite": (12, 200) if FULL else (4, 16), "redis": (12, 200) if FULL else (3, 10)}
STEPS, SAVE_EVERY = 200, 10
LIMIT_S = 540 if FULL else 240
FAST = {
    "ISENGARD_LEASE_S": "3",
    "ISENGARD_BEAT_S": "0.3",
    "ISENGARD_LOOK_S": "0.3",
    "ISENGARD_MAX_ATTEMPTS": "1000",
}

pytestmark = [pytest.mark.storm, pytest.mark.slow]


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.full)])
def redis_url(request):
    return request.getfixturevalue("redis_server").url if request.param == "redis" else ""


@pytest.mark.full
def test_a_storm_of_kills_loses_nothing(house, ann, start_worker, redis_url, capsys):
    def start(n):
        """The last one's wall clock jumps by a day, forth and back."""
        clock = {"boot": JUMPING_BOOT} if n == WORKERS - 1 else {}
        return start_worker("--name", f"w{n}", ISENGARD_IDLE_S="5", **clock, **FAST)

    count, kills = SIZES["redis" if redis_url else "sqlite"]
    jobs = [submit(house, ann) for _ in range(count)]
    workers = [start(n) for n in range(WORKERS)]
    chance, began, killed = random.Random(20261124), time.monotonic(), 0
    while running(house) and time.monotonic() - began < LIMIT_S:
        time.sleep(chance.uniform(0.05, 0.7))
        number = chance.randrange(WORKERS)
        if killed < kills:
            workers[number].send_signal(signal.SIGKILL)
            workers[number].wait()
            killed += 1
        for n, worker in enumerate(workers):
            if worker.poll() is not None:
                workers[n] = start(n)
    states = [house.ledger.get(job.id) for job in jobs]
    with capsys.disabled():
        attempts, seconds = sum(job.attempt for job in states), time.monotonic() - began
        where = "Redis" if redis_url else "SQLite"
        print(f"\n[storm] {where}: {count} jobs, {killed} kills, {attempts} attempts, {seconds:.0f} s")
    assert killed == kills, "the jobs were done before the storm was over"
    assert [job.state for job in states] == [JobState.COMPLETED] * count, [job.error for job in states]
    for job in states:
        assert_one_trainer_at_a_time(house.paths.job(job.id), job.attempt, steps=STEPS, save_every=SAVE_EVERY)
    assert set(assert_states_were_legal(house.ledger).values()) == {JobState.COMPLETED}
    for worker in workers:
        worker.wait(30)
    assert_nothing_left(house.paths.root)
    if redis_url:
        assert not house.paths.jobs_db.exists() and not house.paths.queue_db.exists()


def submit(house, ann):
    request = TrainingRequest(
        character_id=ann.id, overrides=Overrides(steps=STEPS, save_every=SAVE_EVERY, sample_prompts=[])
    )
    job = house.training.submit(request, "storm")
    for _ in range(3):  # duplicate doorbells are harmless
        house.doorbell.ring(job.id, job.attempt, job.priority)
    return job


def running(house) -> bool:
    states = [state for state in JobState if state not in ENDED]
    return bool(house.ledger.jobs(JobFilter(states=states), limit=1).items)
