"""Health, session, settings, capabilities, practice mode, video, and what this version does not do yet."""

from __future__ import annotations

import logging
import os
from dataclasses import asdict

from aiohttp import web

from ...core import settings as settings_module
from ...core.capabilities import CAPABILITIES
from ...core.errors import ConflictError, InvalidError, NotFoundError, NotImplementedYetError
from ...core.executor import in_thread
from ...core.logs import ROOT_LOGGER
from ...core.marks import content_credentials
from ...core.records.spoken import told
from ...core.said import said
from ...core.storage.recovery_notices import Recoveries
from ...core.version import VERSION
from ..container import Services
from ..http import guard
from ..http.errors import read_json
from ..http.request_bodies import PracticeThings
from ..http.session import COOKIE
from ..openapi.document import describe
from ..services.companions.keeper import SWITCH
from ..services.server_announcement import links_of

COOKIE_S = 365 * 24 * 3600


async def health(services: Services, request: web.Request) -> web.Response:
    runs, workers, epoch, (language, next_mode), recoveries = await in_thread(
        lambda: (
            services.supervisor.worker_runs,
            services.ledger.workers(),
            services.ledger.epoch,
            _chosen(services),
            Recoveries(services.paths).untold(),
        )
    )
    return web.json_response(
        {
            "status": "ok",
            "version": VERSION,
            "mode": services.settings.mode,
            "next_mode": next_mode,
            "mode_fixed": services.settings.sources.get("mode") == "environment",
            "language": language,
            "boot_id": services.boot_id,
            "epoch": epoch,
            "comfyui": services.host.version,
            "worker": {"running": runs, "count": len(workers)},
            "host": {
                "loopback": services.host.listen_is_loopback,
                "can_restart": services.host.can_restart,
            },
            "missing": [],
            "loops": [asdict(trouble) for trouble in services.loops.troubles()],
            "slips": [told(vars(slip)) for slip in (*services.settings.slips, *services.registry.slips)],
            "recoveries": [recovery.model_dump(mode="json") for recovery in recoveries],
        }
    )


async def dismiss_recovery(services: Services, request: web.Request) -> web.Response:
    await in_thread(Recoveries(services.paths).dismiss, request.match_info["code"])
    return web.Response(status=204)


async def session(services: Services, request: web.Request) -> web.Response:
    body = await read_json(request)
    cookie = services.session.exchange(body.get("token"))
    response = web.Response(status=204)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=COOKIE_S,
        httponly=True,
        samesite="Strict",
        secure=request.scheme == "https",
        path="/",
    )
    return response


async def session_link(services: Services, request: web.Request) -> web.Response:
    """The content of run/link.txt, for the owner in front of a machine that listens beyond loopback. NotFoundError where no
    link is needed.
    """
    if not services.session.needed:
        raise NotFoundError("no_link", "Isengard needs no link here.", "Open the panel.")
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    asked = guard.asked_by(request.method, request.headers)
    guard.check_on_this_machine(
        asked,
        peer[0] if peer else "",
        (request.version.major, request.version.minor),
        listens_beyond=not services.host.listen_is_loopback,
    )
    token = services.session.token
    return web.json_response({"links": links_of(services.host.server_url, token), "token": token})


async def capabilities(services: Services, request: web.Request) -> web.Response:
    return web.json_response(CAPABILITIES)


async def settings(services: Services, request: web.Request) -> web.Response:
    return web.json_response(await in_thread(_settings, services))


async def change_settings(services: Services, request: web.Request) -> web.Response:
    """Each value as text; nothing is written unless all may be."""
    body = await read_json(request)
    for name, value in body.items():
        if not settings_module.is_editable(name):
            raise InvalidError(
                "setting_not_editable",
                said("{name} cannot be changed here.", name=name[:40]),
                "Use isengard.toml.",
            )
        if not isinstance(value, str) or len(value) > 400:
            called = said("The Hugging Face token") if name == "hf_token" else name  # its name looks like one
            raise InvalidError(
                "bad_setting", said("{called} must be one line of text.", called=called), "Correct the value."
            )
        settings_module.check_setting(name, value)
    await in_thread(_save, services, {name: str(value) for name, value in body.items()})
    return web.json_response(await in_thread(_settings, services))


def _current(services: Services) -> settings_module.Settings:
    """Read afresh, so that a change shows without a restart."""
    return settings_module.load_settings(os.environ, services.paths)


def _chosen(services: Services) -> tuple[str, str]:
    """The language, and the mode that the next start is in, as they are set now."""
    try:
        current = _current(services)
    except InvalidError:  # a slip in isengard.toml is told where settings are asked for
        current = services.settings
    return current.language, current.mode


def _save(services: Services, values: dict[str, str]) -> None:
    current = _current(services)
    if any(current.sources[name] == "environment" for name in values):
        raise ConflictError(
            "setting_in_environment",
            "Whoever set up this computer has fixed this setting, so it can't be changed here.",
            "Change it where ComfyUI is started.",
        )
    for name, value in values.items():
        settings_module.save_setting(services.paths, name, value)
    if "log_level" in values:
        logging.getLogger(ROOT_LOGGER).setLevel(values["log_level"])
    if SWITCH in values:
        services.companions.settle_all()


def _settings(services: Services) -> dict[str, object]:
    """Secrets only say whether they are set."""
    current = _current(services)
    items = []
    for name in settings_module.KEYS:
        secret = name in settings_module.SECRETS
        value = getattr(current, name)
        items.append(
            {
                "name": name,
                "value": bool(value) if secret else value,
                "source": current.sources[name],
                "running": getattr(services.settings, name) if name in settings_module.EDITABLE else None,
                "choices": list(settings_module.EDITABLE.get(name, ())),
                "editable": settings_module.is_editable(name) and current.sources[name] != "environment",
                "secret": secret,
            }
        )
    folders = {"data": str(services.paths.root), "logs": str(services.paths.logs)}
    return {"items": items, "folders": folders, "can_sign": content_credentials.is_available()}


async def practice_left(services: Services, request: web.Request) -> web.Response:
    people = await in_thread(services.practice.people)
    pictures = await in_thread(services.practice.pictures)
    loras = await in_thread(services.practice.loras)
    return web.json_response(
        {
            "people": [{"id": character.id, "name": character.name} for character in people],
            "pictures": pictures,
            "loras": len(loras),
        }
    )


async def remove_practice(services: Services, request: web.Request) -> web.Response:
    await read_json(request)
    characters, generations, loras = await in_thread(services.practice.remove)
    return web.json_response({"characters": characters, "generations": generations, "loras": loras})


async def restore_practice(services: Services, request: web.Request) -> web.Response:
    """{"characters": [ids], "generations": [ids], "loras": [files]} as the removal has answered them."""
    things = PracticeThings.model_validate(await read_json(request))
    await in_thread(services.practice.restore, things.characters, things.generations, things.loras)
    return web.Response(status=204)


async def openapi(services: Services, request: web.Request) -> web.Response:
    return web.json_response(await in_thread(describe, VERSION))


async def video(services: Services, request: web.Request) -> web.Response:
    entry = CAPABILITIES["video_generation"]["any"]
    return web.json_response({**entry, "banner": "In development"})


async def video_refused(services: Services, request: web.Request) -> web.Response:
    raise NotImplementedYetError(
        "video_in_development", "Video is in development.", "Pictures work: use the Images tab."
    )


async def not_yet(services: Services, request: web.Request) -> web.Response:
    raise NotImplementedYetError(
        "not_in_this_version",
        "This is not part of this version yet.",
        "Update Isengard when a newer one is out.",
    )
