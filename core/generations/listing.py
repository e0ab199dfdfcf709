"""Lists of generations as SQL: what a list is asked for, in which order, and where its next page begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..storage.text_functions import folded

Sort = Literal["date", "person", "likeness"]
#: Words of a search that are looked for; a person reads no list by more.
MOST_WORDS = 8
#: Of a damaged row there is nothing to be found. `isen_…` are ours (core/storage/text_functions.py).
_IN_RECORD = "CASE WHEN json_valid(record) THEN {} END"
#: The album that a row is in.
ALBUM = _IN_RECORD.format("json_extract(record, '$.album_id')")
#: The generation that a row was made from, and whether its small faces are still to be redrawn.
_MADE_FROM = _IN_RECORD.format("json_extract(record, '$.made_from.generation_id')")
_MENDING = _IN_RECORD.format("json_extract(record, '$.mending')")
#: In the trash, or with pictures there: each has its time in the record as text.
_TRASHED = '(deleted_at IS NOT NULL OR record LIKE \'%"deleted_at":"%\')'
_DONE = "deleted_at IS NULL AND state='completed' AND purpose='user'"
TO_MEND = f"SELECT id, record FROM generation WHERE {_DONE} AND {_MENDING}='waiting' ORDER BY id"  # noqa: S608 - ours
MADE_OF = f"SELECT id, record FROM generation WHERE id > ? AND purpose='user' AND {_MADE_FROM}=? ORDER BY id"  # noqa: S608 - ours
_MARKED = _IN_RECORD.format("json_extract(record, '$.practice')")
_DRAWN = "generation WHERE deleted_at IS NULL AND purpose IN ('user', 'bench', 'grid')"
#: Drawn in practice mode; the value is the recipe of those from before they were marked.
OF_PRACTICE = f"SELECT id, record FROM {_DRAWN} AND (recipe=? OR {_MARKED}) ORDER BY id DESC"  # noqa: S608 - ours
_PICTURES = _IN_RECORD.format("json_array_length(record, '$.images')")
PICTURES_OF_PRACTICE = f"SELECT coalesce(sum({_PICTURES}), 0) FROM {_DRAWN} AND (recipe=? OR {_MARKED})"  # noqa: S608 - ours
_PROMPT = _IN_RECORD.format("json_extract(record, '$.request.prompt')")
_OF_PERSON = "SELECT generation_id FROM generation_character WHERE character_id"
_HAS_NAME = _IN_RECORD.format("isen_holds(json_extract(record, '$.name'), ?)")
_NAMED = f"SELECT id FROM character WHERE deleted_at IS NULL AND {_HAS_NAME}"  # noqa: S608 - ours
#: How each order goes in the table of places (sorted_places.py), and what comes later in it; the newest first among equals.
_ORDERS: dict[Sort, tuple[str, str]] = {"person": ("ASC", ">="), "likeness": ("DESC", "<=")}


@dataclass(frozen=True)
class Wanted:
    """Wishes for a list; `purpose`: proofs and pictures of ComfyUI's canvas are not the person's own."""

    character_id: str | None = None
    recipe: str | None = None
    deleted: bool = False
    favourite: bool = False
    purpose: str = "user"
    #: the file of a version that they were drawn with
    version: str = ""
    #: each of its words is in the prompt, in the name of somebody in it, or ends the seed
    search: str = ""
    sort: Sort = "date"
    album_id: str | None = None


def query_of(wanted: Wanted, cursor: str | None, limit: int) -> tuple[str, list[Any]]:
    """The SQL and its values for one page and one row more. `cursor`: the id of the last row of the page before. Sorted lists need
    the table of places to be ready."""
    source, order, conditions, values = (
        _by_date(wanted, cursor) if wanted.sort == "date" else _by_place(wanted, cursor)
    )
    for condition, *more in _conditions(wanted):
        conditions.append(condition)
        values += more
    found = " AND ".join(conditions)
    sql = f"SELECT id, record FROM {source} WHERE {found} ORDER BY {order} LIMIT ?"  # noqa: S608 - ours
    return sql, [*values, limit + 1]


def _by_date(wanted: Wanted, cursor: str | None) -> tuple[str, str, list[str], list[Any]]:
    conditions = ["purpose=?", _TRASHED if wanted.deleted else "deleted_at IS NULL", "id < ?"]
    return "generation", "id DESC", conditions, [wanted.purpose, cursor or "~"]


def _by_place(wanted: Wanted, cursor: str | None) -> tuple[str, str, list[str], list[Any]]:
    """The places are gone through in their order, and a record is read only of what is there: so they come first in the join."""
    key, (direction, later) = wanted.sort, _ORDERS[wanted.sort]
    conditions, values = ["listed=?", "away=?"], [wanted.purpose, wanted.deleted]
    if cursor:
        last = f"(SELECT {key} FROM place WHERE generation=?)"  # noqa: S608 - ours
        conditions.append(f"{key} {later} {last} AND NOT ({key} = {last} AND place.generation >= ?)")
        values += [cursor, cursor, cursor]
    source = "place CROSS JOIN generation ON generation.id = place.generation"
    return source, f"{key} {direction}, place.generation DESC", conditions, values


def _conditions(wanted: Wanted) -> Sequence[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    if wanted.character_id is not None:
        found.append((f"id IN ({_OF_PERSON}=?)", wanted.character_id))
    if wanted.recipe is not None:
        found.append(("recipe=?", wanted.recipe))
    if wanted.favourite:
        found.append((_IN_RECORD.format("json_extract(record, '$.favourite')"),))
    if wanted.album_id is not None:
        found.append((f"{ALBUM}=?", wanted.album_id))
    if wanted.version:
        drawn = "EXISTS (SELECT 1 FROM json_each(record, '$.versions') WHERE value=?)"
        found.append((_IN_RECORD.format(drawn), wanted.version))
    found += [_holding(word) for word in folded(wanted.search).split()[:MOST_WORDS]]
    return found


def _holding(word: str) -> tuple[Any, ...]:
    ways, values = [f"isen_holds({_PROMPT}, ?)", f"id IN ({_OF_PERSON} IN ({_NAMED}))"], [word, word]
    if word.isdecimal():
        seeds = (
            "EXISTS (SELECT 1 FROM json_each(record, '$.images') WHERE json_extract(value, '$.seed') LIKE ?)"
        )
        ways.append(_IN_RECORD.format(seeds))
        values.append(f"%{word}")
    return f"({' OR '.join(ways)})", *values
