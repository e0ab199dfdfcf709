"""Texts that may be sent to strangers: without the people, the secrets and the places of this machine."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..redaction import each_text, redact
from .whole_words import WholeWords, is_short

PERSON, SECRET = "[PERSON]", "[SECRET]"
#: Of a whole word; an underscore parts words in file names.
_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
Replace = Callable[[str], str]


def anonymizer(
    *, names: Iterable[str] = (), secrets: Iterable[str] = (), places: Mapping[str, str] | None = None
) -> Callable[[Any], Any]:
    """A function that makes a JSON value anonymous, keys and all. `places` maps a folder or host name to what stands for it."""
    steps: list[Replace] = [_places(places or {}), _anywhere(secrets), redact, _people(names)]

    def text(said: str) -> str:
        for step in steps:
            said = step(said)
        return said

    return lambda value: each_text(value, text)


def _places(places: Mapping[str, str]) -> Replace:
    """The longest first: the data folder lies in ComfyUI's, which lies in somebody's home. Told with / or \\, once or twice."""
    ways = {way: shown for place, shown in places.items() if len(place) > 1 for way in _spellings(place)}
    if not ways:
        return lambda said: said
    pattern = re.compile(rf"{_START}(?:{_one_of(ways)}){_END}")
    return lambda said: pattern.sub(lambda match: ways[match[0]], said)


def _spellings(place: str) -> set[str]:
    return {place, place.replace("\\", "/"), place.replace("\\", "\\\\")}


def _anywhere(secrets: Iterable[str]) -> Replace:
    texts = {secret for secret in secrets if secret}
    if not texts:
        return lambda said: said
    pattern = re.compile(_one_of(texts))
    return lambda said: pattern.sub(SECRET, said)


def _people(names: Iterable[str]) -> Replace:
    """Whole words whatever their case, and the parts of a name."""
    whole = {unicodedata.normalize("NFC", name.strip()) for name in names if name.strip()}
    parts = {part for name in whole for part in re.split(r"[\W_]+", name) if not is_short(part) and part}
    words = WholeWords({*whole, *parts})
    return lambda said: words.replaced(said, PERSON)


def _one_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
