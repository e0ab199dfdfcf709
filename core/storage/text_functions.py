"""Functions of ours that SQL may call: SQLite itself knows capital letters of English alone."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable


def folded(text: str | bytes | None) -> str:
    """Text for comparing without looking at capital letters, in any script, nor at how an accent is written: what is copied from a Mac's
    file has it apart from its letter. Bytes are a text that a fault may have changed."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    if not text or text.isascii():
        return (text or "").lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def holds(text: str | None, word: str) -> bool:
    """Tell whether a folded word is in a text."""
    return word in folded(text)


def digest(text: str | bytes | None) -> str:
    """Half the SHA-256 of a text, as `folded` reads it."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    return hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).hexdigest()[:32]


#: the name that SQL calls it by, how many values it takes, and the function
TEXT_FUNCTIONS: tuple[tuple[str, int, Callable[..., str | bool]], ...] = (
    ("isen_folded", 1, folded),
    ("isen_holds", 2, holds),
    ("isen_digest", 1, digest),
)
