"""Workers killed at random while jobs run: nothing runs twice at once, nothing is lost, nothing is left behind."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest
from isengard.core.job_states import ENDED, TRANSITIONS, JobState
from isengard.core.ledger import JobFilter
from isengard.core.records.training import Overrides, TrainingRequest

FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))
WORKERS = 3
#: jobs and kills; Redis in short every day, the same as SQLite in a full run
SIZES = {"sqlite": (12, 200) if FULL else (8, 50), "redis": (12, 200) if FULL else (5, 25)}
STEPS, SAVE_EVERY = 200, 10
LIMIT_S = 540 if FULL else 240
FAST = {
    "ISENGARD_LEASE_S": "3",
    "ISENGARD_BEAT_S": "0.3",
    "ISENGARD_LOOK_S": "0.3",
    "ISENGARD_MAX_ATTEMPTS": "1000",
}

pytestmark = [pytest.mark.storm, pytest.mark.slow]


@pytest.fixture(params=["sqlite", "redis"])
def redis_url(request):
    return request.getfixturevalue("redis_server").url if request.param == "redis" else ""


def test_a_storm_of_kills_loses_nothing(house, ann, start_worker, redis_url, capsys):
    count, kills = SIZES["redis" if redis_url else "sqlite"]
    jobs = [submit(house, ann) for _ in range(count)]
    workers = [start_worker("--name", f"w{n}", ISENGARD_IDLE_S="5", **FAST) for n in range(WORKERS)]
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
                workers[n] = start_worker("--name", f"w{n}", ISENGARD_IDLE_S="5", **FAST)
    states = [house.ledger.get(job.id) for job in jobs]
    with capsys.disabled():
        attempts, seconds = sum(job.attempt for job in states), time.monotonic() - began
        where = "Redis" if redis_url else "SQLite"
        print(f"\n[storm] {where}: {count} jobs, {killed} kills, {attempts} attempts, {seconds:.0f} s")
    assert killed == kills, "the jobs were done before the storm was over"
    assert [job.state for job in states] == [JobState.COMPLETED] * count, [job.error for job in states]
    for job in states:
        assert_one_trainer_at_a_time(house.paths.job(job.id), job.attempt)
    assert_states_were_legal(house)
    for worker in workers:
        worker.wait(30)
    assert orphans(house.paths.jobs) == []
    assert list(house.paths.root.rglob("*.isen-tmp")) == []
    if redis_url:
        assert not house.paths.jobs_db.exists() and not house.paths.queue_db.exists()


def assert_states_were_legal(house) -> None:
    """Every change of state that was told is a step of the table, and the numbers have no gap."""
    last: dict[str, JobState] = {}
    seq = 0
    while page := house.ledger.events_after(seq):
        assert [event.seq for event in page] == list(range(seq + 1, seq + 1 + len(page)))
        seq = page[-1].seq
        for event in (event for event in page if event.type == "job.state"):
            state = JobState(event.data["state"])
            before = last.get(event.subject.id)
            assert before is None or state in TRANSITIONS[before], f"{before} -> {state}"
            last[event.subject.id] = state
    assert set(last.values()) == {JobState.COMPLETED}


def submit(house, ann):
    request = TrainingRequest(
        character_id=ann.id, overrides=Overrides(steps=STEPS, save_every=SAVE_EVERY, sample_prompts=[])
    )
    job = house.submission.submit(request, "storm")
    for _ in range(3):  # duplicate doorbells are harmless
        house.doorbell.ring(job.id, job.attempt, job.priority)
    return job


def running(house) -> bool:
    states = [state for state in JobState if state not in ENDED]
    return bool(house.ledger.jobs(JobFilter(states=states), limit=1).items)


def assert_one_trainer_at_a_time(job_dir: Path, attempts: int) -> None:
    """Every trainer appends its steps to one file. Two at once would interleave; a restart begins right after a save."""
    lines = (job_dir / "fast_test_loss.jsonl").read_text().splitlines()
    steps = [json.loads(line)["step"] for line in lines if line.endswith("}")]
    breaks = [(before, after) for before, after in pairwise(steps) if after != before + 1]
    assert len(breaks) < attempts, f"{len(breaks)} restarts in {attempts} attempts: two trainers ran at once"
    for before, after in breaks:
        assert after == 1 or (after - 1) % SAVE_EVERY == 0, f"restarted at {after}, not after a checkpoint"
        assert before - (after - 1) <= SAVE_EVERY, f"steps {after} to {before} were trained again"
    assert sorted(set(steps)) == list(range(1, STEPS + 1))


def orphans(jobs: Path) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(jobs) in line]
