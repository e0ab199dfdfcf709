"""A middleware for ComfyUI's own routes: what is Isengard's there is given to nobody but the owner.

ComfyUI has no sessions and checks no Host: a page of another name that leads here (DNS rebinding), a page on another port
under --enable-cors-header, and beyond loopback everybody may run our nodes and read what they made. They are answered as
if Isengard had nothing there. With `guard_comfyui` they get no answer from ComfyUI at all.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from ..changed_answers import Handler, changed
from ..page_routes import is_of_page
from ..route import PREFIX
from .answers import (
    bare_name,
    file_key,
    holds_ours,
    ours_among,
    reads_ours,
    refused_prompt,
    spellings_of,
    without_names,
    without_prompts,
)
from .kept_files import is_drawn_by_ours, loads_drawn_by_ours

if TYPE_CHECKING:
    from ...core.errors import IsengardError
    from ..gateway import Gateway
    from ..host import Host

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
#: What ends prompts or takes them out of the history.
ENDS = frozenset({"/history", "/queue", "/interrupt", "/jobs/{job_id}/cancel", "/jobs/cancel"})
#: ComfyUI's library of files knows them by ids and hashes, which do not say whose they are.
ASSETS = ("/assets", "/tags")
HASHED = "blake3:"
#: So many ids and names of files are remembered, the newest ones; ComfyUI's history holds 10000 prompts.
MOST_KNOWN = 100_000
#: What lies in our LoRAs' folder is believed so long.
KNOWN_S = 1.0


def comfyui_guard(gateway: Gateway, host: Host) -> Any:
    """The middleware; `gateway` knows who may."""
    remembered = _Ours(host)

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        place = _place(request)
        if place.startswith(f"{PREFIX}/") and not is_of_page(place.removeprefix(PREFIX)):
            # ours ask for themselves
            return await handler(request)
        if not _is_watched(place, request.method) and not gateway.guards_comfyui:
            return await handler(request)
        access = await gateway.access()
        refusal = access.refusal(request)
        if refusal is None:
            if _ends(place, request.method) and not access.guards_comfyui:
                await remembered.known(access.models)  # what goes now is still known as ours afterwards
            return await handler(request)
        if access.guards_comfyui:
            return _locked(request, refusal)
        return await _as_a_stranger(request, handler, place, await remembered.known(access.models), refusal)

    return guarded


def _is_watched(place: str, method: str) -> bool:
    asks_or_gives = (place, method) in (("/prompt", "POST"), ("/upload/mask", "POST"))
    return place in PROMPTS | NAMES | FILES or asks_or_gives or _ends(place, method) or _is_asset(place)


def _ends(place: str, method: str) -> bool:
    return method == "POST" and place in ENDS


def _is_asset(place: str) -> bool:
    return any(place == root or place.startswith(f"{root}/") for root in ASSETS)


async def _as_a_stranger(
    request: web.Request, handler: Handler, place: str, ours: _Known, refusal: IsengardError
) -> web.StreamResponse:
    if place == "/prompt" and request.method == "POST":
        graph = await _graph(request)
        if (
            holds_ours(graph, ours.loras)
            or reads_ours(graph, ours.files)
            or await _looked(loads_drawn_by_ours, ours, graph)
        ):
            return web.json_response(refused_prompt(refusal), status=_status(refusal))
    elif await _takes_ours(request, place, ours):
        return _refused(refusal)
    elif place in PROMPTS and request.method == "GET":
        return await changed(request, handler, lambda answer: without_prompts(answer, ours.ids, ours.loras))
    elif place in NAMES:
        return await changed(request, handler, lambda answer: without_names(answer, ours.loras))
    return await handler(request)


def _place(request: web.Request) -> str:
    """The pattern of the route, as ComfyUI registered it: whatever its path was spelled like, below /api or not."""
    resource = request.match_info.route.resource
    place = resource.canonical if resource is not None else ""
    while place.startswith("/api/"):
        place = place.removeprefix("/api")
    return place


async def _takes_ours(request: web.Request, place: str, ours: _Known) -> bool:
    """Whether the request opens a file of ours, or ends a prompt of ours."""
    if place in FILES:
        return _leads_to_ours(request, ours) or (
            place == "/view" and await _looked(is_drawn_by_ours, ours, request.query)
        )
    if place == "/upload/mask":
        masked = await _masked(request)
        return reads_ours({"original": masked}, ours.files) or await _looked(is_drawn_by_ours, ours, masked)
    if _ends(place, request.method):
        return _ends_ours(place, request.match_info.get("job_id"), await _body(request), ours)
    return _is_asset(place)


async def _looked(
    look: Callable[[Mapping[str, Path], object, Collection[str]], bool], ours: _Known, what: object
) -> bool:
    """Into files, beside the loop."""
    from ...core.executor import in_thread

    return await in_thread(look, ours.folders, what, ours.loras)


def _ends_ours(place: str, job_id: str | None, body: Mapping[str, Any], ours: _Known) -> bool:
    """By name, or because everything is to end. ComfyUI's interrupt without a name ends what runs, and it takes the keys of
    an object as it takes a list.
    """
    named = [job_id, body.get("prompt_id")]
    for key in ("delete", "job_ids"):
        named += [*several] if isinstance(several := body.get(key), (list, dict)) else []
    if any(isinstance(name, str) and name in ours.ids for name in named):
        return True
    if place == "/interrupt":
        return bool(ours.live) and not body.get("prompt_id")
    return bool(body.get("clear")) and bool(ours.done if place == "/history" else ours.live)


async def _body(request: web.Request) -> Mapping[str, Any]:
    """The JSON object that was sent; empty for anything else, which ComfyUI answers itself."""
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


async def _graph(request: web.Request) -> object:
    return (await _body(request)).get("prompt")


async def _masked(request: web.Request) -> object:
    """The picture that a mask is laid upon; ComfyUI keeps the result where everybody can fetch it."""
    try:
        return json.loads(str((await request.post()).get("original_ref")))
    except ValueError:
        return None


def _leads_to_ours(request: web.Request, ours: _Known) -> bool:
    """A picture our nodes made, a LoRA of ours, a way out of the models' folders to our photos, or what cannot be told."""
    name = request.query.get("filename", "") or request.match_info.get("filename", "")
    if "path_index" in request.match_info:
        return ".." in name or Path(name).is_absolute() or name[:1] in ("/", "\\") or ":" in name
    return name.startswith(HASHED) or bare_name(name) in ours.files or file_key(name) in ours.loras


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


@dataclass(frozen=True)
class _Known:
    """What is ours in ComfyUI: the spellings of `loras`, the `ids` of prompts and the file keys of `files` that were ever seen,
    and of these ids which prompts are `live` (queued or running) or `done` and in its history now. `folders` are ComfyUI's own."""

    loras: set[str]
    ids: Collection[str]
    files: Collection[str]
    live: set[str]
    done: set[str]
    folders: Mapping[str, Path]


class _Ours:
    """Looks at ComfyUI's queue and history each time, and at our LoRAs' folder at most once a second.

    What it has seen it remembers: a prompt may leave the history, the pictures it made stay.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._loras: tuple[float, set[str]] | None = None
        self._ids: dict[str, None] = {}
        self._files: dict[str, None] = {}
        self._looking = threading.Lock()

    async def known(self, models: Path | None) -> _Known:
        from ...core.executor import in_thread

        return await in_thread(self._look, models)

    def _look(self, models: Path | None) -> _Known:
        with self._looking:
            now = time.monotonic()
            if self._loras is None or now - self._loras[0] > KNOWN_S:
                self._loras = (now, _loras_of(models))
            loras, prompts = self._loras[1], self._host.prompts()
            ids, files = ours_among(prompts, loras, self._files)
            _remember(self._ids, ids)
            _remember(self._files, files)
            live = {prompt_id for prompt_id, _, outputs in prompts if outputs is None}
            keys = (self._ids.keys(), self._files.keys())
            return _Known(loras, *keys, ids & live, ids - live, self._host.own_folders())


def _remember(known: dict[str, None], seen: Iterable[str]) -> None:
    known.update(dict.fromkeys(seen))
    for _ in range(len(known) - MOST_KNOWN):
        del known[next(iter(known))]


def _loras_of(models: Path | None) -> set[str]:
    if models is None:
        return set()
    files = (file.relative_to(models).as_posix() for file in models.rglob("*.safetensors"))
    return {name for file in files for name in spellings_of(file)}
