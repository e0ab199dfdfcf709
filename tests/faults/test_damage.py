"""Damaged files of ours: never a crash at the start, always told, nothing of the jobs is lost."""

from __future__ import annotations

import os
import random
import time

import pytest
from isengard.core.clock import SystemClock
from isengard.core.errors import InvalidError, LedgerAwayError
from isengard.core.loras.safetensors_file import read_header
from isengard.core.records.job_states import JobState
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.core.settings import Settings
from isengard.core.storage.database import BUSY_TIMEOUT_S
from isengard.training.interface import ResolvedTraining
from isengard.training.ledgers import open_ledger

pytestmark = [pytest.mark.slow]
FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))
DATABASES, FILES = (100, 100) if FULL else (15, 100)


def flip(data, chance):
    for _ in range(chance.randrange(1, 200)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def zero_page(data, chance):
    page = chance.randrange(len(data) // 4096) * 4096
    data[page : page + 4096] = bytes(4096)
    return data


DAMAGES = (
    flip,
    zero_page,
    lambda data, chance: data[: chance.randrange(len(data))],
    lambda data, chance: bytearray(chance.randbytes(100)) + data[100:],
    lambda data, chance: bytearray(),
)


def test_damaged_databases_come_back_whole(house, ann, logged):
    """Whatever SQLite can still read is taken as it is; whatever it calls damaged is moved aside and rebuilt."""
    jobs = [submit(house, ann) for _ in range(3)]
    _, lease = house.ledger.claim(worker_id="w", owner="o", needs=("cpu",))
    house.ledger.advance(lease, JobState.RUNNING)
    house.ledger.advance(lease, JobState.COMPLETED)
    house.ledger.order(jobs[1].id, "cancel")
    house.ledger.close()
    whole, chance, moved = house.paths.jobs_db.read_bytes(), random.Random(6), 0
    for number in range(DATABASES):
        for file in house.paths.root.glob("jobs.db*"):
            file.unlink()
        house.paths.jobs_db.write_bytes(DAMAGES[number % len(DAMAGES)](bytearray(whole), chance))
        began, used = time.monotonic(), time.process_time()
        ledger = open_ledger(Settings(), house.paths, SystemClock())
        states = [state_of(ledger, job.id) for job in jobs]
        assert time.process_time() - used < 2 and time.monotonic() - began < BUSY_TIMEOUT_S
        assert states == [JobState.COMPLETED, JobState.CANCELLED, JobState.QUEUED], number
        ledger.close()
        kept = list(house.paths.root.glob("jobs.db.corrupt-*"))
        told = [record for record in logged.records if "moved aside" in record.getMessage()]
        assert len(told) - moved == len(kept)
        moved = len(told)
    assert moved >= DATABASES // 3


def state_of(ledger, job_id):
    """Damage that only a closer look finds is told once, and mended by then."""
    try:
        return ledger.get(job_id).state
    except LedgerAwayError as rebuilt:
        assert rebuilt.code == "ledger_rebuilt"
        return ledger.get(job_id).state


def submit(house, ann):
    request = TrainingRequest(character_id=ann.id, overrides=Overrides(steps=40, save_every=20))
    return house.training.submit(request, "damage")


def test_truncated_checkpoints_are_never_resumed_from(house, ann, start_worker):
    from support.training_waits import wait_for

    job = submit(house, ann)
    house.doorbell.ring(job.id, 0)
    start_worker()
    assert wait_for(house.ledger, job.id).state is JobState.COMPLETED
    job_dir = house.paths.job(job.id)
    training = ResolvedTraining.read(job_dir)
    first, last = sorted((job_dir / "out").glob("*.safetensors"))
    whole, chance = last.read_bytes(), random.Random(7)
    backend = house.registry.get("training_backends", "fast_test")
    for number in range(FILES):
        cut = whole[: number * len(whole) // FILES]
        last.write_bytes(cut if number % 4 else bytes(flip(bytearray(cut + bytes(8)), chance))[: len(cut)])
        used = time.process_time()
        with pytest.raises(InvalidError):
            read_header(last)
        assert [known.step for known in backend.checkpoints(job_dir, training)] == [20]
        assert time.process_time() - used < 0.5
    plan = backend.plan(job_dir, training, resume=True)
    assert plan.argv and first.exists() and not last.exists()
    (kept,) = (job_dir / "quarantine").iterdir()
    assert kept.name.endswith(last.name)
