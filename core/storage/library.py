"""isengard.db: characters, photos, generations. The server writes by one connection and reads by another, each behind a lock of its own."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from ..errors import StorageError, data_folder_gone
from ..paths import DataPaths
from ..records.character import Character
from ..records.generation import Generation
from ..records.photo import Photo
from ..said import said
from .database import BUSY_TIMEOUT_S, empty_journal, open_database, rewrite, second_connection
from .documents import Documents, is_damaged
from .library_schema import LIBRARY_MIGRATIONS
from .text_functions import TEXT_FUNCTIONS

R = TypeVar("R", Character, Photo, Generation)

#: Seconds between two tries to begin a transaction while another program holds the database.
_TRY_AGAIN_S = 0.05


class Library:
    """Thread-safe access; every store of the server shares one.

    Readers wait neither for a writer's disk (a photo's files and what SQLite syncs are within its transaction) nor for one that waits
    for another program. On a network share there is one connection for both, which is let go between a writer's tries.
    """

    def __init__(self, paths: DataPaths, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self._busy_timeout_s = busy_timeout_s
        #: one transaction at a time, the one that waits for another program included
        self._turn = threading.RLock()
        #: the connection; held from BEGIN to COMMIT, so a thread that finds a transaction under way is in its own
        self._lock = threading.RLock()
        #: the thread that is in a transaction: it reads what it has written
        self._writing: int | None = None
        self._connection = open_database(paths.library_db, LIBRARY_MIGRATIONS)
        self._connection.execute("PRAGMA secure_delete=ON")
        self._connection.execute(
            "PRAGMA temp_store=MEMORY"
        )  # what is sorted or kept for a while tells of people, too
        self._reading = threading.Lock()
        self._reader = second_connection(paths.library_db, self._connection, busy_timeout_s)
        for connection in filter(None, (self._connection, self._reader)):
            for name, count, function in TEXT_FUNCTIONS:
                connection.create_function(name, count, function, deterministic=True)
        self._file = paths.library_db
        opened = self._file.stat()
        self._identity = (opened.st_dev, opened.st_ino)
        self._documents = Documents()
        #: by table: brings the row of this id back from its file; whether it did (core/characters/record_repair.py)
        self.menders: dict[str, Callable[[str], bool]] = {}

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Read what is kept; within a transaction what it has written so far, too."""
        own = self._writing == threading.get_ident() or not sql.startswith("SELECT")
        if own or self._reader is None:
            return self.own_rows(sql, parameters)
        with self._reading:
            return self._reader.execute(sql, parameters).fetchall()

    def own_rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Read by the connection that writes, where alone its temporary tables are."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Row | None:
        rows = self.rows(sql, parameters)
        return rows[0] if rows else None

    def record(self, kind: type[R], row: sqlite3.Row) -> R:
        """Read what a row with `id` and `record` says. StorageError `record_damaged` where it cannot be read, or mended."""
        record = self._read(kind, row)
        if record is None:
            raise StorageError(
                "record_damaged",
                "This record can't be read: it is damaged, or a newer Isengard wrote it.",
                "Update Isengard here. Nothing was deleted.",
            )
        return record

    def records(self, kind: type[R], rows: Iterable[sqlite3.Row]) -> list[R]:
        """Read many rows as `record` does; those that cannot be read are left out."""
        records = [self._read(kind, row) for row in rows]
        return [record for record in records if record is not None]

    def _read(self, kind: type[R], row: sqlite3.Row) -> R | None:
        table, record_id = kind.__name__.lower(), row["id"]
        record = self._documents.read(kind, row["record"], record_id)
        if record is not None and record.id == record_id:
            return record
        mend = self.menders.get(table)
        if mend is None or not is_damaged(kind, row["record"]) or not mend(record_id):
            return None
        again = self.row(f"SELECT record FROM {table} WHERE id=?", (record_id,))  # noqa: S608 - ours
        return None if again is None else self._documents.read(kind, again["record"], record_id)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes meanwhile: for files that move once their rows are kept. `database_busy` as in a transaction."""
        with self._lock:
            if self._connection.in_transaction:
                raise RuntimeError("files would move before their rows are kept")
        with self._my_turn():
            yield

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing; nested uses join the outer one.

        StorageError `library_unavailable` when the disk refuses, `database_busy` when another program held the database
        for the whole time.
        """
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
        with self._begun():
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except sqlite3.OperationalError as fault:
                self._roll_back()
                raise _unavailable(fault) from fault
            except BaseException:
                self._roll_back()
                raise

    @contextmanager
    def _begun(self) -> Iterator[None]:
        """Within BEGIN IMMEDIATE, holding the connection. What waits behind a waiting writer waits no longer than that one."""
        self._require_file()
        deadline = time.monotonic() + self._busy_timeout_s
        with self._my_turn():
            self._lock.acquire()
            try:
                while not self._begin():
                    if time.monotonic() >= deadline:
                        raise _busy()
                    self._lock.release()
                    time.sleep(_TRY_AGAIN_S)
                    self._lock.acquire()
                self._writing = threading.get_ident()
                yield
            finally:
                self._writing = None
                self._lock.release()

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Always before the connection, never while holding it: two who took them the other way round would wait for ever."""
        if not self._turn.acquire(timeout=self._busy_timeout_s):
            raise _busy()
        try:
            yield
        finally:
            self._turn.release()

    def _require_file(self) -> None:
        """A file that was removed under us takes every write, and none of them is there after a restart."""
        try:
            here = self._file.stat()
        except OSError as fault:
            raise data_folder_gone() from fault
        if (here.st_dev, here.st_ino) != self._identity:
            raise data_folder_gone()

    def _begin(self) -> bool:
        """False while another program holds the database; SQLite's own waiting would hold the connection meanwhile."""
        try:
            self._connection.execute("PRAGMA busy_timeout=0")
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as fault:
            if _is_held(fault):
                return False
            raise _unavailable(fault) from fault
        finally:
            self._connection.execute(f"PRAGMA busy_timeout={round(self._busy_timeout_s * 1000)}")
        return True

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def scrub(self) -> None:
        """Leave nothing of deleted rows in the file, nor in its journal. StorageError as of a transaction."""
        with self._my_turn(), self._lock, self._reading:
            try:
                rewrite(self._connection)
                empty_journal(self._connection)
            except sqlite3.OperationalError as fault:
                raise (_busy() if _is_held(fault) else _unavailable(fault)) from fault

    def close(self) -> None:
        with self._lock, self._reading:
            if self._reader is not None:
                self._reader.close()
            self._connection.close()


def _is_held(fault: sqlite3.OperationalError) -> bool:
    return "locked" in str(fault) or "busy" in str(fault)


def _unavailable(fault: sqlite3.OperationalError) -> StorageError:
    return StorageError(
        "library_unavailable",
        said("The library could not be written: {reason}.", reason=str(fault)),
        "Free some disk space, then try again. Nothing was lost.",
    )


def _busy() -> StorageError:
    return StorageError(
        "database_busy",
        "Another program is using Isengard's library.",
        "Close it (a backup, a database viewer, a second ComfyUI), then try again. Nothing was lost.",
    )
