"""A middleware for ComfyUI's template browser: fast-test's template is listed in fast-test mode only, and links with the names
that templates had before still open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .changed_answers import Handler, changed

if TYPE_CHECKING:
    from .gateway import Gateway

ROOT = "/workflow_templates"
SUFFIXES = (".json", ".jpg")


def template_browser(gateway: Gateway, pack: str) -> Any:
    """The middleware; `pack` is the name of our folder, under which ComfyUI lists and serves what is in `workflows/`."""
    ours = f"/api{ROOT}/{pack}/"

    @web.middleware
    async def browsed(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "GET" and request.path in (ROOT, f"/api{ROOT}"):
            if await gateway.in_fast_test():
                return await handler(request)
            return await changed(request, handler, lambda listed: _without_practice(listed, pack))
        if request.method in ("GET", "HEAD") and request.path.startswith(ours):
            file = await _by_recipe(request.path.removeprefix(ours))
            if file is not None:
                return web.FileResponse(file)
        return await handler(request)

    return browsed


def _without_practice(listed: dict[str, list[str]], pack: str) -> dict[str, list[str]]:
    from ..generation.image.templates import templates

    hidden = {template.title for template in templates().values() if template.practice}
    return {
        name: [title for title in titles if name != pack or title not in hidden]
        for name, titles in listed.items()
    }


async def _by_recipe(name: str) -> Path | None:
    """The file of a template that is asked for by its recipe's name: what it was called until it got a title."""
    from ..core.executor import in_thread
    from ..generation.image.templates import templates

    wanted = Path(name)
    template = (await in_thread(templates)).get(wanted.stem)
    if template is None or wanted.suffix not in SUFFIXES or name != wanted.name:
        return None
    return template.file.with_suffix(wanted.suffix)
