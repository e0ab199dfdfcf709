"""Whatever something else writes into Redis: the ledger answers in words, or works on; nothing is unpickled."""

from __future__ import annotations

import os
import pickle

import pytest
import redis
from isengard.core.errors import IsengardError
from isengard.core.jobs.ledger import JobFilter
from isengard.core.records.event import Subject
from isengard.core.records.training import TrainingRequest
from isengard.core.records.worker import Worker
from isengard.core.settings import Settings
from isengard.core.storage.recovery_notices import Recoveries
from isengard.training.ledgers import open_ledger
from support.ledger_fixtures import redis_server  # noqa: F401 - fixture
from support.training_fixtures import training_of


class Boom:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def client(redis_server):  # noqa: F811
    client = redis.Redis.from_url(redis_server.url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def ledger(client, redis_server, house, clock):  # noqa: F811
    ledger = open_ledger(Settings(redis_url=redis_server.url), house.paths, clock)
    house.ledger = ledger
    house.training = training_of(house)
    yield ledger
    ledger.close()


def submit(house, ann):
    return house.training.submit(TrainingRequest(character_id=ann.id), "ui-1")


def claim(ledger):
    return ledger.claim(worker_id="w1", owner="o1", needs=("cpu",), backends=["fast_test"])


def written(client, key, how, value):
    """Another value of the key's own kind, or one of another kind."""
    kind = client.type(key).decode()
    client.delete(key)
    if how == "another kind":
        client.set(key, "x") if kind == "list" else client.rpush(key, "x")
    elif kind == "string":
        client.set(key, value)
    elif kind == "hash":
        client.hset(key, mapping={name: value for name in ("document", "state", "rev", "number", "x")})
    elif kind == "zset":
        client.zadd(key, {value: 1.5})
    else:
        client.xadd(key, {"e": value})


def test_every_key_may_hold_rubbish(client, ledger, house, ann, tmp_path):
    """Refusals have a code; after the key is as before everything goes on."""
    job, lease = submit(house, ann), claim(ledger)[1]
    waiting = submit(house, ann)
    ledger.report_worker(Worker(id="w1", host="h", version="1"))
    mark = tmp_path / "unpickled"
    steps = [
        lambda: ledger.jobs(JobFilter()),
        lambda: ledger.get(job.id),
        lambda: ledger.beat(lease),
        lambda: ledger.order(waiting.id, "cancel"),
        lambda: ledger.reconcile(),
        lambda: ledger.workers(),
        lambda: ledger.report_worker(Worker(id="w1", host="h", version="1", beat=1)),
        lambda: ledger.events_after(0),
        lambda: (ledger.first_seq(), ledger.last_seq()),
        lambda: ledger.emit("job.log", Subject(kind="job", id="x"), {}, correlation_id=""),
        lambda: claim(ledger),
        lambda: submit(house, ann),
    ]
    before = {key: client.dump(key) for key in client.keys("isengard:*")}
    assert len(before) >= 9
    for key in before:
        for how, value in (
            ("another kind", b""),
            ("bytes", b"\xff\xfe{"),
            ("pickle", pickle.dumps(Boom(mark))),
        ):
            written(client, key, how, value)
            codes = [code for step in steps if (code := refused(step)) is not None]
            assert set(codes) <= {"redis_foreign", "job_unreadable", "job_not_found", "lease_lost"}, key
            client.delete(*client.keys("isengard:*"))
            for name, dump in before.items():
                client.restore(name, 0, dump, replace=True)
    assert not mark.exists()
    assert ledger.get(job.id).id == job.id and ledger.beat(lease) == ""
    assert claim(ledger)[0].id == waiting.id


@pytest.mark.parametrize("rev", [b"\xff\xfe{", b"", b"-1", b"1.5"])
def test_a_job_whose_count_of_changes_is_rubbish_is_changed_like_any(client, ledger, house, ann, rev):
    """The comparison never held, and the change was tried for ever."""
    job = submit(house, ann)
    client.hset(f"isengard:job:{job.id}", "rev", rev)
    assert ledger.move(job.id, priority=60).priority == 60
    assert ledger.order(job.id, "cancel").state.value == "cancelled"


def refused(step):
    try:
        step()
    except IsengardError as told:
        return told.code
    return None


def test_a_damaged_job_is_read_from_its_copy_and_told(client, ledger, house, ann):
    job = submit(house, ann)
    before = ledger.move(job.id, priority=60)
    key = f"isengard:job:{job.id}"
    client.hset(key, "document", client.hget(key, "document").replace(b'"priority"', b'"prioritx"'))
    assert ledger.get(job.id) == before and [one.id for one in ledger.reconcile()] == [job.id]
    assert [one.id for one in ledger.jobs(JobFilter()).items] == [job.id]
    (told,) = Recoveries(house.paths).untold()
    assert (told.code, told.count) == ("records_rebuilt", 1)
    taken, lease = claim(ledger)
    assert taken.id == job.id and b"prioritx" not in client.hget(key, "document")
    assert ledger.beat(lease) == ""


@pytest.mark.parametrize("how", ["no hash", "no document", "rubbish"])
def test_one_broken_job_holds_up_no_other(client, ledger, house, ann, how):
    broken, whole = submit(house, ann), submit(house, ann)
    key = f"isengard:job:{broken.id}"
    (house.paths.job(broken.id) / "job.json").unlink()
    client.hdel(key, "trainer")
    if how == "no hash":
        client.delete(key)
    elif how == "no document":
        client.hdel(key, "document")
    else:
        client.hset(key, "document", b"\xff{")
    assert [one.id for one in ledger.reconcile()] == [whole.id]
    assert claim(ledger)[0].id == whole.id and claim(ledger) is None


def test_a_counter_that_was_set_back_refuses_nothing(client, ledger):
    for _ in range(3):
        ledger.emit("job.log", Subject(kind="job", id="x"), {}, correlation_id="")
    client.delete("isengard:seq")
    assert ledger.emit("job.log", Subject(kind="job", id="x"), {}, correlation_id="").seq == 4
    assert [event.seq for event in ledger.events_after(0)] == [1, 2, 3, 4] and ledger.last_seq() == 4


def test_broken_events_are_passed_over(client, ledger):
    for number in range(3):
        ledger.emit("job.log", Subject(kind="job", id="x"), {"n": number}, correlation_id="")
    client.incr("isengard:seq")
    client.xadd("isengard:events", {"s": "x", "d": b"\xff"}, id="4-0")
    assert [event.seq for event in ledger.events_after(0)] == [1, 2, 3] and ledger.events_after(3) == []
    client.xdel("isengard:events", "1-0", "2-0", "3-0")
    assert ledger.first_seq() == 4
    ledger.emit("job.log", Subject(kind="job", id="x"), {}, correlation_id="")
    assert [event.seq for event in ledger.events_after(0, limit=1)] == [5]
