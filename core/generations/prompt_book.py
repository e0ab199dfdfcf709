"""Prompts of before: those that pictures were made with, newest first, and the favourites among them.

A favourite is a file of its own in prompts/: files, not rows, since a pack of before this would refuse a database with a table that it
does not know.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from .. import atomic
from ..clock import Clock, iso
from ..errors import ConflictError
from ..paths import DataPaths, contained
from ..records.base import Page, Prose, Record, Stored, Truth
from ..records.generation import Generation
from ..said import said
from ..storage.library import Library
from ..storage.record_files import read_record
from ..storage.text_functions import digest, folded
from .followed_table import FollowedTable, TableOfGenerations

MOST_FAVOURITES = 500
#: Prompts that are read at once, as a search goes through them.
_AT_ONCE = 500
#: Comes after every place in the list.
_LAST = "~"
#: The orders that have left pictures, by their prompt; of a damaged row nothing is known.
_ORDERS = TableOfGenerations(
    name="past",
    columns="generation TEXT PRIMARY KEY, said TEXT NOT NULL, place TEXT NOT NULL, at TEXT NOT NULL, prompt TEXT NOT NULL,"
    " people TEXT NOT NULL",
    filled="""
INSERT OR REPLACE INTO past
SELECT id, isen_digest(CAST(prompt AS BLOB)), at || '.' || substr(isen_digest(CAST(prompt AS BLOB)), 1, 8), at, prompt, people
FROM (SELECT id, json_extract(record, '$.request.prompt') AS prompt, json_extract(record, '$.created_at') AS at,
             json_extract(record, '$.request.characters') AS people, json_array_length(record, '$.images') AS images
      FROM (SELECT id, CASE WHEN json_valid(record) THEN record END AS record
            FROM generation WHERE purpose='user' AND deleted_at IS NULL))
WHERE images > 0 AND typeof(prompt) = 'text' AND typeof(at) = 'text' AND typeof(people) = 'text' AND """,
    more=(
        "CREATE INDEX IF NOT EXISTS temp.past_by_place ON past(place DESC)",
        "CREATE INDEX IF NOT EXISTS temp.past_by_said ON past(said, generation)",
    ),
)
_NEWEST = """
SELECT one.*, (SELECT COUNT(*) FROM past AS other WHERE other.said = one.said) AS orders FROM past AS one
WHERE NOT EXISTS (SELECT 1 FROM past AS newer WHERE newer.said = one.said AND newer.generation > one.generation)"""
_NEWEST_BEFORE = f"{_NEWEST} AND place < ? ORDER BY place DESC LIMIT ?"
_NEWEST_OF = f"{_NEWEST} AND said IN ({{marks}})"
_TOKENS = ("{trigger1}", "{trigger2}")
_log = logging.getLogger("isengard.prompts")


class PastPrompt(Record):
    """A prompt as it was written, and the newest picture of it: `n` of `generation_id`, '' and 0 where there is none any more.
    `orders`: how often pictures were made with it."""

    prompt: str
    favourite: bool
    orders: int = 0
    at: str
    generation_id: str = ""
    n: int = 0
    recipe: str = ""
    characters: list[str] = Field(default_factory=list)


class PromptMark(Record):
    """Whether a prompt is a favourite."""

    prompt: Annotated[Prose, Field(min_length=1, max_length=8000)]
    favourite: Truth


class _Favourite(Stored):
    prompt: str
    at: str


class PromptBook:
    """The prompts of one data folder."""

    def __init__(self, library: Library, paths: DataPaths, clock: Clock) -> None:
        self._library = library
        self._paths = paths
        self._clock = clock
        self._orders = FollowedTable(library, _ORDERS)

    def page(
        self,
        limit: int,
        cursor: str | None = None,
        *,
        search: str = "",
        favourite: bool = False,
        names: Mapping[str, str],
    ) -> Page[PastPrompt]:
        """Prompts that hold every word of `search`, as they are read with the people's `names` in them; newest first."""
        words, kept = folded(search).split(), self._kept()
        self._orders.ready()
        made = (
            self._favourites(kept) if favourite else self._made(cursor or _LAST, {one.prompt for one in kept})
        )
        fits = (
            past
            for past in made
            if (cursor is None or _place(past) < cursor)
            and all(word in folded(_told(past, names)) for word in words)
        )
        found = list(islice(fits, limit + 1))
        page = self._shown(found[:limit])
        return Page[PastPrompt](items=page, next_cursor=_place(page[-1]) if len(found) > limit else None)

    def mark(self, prompt: str, favourite: bool) -> None:
        """Make a prompt a favourite, or none any more. ConflictError `favourites_full`."""
        file = self._file(prompt)
        if not favourite:
            file.unlink(missing_ok=True)
            return
        if file.is_file():
            return
        if len(self._kept()) >= MOST_FAVOURITES:
            raise ConflictError(
                "favourites_full",
                said("There are {most} favourite prompts already.", most=MOST_FAVOURITES),
                "Take the heart off one that you no longer use.",
            )
        self._paths.prompts.mkdir(mode=0o700, exist_ok=True)
        kept = _Favourite(prompt=prompt, at=iso(self._clock.now()))
        atomic.write_json(file, kept.model_dump(mode="json"))

    def _made(self, before: str, liked: Collection[str]) -> Iterator[PastPrompt]:
        """One for each text that pictures were made with, newest first, by the newest order that has one. Read as far as it is asked
        for: there are thousands."""
        while True:
            rows = self._library.own_rows(_NEWEST_BEFORE, (before, _AT_ONCE))
            yield from (_past(row, liked) for row in rows)
            if len(rows) < _AT_ONCE:
                return
            before = rows[-1]["place"]

    def _favourites(self, kept: Sequence[_Favourite]) -> list[PastPrompt]:
        """Newest first, by when they became that."""
        marks = ",".join("?" * len(kept))
        rows = self._library.own_rows(_NEWEST_OF.format(marks=marks), [digest(one.prompt) for one in kept])
        known = {row["prompt"]: _past(row, [row["prompt"]]) for row in rows}
        told = [
            known[one.prompt].model_copy(update={"at": one.at})
            if one.prompt in known
            else PastPrompt(prompt=one.prompt, favourite=True, at=one.at)
            for one in kept
        ]
        return sorted(told, key=_place, reverse=True)

    def _shown(self, page: Sequence[PastPrompt]) -> list[PastPrompt]:
        """Each with its picture, where that was not deleted."""
        ids = [past.generation_id for past in page if past.generation_id]
        sql = f"SELECT id, record FROM generation WHERE id IN ({','.join('?' * len(ids))})"  # noqa: S608 - marks only
        made = {one.id: one for one in self._library.records(Generation, self._library.rows(sql, ids))}
        return [_with_picture(past, made.get(past.generation_id)) for past in page]

    def _kept(self) -> list[_Favourite]:
        files = sorted(self._paths.prompts.glob("*.json"))
        kept = (read_record(_Favourite, file, _log, "A favourite prompt cannot be read") for file in files)
        return [one for one in kept if one is not None]

    def _file(self, prompt: str) -> Path:
        return contained(self._paths.prompts, f"{digest(prompt)}.json")


def _past(row: sqlite3.Row, liked: Collection[str]) -> PastPrompt:
    return PastPrompt.model_construct(
        prompt=row["prompt"],
        favourite=row["prompt"] in liked,
        orders=row["orders"],
        at=row["at"],
        generation_id=row["generation"],
        characters=_ids(json.loads(row["people"])),
    )


def _ids(people: Any) -> list[str]:
    """Of a record that may be damaged."""
    return [str(use["id"]) for use in people if isinstance(use, dict) and "id" in use]


def _with_picture(past: PastPrompt, made: Generation | None) -> PastPrompt:
    shown = next((image for image in made.images if image.deleted_at is None), None) if made else None
    if made is None or shown is None:
        return PastPrompt(**{**past.model_dump(), "generation_id": ""})
    return PastPrompt(**{**past.model_dump(), "n": shown.n, "recipe": made.recipe})


def _place(past: PastPrompt) -> str:
    """Where it stands in the list: moments of one length, so they sort as texts; two of one moment by their text."""
    return f"{past.at}.{digest(past.prompt)[:8]}"


def _told(past: PastPrompt, names: Mapping[str, str]) -> str:
    people = [names.get(character, "") for character in past.characters] or [""]
    text = past.prompt.replace("{trigger}", people[0])
    for token, name in zip(_TOKENS, people, strict=False):
        text = text.replace(token, name)
    return text
