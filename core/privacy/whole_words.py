"""Finding names in text: whole words whatever their case and their way to write an accent, in every script.

Chinese, Japanese, Korean, Thai and others put no space around a name; there a name is found wherever it stands. A name of
one or two letters is in other words and is one itself ("An", "Bo"): it is found only as the person writes it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..characters.trigger_words import UNSPACED

_SPACED_LETTER = rf"[^\W_{UNSPACED}]"
_STARTS_UNSPACED, _ENDS_UNSPACED = re.compile(f"[{UNSPACED}]"), re.compile(f"[{UNSPACED}]$")
#: Shorter ones are found only as they are written.
SHORT = 3
#: Vowels and final consonants of a Korean syllable that is written apart belong to its first letter.
_JAMO_FOLLOWS = range(0x1160, 0x1200)
_DOT_ABOVE = "\u0307"  # what is left of a Turkish capital I when it is written small


class WholeWords:
    """Looks for `words` in texts; what is part of one of the longer `others` does not count."""

    def __init__(self, words: Collection[str], others: Collection[str] = ()) -> None:
        mine, foreign = _composed(words), _composed(others)
        self._exact = _search([word for word in mine if is_short(word)], foreign)
        folded = [fold(word) for word in mine if not is_short(word)]
        self._folded = _search(folded, [fold(word) for word in foreign])

    def found_in(self, text: str) -> bool:
        exact, folded = self._exact, self._folded
        if exact is not None and exact.is_in(unicodedata.normalize("NFC", text)):
            return True
        return folded is not None and folded.is_in(fold(text))

    def replaced(self, text: str, instead: str) -> str:
        """`text` with `instead` in the place of each."""
        for search, folding in ((self._folded, True), (self._exact, False)):
            if search is not None:
                text = _filled(text, list(_spans(search, text, folding=folding)), instead)
        return text


def is_short(word: str) -> bool:
    """Whether it is too short to be told from other words; a single Chinese letter is a word already."""
    return len(word) < SHORT and word.isalpha() and not _STARTS_UNSPACED.match(word)


def fold(text: str) -> str:
    """The same for all ways to write the same letters."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded.replace(f"i{_DOT_ABOVE}", "i")


def _composed(words: Collection[str]) -> list[str]:
    return [unicodedata.normalize("NFC", word.strip()) for word in words if word.strip()]


@dataclass(frozen=True)
class _Search:
    """One alternation of literals: a group for each word, or a look behind each, costs a hundred times as much."""

    pattern: re.Pattern[str]
    mine: frozenset[str]

    def is_in(self, text: str) -> bool:
        """Most texts hold none of `mine` in whatever way, which is seen a hundred times as fast."""
        return any(word in text for word in self.mine) and any(self.matches(text))

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """The places where `mine` are; what else the pattern names is passed over."""
        return (match for match in self.pattern.finditer(text) if match[0] in self.mine)


def _search(words: Collection[str], others: Collection[str]) -> _Search | None:
    """The longest first, so that what is part of one of the `others` is passed over with it."""
    if not words:
        return None
    every = sorted({*words, *others}, key=lambda word: (-len(word), word))
    spaced = "|".join(_to_its_end(word) for word in every if not _STARTS_UNSPACED.match(word))
    unspaced = "|".join(_to_its_end(word) for word in every if _STARTS_UNSPACED.match(word))
    ways = [f"(?<!{_SPACED_LETTER})(?:{spaced})"] if spaced else []
    return _Search(re.compile("|".join([*ways, unspaced] if unspaced else ways)), frozenset(words))


def _to_its_end(word: str) -> str:
    end = "" if _ENDS_UNSPACED.search(word) else f"(?!{_SPACED_LETTER})"
    return f"{re.escape(word)}{end}"


def _spans(search: _Search, text: str, *, folding: bool) -> Iterator[tuple[int, int]]:
    """Where the words are in `text` itself, whose folded form may be shorter or longer."""
    searched, starts, ends = _mapped(text, folding=folding)
    for match in search.matches(searched):
        yield starts[match.start()], ends[match.end() - 1]


def _mapped(text: str, *, folding: bool) -> tuple[str, list[int], list[int]]:
    """The searched form of `text`, and for each of its letters where it begins and ends in `text`."""
    change = fold if folding else (lambda piece: unicodedata.normalize("NFC", piece))
    if text.isascii():
        return change(text), list(range(len(text))), list(range(1, len(text) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    begin = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _belongs_to_the_one_before(text[end]):
            continue
        piece = change(text[begin:end])
        pieces.append(piece)
        starts += [begin] * len(piece)
        ends += [end] * len(piece)
        begin = end
    return "".join(pieces), starts, ends


def _belongs_to_the_one_before(letter: str) -> bool:
    return unicodedata.combining(letter) != 0 or ord(letter) in _JAMO_FOLLOWS


def _filled(text: str, spans: list[tuple[int, int]], instead: str) -> str:
    for start, end in reversed(spans):
        text = f"{text[:start]}{instead}{text[end:]}"
    return text
