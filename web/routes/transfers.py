"""A character as one file: out and in."""

from __future__ import annotations

import secrets
from pathlib import Path

from aiohttp import web

from ...core.character_archive import MAX_ARCHIVE_BYTES, SUFFIX, read_archive, write_archive
from ...core.errors import InvalidError, TooLargeError
from ...core.executor import in_thread
from .. import responses
from ..errors import body_of
from ..services import Services
from ..uploads import received
from .characters import tell

FIELD = "character"
_CHUNK = 256 * 1024


async def give(services: Services, request: web.Request) -> web.StreamResponse:
    character = await in_thread(services.characters.get, request.match_info["id"])
    file = services.paths.tmp / f"{secrets.token_hex(12)}.upload"

    def write() -> None:
        photos = services.photos.list(character.id)
        write_archive(file, character, photos, services.photos)

    try:
        await in_thread(write)
        return await _sent(request, file, f"{character.slug}{SUFFIX}")
    finally:
        await in_thread(file.unlink, missing_ok=True)


async def _sent(request: web.Request, file: Path, name: str) -> web.StreamResponse:
    headers = {**responses.zip_headers(name), "Content-Length": str(file.stat().st_size)}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    with file.open("rb") as stream:
        while chunk := await in_thread(stream.read, _CHUNK):
            await response.write(chunk)
    await response.write_eof()
    return response


async def take(services: Services, request: web.Request) -> web.Response:
    """{character, refused: [error]}: pictures that could not be taken are told, the others are there."""
    async for part in received(request, services.paths, field=FIELD, most_bytes=MAX_ARCHIVE_BYTES):
        if part.file.stat().st_size > MAX_ARCHIVE_BYTES:
            raise TooLargeError("archive_too_large", "This file is larger than 2 GB.", "Export fewer photos.")
        character, refused = await in_thread(
            read_archive, part.file, services.paths, services.characters, services.photos
        )
        await tell(services, character.id, "created", character)
        await tell(services, character.id, "photos", character)  # their faces are looked at like any others
        told = [body_of(refusal)["error"] for refusal in refused]
        return web.json_response(
            {"character": character.model_dump(mode="json"), "refused": told}, status=201
        )
    raise InvalidError("no_photos", "There is no file in this upload.", f"Send a field called {FIELD}.")
