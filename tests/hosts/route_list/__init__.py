"""A tiny node pack for test hosts: every route of ComfyUI's own application. GET /route_list."""

from __future__ import annotations

from aiohttp import web
from server import PromptServer

NODE_CLASS_MAPPINGS: dict[str, type] = {}


@PromptServer.instance.routes.get("/route_list")
async def read(_: web.Request) -> web.Response:
    found = {
        (route.method, route.resource.canonical)
        for route in PromptServer.instance.app.router.routes()
        if route.resource is not None
    }
    found |= {
        (route.method, resource.canonical + route.resource.canonical)
        for resource in PromptServer.instance.app.router.resources()
        if hasattr(resource, "_app")
        for route in resource._app.router.routes()
        if route.resource is not None
    }
    return web.json_response(sorted(found))
