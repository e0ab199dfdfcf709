"""A character: the person (or animal) whose identity is learned."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from .base import Line, Prose, Record
from .checkpoint import Version

#: Letters only: made-up words without digits worked best as trigger words (identity-training.md section 5).
TRIGGER_PATTERN = r"^[A-Za-z]{3,32}$"


def _filled(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


Name = Annotated[Line, AfterValidator(_filled), Field(max_length=80)]


class CharacterDraft(Record):
    """What a person may give when creating a character; trigger and class have defaults."""

    name: Name
    trigger_word: str | None = Field(default=None, pattern=TRIGGER_PATTERN)
    class_word: Annotated[Line, Field(max_length=40)] = "person"
    notes: Annotated[Prose, Field(max_length=4000)] = ""
    consent: bool = False


class CharacterPatch(Record):
    """Fields that may be changed later; absent means unchanged. The slug never changes."""

    name: Name | None = None
    trigger_word: str | None = Field(default=None, pattern=TRIGGER_PATTERN)
    class_word: Annotated[Line, Field(max_length=40)] | None = None
    notes: Annotated[Prose, Field(max_length=4000)] | None = None
    consent: bool | None = None
    cover_photo_id: str | None = None


class Character(Record):
    """A stored character; timestamps are ISO 8601 UTC."""

    id: str
    name: str
    slug: str
    trigger_word: str
    class_word: str = "person"
    notes: str = ""
    cover_photo_id: str | None = None
    consent: bool = False
    created_at: str
    deleted_at: str | None = None
    photo_count: int = 0
    versions: list[Version] = Field(default_factory=list)
