"""A character as one file: out and in."""

from __future__ import annotations

import secrets
from pathlib import Path

from aiohttp import web

from ...core.characters.archive_zip import MAX_ARCHIVE_BYTES
from ...core.characters.character_archive import SUFFIX, Stores, exported_loras, read_archive, write_archive
from ...core.errors import InvalidError, TooLargeError
from ...core.executor import in_thread
from ...core.said import said
from ..container import Services
from ..http import responses
from ..http.errors import body_of
from ..http.uploads import CHARACTER_FIELD, received
from ..services.imported_loras import prover
from .characters import tell

_CHUNK = 256 * 1024


async def give(services: Services, request: web.Request) -> web.StreamResponse:
    """With the best LoRA of each model family, unless ?loras=0."""
    with_loras = request.query.get("loras", "1")
    if with_loras not in ("0", "1"):
        raise InvalidError("bad_request", "loras is 0 or 1.", "Leave it out, or use one of these.")
    character = await in_thread(services.characters.get, request.match_info["id"])
    file = services.paths.tmp / f"{secrets.token_hex(12)}.upload"

    def write() -> None:
        stores = _stores(services)
        loras = exported_loras(stores, character) if with_loras == "1" else []
        write_archive(file, character, stores, loras=loras)

    try:
        await in_thread(write)
        return await _sent(request, file, f"{character.slug}{SUFFIX}")
    finally:
        await in_thread(file.unlink, missing_ok=True)


async def _sent(request: web.Request, file: Path, name: str) -> web.StreamResponse:
    headers = {**responses.zip_headers(name), "Content-Length": str(file.stat().st_size)}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    with responses.whole_or_cut(request), file.open("rb") as stream:
        while chunk := await in_thread(stream.read, _CHUNK):
            await response.write(chunk)
        await response.write_eof()
    return response


async def take(services: Services, request: web.Request) -> web.Response:
    """{character, refused: [error], former_trigger}: what could not be taken is told, the rest is there. `former_trigger`
    is the file's trigger word where somebody here has it already: theirs is a new one."""
    async for part in received(request, services.paths, CHARACTER_FIELD, most_bytes=MAX_ARCHIVE_BYTES):
        try:
            return await _taken(services, part.file)
        finally:
            part.file.unlink(missing_ok=True)
    raise InvalidError(
        "no_photos",
        "There is no file in this upload.",
        said("Send a field called {field}.", field=CHARACTER_FIELD),
    )


async def _taken(services: Services, file: Path) -> web.Response:
    if file.stat().st_size > MAX_ARCHIVE_BYTES:
        raise TooLargeError("archive_too_large", "This file is larger than 2 GB.", "Export fewer photos.")
    done = await services.import_turns.in_thread(
        read_archive,
        file,
        _stores(services),
        prover(services.families, services.base_models),
    )
    character, refused = done.character, done.refused
    await tell(services, character.id, "created", character)
    await tell(services, character.id, "photos", character)  # their faces are looked at like any others
    errors = [body_of(refusal)["error"] for refusal in refused]
    return web.json_response(
        {
            "character": character.model_dump(mode="json"),
            "refused": errors,
            "former_trigger": done.former_trigger,
        },
        status=201,
    )


def _stores(services: Services) -> Stores:
    return Stores(services.paths, services.characters, services.photos, services.versions)
