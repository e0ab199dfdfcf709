"""A middleware for ComfyUI's own routes: what is Isengard's there is given to nobody but the owner.

ComfyUI has no sessions and checks no Host: a page of another name that leads here (DNS rebinding), a page on another port
under --enable-cors-header, and beyond loopback everybody may run our nodes and read what they made. They are answered as
if Isengard had nothing there. With `guard_comfyui` they get no answer from ComfyUI at all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from ..route_table import PREFIX
from .answers import (
    bare_name,
    file_key,
    holds_ours,
    ours_among,
    reads_ours,
    refused_prompt,
    without_names,
    without_prompts,
)

if TYPE_CHECKING:
    from ...core.errors import IsengardError
    from ..gateway import Door
    from ..host import Host

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PROMPTS = frozenset({"/history", "/history/{prompt_id}", "/queue", "/jobs", "/jobs/{job_id}"})
NAMES = frozenset(
    {"/object_info", "/object_info/{node_class}", "/models/{folder}", "/experiment/models/{folder}"}
)
FILES = frozenset(
    {
        "/view",
        "/view_metadata/{folder_name}",
        "/experiment/models/preview/{folder}/{path_index}/{filename}",
    }
)
#: What lies in our LoRAs' folder is believed so long.
KNOWN_S = 1.0


def comfyui_guard(door: Door, host: Host) -> Any:
    """The middleware; `door` knows who may."""
    ours = _Ours(host)

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        place = _place(request)
        if place.startswith(f"{PREFIX}/"):  # ours ask for themselves
            return await handler(request)
        watched = place in PROMPTS | NAMES | FILES or (place, request.method) == ("/prompt", "POST")
        if not watched and not door.guards_comfyui:
            return await handler(request)
        access = await door.access()
        refusal = access.refusal(request)
        if refusal is None:
            return await handler(request)
        if access.guards_comfyui:
            return _locked(request, refusal)
        return await _as_a_stranger(request, handler, place, await ours.known(access.models), refusal)

    return guarded


async def _as_a_stranger(
    request: web.Request, handler: Handler, place: str, ours: _Known, refusal: IsengardError
) -> web.StreamResponse:
    if place == "/prompt" and request.method == "POST":
        graph = await _graph(request)
        if holds_ours(graph, ours.loras) or reads_ours(graph, ours.files):
            return web.json_response(refused_prompt(refusal), status=_status(refusal))
    elif place in FILES and _leads_to_ours(request, ours):
        return _refused(refusal)
    elif place in PROMPTS and request.method == "GET":
        return await _changed(request, handler, lambda answer: without_prompts(answer, ours.ids, ours.loras))
    elif place in NAMES:
        return await _changed(request, handler, lambda answer: without_names(answer, ours.loras))
    return await handler(request)


def _place(request: web.Request) -> str:
    """The pattern of the route, as ComfyUI registered it: whatever its path was spelled like, below /api or not."""
    resource = request.match_info.route.resource
    place = resource.canonical if resource is not None else ""
    while place.startswith("/api/"):
        place = place.removeprefix("/api")
    return place


async def _graph(request: web.Request) -> object:
    """The prompt; None where the body is none, which ComfyUI refuses itself."""
    try:
        body = await request.json()
    except ValueError:
        return None
    return body.get("prompt") if isinstance(body, dict) else None


def _leads_to_ours(request: web.Request, ours: _Known) -> bool:
    """A picture our nodes made, a LoRA of ours, or a way out of the models' folders to our photos."""
    name = request.query.get("filename", "") or request.match_info.get("filename", "")
    if "path_index" in request.match_info:
        return ".." in name or Path(name).is_absolute() or name[:1] in ("/", "\\") or ":" in name
    return bare_name(name) in ours.files or file_key(name) in ours.loras


async def _changed(
    request: web.Request, handler: Handler, change: Callable[[Any], Any]
) -> web.StreamResponse:
    """ComfyUI's JSON answer with something left out; what is no JSON answer passes."""
    from ...core.executor import in_thread

    response = await handler(request)
    if (
        not isinstance(response, web.Response)
        or response.status != 200
        or not isinstance(response.body, bytes)
    ):
        return response
    content = response.body
    response.body = await in_thread(lambda: json.dumps(change(json.loads(content))).encode())
    return response


def _locked(request: web.Request, refusal: IsengardError) -> web.Response:
    """The page that takes the link, where a person asks; ComfyUI's own page comes after it."""
    if request.method == "GET" and request.path == "/":
        from .lock_page import PAGE

        return web.Response(
            text=PAGE, status=401, content_type="text/html", headers={"Cache-Control": "no-store"}
        )
    return _refused(refusal)


def _refused(refusal: IsengardError) -> web.Response:
    from ..http.errors import body_of

    return web.json_response(body_of(refusal), status=_status(refusal), headers={"Cache-Control": "no-store"})


def _status(refusal: IsengardError) -> int:
    from ..http.errors import status_of

    return status_of(refusal)


class _Known:
    """`ids` of prompts and the file keys of `files` and `loras` that are ours in ComfyUI."""

    def __init__(self, loras: set[str], ids: set[str], files: set[str]) -> None:
        self.loras = loras
        self.ids = ids
        self.files = files


class _Ours:
    """Looks at ComfyUI's queue and history each time, and at our LoRAs' folder at most once a second."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._loras: tuple[float, set[str]] | None = None

    async def known(self, models: Path | None) -> _Known:
        from ...core.executor import in_thread

        return await in_thread(self._look, models)

    def _look(self, models: Path | None) -> _Known:
        now = time.monotonic()
        if self._loras is None or now - self._loras[0] > KNOWN_S:
            self._loras = (now, _loras_of(models))
        return _Known(self._loras[1], *ours_among(self._host.prompts(), self._loras[1]))


def _loras_of(models: Path | None) -> set[str]:
    if models is None:
        return set()
    return {file_key(file.relative_to(models).as_posix()) for file in models.rglob("*.safetensors")}
