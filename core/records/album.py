"""An album: a name under which pictures are found together. Which pictures are in it stands with each of them (`album_id`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Line, Record, Stored


class AlbumDraft(Record):
    """An album as a client may name it."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]


class Album(Stored):
    """`character_id`: whose photo day it holds, '' for one that was made by hand."""

    id: str
    name: str
    character_id: str = ""
    created_at: str
    deleted_at: str | None = None
