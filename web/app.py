"""The composition root inside ComfyUI: routes at import (thin), everything else in a thread once the server starts."""

from __future__ import annotations

import asyncio
import logging
import threading
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.said import said
from .comfyui_guard.middleware import comfyui_guard
from .gateway import Gateway
from .template_browser import template_browser

if TYPE_CHECKING:
    from ..core.model_headers.reader import HeaderReader
    from ..core.plugins import Factory, PluginContext
    from .container import Services
    from .host import Host

#: Held on ComfyUI's server object: a pack loaded twice would register its routes twice.
MARKER = "isengard_door"
_log = logging.getLogger("isengard.web")


def attach(prompt_server: Any, host: Host, pack_root: Path) -> Gateway:
    """Register the routes and arrange for the services to start with the server."""
    if getattr(prompt_server, MARKER, None) is not None:
        raise ImportError(
            "Isengard's routes are already registered. Remove the second copy and restart ComfyUI."
        )
    gateway = Gateway(host)
    gateway.add_routes(prompt_server.routes)
    _keep_old_addresses(prompt_server.routes, pack_root)
    prompt_server.app.middlewares.append(comfyui_guard(gateway, host))
    prompt_server.app.middlewares.append(template_browser(gateway, pack_root.name, host.frontend))
    setattr(prompt_server, MARKER, gateway)

    async def start(_: Any) -> None:
        loop = asyncio.get_running_loop()
        threading.Thread(
            target=_start, args=(gateway, host, pack_root, loop), name="isengard-start", daemon=True
        ).start()

    prompt_server.app.on_startup.append(start)
    return gateway


def _keep_old_addresses(routes: Any, pack_root: Path) -> None:
    """A page that was open before panel.js gave out everything fetches the sheets when its panel is first shown."""
    sheets = pack_root / "js" / "styles"
    if sheets.is_dir():  # aiohttp, and ComfyUI with it, would end over a folder that is not there
        routes.static(f"/extensions/{pack_root.name}/styles", sheets)


def _start(gateway: Gateway, host: Host, pack_root: Path, loop: asyncio.AbstractEventLoop) -> None:
    """Build the services; whatever stops them is told at every request until ComfyUI is restarted."""
    from ..core.errors import VARIABLES, IsengardError, NotReadyError

    try:
        from ..core.model_headers.reader import HeaderReader
        from .compose import compose

        headers = HeaderReader()
        services = compose(
            host, headers, plugins(host, headers), pack_root, loop, let_in_by=gateway.let_in_by
        )
        _prepare(gateway, services)
        gateway.open(services)
    except IsengardError as error:
        context = {"code": error.code, "reason": error.message, "variables": VARIABLES.get(error.code, "")}
        _log.error("Isengard could not start", extra={"context": context})
        gateway.fail(error)
    except ImportError as missing:
        from .services.missing_packages import refusal

        _log.error("Isengard could not start", extra={"context": {"reason": str(missing)}})
        gateway.fail(refusal(missing))
    except OSError as fault:
        _log.error("Isengard could not start", extra={"context": {"reason": str(fault)}})
        gateway.fail(
            NotReadyError(
                "data_folder_unavailable",
                said("Isengard can't use the data folder: {reason}.", reason=fault.strerror or str(fault)),
                "Check its disk and permissions, or set another data folder, then restart ComfyUI.",
            )
        )
    except BaseException as fault:  # noqa: BLE001 - the thread ends with it
        _tell_fault(gateway, fault)
        raise SystemExit from None  # told already: the thread's own traceback would say the fault's words


def _tell_fault(gateway: Gateway, fault: BaseException) -> None:
    """Whatever else ended the start is a fault of ours: never "starting" for ever.

    ComfyUI gives its console to everybody who can reach it, and the words of a fault may hold a password (of REDIS_URL):
    there it is told where it happened, in our own log what it said.
    """
    from ..core.errors import NotReadyError
    from ..core.logs import ROOT_LOGGER

    own_log = not logging.getLogger(ROOT_LOGGER).propagate
    _log.critical("Isengard could not start", exc_info=fault if own_log else None)
    where = "".join(traceback.format_tb(fault.__traceback__))
    logging.getLogger().critical("[Isengard] could not start: %s\n%s", type(fault).__name__, where)
    gateway.fail(
        NotReadyError(
            "start_failed",
            "Isengard couldn't start because of an internal error.",
            "Restart ComfyUI. If it happens again, report it with the output of ComfyUI's console.",
        )
    )


def _prepare(gateway: Gateway, services: Services) -> None:
    """What the first page would otherwise wait for: imports, foreign plugins, the recipes' files."""
    gateway.prepare()
    services.registry.prepare()
    for name, pipeline in services.registry.all("image_pipelines").items():
        if not services.registry.is_foreign("image_pipelines", name):
            pipeline.capabilities()


def plugins(host: Host, headers: HeaderReader) -> dict[str, dict[str, Factory]]:
    """The concrete plugins by seam: the only place in the server that names them."""
    from ..generation.image import comfyui, fast_test
    from ..training import face_tools
    from ..training.backends import ai_toolkit, comfyui_native
    from ..training.backends import fast_test as fast_test_training

    return {
        "training_backends": {
            "ai_toolkit": ai_toolkit.create,
            "comfyui_native": comfyui_native.create,
            "fast_test": fast_test_training.create,
        },
        "captioners": {
            "ai_toolkit": ai_toolkit.create_captioner,
            "fast_test": fast_test_training.create_captioner,
        },
        "tools": face_tools.factories(),
        "image_pipelines": {
            "comfyui": lambda context: comfyui.create(*_pictures(host, headers, context)),
            "fast_test": lambda context: fast_test.create(
                *_pictures(host, headers, context), allowed=context.settings.fast_test
            ),
        },
    }


def _pictures(host: Host, headers: HeaderReader, context: PluginContext) -> tuple[Any, Any, Any]:
    """What both pipelines are made of: ComfyUI's address, its files, the user's recipes."""
    from ..core.clock import SystemClock
    from ..generation.image.user_recipes import UserRecipes
    from ..training.loras.base_hash import known_hash
    from .services.base_models import ComfyBaseModels
    from .services.picture_prover import client_of
    from .services.recipe_files import ComfyModelFiles

    models = ComfyBaseModels(host, context.settings, headers, partial(known_hash, paths=context.paths))
    files = ComfyModelFiles(host, models, downloads=context.settings.allow_setup)
    return client_of(host, context.settings), files, UserRecipes(context.paths, SystemClock())
