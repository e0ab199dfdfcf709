"""A worker that stands still or loses its ledger: its trainer ends before another may begin."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from fakes.tcp_gate import TcpGate
from isengard.core.records.job_states import ENDED, JobState
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.training.process import process_tree
from isengard.training.process.trainer_process import PID_FILE
from support import soon
from support.storm_checks import assert_nothing_left, assert_one_trainer_at_a_time, assert_states_were_legal
from support.training_waits import wait_for

pytestmark = [pytest.mark.storm, pytest.mark.slow]
FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))
STEPS, SAVE_EVERY = 1500, 50
LEASE_S = 4.0
FAST = {
    "ISENGARD_LEASE_S": str(LEASE_S),
    "ISENGARD_BEAT_S": "0.3",
    "ISENGARD_LOOK_S": "0.3",
    "ISENGARD_IDLE_S": "1.5",
}


#: Redis has its own test below; in a full run both
@pytest.fixture(params=["sqlite", "redis"] if FULL else ["sqlite"])
def redis_url(request):
    return request.getfixturevalue("redis_server").url if request.param == "redis" else ""


def submit(house, ann):
    overrides = Overrides(steps=STEPS, save_every=SAVE_EVERY, sample_prompts=[])
    job = house.training.submit(TrainingRequest(character_id=ann.id, overrides=overrides), "cut")
    house.doorbell.ring(job.id, job.attempt)
    return job


def running(house, job):
    """Running and with a checkpoint; the trainer's (pid, start)."""
    wait_for(house.ledger, job.id, {JobState.RUNNING})
    until(lambda: house.ledger.get(job.id).checkpoints)
    return process_tree.read_pid_file(str(house.paths.job(job.id) / PID_FILE))


def stop_between_writes(house, worker):
    """SIGSTOP, but not within a transaction: SQLite's lock would then hold everybody up until the worker goes on."""
    while True:
        worker.send_signal(signal.SIGSTOP)
        until(lambda: stands_still(worker.pid))
        if not house.paths.jobs_db.exists():
            return
        database = sqlite3.connect(house.paths.jobs_db, timeout=0.5, isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
            return
        except sqlite3.OperationalError:
            worker.send_signal(signal.SIGCONT)
            time.sleep(0.05)
        finally:
            database.close()


def stands_still(pid):
    """SIGSTOP reaches one thread after the other: until then one may still begin a transaction."""
    return all(
        stat.read_text().rpartition(")")[2].split()[0] == "T"
        for stat in Path(f"/proc/{pid}/task").glob("*/stat")
    )


def until(holds):
    """When it holds."""
    soon.until(holds)
    return time.monotonic()


def assert_whole(house, job):
    done = house.ledger.get(job.id)
    assert done.state is JobState.COMPLETED and done.attempt == 2, done
    job_dir = house.paths.job(job.id)
    assert_one_trainer_at_a_time(job_dir, done.attempt, steps=STEPS, save_every=SAVE_EVERY)
    assert_states_were_legal(house.ledger)


@pytest.mark.parametrize("_", range(5 if FULL else 1))
def test_a_stopped_workers_trainer_ends_before_the_lease(house, ann, start_worker, redis_url, _):
    job = submit(house, ann)
    first = start_worker("--name", "a", **FAST)
    trainer = running(house, job)
    stop_between_writes(house, first)
    stopped = time.monotonic()
    second = start_worker("--name", "b", **FAST)
    gone = until(lambda: not process_tree.alive(*trainer))
    assert gone - stopped < LEASE_S, "the trainer outlived the lease"
    taken = until(lambda: house.ledger.get(job.id).attempt == 2)
    assert taken > gone
    first.send_signal(signal.SIGCONT)
    wait_for(house.ledger, job.id, ENDED)
    assert_whole(house, job)
    for worker in (first, second):
        worker.wait(60)
    assert_nothing_left(house.paths.root)


@pytest.mark.parametrize("redis_url", ["sqlite"], indirect=True)
@pytest.mark.full
def test_a_worker_waits_for_a_held_job_database_and_says_so(house, ann, start_worker, redis_url):
    """Longer than SQLite's own timeout: a worker that gave up would leave the job queued."""
    job = submit(house, ann)
    holder = sqlite3.connect(house.paths.jobs_db, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    worker = start_worker("--name", "a", **FAST)
    log = house.paths.logs / "worker"
    until(lambda: any("waiting for it" in file.read_text() for file in log.glob("*.log")))
    holder.execute("ROLLBACK")
    holder.close()
    running(house, job)
    wait_for(house.ledger, job.id, ENDED)
    assert house.ledger.get(job.id).state is JobState.COMPLETED
    worker.wait(30)


@pytest.mark.parametrize("redis_url", ["redis"], indirect=True)
@pytest.mark.parametrize("_", range(5 if FULL else 1))
def test_a_worker_cut_off_from_redis_ends_its_trainer_itself(
    house, ann, start_worker, redis_server, redis_url, _
):
    job = submit(house, ann)
    with TcpGate(redis_server.port) as gate:
        cut = redis_url.replace(f":{redis_server.port}/", f":{gate.port}/")
        first = start_worker("--name", "a", REDIS_URL=cut, **FAST)
        trainer = running(house, job)
        gate.close()
        closed = time.monotonic()
        second = start_worker("--name", "b", **FAST)
        gone = until(lambda: not process_tree.alive(*trainer))
        assert gone - closed < LEASE_S + 1
        taken = until(lambda: house.ledger.get(job.id).attempt == 2)
        assert taken > gone, "two trainers at once"
        gate.open()
        wait_for(house.ledger, job.id, ENDED)
        assert_whole(house, job)
        for worker in (first, second):
            worker.wait(30)
    assert_nothing_left(house.paths.root)
    interrupted = [
        event.data["job"] for event in house.ledger.events_after(0) if event.data.get("state") == "queued"
    ]
    assert json.dumps(interrupted[-1]).count("Interrupted at ")
