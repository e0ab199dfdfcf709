"""ComfyUI's own JSON answers, with something left out on their way to the page."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def changed(request: web.Request, handler: Handler, change: Callable[[Any], Any]) -> web.StreamResponse:
    """Answer with what `change` makes of ComfyUI's JSON answer; anything else passes as it is."""
    from ..core.executor import in_thread

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
