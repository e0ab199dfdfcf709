"""One flipped byte in jobs.db: the job comes back from its folder, an event or a worker is left out; no loop over them ends."""

from __future__ import annotations

import json
import random
import sqlite3

import pytest
from isengard.core.errors import StorageError
from isengard.core.jobs.ledger import JobFilter
from isengard.core.records.event import Subject
from isengard.core.records.job_states import JobState
from isengard.core.records.training import TrainingRequest
from isengard.core.records.worker import Worker
from isengard.core.storage.recovery_notices import Recoveries
from isengard.training.ledgers.job_files import JobFiles
from isengard.training.ledgers.sqlite.sqlite_ledger import SqliteLedger
from support.ledger_fixtures import claim, closing_all

S = JobState
FLIPS = 40


@pytest.fixture
def open_ledger(house, clock):
    def made():
        return SqliteLedger(house.paths.jobs_db, clock, lease_s=60, files=JobFiles(house.paths))

    with closing_all(made) as open_ledger:
        yield open_ledger


@pytest.fixture
def ledger(open_ledger):
    return open_ledger()


@pytest.fixture
def rows(house):
    """The stored documents, read and hit behind the ledger's back."""

    class Rows:
        def get(self, table, key, value):
            database = sqlite3.connect(house.paths.jobs_db)
            database.text_factory = bytes
            sql = f"SELECT document FROM {table} WHERE {key}=?"
            return database.execute(sql, (value,)).fetchone()[0]

        def hit(self, table, key, value, document):
            database = sqlite3.connect(house.paths.jobs_db, isolation_level=None)
            sql = f"UPDATE {table} SET document=CAST(? AS TEXT) WHERE {key}=?"
            assert database.execute(sql, (document, value)).rowcount == 1
            database.close()

    return Rows()


def submit(house, ann):
    return house.training.submit(TrainingRequest(character_id=ann.id), "ui-1")


def moved_aside(house):
    return list(house.paths.root.glob("jobs.db.corrupt-*"))


@pytest.mark.parametrize("state", [S.QUEUED, S.RUNNING, S.COMPLETED])
@pytest.mark.parametrize("when", ["at an opening", "in use"])
def test_a_job_comes_back_from_its_folder_and_is_told(house, ann, ledger, open_ledger, rows, state, when):
    job, other = submit(house, ann), submit(house, ann)
    if state is not S.QUEUED:
        _, lease = claim(ledger)
        ledger.advance(lease, S.RUNNING)
    if state is S.COMPLETED:
        ledger.advance(lease, S.COMPLETED)
    before = ledger.get(job.id)
    assert before.state is state
    rows.hit("job", "id", job.id, rows.get("job", "id", job.id).replace(b'"priority"', b'"prioritx"'))
    if when == "at an opening":
        ledger = open_ledger()
    assert [one.id for one in ledger.jobs(JobFilter()).items] == [other.id, job.id]
    assert ledger.get(job.id) == before
    if state is S.RUNNING:
        assert ledger.beat(lease) == "", "whoever runs it still holds it"
    (told,) = Recoveries(house.paths).untold()
    assert (told.code, told.count, told.file) == ("records_rebuilt", 1, f"record.corrupt-{job.id}.json")
    assert json.loads((house.paths.root / told.file).read_text())["id"] == job.id and not moved_aside(house)


def test_any_flipped_bit_of_a_job_leaves_the_others_alone(house, ann, ledger, rows):
    job, other = submit(house, ann), submit(house, ann)
    text, chance = rows.get("job", "id", job.id), random.Random(8)
    for _ in range(FLIPS):
        hit, at = bytearray(text), chance.randrange(len(text))
        hit[at] ^= 1 << chance.randrange(8)
        rows.hit("job", "id", job.id, bytes(hit))
        ledger.reconcile()
        assert [one.id for one in ledger.jobs(JobFilter()).items] == [other.id, job.id]
        assert not moved_aside(house)
        rows.hit("job", "id", job.id, text)


def test_a_job_without_its_copy_is_left_out_and_holds_nothing_up(house, ann, ledger, rows, logged):
    job, other = submit(house, ann), submit(house, ann)
    (house.paths.job(job.id) / "job.json").unlink()
    hit = rows.get("job", "id", job.id).replace(b"{", b"z")
    rows.hit("job", "id", job.id, hit)
    assert [one.id for one in ledger.reconcile()] == [other.id]
    taken, _ = claim(ledger)
    assert taken.id == other.id and claim(ledger) is None
    for ask in (ledger.get, lambda job_id: ledger.order(job_id, "cancel"), ledger.requeue):
        with pytest.raises(StorageError) as refused:
            ask(job.id)
        assert refused.value.code == "job_unreadable"
    assert [one.code for one in Recoveries(house.paths).untold()] == ["records_left_out"]
    assert len([one for one in logged.records if "left out" in one.getMessage()]) == 1
    assert rows.get("job", "id", job.id) == hit, "it was thrown away"


def test_a_broken_event_is_passed_over(ledger, rows):
    for number in range(4):
        ledger.emit("job.log", Subject(kind="job", id="x"), {"n": number}, correlation_id="")
    rows.hit("event", "seq", 2, rows.get("event", "seq", 2)[:-1] + b"\x01")
    rows.hit("event", "seq", 4, b"\xff")
    assert [event.seq for event in ledger.events_after(0)] == [1, 3]
    assert [event.seq for event in ledger.events_after(1, limit=1)] == [3]
    assert ledger.events_after(3) == [] and ledger.last_seq() == 4
    ledger.emit("job.log", Subject(kind="job", id="x"), {}, correlation_id="")
    assert [event.seq for event in ledger.events_after(3)] == [5]


def test_a_counter_that_was_set_back_refuses_nothing(ledger, house):
    for _ in range(3):
        ledger.emit("job.log", Subject(kind="job", id="x"), {}, correlation_id="")
    database = sqlite3.connect(house.paths.jobs_db, isolation_level=None)
    database.execute("UPDATE counter SET value = 1 WHERE name = 'seq'")
    database.close()
    assert ledger.emit("job.log", Subject(kind="job", id="x"), {}, correlation_id="").seq == 4
    assert [event.seq for event in ledger.events_after(0)] == [1, 2, 3, 4] and ledger.last_seq() == 4


def test_a_broken_worker_is_left_out_until_it_tells_itself_again(ledger, open_ledger, rows):
    worker, other = (Worker(id=name, host="h", version="1") for name in ("w1", "w2"))
    observer = open_ledger()
    observer.workers()
    ledger.report_worker(worker), ledger.report_worker(other)
    rows.hit("worker", "id", "w1", b'{"id":')
    assert [one.id for one in observer.workers()] == ["w2"] and observer.reconcile() == []
    ledger.report_worker(worker.model_copy(update={"beat": 1}))
    assert [one.id for one in observer.workers()] == ["w1", "w2"]


def test_a_newer_versions_job_is_left_for_its_own_workers(house, ann, ledger, rows):
    """Of a kind that nobody here knows: first in the line, it holds nothing up, and stays as it was written."""
    newer, ours = submit(house, ann), submit(house, ann)
    document = rows.get("job", "id", newer.id).replace(b'"kind":"training"', b'"kind":"measuring"')
    rows.hit("job", "id", newer.id, document)
    assert [one.id for one in ledger.reconcile()] == [ours.id]
    assert [one.id for one in ledger.jobs(JobFilter()).items] == [ours.id]
    assert claim(ledger)[0].id == ours.id and claim(ledger) is None
    with pytest.raises(StorageError):
        ledger.order(newer.id, "cancel")
    assert rows.get("job", "id", newer.id) == document and Recoveries(house.paths).untold() == []
