"""Talking to ComfyUI over HTTP and its WebSocket: /prompt, /history, /queue, /interrupt, /free, /ws. Its stable face."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp

from ...core.errors import InvalidError, NotReadyError
from .interface import Saved, Sign

#: /history is asked this often beside the WebSocket; it is the truth, the socket only makes progress lively.
POLL_S = 0.4
TIMEOUT = aiohttp.ClientTimeout(total=30)
#: A prompt that is neither queued, running nor in the history for so long is gone (ComfyUI was restarted).
LOST_AFTER_S = 5.0
_AWAY = (aiohttp.ClientError, asyncio.TimeoutError, OSError)
_log = logging.getLogger("isengard.comfy_client")


class ComfyClient:
    """One HTTP session on the server's loop; `url` is asked at each use."""

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._http: aiohttp.ClientSession | None = None
        self._client_id = f"isengard-{uuid.uuid4().hex}"
        self._progress: dict[str, tuple[int, int]] = {}
        self._listener: asyncio.Task[None] | None = None

    async def submit(self, prompt: dict[str, Any], prompt_id: str, extra_pnginfo: dict[str, Any]) -> None:
        """NotReadyError `comfyui_unreachable`; InvalidError with ComfyUI's reason in words."""
        body = {
            "prompt": prompt,
            "prompt_id": prompt_id,
            "client_id": self._client_id,
            "extra_data": {"extra_pnginfo": extra_pnginfo},
        }
        self._listen()
        status, answer = await self._ask("POST", "/prompt", body)
        if status != 200:
            raise refusal(answer, prompt)

    async def follow(self, prompt_id: str) -> AsyncIterator[Sign]:
        """Signs until the end; polls the history, livelier where the socket is up."""
        missing_since: float | None = None
        clock = asyncio.get_running_loop()
        while True:
            try:
                _, history = await self._ask("GET", f"/history/{prompt_id}")
                entry = history.get(prompt_id) if isinstance(history, dict) else None
                if entry is not None:
                    self._progress.pop(prompt_id, None)
                    yield ended(entry)
                    return
                place = await self._place(prompt_id)
            except NotReadyError:
                place = ""
            if place:
                missing_since = None
                step, total = self._progress.get(prompt_id, (0, 0))
                yield Sign("running" if place == "running" else "waiting", step=step, total=total)
            else:
                missing_since = missing_since or clock.time()
                if clock.time() - missing_since > LOST_AFTER_S:
                    yield Sign("lost")
                    return
            await asyncio.sleep(POLL_S)

    async def cancel(self, prompt_id: str) -> None:
        """Take it out of the queue, and interrupt it if it runs; others are left alone."""
        await self._ask("POST", "/queue", {"delete": [prompt_id]})
        if await self._place(prompt_id) == "running":
            await self._ask("POST", "/interrupt", {"prompt_id": prompt_id})

    async def free(self) -> None:
        await self._ask("POST", "/free", {"unload_models": True, "free_memory": True})

    async def _place(self, prompt_id: str) -> str:
        _, queue = await self._ask("GET", "/queue")
        if any(item[1] == prompt_id for item in queue.get("queue_running", [])):
            return "running"
        return "waiting" if any(item[1] == prompt_id for item in queue.get("queue_pending", [])) else ""

    async def _ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        try:
            async with self._session().request(method, self._url() + path, json=body) as response:
                text = await response.text()
                return response.status, json.loads(text) if text else {}
        except (*_AWAY, ValueError) as away:
            raise NotReadyError(
                "comfyui_unreachable",
                "ComfyUI does not answer.",
                "Wait until it has started; check COMFYUI_URL if you set it.",
            ) from away

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False)
        return self._http

    def _listen(self) -> None:
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._hear())

    async def _hear(self) -> None:
        """Keep the newest sampling step of each prompt; when the socket breaks, the polling goes on alone."""
        try:
            url = f"{self._url()}/ws?clientId={self._client_id}"
            async with self._session().ws_connect(url, max_msg_size=64 * 1024**2, heartbeat=30) as socket:
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        self._note(message.data)
        except _AWAY as away:
            _log.info("Progress socket closed", extra={"context": {"reason": str(away)}})

    def _note(self, text: str) -> None:
        try:
            event = json.loads(text)
            if event.get("type") == "progress":
                data = event["data"]
                self._progress[str(data["prompt_id"])] = (int(data["value"]), int(data["max"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.debug("Unreadable message on the progress socket")


def ended(entry: dict[str, Any]) -> Sign:
    """What a history entry says about the prompt's end."""
    status = entry.get("status") or {}
    kinds = {message[0]: message[1] for message in status.get("messages", []) if len(message) == 2}
    if "execution_interrupted" in kinds:
        return Sign("cancelled")
    if "execution_error" in kinds:
        failure = kinds["execution_error"]
        kind, words = str(failure.get("exception_type", "")), str(failure.get("exception_message", ""))
        return _failure(kind, words.strip(), str(failure.get("node_type", "")))
    saved = [
        Saved(str(item["file"]), int(item["width"]), int(item["height"]))
        for output in entry.get("outputs", {}).values()
        for item in output.get("isengard", [])
    ]
    if not saved:
        return Sign(
            "failed", code="no_picture", message="ComfyUI ended without a picture.", hint="Try again."
        )
    return Sign("done", saved=saved)


def _failure(kind: str, words: str, node: str) -> Sign:
    if "OutOfMemory" in kind or "out of memory" in words.lower():
        return Sign(
            "failed",
            code="gpu_out_of_memory",
            message="The GPU's memory was not enough.",
            hint="Make smaller pictures, or close other programs.",
        )
    hint = "Open the workflow in ComfyUI to look at this node."
    return Sign("failed", code="node_failed", message=f"{node}: {words}"[:600], hint=hint)


def refusal(answer: Any, prompt: dict[str, Any]) -> InvalidError:
    """ComfyUI's refusal of a prompt in words, with the name of the node."""
    errors = answer.get("node_errors") if isinstance(answer, dict) else None
    if isinstance(errors, dict):
        for node_id, entry in errors.items():
            node = str(entry.get("class_type") or prompt.get(node_id, {}).get("class_type", node_id))
            for error in entry.get("errors", []):
                words = f"{error.get('message', '')} {error.get('details', '')}".strip()
                missing = error.get("type") == "value_not_in_list"
                return InvalidError(
                    "model_missing" if missing else "workflow_refused",
                    f"{node}: {words}"[:600],
                    "Put the file into ComfyUI's models folder."
                    if missing
                    else "Open the workflow in ComfyUI.",
                )
    words = str(answer.get("error", {}).get("message", "")) if isinstance(answer, dict) else ""
    return InvalidError(
        "workflow_refused", f"ComfyUI refused the workflow. {words}".strip(), "Update ComfyUI."
    )
