"""ComfyUI's WebSocket, for the newest step and preview of each prompt. It makes progress lively; the history is the truth."""

from __future__ import annotations

import asyncio
import json
import logging
import struct
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp

from .interface import Frame

#: Without it ComfyUI's previews do not say which prompt they belong to; it must be the first message.
HELLO = {"type": "feature_flags", "data": {"supports_preview_metadata": True}}
#: Binary messages: kind (4 bytes), length of the JSON (4 bytes), the JSON, the picture.
PREVIEW_WITH_METADATA = 4
FRAME_KINDS = frozenset({"image/jpeg", "image/png"})
MAX_FRAME_BYTES = 8 * 1024**2
#: After a break; meanwhile the polling goes on alone.
RETRY_S = 2.0
#: A prompt is sent at the latest after this, whether or not the socket is up.
READY_S = 1.0
_AWAY = (aiohttp.ClientError, asyncio.TimeoutError, OSError)
_log = logging.getLogger("isengard.progress_socket")
Connect = Callable[[], AbstractAsyncContextManager[Any]]


class ProgressSocket:
    """Events go only to the client id that queued a prompt; `connect` opens the socket under that id."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._steps: dict[str, tuple[int, int]] = {}
        self._frames: dict[str, Frame] = {}
        self._listener: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()
        #: On the loop's clock, since when it has been open without a break; None while it is not.
        self.open_since: float | None = None

    def listen(self) -> None:
        """Start listening where nobody does."""
        if self._listener is None or self._listener.done():
            self._tried.clear()
            self._listener = asyncio.create_task(self._hear())

    async def ready(self) -> None:
        """Listening, or given up waiting for it: the first events of a prompt would be lost otherwise."""
        self.listen()
        try:
            await asyncio.wait_for(self._tried.wait(), READY_S)
        except asyncio.TimeoutError:
            _log.debug("The progress socket is not up yet")

    def step(self, prompt_id: str) -> tuple[int, int]:
        """(step, of how many); (0, 0) before the first."""
        return self._steps.get(prompt_id, (0, 0))

    def frame(self, prompt_id: str) -> Frame | None:
        """The newest preview, where ComfyUI sends one."""
        return self._frames.get(prompt_id)

    def forget(self, prompt_id: str) -> None:
        self._steps.pop(prompt_id, None)
        self._frames.pop(prompt_id, None)

    def close(self) -> None:
        if self._listener is not None:
            self._listener.cancel()

    async def _hear(self) -> None:
        try:
            async with self._connect() as socket:
                await socket.send_str(json.dumps(HELLO))
                self.open_since = asyncio.get_running_loop().time()
                self._tried.set()
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        self._note(message.data)
                    elif message.type is aiohttp.WSMsgType.BINARY:
                        self._show(message.data)
        except _AWAY as away:
            _log.debug("The progress socket is closed", extra={"context": {"reason": str(away)}})
        self.open_since = None
        self._tried.set()
        await asyncio.sleep(RETRY_S)

    def _note(self, text: str) -> None:
        try:
            event = json.loads(text)
            if event.get("type") == "progress":
                data = event["data"]
                self._steps[str(data["prompt_id"])] = (int(data["value"]), int(data["max"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.debug("Unreadable message on the progress socket")

    def _show(self, data: bytes) -> None:
        try:
            kind, length = struct.unpack_from(">II", data)
            if kind != PREVIEW_WITH_METADATA or len(data) > MAX_FRAME_BYTES:
                return
            about = json.loads(data[8 : 8 + length])
            prompt_id, mime = str(about["prompt_id"]), str(about["image_type"])
        except (struct.error, ValueError, KeyError, TypeError):
            _log.debug("Unreadable preview on the progress socket")
            return
        if mime in FRAME_KINDS:
            before = self._frames.get(prompt_id)
            self._frames[prompt_id] = Frame(before.number + 1 if before else 1, mime, data[8 + length :])
