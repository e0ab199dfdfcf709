"""What every record shares: floats are finite, text is real text. Unknown fields are refused in what somebody sends, kept in what is stored."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, model_validator
from pydantic.fields import FieldInfo

from ..ids import id_pattern
from ..said import FieldFault

T = TypeVar("T")
#: With any bound pydantic reads a text as Unicode: half a character (a surrogate) is refused in every field, since no
#: file, database or answer can hold it. The bound itself is beyond what any field of ours needs.
MAX_TEXT = 4 * 1024**2
_SURROGATE = re.compile("[\ud800-\udfff]")


class Record(BaseModel):
    """Base of all records; by itself of those that somebody sends or writes by hand, where an unknown field is a mistake."""

    model_config = ConfigDict(
        extra="forbid", allow_inf_nan=False, validate_assignment=True, str_max_length=MAX_TEXT
    )


class Stored(Record):
    """Base of what is kept in a database or a file, or passed between processes: a newer version of us may have written it.

    Fields that it knows and we do not are kept as they are, so that they are still there when we have written it anew.
    """

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="after")
    def _refuse_hit_names(self) -> Stored:
        """A field of ours that is missing, with one of nearly its name there, was hit by a fault: nobody wrote that."""
        for name in self.__pydantic_extra__ or ():
            missing = type(self).model_fields.keys() - self.model_fields_set
            if any(one_letter_apart(name, field) for field in missing):
                raise FieldFault("{field} has a field whose name is damaged.")
        return self

    def document(self) -> str:
        """The text that a row of a database keeps of it."""
        return self.model_dump_json()


def one_letter_apart(text: str, other: str) -> bool:
    """Tell whether the two differ in one letter, as one flipped byte makes them."""
    return len(text) == len(other) and sum(a != b for a, b in zip(text, other, strict=True)) == 1


class Page(BaseModel, Generic[T]):
    """A page of a list; `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


def is_whole(text: str) -> bool:
    """Tell whether every character of it is one: half an emoji is not."""
    return not _SURROGATE.search(text)


def _line(text: str) -> str:
    text = unicodedata.normalize("NFC", _prose(text)).strip()
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
        raise FieldFault("{field} must be one line without control characters.")
    return text


def _prose(text: str) -> str:
    if not is_whole(text):
        raise FieldFault("{field} must be valid Unicode text.")
    text = text.removeprefix("\ufeff")  # the mark that Windows' programs put before a text
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # as Windows and old Macs end lines
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise FieldFault("{field} must not hold control characters.")
    return text


#: Patterns are for openapi.json; the validators say it in words.
_PROSE_PATTERN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
_LINE_PATTERN = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
#: One line of text as a person types it.
Line = Annotated[str, AfterValidator(_line), Field(json_schema_extra={"pattern": _LINE_PATTERN})]
#: Text that may have several lines.
Prose = Annotated[str, AfterValidator(_prose), Field(json_schema_extra={"pattern": _PROSE_PATTERN})]
#: Numbers and truth as JSON means them: `true` is not a number, and neither is "5". Both would be read as one otherwise.
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
Truth = Annotated[bool, Strict()]


def id_text(prefix: str) -> FieldInfo:
    """Tell openapi.json what an identifier looks like, in `Annotated[str, id_text("chr")]`; who looks it up refuses others."""
    info: FieldInfo = Field(json_schema_extra={"pattern": id_pattern(prefix)})
    return info
