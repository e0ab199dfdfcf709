"""A table in the memory of the library's own connection that follows every change of the generations: for orders and searches that
SQLite can keep no index of, since what they ask is deep in a record.

Nothing of it is on a disk: a pack of before this finds the database as it knows it, and what is deleted is in it no more.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ..storage.library import Library

#: Generations that are looked at before somebody else may read or write.
_AT_ONCE = 400


@dataclass(frozen=True)
class TableOfGenerations:
    """`columns` as CREATE TABLE takes them, `generation` the first; `filled` inserts the rows of generations, up to its last WHERE's
    condition on their ids; `more` are indices and other triggers."""

    name: str
    columns: str
    filled: str
    more: tuple[str, ...] = ()

    @property
    def statements(self) -> tuple[str, ...]:
        name = self.name
        return (
            f"CREATE TEMP TABLE IF NOT EXISTS {name} ({self.columns}) WITHOUT ROWID",
            *(
                f"CREATE TEMP TRIGGER IF NOT EXISTS {name}_{event.lower()} AFTER {event} ON main.generation"  # noqa: S608 - ours
                f" BEGIN DELETE FROM {name} WHERE generation = NEW.id; {self.filled} id = NEW.id; END"
                for event in ("INSERT", "UPDATE")
            ),
            f"CREATE TEMP TRIGGER IF NOT EXISTS {name}_delete AFTER DELETE ON main.generation"  # noqa: S608 - ours
            f" BEGIN DELETE FROM {name} WHERE generation = OLD.id; END",
            *self.more,
        )


class FollowedTable:
    """A table of one library; `ready` before it is asked."""

    def __init__(self, library: Library, table: TableOfGenerations) -> None:
        self._library = library
        self._table = table
        self._turn = threading.Lock()
        #: SQLite's count of what others have written, as the table knows it
        self._seen: int | None = None

    def ready(self) -> None:
        """Have the table, and all of it: filled when it is first asked for, and anew where another program has written."""
        with self._turn:
            seen = int(self._library.own_rows("PRAGMA data_version")[0][0])
            if self._seen == seen:
                return
            emptied = f"DELETE FROM {self._table.name}"  # noqa: S608 - ours
            for statement in (*self._table.statements, emptied):
                self._library.own_rows(statement)
            self._fill()
            self._seen = seen

    def _fill(self) -> None:
        """What changes meanwhile is followed already."""
        after = ""
        while True:
            ids = self._library.rows(
                "SELECT id FROM generation WHERE id > ? ORDER BY id LIMIT ?", (after, _AT_ONCE)
            )
            if not ids:
                return
            last = ids[-1]["id"]
            self._library.own_rows(f"{self._table.filled} id > ? AND id <= ?", (after, last))
            after = last
