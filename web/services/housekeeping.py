"""Once a day: what has lain in the trash for 30 days goes for good."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat

from ...core.characters.trash import (
    cutoff_of,
    due_characters,
    names_in_trash,
    purge_photos,
    purge_pictures,
    purge_recipes,
)
from ...core.clock import Clock
from ...core.errors import IsengardError, reason_of
from ...core.executor import in_thread
from ...core.generations.albums import AlbumStore
from ...core.loops import tried
from ...core.loras.trashed_loras import TrashedLoras
from ...core.paths import DataPaths
from ...core.privacy.erasure import unfinished
from ...core.storage.crash_cleanup import OLD_S, sweep
from ...core.storage.kept_in_trash import KEPT_DAYS
from ...core.storage.library import Library
from ...core.storage.seen_in_trash import Ripe, always, look, never
from .forgetting import Forgetting

EVERY_S = 24 * 3600.0
_log = logging.getLogger("isengard.housekeeping")


@dataclass(frozen=True)
class Housekeeping:
    """The housekeeping of one data folder."""

    paths: DataPaths
    library: Library
    clock: Clock
    forgetting: Forgetting
    albums: AlbumStore

    async def run(self) -> None:
        """For ever: now, then once a day. What cannot be removed today is tried again tomorrow.

        Once more a good hour after the start: what a crash left just before it was too young to be known as left."""
        since = self.clock.now(), self.clock.monotonic()
        for pause_s in chain([OLD_S * 1.1], repeat(EVERY_S)):
            await self.empty_trash(ahead_s=self._ahead_s(*since))
            await asyncio.sleep(pause_s)

    def _ahead_s(self, at: datetime, ticks: float) -> float:
        """By how much the clock was put forward since then: what somebody writes now looks older by that."""
        return max(0.0, (self.clock.now() - at).total_seconds() - (self.clock.monotonic() - ticks))

    async def empty_trash(self, kept_days: int = KEPT_DAYS, ahead_s: float = 0.0) -> None:
        """Remove for good what has lain in the trash for so long; 0 for all that is in it."""
        ripe = await self._ripe(kept_days) if kept_days else always
        tell = self.forgetting.ledger.forget_events
        theirs = (self.library, self.paths, self.clock, kept_days, tell)
        loras = TrashedLoras(self.paths, self.clock)
        await _tried("cut_off", self._cut_off)
        await _tried("photos", lambda: in_thread(purge_photos, *theirs, ripe=ripe))
        await _tried("pictures", lambda: in_thread(purge_pictures, *theirs, ripe=ripe))
        await _tried("albums", lambda: in_thread(self.albums.purge, kept_days, tell, ripe))
        await _tried("loras", lambda: in_thread(loras.purge, kept_days, ripe))
        await _tried("recipes", lambda: in_thread(purge_recipes, self.paths, self.clock, kept_days, ripe))
        await _tried("people", lambda: self._people(kept_days, ripe))
        await _tried("leftovers", lambda: in_thread(sweep, self.paths, OLD_S + ahead_s))

    async def _cut_off(self) -> None:
        """What a kill or a file held open has kept from being forgotten."""
        await self.forgetting.forget_in_turn(await in_thread(unfinished, self.paths))

    async def _ripe(self, kept_days: int) -> Ripe:
        try:
            return await in_thread(self._looked, kept_days)
        except (IsengardError, OSError) as fault:
            _log.warning("The trash could not be counted", extra={"context": {"reason": reason_of(fault)}})
            return never

    def _looked(self, kept_days: int) -> Ripe:
        files = [file.name for file in TrashedLoras(self.paths, self.clock).files()]
        names = [*names_in_trash(self.library, self.paths), *self.albums.deleted(), *files]
        return look(self.paths, self.clock, names, kept_days)

    async def _people(self, kept_days: int, ripe: Ripe) -> None:
        before = cutoff_of(self.clock, kept_days)
        due = await in_thread(due_characters, self.library, self.clock, kept_days)
        await self.forgetting.forget_in_turn([one for one in due if ripe(one)], before)


async def _tried(name: str, task: Callable[[], Awaitable[object]]) -> None:
    """The other tasks, and tomorrow's, go on."""
    await tried(task, _log, "The trash could not be emptied", task=name)
