"""The panel's code and the languages it is shown in: parts of ComfyUI's page."""

from __future__ import annotations

from aiohttp import web

from ..panel_code.panel_code import PanelCode


async def code(panel: PanelCode, request: web.Request) -> web.Response:
    return await panel.answer(request)


async def languages(panel: PanelCode, request: web.Request) -> web.Response:
    return await panel.languages.answer_list(request)


async def language(panel: PanelCode, request: web.Request) -> web.Response:
    return await panel.languages.answer_words(request, request.match_info["language"])
