"""Where each generation stands in lists by person and by likeness: a table in memory that follows every change.

Both orders are of what is deep in a record or in another table, so SQLite can keep no index of them; reading them out of ten thousand
records takes a quarter of a second, in which nobody else reads or writes.
"""

from __future__ import annotations

from ..storage.library import Library
from .followed_table import FollowedTable, TableOfGenerations

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
_TABLE = TableOfGenerations(
    name="place",
    columns="""generation TEXT PRIMARY KEY, listed TEXT NOT NULL, away INTEGER NOT NULL, first TEXT, person TEXT NOT NULL,
      likeness REAL NOT NULL""",
    filled=_PLACES,
    more=(
        "CREATE INDEX IF NOT EXISTS temp.place_by_person ON place(listed, away, person, generation DESC)",
        "CREATE INDEX IF NOT EXISTS temp.place_by_likeness ON place(listed, away, likeness DESC, generation DESC)",
        "CREATE INDEX IF NOT EXISTS temp.place_of_first ON place(first)",
        *(
            f"CREATE TEMP TRIGGER IF NOT EXISTS place_person_{event.lower()} AFTER {event} ON main.character"
            f" BEGIN {_PERSON_CHANGED.format(name=_NAME.format(first=f'{row}.id'), id=f'{row}.id')} END"
            for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
        ),
    ),
)


def followed_places(library: Library) -> FollowedTable:
    """The table `place` of a library."""
    return FollowedTable(library, _TABLE)
