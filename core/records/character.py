"""A character: the person (or animal) whose identity is learned."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from ..ids import id_pattern
from ..said import FieldFault
from .base import Line, Prose, Record, Stored, Truth
from .checkpoint import RankedVersion

#: Letters only: made-up words without digits worked best as trigger words (identity-training.md section 5).
TRIGGER_PATTERN = r"^[A-Za-z]{3,32}$"


#: Letters and signs that show nothing, besides those Unicode calls marks, formats and spaces.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"


def _filled(text: str) -> str:
    if not text:
        raise FieldFault("{field} must not be empty.")
    if not any(unicodedata.category(letter)[0] in "LNPS" and letter not in _BLANK for letter in text):
        raise FieldFault("{field} must hold a letter or a sign that can be seen.")
    return text


def _is_trigger(text: str) -> str:
    if not re.fullmatch(TRIGGER_PATTERN, text) or text.endswith("\n"):
        raise FieldFault("{field} must be 3 to 32 letters from A to Z.")
    return text


Trigger = Annotated[str, AfterValidator(_is_trigger), Field(json_schema_extra={"pattern": TRIGGER_PATTERN})]
#: What `_filled` and `Line` ask, as ECMAScript writes it, for openapi.json.
NAME_PATTERN = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*[\p{L}\p{N}\p{P}\p{S}][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
Name = Annotated[
    Line, AfterValidator(_filled), Field(max_length=80, json_schema_extra={"pattern": NAME_PATTERN})
]


class CharacterDraft(Record):
    """Fields that a person may give when creating a character; trigger and class have defaults."""

    name: Name
    trigger_word: Trigger | None = None
    class_word: Annotated[Line, Field(max_length=40)] = "person"
    notes: Annotated[Prose, Field(max_length=4000)] = ""
    consent: Truth = False


class CharacterPatch(Record):
    """Fields that may be changed later; absent means unchanged. The slug never changes."""

    name: Name | None = None
    trigger_word: Trigger | None = None
    class_word: Annotated[Line, Field(max_length=40)] | None = None
    notes: Annotated[Prose, Field(max_length=4000)] | None = None
    consent: Truth | None = None
    #: '' takes the cover back
    cover_photo_id: Annotated[str, Field(json_schema_extra={"pattern": f"{id_pattern('pho')}|^$"})] | None = (
        None
    )


class Character(Stored):
    """A stored character; timestamps are ISO 8601 UTC."""

    id: str
    name: str
    slug: str
    trigger_word: str
    class_word: str = "person"
    notes: str = ""
    cover_photo_id: str | None = None
    consent: bool = False
    #: names and trigger words of before: pictures, captions and logs still say them
    former_words: list[str] = Field(default_factory=list)
    #: created in practice mode, where nothing is really trained
    practice: bool = False
    created_at: str
    deleted_at: str | None = None
    photo_count: int = 0
    versions: list[RankedVersion] = Field(default_factory=list)

    @property
    def is_practice(self) -> bool:
        """Whether they are from practice mode and nothing real has been trained since."""
        return self.practice and all(version.placeholder for version in self.versions)

    def document(self) -> str:
        """The text to store, without what is counted afresh whenever somebody asks."""
        return self.model_dump_json(exclude={"versions", "photo_count"})
