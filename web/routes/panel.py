"""The panel's code."""

from __future__ import annotations

from aiohttp import web

from ..panel_code.panel_code import PanelCode


async def code(panel: PanelCode, request: web.Request) -> web.Response:
    return await panel.answer(request)
