"""Albums: pictures that belong together, by a name."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from ....core.errors import ConflictError
from ....core.executor import in_thread
from ....core.records.album import Album, AlbumDraft
from ....core.records.generation import Generation
from ....generation.picture_names import safe_name
from ....generation.picture_zip import zipped
from ...container import Services
from ...http import responses
from ...http.errors import read_json
from ...services.notifications import tell_album
from .giving import copies, named_files


async def list_all(services: Services, request: web.Request) -> web.Response:
    """Each with how many pictures are in it, and the newest."""

    def look() -> list[dict[str, object]]:
        inside: dict[str, list[tuple[str, int]]] = {}
        for generation in services.generations.store.in_albums():
            inside.setdefault(generation.album_id, []).extend(_places(generation))
        return [_with_content(album, inside.get(album.id, [])) for album in services.albums.all()]

    return responses.as_list(await in_thread(look))


def _with_content(album: Album, places: list[tuple[str, int]]) -> dict[str, object]:
    cover = {"generation_id": places[0][0], "n": places[0][1]} if places else None
    return {**album.model_dump(mode="json"), "pictures": len(places), "cover": cover}


def _places(generation: Generation) -> list[tuple[str, int]]:
    return [(generation.id, image.n) for image in generation.images if image.deleted_at is None]


async def create(services: Services, request: web.Request) -> web.Response:
    draft = AlbumDraft.model_validate(await read_json(request))
    return await _changed(services, await in_thread(services.albums.create, draft.name), 201)


async def rename(services: Services, request: web.Request) -> web.Response:
    draft = AlbumDraft.model_validate(await read_json(request))
    album = await in_thread(services.albums.rename, request.match_info["id"], draft.name)
    return await _changed(services, album)


async def delete(services: Services, request: web.Request) -> web.Response:
    return await _changed(services, await in_thread(services.albums.delete, request.match_info["id"]))


async def restore(services: Services, request: web.Request) -> web.Response:
    return await _changed(services, await in_thread(services.albums.restore, request.match_info["id"]))


async def _changed(services: Services, album: Album, status: int = 200) -> web.Response:
    await in_thread(tell_album, services.ledger, album)
    return responses.record(album, status)


async def give(services: Services, request: web.Request) -> web.StreamResponse:
    """Every picture of it as its file is, named for people."""
    album = await in_thread(services.albums.get, request.match_info["id"])
    entries = await in_thread(_entries, services, album)
    if not entries:
        raise ConflictError("album_empty", "This album is empty.", "Put some pictures into it first.")
    name = f"{safe_name(album.name, 'album')}.zip"
    return await responses.streamed_zip(request, name, zipped(entries, copies(services).of_file))


def _entries(services: Services, album: Album) -> list[tuple[str, Path]]:
    """The oldest first, as they were made."""
    store = services.generations.store
    made = [one for one in store.in_albums() if one.album_id == album.id]
    return named_files(
        services,
        (
            (generation, image, store.image_path(generation.id, image.n))
            for generation in reversed(made)
            for image in generation.images
            if image.deleted_at is None
        ),
    )
