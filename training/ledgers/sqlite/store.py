"""The connections to jobs.db: one writer and one reader under a lock each, and SQLite's errors in our words.

Another process may find the file damaged, move it aside and make a new one: whoever still has the old one open notices
before its next step and goes over to the new one. Damage found in use is repaired the same way.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ....core.errors import LedgerAwayError, StorageError
from ....core.said import said
from ....core.storage.database import (
    BUSY_TIMEOUT_S,
    as_text,
    empty_journal,
    is_damage,
    move_aside,
    moved_aside,
    open_database,
    rewrite,
)
from ....core.storage.file_lock import FileLock
from .schema import MIGRATIONS

_OPEN_S = 30.0
Fill = Callable[[sqlite3.Connection], object]
FileIdentity = tuple[int, int]

SCRUB_TRIES = 40
SCRUB_PAUSE_S = 0.05


class Store:
    """Readers never wait for a writer's fsync (WAL); writers queue in this process, then at SQLite's own lock.

    `fill` runs inside a transaction after every opening, `gap` after the file was another one than before; `rebuilt` is
    told what a damaged file was renamed to, before anybody else sees the new one. Where both locks are taken, the
    writer's comes first; a fault is dealt with only after the lock under which it came was given back.
    """

    def __init__(
        self, path: Path, fill: Fill, gap: Callable[[], None], *, rebuilt: Callable[[str], None]
    ) -> None:
        self._path, self._fill, self._gap, self._rebuilt = path, fill, gap, rebuilt
        self._write_lock, self._read_lock = threading.Lock(), threading.Lock()
        #: which file is open; None while none is
        self._file: FileIdentity | None = None
        with self._opening():
            self._open()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Begin a transaction that has the write lock from its first statement on."""
        with self._repairing(), self._write_lock:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
            finally:
                self._roll_back()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        with self._repairing(), self._read_lock:
            yield self._reader

    def scrub(self) -> None:
        """Leave nothing of deleted rows in the file, nor in its journal; a reader of another process may hold that for a moment."""
        with self._repairing(), self._write_lock:
            rewrite(self._writer)
        for _ in range(SCRUB_TRIES):
            with self._repairing(), self._write_lock:
                if empty_journal(self._writer):
                    return
            time.sleep(SCRUB_PAUSE_S)

    def close(self) -> None:
        with self._write_lock, self._read_lock:
            self._shut()

    def _shut(self) -> None:
        self._reader.close()
        self._writer.close()
        self._file = None

    def _open(self) -> None:
        """A file that can be opened may still be damaged inside: then it is moved aside as well."""
        try:
            self._connect()
        except (sqlite3.Error, UnicodeDecodeError) as fault:
            if not _is_damage(fault):
                raise _in_our_words(fault) from fault
            self._shut()
            move_aside(self._path, str(fault))
            self._connect()

    def _connect(self) -> None:
        self._writer = open_database(self._path, MIGRATIONS)
        self._reader = sqlite3.connect(
            self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        self._reader.row_factory, self._reader.text_factory = sqlite3.Row, as_text
        self._reader.execute("PRAGMA query_only=ON")
        self._writer.execute("PRAGMA secure_delete=ON")
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            self._fill(self._writer)
            self._writer.execute("COMMIT")
        finally:
            self._roll_back()
        self._file = _identity(self._path)

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """One process at a time opens or repairs: two would move each other's new file aside."""
        lock = FileLock(self._path.with_suffix(".lock"))
        lock.acquire(_OPEN_S)
        before = moved_aside(self._path)
        try:
            yield
            for kept_as in sorted(moved_aside(self._path) - before):
                self._rebuilt(kept_as)
        finally:
            lock.release()

    @contextmanager
    def _repairing(self) -> Iterator[None]:
        """Goes over to the file that is there now; of damage in it makes a new one and says so. Holds no lock."""
        if self._file is None or self._file != _identity(self._path):
            self._reopen(self._file)
        used = self._file
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as fault:
            if not _is_damage(fault):
                raise _in_our_words(fault) from fault
            self._reopen(used, damage=str(fault))
            raise LedgerAwayError(
                "ledger_rebuilt",
                "The job database was damaged. Isengard moved it aside and rebuilt it.",
                "Nothing was lost: try again.",
            ) from fault

    def _reopen(self, used: FileIdentity | None, *, damage: str = "") -> None:
        """`used` is the file the caller had: another thread or process may have made a new one since."""
        with self._write_lock, self._read_lock:
            if self._file != used:
                return
            with self._opening():
                self._shut()
                if damage and used == _identity(self._path):
                    move_aside(self._path, damage)
                self._open()
        self._gap()

    def _roll_back(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")


def _is_damage(fault: Exception) -> bool:
    """Our own statements name what the migrations made: where it is missing, the schema was hit."""
    missing = any(words in str(fault) for words in ("no such table", "no such column", "has no column"))
    return is_damage(fault) or missing


def _identity(path: Path) -> FileIdentity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _in_our_words(fault: Exception) -> StorageError:
    text = str(fault)
    if "full" in text:
        return StorageError("disk_full", "The disk is full.", "Free some space, then try again.")
    if "locked" in text or "busy" in text:
        return StorageError(
            "database_busy", "The job database is in use by another process.", "Try again in a moment."
        )
    if "readonly" in text or "disk I/O" in text:
        return StorageError(
            "database_read_only",
            "Isengard can't write to the job database: its disk became read-only, or its permissions changed.",
            "Make the data folder writable again. Running jobs resume from their last checkpoint.",
        )
    return StorageError(
        "database_unavailable",
        said("The job database cannot be used: {text}.", text=text),
        "Restart ComfyUI to repair it.",
    )
