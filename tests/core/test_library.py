"""Transactions of the library: all or nothing, across threads and nesting."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest
from isengard.core.errors import StorageError
from isengard.core.storage import database as database_module
from isengard.core.storage.library import Library


def insert(database, number):
    database.execute("INSERT INTO character VALUES (?,?,?,?)", (f"c{number}", f"s{number}", None, "{}"))


def count(library):
    return library.row("SELECT count(*) FROM character")[0]


def test_an_error_takes_everything_back(library):
    with pytest.raises(ZeroDivisionError), library.transaction() as outer:
        insert(outer, 1)
        with library.transaction() as inner:
            insert(inner, 2)
        raise ZeroDivisionError
    assert count(library) == 0


def test_threads_wait_for_each_other(library):
    def work(number):
        for step in range(20):
            with library.transaction() as database:
                insert(database, number * 100 + step)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(library) == 100


def test_a_full_disk_is_an_error_of_ours_and_takes_nothing_along(library):
    with library.transaction() as database:
        insert(database, 1)
    library.rows("PRAGMA max_page_count=1")
    with pytest.raises(StorageError) as caught, library.transaction() as database:
        database.execute("INSERT INTO character VALUES ('x','x',NULL,?)", ("y" * 1_000_000,))
    assert caught.value.code == "library_unavailable" and caught.value.hint and count(library) == 1
    assert library.row("PRAGMA integrity_check")[0] == "ok"


def test_what_was_committed_is_there_after_opening_again(library, paths):
    with library.transaction() as database:
        insert(database, 1)
    library.close()
    again = Library(paths)
    assert count(again) == 1
    again.close()


@pytest.fixture
def other_program(paths, library):
    """Somebody else's write lock on the file, as a backup or a database viewer holds it."""
    connection = sqlite3.connect(paths.library_db, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    yield connection
    connection.close()


@pytest.mark.timing
def test_who_waits_for_another_program_is_told_so_and_holds_up_no_reader(paths, library, other_program):
    """Ten writers used to wait ten times the time-out one after the other, readers behind them, and spoke of disk space."""
    impatient = Library(paths, busy_timeout_s=1.0)
    codes = []

    def write():
        with pytest.raises(StorageError) as caught, impatient.transaction() as database:
            insert(database, 1)
        codes.append(caught.value.code)

    began = time.monotonic()
    threads = [threading.Thread(target=write) for _ in range(10)]
    for thread in threads:
        thread.start()
    reads = []
    while any(thread.is_alive() for thread in threads):
        before = time.monotonic()
        assert count(impatient) == 0
        reads.append(time.monotonic() - before)
        time.sleep(0.02)
    assert codes == ["database_busy"] * 10
    assert time.monotonic() - began < 3.0 and max(reads) < 0.5
    impatient.close()


def test_what_the_other_program_lets_go_in_time_is_written(paths, library, other_program):
    threading.Timer(0.4, lambda: other_program.execute("ROLLBACK")).start()
    with library.transaction() as database:
        insert(database, 7)
    assert count(library) == 1


def test_who_reads_waits_for_no_writers_disk(library):
    """While a photo's files and rows went to a busy disk, every list stood still with them: seconds, of a page that only looks."""
    within, done = threading.Event(), threading.Event()

    def write():
        with library.transaction() as database:
            insert(database, 1)
            assert count(library) == 1, "it reads what it has written"
            within.set()
            assert done.wait(20)

    writer = threading.Thread(target=write)
    writer.start()
    assert within.wait(20)
    readers = [threading.Thread(target=lambda: seen.append(count(library))) for _ in range(5)]
    seen: list[int] = []
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(10)
    assert seen == [0] * 5, "what is not kept yet is not there"
    done.set()
    writer.join()
    assert count(library) == 1


def test_without_wal_writers_and_readers_share_a_connection(paths, monkeypatch):
    monkeypatch.setattr(database_module, "on_network_filesystem", lambda _: True)
    library = Library(paths)
    with library.transaction() as database:
        insert(database, 1)
        assert count(library) == 1
    assert library.row("PRAGMA journal_mode")[0] == "truncate" and count(library) == 1
    library.close()
