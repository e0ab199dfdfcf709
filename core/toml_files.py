"""TOML that people and other packs write: read whatever is in it, changed without touching what stands around."""

from __future__ import annotations

import codecs
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from .said import FieldFault

#: What a parser may raise for text that nobody foresaw.
DAMAGE = (TOMLKitError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)

#: How alike a name must be to one of ours to be meant for it: one letter too many or two changed places.
_NEAR = 0.85


@dataclass(frozen=True)
class Slip:
    """A place where a file is wrong, for the person who wrote it: `kind` settings_slip | setting_slip | pack_slip. Repeats nothing of
    the file, which may hold a secret; `line` 0 where it is not known."""

    kind: str
    file: str
    line: int
    reason: str = ""

    @property
    def place(self) -> str:
        return f"{self.file}, line {self.line}" if self.line else self.file


class Unreadable(Exception):
    """The file is not TOML; `line` is where, 0 where that is not known."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def read(file: Path) -> dict[str, Any]:
    """Plain values; empty where there is no file. Unreadable, OSError."""
    return _parsed(_text(file)).unwrap()


def set_value(file: Path, name: str, value: str) -> str:
    """The file's text with one value at its top set, or taken out where `value` is empty: comments, order and the lines' ends
    stay. Unreadable, OSError."""
    document = _parsed(_text(file))
    if value:
        document[name] = value
    else:
        document.pop(name, None)
    return tomlkit.dumps(document)


def line_of(file: Path, name: str) -> int:
    """The line on which the value is set, counted from 1; 0 where it cannot be found."""
    lines = _text(file).splitlines()
    numbers = (
        number for number, line in enumerate(lines, 1) if line.partition("=")[0].strip(" \t\"'") == name
    )
    return next(numbers, 0)


def as_text(value: object, *, words: bool, several: bool) -> str:
    """A value as the text that an environment would hold. `words`: it is text, and nothing else would be meant; `several`: a list of
    texts is as good. FieldFault."""
    if isinstance(value, list) and several:
        return ",".join(map(str, value))
    if isinstance(value, (dict, list)) or (words and isinstance(value, (bool, float))):
        raise FieldFault("{field} must be text in quotes.")
    return str(value)


def unread(file: Path, written: Mapping[str, Any], names: Mapping[str, str], section: str) -> Iterator[Slip]:
    """Tell what a person has written and nobody reads: a value of ours (`names`, with the variables they are set by elsewhere) below a section,
    and one whose name is nearly right. Of other names nothing is said: another version may know them."""
    by_variable = {variable: name for name, variable in names.items()}
    for name, value in written.items():
        if isinstance(value, dict):
            for below in filter(names.__contains__, value):
                fault = FieldFault(
                    "{field} stands below [{section}], where it isn't read. Move it to the top of the file.",
                    section=name,
                )
                yield Slip("setting_slip", file.name, line_of(file, below), fault.about(below))
        elif name not in names and name != section:
            near = difflib.get_close_matches(name.lower(), names, 1, _NEAR)
            meant = by_variable.get(name.upper()) or next(iter(near), "")
            if meant:
                fault = FieldFault("{field} isn't a setting. Write {meant} instead.", meant=meant)
                yield Slip("setting_slip", file.name, line_of(file, name), fault.about(name))


def _text(file: Path) -> str:
    """As it is, with its own line ends; Windows' editors put a mark at its beginning, and write two bytes a letter where they are
    asked for Unicode."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return ""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Unreadable(data[: fault.start].count(b"\n") + 1) from None


def _parsed(text: str) -> tomlkit.TOMLDocument:
    try:
        document = tomlkit.parse(text)
        document.unwrap()  # some slips show only when the values are asked for
    except DAMAGE as fault:
        raise Unreadable(int(getattr(fault, "line", 0) or 0)) from None
    return document
