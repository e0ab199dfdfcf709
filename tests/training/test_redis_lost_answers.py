"""Redis did what it was told and its answer was lost on the way; and a Redis that is short of memory drops keys by itself."""

from __future__ import annotations

import pytest
import redis
from fakes.tcp_gate import TcpGate
from isengard.core import atomic
from isengard.core.clock import SystemClock
from isengard.core.errors import LedgerAwayError, NotFoundError
from isengard.core.ids import new_id
from isengard.core.jobs.ledger import JobFilter
from isengard.core.records.job_states import JobState
from isengard.training.doctor.redis_checks import redis_findings
from isengard.training.ledgers.job_files import JobFiles
from isengard.training.ledgers.redis.redis_ledger import RedisLedger
from support.ledger_fixtures import claim, redis_server, submit  # noqa: F401 - fixture


@pytest.fixture
def client(redis_server):  # noqa: F811
    client = redis.Redis.from_url(redis_server.url)
    client.flushall()
    yield client
    client.config_set("maxmemory-policy", "noeviction")
    client.close()


@pytest.fixture
def gate(client, redis_server):  # noqa: F811
    with TcpGate(redis_server.port) as gate:
        yield gate


@pytest.fixture
def ledger(gate, redis_server, paths):  # noqa: F811
    """Whose scripts Redis knows already: each is one message from now on."""
    url = redis_server.url.replace(f":{redis_server.port}", f":{gate.port}")
    ledger = RedisLedger(url, SystemClock(), files=JobFiles(paths))
    submit(ledger)
    _, lease = claim(ledger)
    ledger.advance(lease, JobState.RUNNING)
    ledger.advance(lease, JobState.COMPLETED)
    yield ledger
    ledger.close()


def test_a_change_whose_answer_was_lost_is_made_once(ledger, gate):
    """The training failed with "This can't change from running to running", and a claimed job had nobody who runs it."""
    gate.lose = b"queued"
    job = submit(ledger)
    assert [one.id for one in ledger.jobs(JobFilter(states=[JobState.QUEUED])).items] == [job.id]
    gate.lose = b"preparing"
    taken, lease = claim(ledger)
    assert (taken.id, taken.attempt) == (job.id, 1) and claim(ledger) is None
    gate.lose = b"running"
    assert ledger.advance(lease, JobState.RUNNING).state is JobState.RUNNING
    gate.lose = b"completed"
    assert ledger.advance(lease, JobState.COMPLETED).state is JobState.COMPLETED
    told = [event.data["state"] for event in ledger.events_after(0) if event.subject.id == job.id]
    assert told == ["queued", "preparing", "running", "completed"]


def test_a_state_said_again_after_a_longer_break_is_the_same_state(ledger):
    """The answer was lost, and nobody could look whether the change was there."""
    job = submit(ledger)
    _, lease = claim(ledger)
    ledger.advance(lease, JobState.RUNNING)
    seen = ledger.last_seq()
    assert ledger.advance(lease, JobState.RUNNING).state is JobState.RUNNING
    assert ledger.last_seq() == seen and ledger.get(job.id).attempt == 1


def test_a_change_that_did_not_arrive_is_told(ledger, client, monkeypatch):
    job = submit(ledger)
    ordinary = ledger._link.run

    def away(script, *arguments):
        if script == "commit":
            raise LedgerAwayError("redis_unreachable", "x")
        return ordinary(script, *arguments)

    monkeypatch.setattr(ledger._link, "run", away)
    with pytest.raises(LedgerAwayError):
        ledger.order(job.id, "cancel")
    assert ledger.get(job.id).state is JobState.QUEUED


def _with_folder(ledger, paths, **more):
    job = submit(ledger, **more)
    paths.job(job.id).mkdir()
    atomic.write_json(paths.job(job.id) / "job.json", job.model_dump(mode="json"))
    return job


def test_a_job_that_redis_has_dropped_comes_back_in_its_place(ledger, client, paths):
    """Forgetting somebody found no job of theirs, so their photos stayed in its folder."""
    ann = new_id("chr")
    first, second = (_with_folder(ledger, paths, character_id=ann) for _ in range(2))
    for look in (
        lambda: sorted(ledger.job_ids_of(ann)),
        lambda: [job.id for job in reversed(ledger.jobs(JobFilter(character_id=ann)).items)],
        lambda: [job.id for job in ledger.reconcile()],
        lambda: [ledger.get(job.id).id for job in (first, second)],
    ):
        client.delete(f"isengard:job:{first.id}")
        assert look() == [first.id, second.id]
        assert client.exists(f"isengard:job:{first.id}")
    assert claim(ledger)[0].id == first.id


def test_a_job_that_was_removed_stays_away(ledger, paths):
    """Its folder goes a moment later."""
    job = _with_folder(ledger, paths)
    ledger.forget(job.id)
    with pytest.raises(NotFoundError):
        ledger.get(job.id)
    assert job.id not in [one.id for one in ledger.jobs(JobFilter()).items]


@pytest.mark.parametrize(("policy", "warned"), [("allkeys-lru", True), ("noeviction", False)])
def test_the_doctor_warns_of_a_redis_that_drops_keys(client, redis_server, paths, policy, warned):  # noqa: F811
    client.config_set("maxmemory-policy", policy)
    found = [text for _, text in redis_findings(redis_server.url, paths)]
    assert any("noeviction" in text for text in found) is warned
