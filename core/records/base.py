"""What every record shares: unknown fields are refused, floats are finite, text is real text."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict

T = TypeVar("T")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Record(BaseModel):
    """Base of all records."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, validate_assignment=True)


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


def _line(text: str) -> str:
    text = unicodedata.normalize("NFC", _prose(text)).strip()
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
        raise ValueError("must be one line without control characters")
    return text


def _prose(text: str) -> str:
    if _SURROGATE.search(text):
        raise ValueError("must be valid Unicode text")
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise ValueError("must not hold control characters")
    return text


#: One line of text as a person types it.
Line = Annotated[str, AfterValidator(_line)]
#: Text that may have several lines.
Prose = Annotated[str, AfterValidator(_prose)]
