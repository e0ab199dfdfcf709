"""What goes on for as long as the server does: its threads and tasks, by name."""

from __future__ import annotations

import asyncio

from .container import Services
from .services.caption_import import CaptionImport
from .services.picture_prover import PictureProver
from .services.server_announcement import started_before, write_server_file


def start_loops(services: Services, loop: asyncio.AbstractEventLoop) -> None:
    """Start supervision of workers, the event tail, pictures left over from before, proofs and all else that waits for events."""
    before = started_before(services.paths)
    write_server_file(services.paths, services.boot_id, services.host)
    loops, events = services.loops, services.events
    loops.thread("workers", services.supervisor.watch)
    loops.thread("events", events.follow)
    for name, run in {
        "pictures of before": services.generations.recover,
        "housekeeping": services.housekeeping.run,
        "lending": services.lender.run,
        "proofs": _prover(services, before).run,
        "captions": _caption_taker(services).run,
        "pictures heard of": lambda: services.likeness.run(events),
        "likeness": services.likeness.work,
        "small faces heard of": lambda: services.small_faces.run(events),
        "small faces": services.small_faces.work,
        "early stops": lambda: services.stopper.run(events),
        "photos heard of": lambda: services.photo_faces.run(events),
        "faces of photos": services.photo_faces.work,
        "companions": lambda: services.companions.run(events),
        "photo days heard of": lambda: services.photo_days.runner.hear(events),
        "photo days": services.photo_days.runner.run,
    }.items():
        loops.task(name, run, loop)


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
