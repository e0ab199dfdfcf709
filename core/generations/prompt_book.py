"""Prompts of before: those that pictures were made with, newest first, and the favourites among them.

A favourite is a file of its own in prompts/: files, not rows, since a pack of before this would refuse a database with a table that it
does not know.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
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
from ..storage.text_functions import folded

MOST_FAVOURITES = 500
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
        found = [
            past
            for past in (_favourites(self._made(kept), kept) if favourite else self._made(kept))
            if (cursor is None or _place(past) < cursor)
            and all(word in folded(_told(past, names)) for word in words)
        ]
        found.sort(key=_place, reverse=True)
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

    def _made(self, kept: Sequence[_Favourite]) -> list[PastPrompt]:
        """One for each text that pictures were made with, by the newest order that has one; what SQLite gives besides the
        greatest id is of the same row. Whole records are read of those that are shown alone: there are thousands."""
        sql = """
            SELECT MAX(id) AS id, COUNT(*) AS orders, json_extract(record, '$.request.prompt') AS prompt,
                   json_extract(record, '$.created_at') AS at, json_extract(record, '$.request.characters') AS people
            FROM (SELECT id, CASE WHEN json_valid(record) THEN record END AS record
                  FROM generation WHERE purpose='user' AND deleted_at IS NULL)
            WHERE json_array_length(record, '$.images') > 0 GROUP BY prompt"""
        liked = {one.prompt for one in kept}
        return [
            PastPrompt.model_construct(
                prompt=row["prompt"],
                favourite=row["prompt"] in liked,
                orders=row["orders"],
                at=row["at"],
                generation_id=row["id"],
                characters=_ids(json.loads(row["people"])),
            )
            for row in self._library.rows(sql)
            if isinstance(row["prompt"], str) and isinstance(row["at"], str) and row["people"]
        ]

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
        return contained(
            self._paths.prompts, f"{hashlib.sha256(prompt.encode('utf-8')).hexdigest()[:32]}.json"
        )


def _favourites(made: Sequence[PastPrompt], kept: Sequence[_Favourite]) -> list[PastPrompt]:
    known = {past.prompt: past for past in made}
    return [
        known[one.prompt].model_copy(update={"at": one.at})
        if one.prompt in known
        else PastPrompt(prompt=one.prompt, favourite=True, at=one.at)
        for one in kept
    ]


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
    return f"{past.at}.{hashlib.sha256(past.prompt.encode('utf-8')).hexdigest()[:8]}"


def _told(past: PastPrompt, names: Mapping[str, str]) -> str:
    people = [names.get(character, "") for character in past.characters] or [""]
    text = past.prompt.replace("{trigger}", people[0])
    for token, name in zip(_TOKENS, people, strict=False):
        text = text.replace(token, name)
    return text
