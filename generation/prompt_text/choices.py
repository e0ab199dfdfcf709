"""What ComfyUI's own page does to a prompt before it sends it, done here for the panel's: comments go, choices are made.

`{red|blue}` is one of the two, chosen by the picture's seed (the same seed gives the same picture); choices may hold
choices. Braces without a bar are left alone, JSON and `{trigger}` among them. `\\{`, `\\|` and `\\}` are the characters.

A text is understood or taken as it is written, never half: where a brace lacks its other half, or choices are written in another
program's way (`{2$$a|b}`, `{0.3::a|b}`), none is made in it. The panel says so (js/data/prompt_findings.js).
"""

from __future__ import annotations

import random
import re

#: An address (https://...) holds no comment.
_COMMENT = re.compile(r"/\*|(?<!:)//")
_ESCAPED = {"{", "|", "}"}
_ESCAPES = re.compile(r"\\([{|}])")
#: What an alternative begins with that is no choice of ours: of Dynamic Prompts, and a field of JSON.
_OF_OTHERS = re.compile(r"\s*(?:\d+(?:\.\d+)?::|\d*(?:-\d*)?\$\$|\"[^\"\n]*\"\s*:)")


def chosen(text: str, seed: int, place: str = "") -> str:
    """The prompt of the picture with this seed; a text at another `place` of the same picture makes choices of its own."""
    text = _uncommented(text)
    return _Reader(text, random.Random(f"{seed}/{place}" if place else seed)).text()


def _uncommented(text: str) -> str:
    """One that is never closed is none. Looked for once each: a pattern would look to the end from every `/*`."""
    kept, at, last = [], 0, text.rfind("*/")
    while (mark := _COMMENT.search(text, at)) is not None:
        kept.append(text[at : mark.start()])
        if mark.group() == "//":
            line = text.find("\n", mark.end())
            at = len(text) if line < 0 else line
        elif mark.end() > last:
            kept.append("/*")
            at = mark.end()
        else:
            at = text.find("*/", mark.end()) + 2
    return "".join([*kept, text[at:]])


#: A text or pieces of one. It is put together once, at the end: joined at each brace, a deep text would be copied at each.
_Piece = str | list["_Piece"]


class _Reader:
    """Goes through the text once; what is open stands on a stack, so depth costs nothing."""

    def __init__(self, text: str, source: random.Random) -> None:
        self._text = text
        self._source = source
        #: the alternatives of each brace that is open, outermost (the text itself) first, with where the newest begins
        self._open: list[list[list[_Piece]]] = [[[]]]
        self._begins: list[int] = [0]
        #: something in it is no choice of ours
        self._other = False

    def text(self) -> str:
        at = 0
        while at < len(self._text):
            at += self._take(at)
        if self._other or len(self._open) > 1:
            return _ESCAPES.sub(r"\1", self._text)
        return _joined(_barred(self._open[0]))

    def _take(self, at: int) -> int:
        """How many characters that was."""
        sign, after = self._text[at], self._text[at + 1 : at + 2]
        if sign == "\\" and after in _ESCAPED:
            self._put(after)
            return 2
        if sign == "{":
            self._open.append([[]])
            self._begins.append(at + 1)
        elif sign == "|":
            self._look()
            self._open[-1].append([])
            self._begins[-1] = at + 1
        elif sign == "}":
            self._close()
        else:
            self._put(sign)
        return 1

    def _look(self) -> None:
        """Whether the alternative that ends here is of another program."""
        if len(self._open) > 1 and _OF_OTHERS.match(self._text, self._begins[-1]):
            self._other = True

    def _close(self) -> None:
        if len(self._open) == 1:
            self._other = True
            return
        if len(self._open[-1]) > 1:
            self._look()
        alternatives = self._open.pop()
        self._begins.pop()
        alone = len(alternatives) == 1
        self._put(["{", alternatives[0], "}"] if alone else self._source.choice(alternatives))

    def _put(self, piece: _Piece) -> None:
        self._open[-1][-1].append(piece)


def _barred(alternatives: list[list[_Piece]]) -> list[_Piece]:
    barred: list[_Piece] = [alternatives[0]]
    for alternative in alternatives[1:]:
        barred += ["|", alternative]
    return barred


def _joined(piece: _Piece) -> str:
    texts, left = [], [piece]
    while left:
        piece = left.pop()
        if isinstance(piece, str):
            texts.append(piece)
        else:
            left.extend(reversed(piece))
    return "".join(texts)
