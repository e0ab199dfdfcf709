"""Where each generation stands in lists by person and by likeness: a table in this connection's memory, which follows every change.

Both orders are of what is deep in a record or in another table, so SQLite can keep no index of them; reading them out of ten thousand
records takes a quarter of a second, in which nobody else reads or writes. Nothing of the table is on a disk: a pack of before this
finds the database as it knows it.
"""

from __future__ import annotations

import threading

from ..storage.library import Library

#: Generations that are looked at before somebody else may read or write.
_AT_ONCE = 400
_NAME = (
    "(SELECT CASE WHEN json_valid(one.record) THEN isen_folded(CAST(json_extract(one.record, '$.name') AS BLOB)) END"
    " FROM character AS one WHERE one.id = {first})"
)
_FIRST = "CASE WHEN json_valid(generation.record) THEN json_extract(generation.record, '$.request.characters[0].id') END"
_SCORE = (
    "CASE WHEN json_valid(record) THEN (SELECT max(CAST(json_extract(value, '$.likeness.score') AS REAL))"
    " FROM json_each(record, '$.images') WHERE json_extract(value, '$.deleted_at') IS NULL) END"
)
#: Of a damaged row nothing is known: it stands with those who have no name, behind those that were measured.
_PLACES = f"""
INSERT OR REPLACE INTO place
SELECT id, purpose, deleted_at IS NOT NULL, {_FIRST}, coalesce({_NAME.format(first=_FIRST)}, ''), coalesce({_SCORE}, -1)
FROM generation WHERE """  # noqa: S608 - ours
_PERSON_CHANGED = "UPDATE place SET person = coalesce({name}, '') WHERE first = {id};"
_SCHEMA = (
    """CREATE TEMP TABLE IF NOT EXISTS place (
      generation TEXT PRIMARY KEY, listed TEXT NOT NULL, away INTEGER NOT NULL, first TEXT, person TEXT NOT NULL,
      likeness REAL NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS temp.place_by_person ON place(listed, away, person, generation DESC)",
    "CREATE INDEX IF NOT EXISTS temp.place_by_likeness ON place(listed, away, likeness DESC, generation DESC)",
    "CREATE INDEX IF NOT EXISTS temp.place_of_first ON place(first)",
    *(
        f"CREATE TEMP TRIGGER IF NOT EXISTS place_{event.lower()} AFTER {event} ON main.generation"  # noqa: S608 - ours
        f" BEGIN DELETE FROM place WHERE generation = NEW.id; {_PLACES} id = NEW.id; END"
        for event in ("INSERT", "UPDATE")
    ),
    "CREATE TEMP TRIGGER IF NOT EXISTS place_delete AFTER DELETE ON main.generation"
    " BEGIN DELETE FROM place WHERE generation = OLD.id; END",
    *(
        f"CREATE TEMP TRIGGER IF NOT EXISTS place_person_{event.lower()} AFTER {event} ON main.character"
        f" BEGIN {_PERSON_CHANGED.format(name=_NAME.format(first=f'{row}.id'), id=f'{row}.id')} END"
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    ),
)


class SortedPlaces:
    """The places of one library; `ready` before they are asked."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._turn = threading.Lock()
        #: SQLite's count of what others have written, as the table knows it
        self._seen: int | None = None

    def ready(self) -> None:
        """Have the table, and all of it: filled when it is first asked for, and anew where another program has written."""
        with self._turn:
            seen = int(self._library.own_rows("PRAGMA data_version")[0][0])
            if self._seen == seen:
                return
            for statement in (*_SCHEMA, "DELETE FROM place"):
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
            self._library.own_rows(f"{_PLACES} id > ? AND id <= ?", (after, last))
            after = last
