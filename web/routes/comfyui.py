"""The ComfyUI we live in: what a restart would lose, and starting it again. Works without our services, too."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiohttp import web

from ...core.errors import ConflictError
from ...core.said import said
from ..http.errors import read_json

if TYPE_CHECKING:
    from ..container import Services
    from ..host import Alone, Host

#: The answer has left by then.
ANSWERED_S = 0.5
_log = logging.getLogger("isengard.web")


async def show(services: Services | Alone, request: web.Request) -> web.Response:
    host = services.host
    return web.json_response({"can_restart": host.can_restart, "queue": host.queue_length})


async def restart(services: Services | Alone, request: web.Request) -> web.Response:
    """{"lose_queue": true} where pictures run or wait. Answers first, then ComfyUI goes; the worker does not."""
    body, host = await read_json(request), services.host
    if not host.can_restart:
        raise ConflictError(
            "restart_impossible",
            "This ComfyUI cannot be restarted from here.",
            "End it where it was started, and start it again there.",
        )
    lost = host.queue_length
    if lost and body.get("lose_queue") is not True:
        raise ConflictError(
            "comfyui_queue_lost",
            said("Restarting clears ComfyUI's queue: {prompts}.", prompts=lost),
            "Wait until it is done, or restart anyway.",
        )
    _log.warning("ComfyUI is restarted on request", extra={"context": {"lost": lost}})
    asyncio.get_running_loop().call_later(ANSWERED_S, _go, host)
    return web.json_response({"lost": lost}, status=202)


def _go(host: Host) -> None:
    try:
        host.restart()
    except OSError as fault:
        _log.error("ComfyUI could not be restarted", extra={"context": {"reason": str(fault)}})
