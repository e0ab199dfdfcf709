"""A tiny node pack for test hosts: measures how long ComfyUI's event loop was held up. GET /loop_monitor, POST to reset."""

from __future__ import annotations

import asyncio
import time

from aiohttp import web
from server import PromptServer

NODE_CLASS_MAPPINGS: dict[str, type] = {}
TICK_S = 0.005
_seen = {"worst_ms": 0.0}


async def _watch(_: web.Application) -> None:
    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK_S)
            late = (time.perf_counter() - began - TICK_S) * 1000
            _seen["worst_ms"] = max(_seen["worst_ms"], late)

    _seen["task"] = asyncio.create_task(tick())


@PromptServer.instance.routes.get("/loop_monitor")
async def read(_: web.Request) -> web.Response:
    return web.json_response({"worst_ms": _seen["worst_ms"]})


@PromptServer.instance.routes.post("/loop_monitor")
async def reset(_: web.Request) -> web.Response:
    _seen["worst_ms"] = 0.0
    return web.json_response({})


PromptServer.instance.app.on_startup.append(_watch)
