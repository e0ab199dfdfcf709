"""LoRAs that somebody else trained."""

from __future__ import annotations

from aiohttp import web

from ...core.executor import in_thread
from ...core.records.character import Character
from ..container import Services
from ..http import responses
from ..http.errors import read_json
from ..http.request_bodies import LoraAdoption, VersionPick
from ..services.outside_loras.adopting import LoraAdopter
from ..services.outside_loras.shelf import LoraShelf
from .characters import tell


async def list_all(services: Services, request: web.Request) -> web.Response:
    """By name alone: what each says is read when it is chosen."""
    people = await in_thread(lambda: list(services.characters.all()))
    owners = {version.outside: person.name for person in people for version in person.versions}
    names = await in_thread(_shelf(services).names)
    return responses.as_list([{"name": name, "person": owners.get(name, "")} for name in names])


async def show(services: Services, request: web.Request) -> web.Response:
    """Read what one of them says of itself."""
    found = await in_thread(_shelf(services).look, request.query.get("name", ""))
    return web.json_response(
        {
            "title": found.said.name,
            "family": found.family,
            "fitting": found.fitting,
            "bases": found.said.bases,
            "words": found.said.words,
            "steps": found.said.steps,
            "size": found.file.stat().st_size,
            "preview": found.preview is not None,
        }
    )


async def preview(services: Services, request: web.Request) -> web.Response:
    found = await in_thread(_shelf(services).preview, request.query.get("name", ""))
    return responses.made_picture(found.content, found.mime)


async def adopt(services: Services, request: web.Request) -> web.Response:
    """The person who has it now; its weights are read, which takes some seconds for a large one."""
    wanted = LoraAdoption.model_validate(await read_json(request))
    adopter = LoraAdopter(_shelf(services), services.characters, services.versions, services.clock)
    character = await services.import_turns.in_thread(adopter.adopt, wanted)
    await tell(services, character.id, "updated" if wanted.character_id else "created", character)
    return responses.record(character, 201)


async def release(services: Services, request: web.Request) -> web.Response:
    """The person without it; the file stays."""
    choice = VersionPick.model_validate(await read_json(request))
    character = await in_thread(services.characters.get, request.match_info["id"])

    def released() -> Character:
        services.versions.release(character.slug, choice.file)
        return services.characters.get(character.id)

    now = await in_thread(released)
    await tell(services, character.id, "updated", now)
    return responses.record(now)


def _shelf(services: Services) -> LoraShelf:
    return LoraShelf(services.paths, services.host, services.families, services.base_models)
