"""What every record shares: unknown fields are refused, floats are finite, text is real text."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict

T = TypeVar("T")
#: With any bound pydantic reads a text as Unicode: half a character (a surrogate) is refused in every field, since no
#: file, database or answer can hold it. The bound itself is beyond what any field of ours needs.
MAX_TEXT = 4 * 1024**2
_SURROGATE = re.compile("[\ud800-\udfff]")


class Record(BaseModel):
    """Base of all records."""

    model_config = ConfigDict(
        extra="forbid", allow_inf_nan=False, validate_assignment=True, str_max_length=MAX_TEXT
    )


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


def is_whole(text: str) -> bool:
    """Whether every character of it is one: half an emoji is not."""
    return not _SURROGATE.search(text)


def _line(text: str) -> str:
    text = unicodedata.normalize("NFC", _prose(text)).strip()
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
        raise ValueError("must be one line without control characters")
    return text


def _prose(text: str) -> str:
    if not is_whole(text):
        raise ValueError("must be valid Unicode text")
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise ValueError("must not hold control characters")
    return text


#: One line of text as a person types it.
Line = Annotated[str, AfterValidator(_line)]
#: Text that may have several lines.
Prose = Annotated[str, AfterValidator(_prose)]
