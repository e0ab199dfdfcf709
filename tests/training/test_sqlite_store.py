"""The connections to jobs.db: what one thread finds broken never blocks another or takes its transaction back."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest
from isengard.core.errors import IsengardError, LedgerAwayError
from isengard.core.ids import new_id
from isengard.core.records.event import Subject
from isengard.core.records.job_states import JobState
from isengard.training.ledgers.sqlite.sqlite_ledger import SqliteLedger
from support.ledger_fixtures import submit

TRIES = 12
DAMAGE = "database disk image is malformed"


@pytest.fixture
def ledger(tmp_path, clock):
    opened = SqliteLedger(tmp_path / "jobs.db", clock)
    yield opened
    opened.close()


def both(*steps):
    """Run at the same moment; how each ended."""
    start, ended = threading.Barrier(len(steps)), []

    def run(step):
        try:
            ended.append(step(start))
        except IsengardError as told:
            ended.append(told.code)

    threads = [threading.Thread(target=run, args=(step,), daemon=True) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "each waits for the other"
    return sorted(ended)


def hit(open_connection, pause):
    def step(start):
        with open_connection():
            start.wait(30)
            time.sleep(pause)
            raise sqlite3.DatabaseError(DAMAGE)

    return step


def test_a_reader_and_a_writer_who_find_damage_repair_it_once(tmp_path, clock):
    for number in range(TRIES):
        folder = tmp_path / str(number)
        folder.mkdir()
        ledger = SqliteLedger(folder / "jobs.db", clock)
        store, late = ledger._store, 0.001 * (number % 4)
        ended = both(hit(store.read, late), hit(store.write, 0.003 - late))
        assert ended == ["ledger_rebuilt"] * 2
        assert len(list(folder.glob("jobs.db.corrupt-*"))) == 1, "the new file was moved aside as well"
        submit(ledger)
        ledger.close()


def test_a_reader_and_a_writer_who_find_another_file_go_over_to_it(tmp_path, clock):
    for number in range(TRIES):
        folder = tmp_path / str(number)
        folder.mkdir()
        ledger = SqliteLedger(folder / "jobs.db", clock)
        (folder / "gone").mkdir()
        for file in folder.glob("jobs.db*"):
            file.rename(folder / "gone" / file.name)

        def read(start, ledger=ledger):
            start.wait(30)
            return ledger.last_seq()

        def write(start, ledger=ledger):
            start.wait(30)
            ledger.forget("job_x")
            return 0

        assert both(read, write) == [0, 0] and (folder / "jobs.db").exists()
        ledger.close()


def test_a_readers_damage_leaves_a_writers_transaction_alone(ledger, tmp_path):
    """Reading ends in words once the writer is through; what it wrote is in the file that was moved aside."""
    reading, writing = threading.Event(), threading.Event()

    def read(start):
        with ledger._store.read():
            start.wait(30)
            assert writing.wait(30)
            reading.set()
            raise sqlite3.DatabaseError(DAMAGE)

    def write(start):
        with ledger._store.write() as db:
            start.wait(30)
            db.execute("INSERT INTO worker VALUES ('w', 1, '{}')")
            writing.set()
            assert reading.wait(30)
            time.sleep(0.1)
            db.execute("INSERT INTO worker VALUES ('v', 1, '{}')")
        return "written"

    assert both(read, write) == ["ledger_rebuilt", "written"]
    (kept,) = (file for file in tmp_path.glob("jobs.db.corrupt-*") if file.suffix not in ("-wal", "-shm"))
    rows = sqlite3.connect(kept).execute("SELECT id FROM worker ORDER BY id").fetchall()
    assert rows == [("v",), ("w",)]


def test_a_file_that_could_not_be_opened_again_is_opened_later(ledger, tmp_path):
    """The folder took no writes for a while: nothing has to be restarted."""
    job = submit(ledger)
    for file in tmp_path.glob("jobs.db*"):
        file.rename(file.with_name(f"away-{file.name}"))
    (tmp_path / "jobs.db").mkdir()
    for _ in range(2):
        with pytest.raises(IsengardError):
            ledger.get(job.id)
    (tmp_path / "jobs.db").rmdir()
    for file in tmp_path.glob("away-*"):
        file.rename(file.with_name(file.name.removeprefix("away-")))
    assert ledger.get(job.id).state is JobState.QUEUED


def test_a_damaged_file_is_told_to_whoever_asked(ledger):
    with pytest.raises(LedgerAwayError, match="moved it aside and rebuilt"), ledger._store.read():
        raise sqlite3.DatabaseError(DAMAGE)


def test_nothing_of_what_is_forgotten_stays_in_the_file(ledger, tmp_path):
    """Zeroed is what a connection of ours deletes. What another one has let go, as a pack of long before did, lay in unused pages."""
    secret, kept, file = "annqvx" * 400, Subject(kind="job", id=new_id("job")), tmp_path / "jobs.db"
    gone = [Subject(kind="generation", id=new_id("gen")) for _ in range(40)]
    for subject in (*gone, kept):
        ledger.emit(
            "job.log", subject, {"lines": ["benqvx" if subject is kept else secret]}, correlation_id="c"
        )
    ledger._store.scrub()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA secure_delete=OFF")
    other.executemany("DELETE FROM event WHERE subject_id=?", [(subject.id,) for subject in gone[::2]])
    other.close()
    assert b"annqvx" in _bytes_of(file)
    ledger.forget_events([subject.id for subject in gone])
    assert b"annqvx" not in _bytes_of(file) and b"benqvx" in _bytes_of(file)


def _bytes_of(file):
    return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
