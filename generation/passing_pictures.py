"""Pictures that are made and not kept: a folder for them, bound to their prompts, of which nothing is left afterwards."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import IsengardError, NotReadyError
from ..core.executor import in_thread
from ..core.generations.generation_sidecars import PROOF_MARK, remove_marked
from ..core.generations.save_tickets import SaveTickets
from ..core.ids import new_id
from ..core.paths import DataPaths, contained
from ..core.storage.file_moves import left_for_later
from .image.interface import NOT_FINITE, ImagePipeline, Prompt, Sign

_log = logging.getLogger("isengard.proof")


@dataclass(frozen=True)
class Drawn:
    """`file` is the folder where nothing was saved: the picture held no numbers."""

    file: Path
    look: str


@dataclass(frozen=True)
class PassingFolder:
    """`ticket` goes into the prompts whose pictures are saved in `folder`."""

    folder: Path
    ticket: str


@asynccontextmanager
async def passing_folder(paths: DataPaths, pictures: int) -> AsyncIterator[PassingFolder]:
    """Open a folder for so many pictures; what a crash leaves of it goes at the next start."""
    tickets = SaveTickets(paths)
    folder = paths.generation(new_id("gen"))
    folder.mkdir(mode=0o700)
    (folder / PROOF_MARK).touch()
    try:
        yield PassingFolder(folder, await in_thread(tickets.issue, folder.name, pictures))
    finally:
        await in_thread(_tidied, tickets, folder)


def _tidied(tickets: SaveTickets, folder: Path) -> None:
    """What is in use stays until the next start: what was found out by these pictures is worth more than that they go at once."""
    with left_for_later(folder=folder.name):
        tickets.void(folder.name)
    with left_for_later(folder=folder.name):
        if not remove_marked(folder, PROOF_MARK):
            _log.warning("Pictures in use go at the next start", extra={"context": {"folder": folder.name}})


async def draw(pipeline: ImagePipeline, prompt: Prompt, folder: Path) -> Drawn:
    """Draw one picture. Raises IsengardError where it is not made; stopped while it is, nothing of it stays in ComfyUI's queue."""
    prompt_id = str(uuid.uuid4())
    last = Sign("lost")
    sending = asyncio.ensure_future(pipeline.submit(prompt, prompt_id, {}))
    try:
        await asyncio.shield(sending)
        async for sign in pipeline.follow(prompt_id):
            last = sign
    except asyncio.CancelledError:
        # one that is on its way comes into the queue after it was taken out of it, unless it has arrived before
        await asyncio.gather(sending, return_exceptions=True)
        await pipeline.cancel(prompt_id)
        raise
    if last.kind == "done":
        return Drawn(contained(folder, last.saved[0].file), last.saved[0].look)
    if last.code == NOT_FINITE:
        return Drawn(folder, NOT_FINITE)
    if last.kind in ("failed", "cancelled"):
        raise NotReadyError(last.code or last.kind, last.message or "The picture was not made.", last.hint)
    raise IsengardError("lost", "The picture was not made.", "Try again.")
