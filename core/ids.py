"""Identifiers: prefix + 26 characters of [0-9a-z]. They are folder names, so they sort by time and are never parsed."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Iterator

from .errors import InvalidError
from .said import said

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
BODY_LENGTH = 26
#: 9 base-36 digits of milliseconds last until the year 5188.
TIME_DIGITS = 9
#: What is added to an identifier for the next of the same millisecond, at most: nobody guesses it, and it does not run over.
_LARGEST_STEP = len(ALPHABET) ** 8
#: Identifiers in one millisecond.
_ROOM = len(ALPHABET) ** (BODY_LENGTH - TIME_DIGITS)
PREFIXES = ("chr", "pho", "job", "gen", "alb", "day")
_PATTERN = re.compile(rf"(?:{'|'.join(PREFIXES)})_[0-9a-z]{{{BODY_LENGTH}}}")


def id_pattern(prefix: str) -> str:
    """A regular expression for identifiers of that prefix, alone in a text."""
    return rf"^{prefix}_[0-9a-z]{{{BODY_LENGTH}}}$"


def new_id(prefix: str) -> str:
    """A new identifier, e.g. `job_…`. Later ones of a process sort after earlier ones, also those of one millisecond and when the clock
    steps back (ULID's monotonic order); those of two processes to the millisecond."""
    return f"{prefix}_{_base36(_counter.next()).rjust(BODY_LENGTH, '0')}"


class _Counter:
    """Numbers that only grow: milliseconds in front, chance behind."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        with self._lock:
            fresh = time.time_ns() // 1_000_000 * _ROOM + secrets.randbelow(_ROOM)
            is_later = fresh // _ROOM > self._last // _ROOM
            self._last = fresh if is_later else self._last + 1 + secrets.randbelow(_LARGEST_STEP)
            return self._last


_counter = _Counter()


def is_id(prefix: str, text: object) -> bool:
    """Whether `text` is exactly one identifier of that prefix."""
    return isinstance(text, str) and text.startswith(prefix + "_") and _PATTERN.fullmatch(text) is not None


def names_an_id(text: str) -> bool:
    """Whether an identifier stands anywhere in `text`, as in the path of what it names."""
    return _PATTERN.search(text) is not None


def ids_in(text: str) -> Iterator[str]:
    """Every identifier that stands in `text`, whatever stands right beside it."""
    return (match[0] for match in _PATTERN.finditer(text))


def require_id(prefix: str, text: object) -> str:
    """`text` itself when it is such an identifier, else InvalidError `bad_id`."""
    if not is_id(prefix, text):
        raise InvalidError(
            "bad_id",
            said("This is not a {prefix}_ identifier.", prefix=prefix),
            "Use the id exactly as the list gives it.",
        )
    return str(text)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = ALPHABET[rest] + digits
    return digits or "0"
