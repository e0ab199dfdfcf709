"""What Redis refuses is told by its reason: no memory left, a replica, a user who may not; and a Redis that hangs holds nobody up for long."""

from __future__ import annotations

import pytest
import redis
from isengard.core.clock import SystemClock
from isengard.core.errors import IsengardError
from isengard.core.settings import Settings
from isengard.training.ledgers.redis.redis_ledger import RedisLedger
from isengard.training.worker.doorbell import REDIS_S, Doorbell
from support.ledger_fixtures import redis_server, submit  # noqa: F401 - fixture


@pytest.fixture
def client(redis_server):  # noqa: F811
    client = redis.Redis.from_url(redis_server.url)
    client.flushall()
    yield client
    client.config_set("maxmemory", "0")
    client.replicaof("NO", "ONE")
    client.acl_deluser("eve")
    client.close()


@pytest.fixture
def opened(redis_server):  # noqa: F811
    """Ledgers by the URL's user and password."""
    ledgers = []

    def opened(user=""):
        url = (
            redis_server.url.replace(f"//:{redis_server.password}", f"//{user}") if user else redis_server.url
        )
        ledgers.append(RedisLedger(url, SystemClock()))
        return ledgers[-1]

    yield opened
    for ledger in ledgers:
        ledger.close()


def refused(call) -> str:
    with pytest.raises(IsengardError) as caught:
        call()
    return caught.value.code


@pytest.mark.parametrize(
    "refuse",
    [lambda client: client.config_set("maxmemory", "1kb"), lambda client: client.replicaof("127.0.0.1", "1")],
)
def test_a_redis_that_takes_no_writes_is_told_so(client, opened, refuse):
    ledger = opened()
    assert ledger.epoch
    refuse(client)
    assert refused(lambda: submit(ledger)) == "redis_full"


@pytest.mark.parametrize("rights", ["+@read ~*", "+@all ~other:*"])
def test_a_user_who_may_not_is_told_what_is_needed(client, opened, rights):
    client.execute_command("ACL", "SETUSER", "eve", "on", ">secret", *rights.split())
    assert refused(lambda: opened("eve:secret").epoch) == "redis_refused"


def test_whoever_rings_waits_for_redis_no_longer_than_the_ledger(redis_server):  # noqa: F811
    """redis-py of before version 8 waits for ever, and with it the server's look after its worker."""
    doorbell = Doorbell(Settings(redis_url=redis_server.url), None)
    limits = doorbell._huey.storage.pool.connection_kwargs
    assert (limits["socket_timeout"], limits["socket_connect_timeout"]) == (REDIS_S, REDIS_S)
    doorbell.ring("job_1", 0)
    assert ("job_1", 0) in doorbell.waiting()
    doorbell.close()
