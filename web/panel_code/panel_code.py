"""The answer with the panel's code: made once at the start, so that no page gets modules of two versions."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ETag, web

from ...core.executor import in_thread
from .joining import joined

ENTRY = "isengard.js"
#: The module that fetches the stylesheets where the modules are files; here the texts stand in its place.
SHEETS = "lib/sheet_texts.js"
FOLDER = Path(__file__).resolve().parents[2] / "js"


@dataclass(frozen=True)
class _Code:
    text: bytes
    packed: bytes
    digest: str


class PanelCode:
    """The code in `folder` as it was when it was first asked for: an update on the disk is seen at the next start."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._reading = threading.Lock()
        self._code: _Code | None = None

    def prepare(self) -> _Code:
        """Read and join the files, once; blocks."""
        with self._reading:
            if self._code is None:
                text = joined(self.sources(), ENTRY).encode()
                self._code = _Code(text, gzip.compress(text, mtime=0), hashlib.sha256(text).hexdigest()[:32])
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
        """All of it, or 304 where the browser has it. `no-cache`: it is kept, and asked for anew at each load of the page."""
        code: _Code = await in_thread(self.prepare) if self._code is None else self._code
        headers: dict[str, str] = {
            "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        known = request.if_none_match or ()
        if any(tag.value in (code.digest, "*") for tag in known):
            response = web.Response(status=304, headers=headers)
        else:
            packs = "gzip" in request.headers.get("Accept-Encoding", "")
            if packs:
                headers["Content-Encoding"] = "gzip"
            response = web.Response(
                body=code.packed if packs else code.text,
                headers=headers,
                content_type="text/javascript",
                charset="utf-8",
            )
        # packed or not it is the same code
        response.etag = ETag(code.digest, is_weak=True)
        return response
