"""A stand-in ComfyUI in a thread of its own, for the web layer; it draws what it is told to by a word of the prompt."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

from fakes.comfyui_standin import ComfyStandIn
from PIL import Image


class DayComfy(ComfyStandIn):
    """`photos`: by a word of the prompt the photograph that comes out of it, and how large a side it is given."""

    def __init__(self, outputs: Path) -> None:
        super().__init__(outputs)
        self.photos: dict[str, Path] = {}
        #: the prompts' words in the order in which they were drawn
        self.drawn: list[str] = []

    def _save(self, graph: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
        saved = super()._save(graph, extra)
        words = " ".join(
            str(value)
            for node in graph.values()
            for value in node["inputs"].values()
            if isinstance(value, str)
        )
        self.drawn.append(words)
        photo = next((photo for word, photo in self.photos.items() if word in words), None)
        if photo is None:
            return saved
        newest = max(self.outputs.glob(f"*/{saved['file']}"), key=lambda file: file.stat().st_mtime_ns)
        with Image.open(photo) as image:
            image.convert("RGB").save(newest)
            return {**saved, "width": image.width, "height": image.height}


class DayComfyThread:
    """`comfy` runs until `close`; `do(name)` calls one of its methods or sets what it is asked to on its own loop."""

    def __init__(self, outputs: Path) -> None:
        self.comfy = DayComfy(outputs)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self.comfy.__aenter__())

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self.comfy.release)

    def restart(self) -> None:
        self._run(self.comfy.restart())

    def close(self) -> None:
        self._run(self.comfy.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)
