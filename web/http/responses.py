"""Answers: records as JSON, user files with headers that make them harmless wherever they are opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel

from ...core.executor import in_thread

#: Every user file is one of these; nothing else is ever sent as a file (facts: reliability section 6, rule 5).
IMAGE_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
FILE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
MAX_PAGE = 200
MAX_DIGITS = 18


def record(value: BaseModel, status: int = 200) -> web.Response:
    return web.Response(text=value.model_dump_json(), status=status, content_type="application/json")


def records(items: Iterable[BaseModel], next_cursor: str | None = None) -> web.Response:
    """The list envelope."""
    return as_list([item.model_dump(mode="json") for item in items], next_cursor)


def as_list(items: list[Any], next_cursor: str | None = None) -> web.Response:
    return web.json_response({"items": items, "next_cursor": next_cursor})


def picture(path: Path, name: str = "") -> web.FileResponse:
    """An image file of ours, to be saved as `name`."""
    return web.FileResponse(
        path, headers={**_picture_headers(path), **(saved_as("inline", name) if name else {})}
    )


def small_picture(path: Path) -> web.Response:
    """An image file of ours that is small enough to be read at once."""
    return web.Response(body=path.read_bytes(), headers=_picture_headers(path))


def made_picture(content: bytes, mime: str, name: str = "") -> web.Response:
    """A picture that was made for this answer, to be saved as `name`."""
    named = saved_as("inline", name) if name else {}
    return web.Response(body=content, headers={**FILE_HEADERS, "Content-Type": mime, **named})


def _picture_headers(path: Path) -> dict[str, str]:
    return {**FILE_HEADERS, "Content-Type": IMAGE_TYPES[path.suffix]}


def zip_headers(name: str) -> dict[str, str]:
    """The headers of a zip file to be saved as `name`, which may be of any script."""
    return {**FILE_HEADERS, "Content-Type": "application/zip", **saved_as("attachment", name)}


def saved_as(kind: Literal["inline", "attachment"], name: str) -> dict[str, str]:
    """The header that names a file of any script (RFC 6266); those who read ASCII alone get its ending."""
    plain = name if name.isascii() and '"' not in name else f"pictures{Path(name).suffix}"
    told = f'{kind}; filename="{plain}"'
    if plain != name:
        told += f"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": told}


@contextmanager
def whole_or_cut(request: web.Request) -> Iterator[None]:
    """For an answer that has begun: where its rest cannot be made, the line is cut. Who reads it sees that it is not whole; an error in words
    would be taken for a part of it, and the rest waited for."""
    whole = False
    try:
        yield
        whole = True
    finally:
        if not whole and request.transport is not None:
            request.transport.abort()


async def streamed_zip(request: web.Request, name: str, pieces: Iterator[bytes]) -> web.StreamResponse:
    """Send a zip file that is made while it is sent."""
    response = web.StreamResponse(headers=zip_headers(name))
    await response.prepare(request)
    with whole_or_cut(request):
        while piece := await in_thread(next, pieces, b""):
            await response.write(piece)
        await response.write_eof()
    return response


def page_of(request: web.Request) -> tuple[int, str | None]:
    """?limit= and ?cursor=, which openapi/parameters.py has looked at."""
    return int(request.query.get("limit", "50")), request.query.get("cursor") or None


def whole_number(text: str) -> int | None:
    """None for what is none, or longer than any number of ours (Python refuses to read thousands of digits)."""
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else None
