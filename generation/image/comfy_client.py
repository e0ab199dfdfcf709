"""Talking to ComfyUI over HTTP on the server's loop: /prompt, /history, /queue, /interrupt, /api/jobs, /free, and /ws for
progress. Its stable face."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import quote

import aiohttp

from ...core.comfyui_http import FREE, checks_certificate, session_header, unreachable
from ...core.errors import NotReadyError
from ...core.loops import spawn
from .comfy_errors import STOPPED, ended, refusal
from .interface import Sign
from .progress_socket import ProgressSocket

#: The queue and the history are asked this often.
POLL_S = 0.4
TIMEOUT = aiohttp.ClientTimeout(total=30)
#: A prompt that is neither queued, running nor in the history for so long is gone (ComfyUI was restarted).
LOST_AFTER_S = 5.0
#: A ComfyUI that does not answer at all gets longer: it may be starting, or the network between may be slow.
AWAY_AFTER_S = 60.0
#: A prompt with such a sign has not ended.
GOING_ON = frozenset({"waiting", "running"})
#: Instead of how many are ahead.
RUNNING = -1
#: What ComfyUI said about a node is believed so long; its lists of files change.
KNOWN_S = 4.0
_log = logging.getLogger("isengard.comfy_client")
_AWAY = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


class ComfyClient:
    """Client with one HTTP session on the server's loop; `url` is asked at each use, and `token` what opens it."""

    def __init__(self, url: Callable[[], str], token: Callable[[str], str] = lambda _: "") -> None:
        self._url = url
        self._token = token
        self._http: aiohttp.ClientSession | None = None
        self._client_id = f"isengard-{uuid.uuid4().hex}"
        self._cancelled: set[str] = set()
        self._sent: dict[str, float] = {}
        self._followed: set[str] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._progress: ProgressSocket | None = None
        self._looking = asyncio.Lock()
        self._looked: tuple[float, dict[str, Any]] | None = None
        self._known: dict[str, tuple[float, Any]] = {}

    async def submit(self, prompt: dict[str, Any], prompt_id: str, extra_pnginfo: dict[str, Any]) -> None:
        """NotReadyError `comfyui_unreachable`; InvalidError with ComfyUI's reason in words."""
        body = {
            "prompt": prompt,
            "prompt_id": prompt_id,
            "client_id": self._client_id,
            # newer ComfyUIs send previews to whoever asks, older ones by their own --preview-method
            "extra_data": {"extra_pnginfo": extra_pnginfo, "preview_method": "auto"},
        }
        await self._socket().ready()
        self._sent[prompt_id] = asyncio.get_running_loop().time()
        status, answer = await self._ask("POST", "/prompt", body)
        if status >= 500:
            raise unreachable()
        if status != 200:
            raise refusal(answer, prompt)

    async def follow(self, prompt_id: str) -> AsyncIterator[Sign]:
        """Signs until the end; the queue and the history decide, the socket only knows the step.

        Afterwards nothing of it stays in ComfyUI's history, which everybody can read who can reach it: ours is our own.
        """
        last: Sign | None = None
        self._followed.add(prompt_id)
        try:
            async for sign in self._signs(prompt_id):
                last = sign
                yield sign
        finally:
            self._followed.discard(prompt_id)
            if last is not None and last.kind not in GOING_ON:
                await self._forget(prompt_id)

    async def _signs(self, prompt_id: str) -> AsyncIterator[Sign]:
        now = asyncio.get_running_loop().time
        seen = now()
        while True:
            self._socket().listen()
            try:
                sign = await self._look(prompt_id)
                lost = self._gone(prompt_id) if now() - seen > LOST_AFTER_S else None
            except NotReadyError as away:
                sign = None
                gone = now() - seen > AWAY_AFTER_S
                lost = Sign("failed", code=away.code, message=away.message, hint=away.hint) if gone else None
            if sign is not None:
                seen = now()
            if (last := sign or lost) is not None:
                yield last
                if last.kind not in GOING_ON:
                    return
            await asyncio.sleep(POLL_S)

    def _gone(self, prompt_id: str) -> Sign:
        """A restart breaks the socket: of a ComfyUI that has gone on since it was sent, somebody has cleared the queue."""
        since, sent = self._socket().open_since, self._sent.get(prompt_id)
        return STOPPED if since is not None and sent is not None and since <= sent else Sign("lost")

    async def cancel(self, prompt_id: str) -> None:
        """Take it out of the queue, and interrupt it if it runs; others are left alone."""
        self._cancelled.add(prompt_id)
        self._sent.pop(prompt_id, None)
        in_one_step, _ = await self._send("POST", f"/api/jobs/{prompt_id}/cancel")
        if in_one_step != 200:  # before ComfyUI 0.26; it may begin between the two
            await self._ask("POST", "/queue", {"delete": [prompt_id]})
        running = await self._ahead(prompt_id, fresh=True) == RUNNING
        if running and in_one_step != 200:
            await self._ask("POST", "/interrupt", {"prompt_id": prompt_id})
        if prompt_id not in self._followed:
            ending = self._see_off(prompt_id, 0.0 if running else LOST_AFTER_S)
            spawn(self._endings, ending, "end of a cancelled prompt")

    async def _see_off(self, prompt_id: str, wait_s: float) -> None:
        """Until it has ended, for one that nobody follows: its end is history, too. It may have ended before this; then whoever
        follows several in turn comes to it meanwhile, and what it made is kept."""
        await asyncio.sleep(wait_s)
        if prompt_id not in self._followed:
            async for _ in self.follow(prompt_id):
                continue

    async def _forget(self, prompt_id: str) -> None:
        self._socket().forget(prompt_id)
        self._cancelled.discard(prompt_id)
        self._sent.pop(prompt_id, None)
        try:
            await self._ask("POST", "/history", {"delete": [prompt_id]})
        except NotReadyError as away:
            context = {"reason": str(away.__cause__)}
            _log.warning("ComfyUI's history keeps a prompt until its next start", extra={"context": context})

    async def free(self) -> None:
        await self._ask("POST", "/free", FREE)

    async def known(self, kinds: set[str]) -> dict[str, Any]:
        """Ask what ComfyUI says about these node classes; those it does not have are left out. NotReadyError."""
        now, entries = asyncio.get_running_loop().time(), {}
        for kind in sorted(kinds):
            at, entry = self._known.get(kind, (-KNOWN_S, None))
            if now - at >= KNOWN_S:
                _, answer = await self._ask("GET", f"/object_info/{quote(kind, safe='')}")
                entry = answer.get(kind) if isinstance(answer, dict) else None
                self._known[kind] = now, entry
            if isinstance(entry, dict):
                entries[kind] = entry
        return entries

    async def close(self) -> None:
        if self._progress is not None:
            self._progress.close()
        if self._http is not None:
            await self._http.close()

    async def _look(self, prompt_id: str) -> Sign | None:
        """What ComfyUI knows of it now; None where it knows nothing."""
        for fresh in (False, True):  # it may begin or end between the two questions: both are asked once more
            ahead = await self._ahead(prompt_id, fresh=fresh)
            if ahead == RUNNING:
                step, total = self._socket().step(prompt_id)
                return Sign("running", step=step, total=total, frame=self._socket().frame(prompt_id))
            if ahead is not None:
                return Sign("waiting", ahead=ahead)
            _, history = await self._ask("GET", f"/history/{prompt_id}")
            entry = history.get(prompt_id) if isinstance(history, dict) else None
            if entry is not None:
                sign = ended(entry)
                return STOPPED if sign.kind == "cancelled" and prompt_id not in self._cancelled else sign
        return Sign("cancelled") if prompt_id in self._cancelled else None

    async def _ahead(self, prompt_id: str, *, fresh: bool) -> int | None:
        """How many prompts come before it, RUNNING when it is at work, None where the queue does not know it."""
        queue = await self._queue(fresh=fresh)
        running, pending = queue.get("queue_running", []), queue.get("queue_pending", [])
        if any(item[1] == prompt_id for item in running):
            return RUNNING
        # a heap: only its numbers say the order
        waiting = [item[1] for item in sorted(pending, key=lambda item: item[0])]
        return len(running) + waiting.index(prompt_id) if prompt_id in waiting else None

    async def _queue(self, *, fresh: bool) -> dict[str, Any]:
        """One look for all who follow a prompt: a hundred of them would ask hundreds of times a second."""
        async with self._looking:
            now = asyncio.get_running_loop().time()
            if fresh or self._looked is None or now - self._looked[0] > POLL_S / 2:
                _, queue = await self._ask("GET", "/queue")
                if not isinstance(queue, dict):
                    raise unreachable()
                self._looked = (now, queue)
            return self._looked[1]

    async def _ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        status, text = await self._send(method, path, body)
        try:
            return status, json.loads(text) if text else {}
        except ValueError as fault:
            raise unreachable() from fault

    async def _send(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and text of an answer, whatever it is. NotReadyError where there is none."""
        url = self._url()
        try:
            async with self._session().request(
                method, url + path, json=body, allow_redirects=False, **self._way(url)
            ) as response:
                return response.status, await response.text()
        except (*_AWAY, ValueError) as away:
            raise unreachable() from away

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False)
        return self._http

    def _socket(self) -> ProgressSocket:
        if self._progress is None:
            self._progress = ProgressSocket(self._connect)
        return self._progress

    def _connect(self) -> AbstractAsyncContextManager[Any]:
        url = self._url()
        path = f"{url}/ws?clientId={self._client_id}"
        return self._session().ws_connect(path, max_msg_size=64 * 1024**2, heartbeat=30, **self._way(url))

    def _way(self, url: str) -> dict[str, Any]:
        """How every request goes (core/comfyui_http.py)."""
        return {"ssl": checks_certificate(url), "headers": session_header(self._token(url))}
