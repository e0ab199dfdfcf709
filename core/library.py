"""isengard.db: characters, photos, generations. One connection of the server behind one lock."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .database import open_database
from .errors import StorageError
from .library_migrations import LIBRARY_MIGRATIONS
from .paths import DataPaths


class Library:
    """Thread-safe access; every store of the server shares one."""

    def __init__(self, paths: DataPaths) -> None:
        self._lock = threading.RLock()
        self._connection = open_database(paths.library_db, LIBRARY_MIGRATIONS)
        self._connection.execute("PRAGMA secure_delete=ON")

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Row | None:
        found = self.rows(sql, parameters)
        return found[0] if found else None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; nested uses join the outer one. StorageError when the disk refuses."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except sqlite3.OperationalError as fault:
                self._roll_back()
                raise StorageError(
                    "library_unavailable",
                    f"The library could not be written: {fault}.",
                    "Free some disk space, then try again. Nothing was lost.",
                ) from fault
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def scrub(self) -> None:
        """Leave nothing of deleted rows in the journal either (free pages are zeroed by secure_delete)."""
        with self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        with self._lock:
            self._connection.close()
