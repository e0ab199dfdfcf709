"""A middleware for ComfyUI's template browser: fast-test's template is listed in fast-test mode only, links with the names that
templates had before still open, and where the frontend tells apps from graphs by a name's end, ours are listed as the apps they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from ..core.version import numbers
from .changed_answers import Handler, changed

if TYPE_CHECKING:
    from .gateway import Gateway

ROOT = "/workflow_templates"
SUFFIXES = (".json", ".jpg")
#: The end of an app's name, with which it stands under *App* in the template browser, and under *Apps* once it is saved.
APP = ".app"
#: The first frontend that reads it, and the form that an app is.
APPS_SINCE = (1, 42)


def template_browser(gateway: Gateway, pack: str, frontend: str) -> Any:
    """The middleware; `pack` is the name of our folder, under which ComfyUI lists and serves what is in `workflows/`."""
    ours, end = f"/api{ROOT}/{pack}/", APP if knows_apps(frontend) else ""

    @web.middleware
    async def browsed(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "GET" and request.path in (ROOT, f"/api{ROOT}"):
            practice = await gateway.in_fast_test()
            return await changed(request, handler, lambda listed: _listed(listed, pack, practice, end))
        if request.method in ("GET", "HEAD") and request.path.startswith(ours):
            file = await _file_of(request.path.removeprefix(ours))
            if file is not None:
                return web.FileResponse(file)
        return await handler(request)

    return browsed


def knows_apps(frontend: str) -> bool:
    """Whether a frontend's version, or the release that ComfyUI was told to fetch, has App Mode's forms; not known: no."""
    release = frontend.rpartition("@")[2]
    return release in ("latest", "prerelease") or numbers(release) >= APPS_SINCE


def _listed(listed: dict[str, list[str]], pack: str, practice: bool, end: str) -> dict[str, list[str]]:
    from ..generation.image.templates import templates

    known = {template.title: template for template in templates().values()}
    hidden = {title for title, template in known.items() if template.practice and not practice}
    ours = [
        f"{title}{end}" if title in known else title for title in listed.get(pack, ()) if title not in hidden
    ]
    return {**listed, pack: ours} if pack in listed else listed


async def _file_of(name: str) -> Path | None:
    """The file of a template that is asked for as an app, or by its recipe's name: what it was called until it got a title.

    None for the name of the file itself, which ComfyUI serves.
    """
    from ..core.executor import in_thread
    from ..generation.image.templates import templates

    wanted = Path(name)
    if wanted.suffix not in SUFFIXES or name != wanted.name:
        return None
    known = await in_thread(templates)
    title = wanted.stem.removesuffix(APP)
    template = known.get(title) or next((one for one in known.values() if one.title == title), None)
    if template is None or template.title == wanted.stem:
        return None
    return template.file.with_suffix(wanted.suffix)
