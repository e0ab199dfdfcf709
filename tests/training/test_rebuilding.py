"""A ledger that was lost comes back from the jobs' folders; a run that goes on meanwhile keeps its job."""

from __future__ import annotations

import json

import pytest
import redis
from isengard.core.errors import LeaseLostError, NotFoundError
from isengard.core.records.checkpoint import Checkpoint
from isengard.core.records.job_states import JobState
from isengard.core.records.training import TrainingRequest
from isengard.core.settings import Settings
from isengard.core.storage.recovery_notices import Recoveries
from isengard.training.ledgers import open_ledger
from support.ledger_fixtures import redis_server  # noqa: F401 - fixture
from support.training_fixtures import training_of

S = JobState


@pytest.fixture(params=["sqlite", "redis"])
def lost(request, house, clock):
    """Opens the house's ledger; `lose` empties it as a fault would."""
    url = request.getfixturevalue("redis_server").url if request.param == "redis" else ""
    if url:
        redis.Redis.from_url(url).flushall()
    opened = []

    class Lost:
        def open(self):
            opened.append(open_ledger(Settings(redis_url=url), house.paths, clock, lease_s=60))
            house.ledger = opened[-1]
            house.training = training_of(house)
            return opened[-1]

        def lose(self):
            """The ledger as any process sees it afterwards."""
            if url:
                redis.Redis.from_url(url).flushall()
                return opened[-1]
            for name in ("jobs.db-wal", "jobs.db-shm", "jobs.db"):
                house.paths.root.joinpath(name).unlink(missing_ok=True)
            house.paths.jobs_db.write_bytes(b"this is no database" * 400)
            return opened[-1]

    yield Lost()
    for ledger in opened:
        ledger.close()


def submit(house, ann):
    return house.training.submit(TrainingRequest(character_id=ann.id), "ui-1")


def claim(ledger, owner="o1"):
    return ledger.claim(worker_id="w1", owner=owner, needs=("cpu",))


def test_every_state_comes_back(house, ann, lost):
    ledger = lost.open()
    jobs = [submit(house, ann) for _ in range(5)]
    for state in (S.COMPLETED, S.FAILED, S.PAUSED):
        _, lease = claim(ledger)
        ledger.advance(lease, S.RUNNING)
        ledger.advance(lease, state)
    ledger.order(jobs[3].id, "cancel")
    before = {job.id: ledger.get(job.id).state for job in jobs}
    epoch = ledger.epoch
    ledger = lost.lose()
    assert {job.id: ledger.get(job.id).state for job in jobs} == before
    assert set(before.values()) == {S.COMPLETED, S.FAILED, S.PAUSED, S.CANCELLED, S.QUEUED}
    assert ledger.epoch != epoch and ledger.last_seq() == 0
    assert claim(ledger)[0].id == jobs[4].id and claim(ledger) is None
    new = submit(house, ann)
    assert new.position > jobs[4].position


def test_it_is_told_until_somebody_has_read_it(house, ann, lost):
    ledger, recoveries = lost.open(), Recoveries(house.paths)
    assert recoveries.untold() == [], "nothing was lost yet"
    submit(house, ann), submit(house, ann)
    assert lost.lose().last_seq() == 0
    (told,) = recoveries.untold()
    kept = [file.name for file in house.paths.root.glob("jobs.db.corrupt-*")]
    assert (told.count, told.file) == (2, kept[0] if kept else "")
    assert told.code == ("jobs_rebuilt" if kept else "jobs_refilled") and told.at.startswith("2026-01-02T")
    recoveries.dismiss(told.code)
    ledger.reconcile()
    lost.open().reconcile()
    assert recoveries.untold() == [], "it came back"
    recoveries.dismiss(told.code)
    with pytest.raises(NotFoundError):
        recoveries.dismiss("../server")


def test_a_run_that_goes_on_keeps_its_job(house, ann, lost, clock):
    ledger = lost.open()
    submit(house, ann)
    _, lease = claim(ledger)
    ledger.advance(lease, S.RUNNING)
    ledger.checkpoint(lease, Checkpoint(step=7, file="x", size=1, sha256="0" * 64, family="sd15"))
    ledger = lost.lose()
    assert claim(ledger) is None, "it was given to a second one"
    assert ledger.beat(lease) == ""
    job = ledger.get(lease.job_id)
    assert job.state is S.RUNNING and [known.step for known in job.checkpoints] == [7]
    with pytest.raises(LeaseLostError):
        ledger.beat(lease.__class__(lease.job_id, lease.attempt, "another"))
    ledger.advance(lease, S.COMPLETED)


def test_a_run_that_is_gone_is_taken_back(house, ann, lost, clock):
    ledger = lost.open()
    submit(house, ann)
    _, lease = claim(ledger)
    ledger.advance(lease, S.RUNNING)
    ledger = lost.lose()
    ledger.reconcile()
    clock.advance(61)
    (job,) = ledger.reconcile()
    assert job.state is S.QUEUED and job.interruption.code == "worker_lost"
    taken, _ = claim(ledger, owner="o2")
    assert taken.attempt == 2
    with pytest.raises(LeaseLostError):
        ledger.beat(lease)


def test_files_that_are_not_ours_are_left_alone(house, ann, lost, logged):
    ledger = lost.open()
    kept, broken, strange = submit(house, ann), submit(house, ann), submit(house, ann)
    file = house.paths.job(broken.id) / "job.json"
    file.write_text(file.read_text()[:-40])
    file = house.paths.job(strange.id) / "job.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "id": kept.id}))
    ledger = lost.lose()
    assert [job.id for job in ledger.reconcile()] == [kept.id]
    told = [record for record in logged.records if "cannot be read" in record.getMessage()]
    assert {record.context["folder"] for record in told} == {broken.id, strange.id}
