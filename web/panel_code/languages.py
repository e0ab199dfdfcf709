"""The languages that there are: one folder of `locales/` for each, found by itself; a new or changed file is seen at the next load
of the page. A damaged file is logged and left out: the panel then says in English what it held."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from aiohttp import web

from ...core.errors import NotFoundError
from ...core.executor import in_thread
from ...core.settings import is_language
from .kept import Kept, answered

LOCALES = Path(__file__).resolve().parents[2] / "locales"
#: The file that makes a folder a language of the panel: ComfyUI's own catalogues lie beside it.
CARD = "language.json"
JSON = "application/json"
_log = logging.getLogger("isengard.web")


class Languages:
    """Reads `folder`, which anybody may add a language to."""

    def __init__(self, folder: Path = LOCALES) -> None:
        self._folder = folder
        #: what was said of damaged files already
        self._told: set[tuple[Path, str]] = set()
        #: by what was asked for, the answer as it was given last: to pack one takes longer than all the rest
        self._given: dict[str, Kept] = {}

    def listed(self) -> list[dict[str, str]]:
        """{code, name, dir} of each language, by code; blocks."""
        folders = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        return [card for folder in folders if (card := self._card(folder.name))]

    def words(self, code: str) -> dict[str, Any]:
        """A language with its words for the panel and for what the server says; blocks. NotFoundError `language_unknown`."""
        card = self._card(code)
        if not card:
            raise NotFoundError(
                "language_unknown",
                "Isengard does not have this language.",
                "Choose one of those that GET /isengard/languages lists.",
            )
        panel, server = (self._texts(self._folder / code / f"{part}.json") for part in ("panel", "server"))
        return {**card, "panel": panel, "server": server}

    def number(self, code: str) -> str:
        """12345.6 as the language writes it; '' where it does not say so. Blocks."""
        return self._texts(self._folder / code / CARD).get("number", "")

    async def answer_list(self, request: web.Request) -> web.Response:
        kept = await in_thread(lambda: self._kept("", {"languages": self.listed()}))
        return answered(kept, request, JSON)

    async def answer_words(self, request: web.Request, code: str) -> web.Response:
        kept = await in_thread(lambda: self._kept(code, self.words(code)))
        return answered(kept, request, JSON)

    def _kept(self, name: str, value: object) -> Kept:
        # half a character in a file of somebody's becomes a question mark: no answer can hold it
        text = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        known = self._given.get(name)
        if known is None or known.text != text:
            known = self._given[name] = Kept.of(text)
        return known

    def _card(self, code: str) -> dict[str, str]:
        """Empty for what is not a language."""
        folder = self._folder / code
        told = self._texts(folder / CARD) if is_language(code) and folder.is_dir() else {}
        if not told.get("name"):
            return {}
        return {
            "code": code,
            "name": told["name"],
            "dir": "rtl" if told.get("dir") == "rtl" else "ltr",
        }

    def _texts(self, file: Path) -> dict[str, str]:
        """The file's texts by key; empty where it is missing or damaged."""
        try:
            read = json.loads(file.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as fault:
            self._tell(file, str(fault))
            return {}
        if not isinstance(read, dict):
            self._tell(file, "it is not a JSON object")
            return {}
        texts = {key: text for key, text in read.items() if isinstance(text, str)}
        if len(texts) < len(read):
            self._tell(file, "some of its values are not texts")
        return texts

    def _tell(self, file: Path, reason: str) -> None:
        """Once for each fault: every page that loads reads the file."""
        if (file, reason) not in self._told:
            self._told.add((file, reason))
            context = {"file": f"{file.parent.name}/{file.name}", "reason": reason}
            _log.warning("A file of a language is left out", extra={"context": context})
