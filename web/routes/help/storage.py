"""Disk space: what takes how much, what frees it, whether there is room; and folders of ours, shown on ComfyUI's own computer or told
as paths."""

from __future__ import annotations

from aiohttp import web

from ....core.errors import ForbiddenError, InvalidError
from ....core.executor import in_thread
from ...container import Services
from ...http import guard, responses
from ...http.errors import read_json
from ...http.request_bodies import FolderChoice, SpaceToFree
from ...services.storage import folders


async def show(services: Services, request: web.Request) -> web.Response:
    return responses.record(services.disk.meter.state())


async def measure(services: Services, request: web.Request) -> web.Response:
    """Begins; how far it is, and then what was found, is asked for."""
    await read_json(request)
    return responses.record(services.disk.meter.start(), 202)


async def free(services: Services, request: web.Request) -> web.Response:
    """{"what", "model", "confirm": true}: final, so the person has agreed."""
    wanted = SpaceToFree.model_validate(await read_json(request))
    if not wanted.confirm:
        raise InvalidError(
            "confirmation_needed",
            "This deletes files for good.",
            'Send {"confirm": true} once the person has agreed.',
        )
    freed = await services.disk.freer.free(wanted.what, wanted.model)
    return web.json_response({"freed_bytes": freed})


async def room(services: Services, request: web.Request) -> web.Response:
    """?incoming=: bytes of photos that the page is about to send."""
    incoming = int(request.query.get("incoming", "0"))
    return responses.record(await in_thread(services.disk.room.now, incoming))


async def list_folders(services: Services, request: web.Request) -> web.Response:
    """?of=: those of a training or a person. `can_open`: whether this browser sits where they are."""
    thing = request.query.get("of", "")
    found = await in_thread(folders.folders_of, services.paths, services.characters, thing)
    can_open = _is_here(request) and folders.opener() is not None
    items = [{"name": name, "path": str(path)} for name, path in found.items()]
    return web.json_response({"can_open": can_open, "items": items})


async def open_folder(services: Services, request: web.Request) -> web.Response:
    """{"name", "of"}: the name of one of our folders, never a path."""
    choice = FolderChoice.model_validate(await read_json(request))
    if not _is_here(request):
        raise ForbiddenError(
            "folder_elsewhere",
            "A folder opens only in a browser on the computer that ComfyUI runs on.",
            "Copy its path instead.",
        )
    found = await in_thread(folders.folders_of, services.paths, services.characters, choice.of)
    await in_thread(folders.open_folder, found[choice.name])
    return web.Response(status=204)


def _is_here(request: web.Request) -> bool:
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    asked = guard.asked_by(request.method, request.headers)
    return guard.is_on_this_machine(
        asked, peer[0] if peer else "", (request.version.major, request.version.minor)
    )
