"""Every ledger, opened as often as a test wants: each instance is one process's view of the same store."""

from __future__ import annotations

import contextlib

import pytest
import redis
from hosts.redis_server import RedisServer
from isengard.core.ids import new_id
from isengard.core.records.job import Job
from isengard.training.ledgers.redis.redis_ledger import RedisLedger
from isengard.training.ledgers.sqlite.sqlite_ledger import SqliteLedger

LEASE_S = 60.0


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory):
    """A real Redis with a password."""
    server = RedisServer(tmp_path_factory.mktemp("redis"), "--appendfsync", "no")
    yield server
    server.close()


@contextlib.contextmanager
def closing_all(make):
    """Calls `make` as often as a test wants; all that it has made is closed at the end."""
    with contextlib.ExitStack() as opened:
        yield lambda **options: opened.enter_context(contextlib.closing(make(**options)))


@pytest.fixture(params=["sqlite", "redis"])
def open_ledger(request, tmp_path, clock):
    def made(**options):
        options = {"lease_s": LEASE_S, **options}
        if request.param == "sqlite":
            return SqliteLedger(tmp_path / "jobs.db", clock, **options)
        return RedisLedger(request.getfixturevalue("redis_server").url, clock, **options)

    if request.param == "redis":
        redis.Redis.from_url(request.getfixturevalue("redis_server").url).flushall()
    with closing_all(made) as open_ledger:
        yield open_ledger


@pytest.fixture
def ledger(open_ledger):
    return open_ledger()


def submit(ledger, needs="cpu", priority=50, **more):
    at = "2026-01-01T00:00:00.000Z"
    job = Job(
        id=new_id("job"),
        needs=needs,
        priority=priority,
        correlation_id="ui-1",
        created_at=at,
        updated_at=at,
        **more,
    )
    return ledger.submit(job)


def claim(ledger, needs=("cpu",), owner="o1"):
    return ledger.claim(worker_id="w1", owner=owner, needs=needs)
