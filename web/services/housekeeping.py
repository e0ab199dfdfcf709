"""Once a day: what has lain in the trash for 30 days goes for good."""

from __future__ import annotations

import asyncio
import logging
from itertools import chain, repeat

from ...core.characters.trash import due_characters, purge_photos, purge_pictures, purge_recipes
from ...core.errors import IsengardError
from ...core.executor import in_thread
from ...core.privacy.erasure import unfinished
from ...core.storage.crash_cleanup import OLD_S, sweep
from ..container import Services
from .forgetting import forget_in_turn

EVERY_S = 24 * 3600.0
_log = logging.getLogger("isengard.housekeeping")


async def keep_house(services: Services) -> None:
    """For ever: now, then once a day. What cannot be removed today is tried again tomorrow.

    Once more a good hour after the start: what a crash left just before it was too young to be known as left."""
    for pause_s in chain([OLD_S * 1.1], repeat(EVERY_S)):
        await in_thread(empty_trash, services)
        await asyncio.sleep(pause_s)


def empty_trash(services: Services) -> None:
    for task in (_cut_off, _photos, _pictures, _recipes, _people, _leftovers):
        try:
            task(services)
        except (IsengardError, OSError) as fault:
            context = {"task": task.__name__.strip("_"), "reason": str(fault)}
            _log.warning("The trash could not be emptied", extra={"context": context})


def _photos(services: Services) -> None:
    purge_photos(services.library, services.paths, services.clock)


def _pictures(services: Services) -> None:
    purge_pictures(services.library, services.paths, services.clock)


def _recipes(services: Services) -> None:
    purge_recipes(services.paths, services.clock)


def _leftovers(services: Services) -> None:
    sweep(services.paths)


def _people(services: Services) -> None:
    forget_in_turn(services, due_characters(services.library, services.clock))


def _cut_off(services: Services) -> None:
    """What a kill or a file held open has kept from being forgotten."""
    forget_in_turn(services, unfinished(services.paths))
