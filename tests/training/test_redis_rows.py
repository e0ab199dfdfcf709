"""Rows in Redis whose trainer is found without reading the whole job: submitted, restored, and of an older version."""

from __future__ import annotations

import pytest
import redis
from isengard.core.clock import SystemClock
from isengard.core.ids import new_id
from isengard.training.ledgers.redis.redis_ledger import RedisLedger
from support.ledger_fixtures import redis_server, submit  # noqa: F401 - fixture


@pytest.mark.parametrize("kind", ["submitted", "restored", "older"])
def test_the_trainer_decides_who_claims(redis_server, kind):  # noqa: F811
    client = redis.Redis.from_url(redis_server.url)
    client.flushall()
    ledger = RedisLedger(redis_server.url, SystemClock())
    other, ours = submit(ledger, backend="ai_toolkit"), submit(ledger, backend="fast_test")
    setup = submit(ledger, kind="backend_setup", backend="ai_toolkit")
    if kind == "restored":
        for job in (other, ours, setup):
            ledger.forget(job.id)
        assert ledger.restore([other, ours, setup]) == 3
    for job in (other, ours, setup) if kind == "older" else ():
        assert client.hdel(f"isengard:job:{job.id}", "trainer") == 1

    def take():
        taken = ledger.claim(worker_id="w", owner="o", needs=("cpu",), backends=["fast_test"])
        return taken and taken[0].id

    assert [take(), take(), take()] == [ours.id, setup.id, None]
    assert ledger.get(other.id).state.value == "queued"
    ledger.close()
    client.close()


def test_jobs_that_cannot_be_read_are_known_to_be_somebody_s(redis_server):  # noqa: F811
    """Forgetting left them where they were, their photos too."""
    client = redis.Redis.from_url(redis_server.url)
    client.flushall()
    ledger, ann, bob = RedisLedger(redis_server.url, SystemClock()), new_id("chr"), new_id("chr")
    newer, damaged, _ = (submit(ledger, character_id=who) for who in (ann, ann, bob))
    document = client.hget(f"isengard:job:{newer.id}", "document").decode()
    changed = document.replace('"state":"queued"', '"state":"dreaming"')
    client.hset(f"isengard:job:{newer.id}", "document", changed)
    client.hset(f"isengard:job:{damaged.id}", "document", f'{{"character_id":"{ann}"')
    assert sorted(ledger.job_ids_of(ann)) == sorted([newer.id, damaged.id])
    for job_id in ledger.job_ids_of(ann):
        ledger.forget(job_id)
    assert ledger.job_ids_of(ann) == [] and len(ledger.job_ids_of(bob)) == 1
    ledger.close()
    client.close()
