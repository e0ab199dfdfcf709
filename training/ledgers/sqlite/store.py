"""The connections to jobs.db: one writer and one reader under a lock each, and SQLite's errors in our words."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ....core.database import BUSY_TIMEOUT_S, open_database
from ....core.errors import StorageError
from .schema import MIGRATIONS

SCRUB_TRIES = 40
SCRUB_PAUSE_S = 0.05


class Store:
    """Readers never wait for a writer's fsync (WAL); writers queue in this process, then at SQLite's own lock."""

    def __init__(self, path: Path) -> None:
        self._writer = open_database(path, MIGRATIONS)
        self._writer.execute("PRAGMA secure_delete=ON")
        self._reader = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        self._reader.row_factory = sqlite3.Row
        self._reader.execute("PRAGMA query_only=ON")
        self._write_lock = threading.RLock()
        self._read_lock = threading.RLock()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction that has the write lock from its first statement on."""
        with self._write_lock:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
            except sqlite3.Error as fault:
                raise _in_our_words(fault) from fault
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        with self._read_lock:
            try:
                yield self._reader
            except sqlite3.Error as fault:
                raise _in_our_words(fault) from fault

    def scrub(self) -> None:
        """Leave nothing of deleted rows in the journal; a reader of another process may hold it for a moment."""
        for _ in range(SCRUB_TRIES):
            with self._write_lock:
                busy = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy:
                return
            time.sleep(SCRUB_PAUSE_S)

    def close(self) -> None:
        with self._write_lock, self._read_lock:
            self._reader.close()
            self._writer.close()


def _in_our_words(fault: sqlite3.Error) -> StorageError:
    text = str(fault)
    if "full" in text:
        return StorageError("disk_full", "The disk is full.", "Free some space, then try again.")
    if "locked" in text or "busy" in text:
        return StorageError(
            "database_busy", "The job database is in use by another process.", "Try again in a moment."
        )
    if "readonly" in text:
        return StorageError(
            "database_read_only", "The job database cannot be written.", "Check the folder's permissions."
        )
    return StorageError(
        "database_unavailable", f"The job database cannot be used: {text}.", "Restart ComfyUI to repair it."
    )
