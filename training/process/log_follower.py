"""Follows a trainer's log for the panel: whole lines, redacted, the newest few of each look."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ...core.redaction import redact

_BLOCK = 1024 * 1024
#: Of one look at most this many lines are told; the file has them all.
MAX_LINES = 40
MAX_LINE = 500
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class LogFollower:
    """Remembers how far it has read; a bar that redraws itself counts as its last drawing only."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._at = file.stat().st_size if file.exists() else 0

    def new_lines(self) -> list[str]:
        try:
            with self._file.open("rb") as stream:
                stream.seek(self._at)
                data = stream.read(_BLOCK)
        except OSError:
            return []
        whole = data.rfind(b"\n") + 1
        if (
            not whole and len(data) == _BLOCK
        ):  # a bar that has not ended its line yet counts as its last drawing
            self._at += max(0, data.rfind(b"\r")) or _BLOCK
            return []
        self._at += whole
        return shown_lines(data[:whole].decode("utf-8", errors="replace"))[-MAX_LINES:]


def shown_lines(text: str) -> list[str]:
    """Lines for people: colours removed, redrawn bars reduced to their last state, secrets taken out."""
    lines = (_ESCAPES.sub("", line.rstrip("\r").rsplit("\r", 1)[-1]).rstrip() for line in text.split("\n"))
    return [redact(line[:MAX_LINE]) for line in lines if line]


def tail(file: Path, count: int, *, clean: Callable[[str], list[str]] = shown_lines) -> list[str]:
    """The last `count` lines of a log, for a page that was just opened."""
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - count * MAX_LINE))
            return clean(stream.read().decode("utf-8", errors="replace"))[-count:]
    except OSError:
        return []
