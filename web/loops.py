"""What goes on for as long as the server does: its threads and tasks, by name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from ..core.executor import in_thread
from ..core.storage.server_turn import ServerTurn
from .container import Services
from .services.caption_import import CaptionImport
from .services.picture_prover import PictureProver
from .services.server_announcement import started_before, write_server_file

Loop = Callable[[], Coroutine[Any, Any, None]]
#: Seconds until one whose turn it is not looks again, and until pictures are looked for that nobody draws any more.
_LOOK_S, _LEFT_S = 5.0, 30.0


def start_loops(services: Services, loop: asyncio.AbstractEventLoop) -> None:
    """Start supervision of workers, the event tail, pictures left over from before, proofs and all else that waits for events."""
    before = started_before(services.paths)
    write_server_file(services.paths, services.boot_id, services.host)
    loops, events = services.loops, services.events
    loops.thread("workers", services.supervisor.watch)
    loops.thread("events", events.follow)
    for name, run in _everywhere(services).items():
        loops.task(name, run, loop)
    for name, run in _in_one_place(services, before).items():
        loops.task(name, partial(_in_turn, services.turn, run), loop)


def _everywhere(services: Services) -> dict[str, Loop]:
    """What people who look at this server have asked for."""
    return {
        "likeness": services.likeness.work,
        "small faces": services.small_faces.work,
        "faces of photos": services.photo_faces.work,
    }


def _in_one_place(services: Services, before: str | None) -> dict[str, Loop]:
    """What several servers of a data folder would do twice, or take from each other."""
    events = services.events
    return {
        "pictures of before": partial(_pictures, services),
        "housekeeping": services.housekeeping.run,
        "lending": services.lender.run,
        "proofs": _prover(services, before).run,
        "captions": _caption_taker(services).run,
        "pictures heard of": lambda: services.likeness.run(events),
        "small faces heard of": lambda: services.small_faces.run(events),
        "early stops": lambda: services.stopper.run(events),
        "photos heard of": lambda: services.photo_faces.run(events),
        "companions": lambda: services.companions.run(events),
        "photo days heard of": lambda: services.photo_days.runner.hear(events),
        "photo days": services.photo_days.runner.run,
    }


async def _in_turn(turn: ServerTurn, run: Loop) -> None:
    """Once it is this server's turn."""
    while not await in_thread(lambda: turn.mine):
        await asyncio.sleep(_LOOK_S)
    await run()


async def _pictures(services: Services) -> None:
    """For ever: also those of another server that ends."""
    await services.generations.recover()
    while True:
        await asyncio.sleep(_LEFT_S)
        await services.generations.take_up()


def _prover(services: Services, before: str | None) -> PictureProver:
    return PictureProver(
        services.paths,
        services.ledger,
        services.families,
        services.generations,
        services.events,
        before,
    )


def _caption_taker(services: Services) -> CaptionImport:
    return CaptionImport(
        services.paths,
        services.library,
        services.characters,
        services.photos,
        services.ledger,
        services.events,
    )
