"""The few routes of ComfyUI that a pipeline uses, over real HTTP, with a queue that a test can hold, break and forget."""

from __future__ import annotations

import asyncio
import json
import struct
import urllib.parse
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from isengard.core.generations.save_tickets import SaveTickets
from isengard.core.paths import DataPaths
from PIL import Image


class ComfyStandIn:
    """`async with ComfyStandIn(outputs) as comfy`: runs prompts of our recipes by drawing one colour per seed.

    `hold` (or `hold_after` so many) keeps the running prompt until `release()`; `refusal` and `failure` are what the next prompts end with.
    """

    def __init__(self, outputs: Path) -> None:
        self.outputs = outputs
        self.pending: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = []
        self.running: tuple[str, dict[str, Any], str, dict[str, Any]] | None = None
        self.history: dict[str, Any] = {}
        #: what was in the history, though it may have been taken out since
        self.ended: list[str] = []
        self.submitted: list[str] = []
        self.asked: list[dict[str, Any]] = []
        self.extra: list[dict[str, Any]] = []
        self.interrupted: list[str] = []
        #: like ComfyUI 0.26 and newer
        self.cancels_jobs = False
        #: paths by which somebody stopped or tried to stop a prompt
        self.stopped_by: list[str] = []
        self.freed = 0
        self.hold = False
        self.hold_after: int | None = None
        self.steps = 3
        self.preview: bytes | None = None
        self.refusal: dict[str, Any] | None = None
        self.failure: dict[str, Any] | None = None
        self.cached: dict[str, Any] = {}
        self.repeats_from_cache = 0
        self._wake, self._go, self._stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._understands_previews: set[str] = set()
        self._sockets: dict[str, web.WebSocketResponse] = {}

    @property
    def url(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    async def __aenter__(self) -> ComfyStandIn:
        app = web.Application()
        app.add_routes(
            [
                web.post("/prompt", self._prompt),
                web.get("/history/{id}", self._history),
                web.post("/history", self._forget),
                web.get("/queue", self._queue),
                web.post("/queue", self._delete),
                web.post("/interrupt", self._interrupt),
                web.post("/api/jobs/{id}/cancel", self._cancel_job),
                web.post("/free", self._free),
                web.get("/ws", self._socket),
            ]
        )
        self._server = TestServer(app)
        await self._server.start_server()
        self._worker = asyncio.create_task(self._work())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)
        for socket in self._sockets.values():
            await socket.close()
        await self._server.close()

    def release(self) -> None:
        self.hold, self.hold_after = False, None
        self._go.set()

    async def restart(self) -> None:
        """What a restart of ComfyUI leaves: nothing."""
        await self.close_sockets()
        self.pending.clear()
        self.history.clear()
        self.running = None

    async def close_sockets(self) -> None:
        for socket in self._sockets.values():
            await socket.close()

    async def _prompt(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.refusal is not None:
            return web.json_response(self.refusal, status=400)
        self.submitted.append(body["prompt_id"])
        self.asked.append(body["prompt"])
        self.extra.append(body["extra_data"])
        self.pending.append((body["prompt_id"], body["prompt"], body["client_id"], body["extra_data"]))
        self._wake.set()
        return web.json_response({"prompt_id": body["prompt_id"], "number": 1, "node_errors": {}})

    async def _history(self, request: web.Request) -> web.Response:
        entry = self.history.get(request.match_info["id"])
        return web.json_response({request.match_info["id"]: entry} if entry else {})

    async def _forget(self, request: web.Request) -> web.Response:
        for prompt_id in (await request.json())["delete"]:
            self.history.pop(prompt_id, None)
        return web.Response()

    async def _queue(self, _: web.Request) -> web.Response:
        running = [[0, *self.running]] if self.running else []
        return web.json_response(
            {"queue_running": running, "queue_pending": [[1, *item] for item in self.pending]}
        )

    async def _delete(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.stopped_by.append(request.path)
        gone = asked.get("delete", [])
        self.pending = [item for item in self.pending if item[0] not in gone and not asked.get("clear")]
        return web.Response()

    async def _interrupt(self, request: web.Request) -> web.Response:
        """Whatever runs, where it is not said which, as the canvas asks."""
        prompt_id = (await request.json()).get("prompt_id")
        self.stopped_by.append(request.path)
        self._stop_running(prompt_id)
        return web.Response()

    def _stop_running(self, prompt_id: str | None) -> bool:
        if not self.running or prompt_id not in (None, self.running[0]):
            return False
        self.interrupted.append(self.running[0])
        self._stop.set()
        self._go.set()
        return True

    async def _cancel_job(self, request: web.Request) -> web.Response:
        """One that waits or runs, in one step; older ones answer as aiohttp does where only GET is known."""
        if not self.cancels_jobs:
            return web.Response(status=405, text="405: Method Not Allowed")
        prompt_id = request.match_info["id"]
        self.stopped_by.append(request.path)
        waiting = [item for item in self.pending if item[0] != prompt_id]
        dequeued, self.pending = len(waiting) < len(self.pending), waiting
        return web.json_response({"cancelled": dequeued or self._stop_running(prompt_id)})

    async def _free(self, _: web.Request) -> web.Response:
        self.freed += 1
        if self.repeats_from_cache:
            self.repeats_from_cache -= 1
        else:
            self.cached.clear()
        return web.Response()

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets[request.query["clientId"]] = socket
        await socket.send_str(json.dumps({"type": "status", "data": {}}))
        async for message in socket:
            said = json.loads(message.data)
            if said["type"] == "feature_flags" and said["data"]["supports_preview_metadata"]:
                self._understands_previews.add(request.query["clientId"])
        return socket

    async def _work(self) -> None:
        while True:
            while not self.pending:
                self._wake.clear()
                await self._wake.wait()
            self.running = self.pending.pop(0)
            self._stop.clear()
            entry = await self._run(*self.running)
            if self.running is not None:  # else it was forgotten by a restart
                self.history[self.running[0]] = entry
                self.ended.append(self.running[0])
                self.running = None

    async def _run(
        self, prompt_id: str, graph: dict[str, Any], client_id: str, extra: dict[str, Any]
    ) -> dict[str, Any]:
        for step in range(1, self.steps + 1):
            await self._say(
                client_id, {"type": "progress", "data": {"value": step, "max": 3, "prompt_id": prompt_id}}
            )
            await self._send_preview(client_id, prompt_id)
            await asyncio.sleep(0.01)
        while self.hold or (self.hold_after is not None and len(self.ended) >= self.hold_after):
            if self._stop.is_set():
                return _ended("error", [["execution_interrupted", {"prompt_id": prompt_id}]])
            self._go.clear()
            await self._go.wait()
        if self.failure is not None:
            return _ended("error", [["execution_error", self.failure]])
        key = json.dumps(graph, sort_keys=True)
        if key not in self.cached:
            self.cached[key] = self._save(graph, extra)
        return {**_ended("success", []), "outputs": {"9": {"isengard": [self.cached[key]]}}}

    def _save(self, graph: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
        (save,) = [node for node in graph.values() if node["class_type"] == "IsengardSaveImage"]
        tickets = SaveTickets(DataPaths(self.outputs.parent, self.outputs.parent / "logs"))
        folder = self.outputs / str(tickets.redeem(save["inputs"]["generation_id"]))
        name = f"{len(list(folder.glob('*.png'))):04d}.png"
        strengths = [
            n["inputs"]["strength"] for n in graph.values() if n["class_type"] == "IsengardApplyIdentity"
        ]
        Image.new("RGB", (64, 64), (40 + int(60 * sum(strengths)), 90, 90)).save(folder / name)
        return {"file": name, "width": 64, "height": 64}

    async def _send_preview(self, client_id: str, prompt_id: str) -> None:
        """Only to whom said that it understands them, as ComfyUI does."""
        socket = self._sockets.get(urllib.parse.unquote(client_id))
        if self.preview is None or socket is None or client_id not in self._understands_previews:
            return
        about = json.dumps({"prompt_id": prompt_id, "image_type": "image/jpeg"}).encode()
        await socket.send_bytes(struct.pack(">II", 4, len(about)) + about + self.preview)

    async def _say(self, client_id: str, message: dict[str, Any]) -> None:
        socket = self._sockets.get(urllib.parse.unquote(client_id))
        if socket is not None and not socket.closed:
            await socket.send_str(json.dumps(message))


def _ended(status: str, messages: list[Any]) -> dict[str, Any]:
    return {
        "status": {"status_str": status, "completed": status == "success", "messages": messages},
        "outputs": {},
    }
