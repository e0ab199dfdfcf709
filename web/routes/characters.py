"""Characters."""

from __future__ import annotations

from aiohttp import web

from ...core.characters.sample_character import make_sample
from ...core.executor import in_thread
from ...core.records.character import Character, CharacterDraft, CharacterPatch
from ..container import Services
from ..http import responses
from ..http.errors import read_json
from ..http.request_bodies import VersionCompanions, VersionPick
from ..services.notifications import Change, tell_character


async def list_all(services: Services, request: web.Request) -> web.Response:
    limit, cursor = responses.page_of(request)
    deleted = request.query.get("deleted") == "1"
    page = await in_thread(services.characters.list, limit, cursor, deleted=deleted)
    return responses.records(page.items, page.next_cursor)


async def create(services: Services, request: web.Request) -> web.Response:
    draft = CharacterDraft.model_validate(await read_json(request))
    practice = services.settings.fast_test
    character = await in_thread(services.characters.create, draft, practice=practice)
    await tell(services, character.id, "created", character)
    return responses.record(character, 201)


async def sample(services: Services, request: web.Request) -> web.Response:
    """Draw the sample person, one at a time: the panel asks once, and the drawings are the same each time."""
    practice = services.settings.fast_test
    character = await services.photo_turns.in_thread(
        make_sample, services.characters, services.photos, practice=practice
    )
    await tell(services, character.id, "created", character)
    return responses.record(character, 201)


async def get(services: Services, request: web.Request) -> web.Response:
    return responses.record(await in_thread(services.characters.get, request.match_info["id"]))


async def update(services: Services, request: web.Request) -> web.Response:
    patch = CharacterPatch.model_validate(await read_json(request))
    character = await in_thread(services.characters.update, request.match_info["id"], patch)
    await tell(services, character.id, "updated", character)
    return responses.record(character)


async def delete(services: Services, request: web.Request) -> web.Response:
    character = await in_thread(services.characters.delete, request.match_info["id"])
    await tell(services, character.id, "deleted", character)
    return responses.record(character)


async def restore(services: Services, request: web.Request) -> web.Response:
    character = await in_thread(services.characters.restore, request.match_info["id"])
    await tell(services, character.id, "restored", character)
    return responses.record(character)


async def versions(services: Services, request: web.Request) -> web.Response:
    character = await in_thread(services.characters.get, request.match_info["id"])
    return responses.records(character.versions)


async def pick_version(services: Services, request: web.Request) -> web.Response:
    """The user's own best among the versions of a family."""
    choice = VersionPick.model_validate(await read_json(request))
    character = await in_thread(services.characters.get, request.match_info["id"])
    await in_thread(services.versions.pick, character.slug, choice.file)
    character = await in_thread(services.characters.get, character.id)
    await tell(services, character.id, "updated", character)
    return responses.record(character)


async def choose_companions(services: Services, request: web.Request) -> web.Response:
    """The person, whose version has name and preview beside it now, or no longer."""
    choice = VersionCompanions.model_validate(await read_json(request))
    character_id = request.match_info["id"]
    character = await in_thread(services.companions.choose, character_id, choice.file, choice.shown)
    await tell(services, character.id, "updated", character)
    return responses.record(character)


async def would_go(services: Services, request: web.Request) -> web.Response:
    """Count what forgetting this person would remove."""
    report = await in_thread(services.forgetting.preview, request.match_info["id"])
    return web.json_response({"report": report})


async def forget(services: Services, request: web.Request) -> web.Response:
    """Everything of the person, with a report. Refused while something of theirs is still being made."""
    character_id = request.match_info["id"]
    services.improver.drop(character_id)
    await services.style_pictures.stop(character_id)
    report = await services.forgetting.forget(character_id)
    await tell(services, character_id, "forgotten", None)
    return web.json_response({"report": report})


async def tell(services: Services, character_id: str, change: Change, character: Character | None) -> None:
    await in_thread(tell_character, services.ledger, character_id, change, character)
