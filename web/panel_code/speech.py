"""The language of what no panel says: words on nodes, and what nodes tell when a picture fails, which ComfyUI shows as it comes."""

from __future__ import annotations

from collections.abc import Callable

from ...core.said import Writing, in_language
from ...core.settings import is_language
from .languages import Languages

ENGLISH = "en"
_AUTO = "auto"


class Speech:
    """Thread-safe. `chosen` is Isengard's own setting, `locale` ComfyUI's; where neither says anything, the browser that asked
    last does, as it does for ComfyUI's page."""

    def __init__(
        self,
        chosen: Callable[[], str],
        locale: Callable[[], str],
        languages: Languages | None = None,
    ) -> None:
        self._chosen = chosen
        self._locale = locale
        self._languages = languages or Languages()
        self._asked = ""
        self._words: tuple[str, dict[str, str], Writing] = (ENGLISH, {}, Writing())

    def heard(self, accepted: str) -> None:
        """Take up the Accept-Language of a request."""
        first = accepted.partition(",")[0].partition(";")[0].strip()
        if is_language(first):
            self._asked = first

    def say(self, sentence: str) -> str:
        """The sentence in the language of who reads ComfyUI; blocks."""
        code = self.language()
        known = self._words
        if known[0] != code:
            words = self._languages.words(code)
            writing = Writing(words["panel"], self._languages.number(code))
            known = self._words = (code, words["server"], writing)
        return in_language(sentence, *known[1:]) if code != ENGLISH else sentence

    def language(self) -> str:
        """The first language that is wanted and there, else a related one (`zh-TW` is content with `zh`), else English."""
        codes = [ENGLISH, *(card["code"] for card in self._languages.listed())]
        for wanted in (self._chosen(), self._locale(), self._asked):
            if wanted == _AUTO or not is_language(wanted):
                continue
            related = [code for code in codes if _base(code) == _base(wanted)]
            if related:
                return next((code for code in related if code.lower() == wanted.lower()), related[0])
        return ENGLISH


def _base(code: str) -> str:
    return code.partition("-")[0].lower()
