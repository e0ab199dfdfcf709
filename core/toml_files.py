"""TOML that people and other packs write: read whatever is in it, changed without touching what stands around."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

#: What a parser may raise for text that nobody foresaw.
DAMAGE = (TOMLKitError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


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


def _text(file: Path) -> str:
    """As it is, with its own line ends; Windows' editors put a mark at its beginning."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Unreadable(data[: fault.start].count(b"\n") + 1) from None


def _parsed(text: str) -> tomlkit.TOMLDocument:
    try:
        document = tomlkit.parse(text)
        document.unwrap()  # some slips show only when the values are asked for
    except DAMAGE as fault:
        raise Unreadable(int(getattr(fault, "line", 0) or 0)) from None
    return document
