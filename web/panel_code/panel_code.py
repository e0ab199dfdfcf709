"""The answer with the panel's code: made once at the start, so that no page gets modules of two versions."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from aiohttp import web

from ...core.executor import in_thread
from .joining import joined
from .kept import Kept, answered
from .languages import Languages

ENTRY = "isengard.js"
#: The module that fetches the stylesheets where the modules are files; here the texts stand in its place.
SHEETS = "lib/sheet_texts.js"
FOLDER = Path(__file__).resolve().parents[2] / "js"


class PanelCode:
    """The code in `folder` as it was when it was first asked for: an update on the disk is seen at the next start.

    `languages` are the words it is shown in, where they are not English.
    """

    def __init__(self, folder: Path = FOLDER, languages: Languages | None = None) -> None:
        self.languages = languages or Languages()
        self._folder = folder
        self._reading = threading.Lock()
        self._code: Kept | None = None

    def prepare(self) -> Kept:
        """Read and join the files, once; blocks."""
        with self._reading:
            if self._code is None:
                self._code = Kept.of(joined(self.sources(), ENTRY).encode())
            return self._code

    def sources(self) -> dict[str, str]:
        """Every module's text by its path, the one that fetches the stylesheets with their texts in it."""
        files = {file: file.read_text(encoding="utf-8") for file in self._folder.rglob("*.*s")}
        modules = {
            file.relative_to(self._folder).as_posix(): text
            for file, text in files.items()
            if file.suffix == ".js"
        }
        sheets = {file.stem: text for file, text in files.items() if file.suffix == ".css"}
        told = json.dumps(sheets, ensure_ascii=False)
        modules[SHEETS] = (
            f"const TEXTS = {told};\nexport async function sheetText(name) {{ return TEXTS[name]; }}\n"
        )
        return modules

    async def answer(self, request: web.Request) -> web.Response:
        """All of it, or 304 where the browser has it."""
        code: Kept = await in_thread(self.prepare) if self._code is None else self._code
        return answered(code, request, "text/javascript")
