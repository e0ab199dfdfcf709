"""Takes over what captioning jobs have left: the library is the server's alone, so the worker only leaves a file."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from ...core import atomic
from ...core.characters.caption_undo import write_captions
from ...core.characters.character_store import CharacterStore
from ...core.characters.photo_store import PhotoStore
from ...core.correlation import correlated
from ...core.errors import IsengardError, LedgerAwayError, NotFoundError, StorageError, reason_of
from ...core.executor import in_thread
from ...core.jobs.ledger import Ledger
from ...core.loops import spawn
from ...core.paths import DataPaths
from ...core.records.event import Event
from ...core.records.job import Job
from ...core.records.photo import CaptionSource
from ...core.storage.library import Library
from ...training.captioning.work import Result, results_of
from ..http.event_stream import EventStream
from .heard import just_completed
from .notifications import tell_character
from .picture_prover import newest_completed

#: Beside the results once they are in the library.
TAKEN_FILE = "captions-taken.json"
#: Seconds until what could not be kept is tried again.
AGAIN_S = 30.0
_log = logging.getLogger("isengard.captions")


@dataclass(frozen=True)
class CaptionImport:
    """For ever: those that ended while no server ran, then each as it ends."""

    paths: DataPaths
    library: Library
    characters: CharacterStore
    photos: PhotoStore
    ledger: Ledger
    events: EventStream
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        with self.events.reading() as reader:
            for job in await in_thread(self._left_over):
                await self._take(job)
            while True:
                described = _just_described(await reader.next_event())
                if described is not None:
                    await self._take(described)

    def _left_over(self) -> list[Job]:
        jobs = newest_completed(self.ledger, "captioning", 200)
        return [job for job in jobs if not (self.paths.job(job.id) / TAKEN_FILE).exists()]

    async def _take(self, job: Job) -> None:
        """What a full disk or a busy database refuses is tried again beside the others, until it is kept: nobody else would do it."""
        if not await in_thread(self._taken, job):
            spawn(self._tasks, self._later(job), "captions")

    async def _later(self, job: Job) -> None:
        await asyncio.sleep(AGAIN_S)
        await self._take(job)

    def _taken(self, job: Job) -> bool:
        """Whether it is done with."""
        with correlated(job.correlation_id):
            try:
                self._write(job)
            except (IsengardError, OSError, ValueError) as fault:
                context = {"job_id": job.id, "reason": reason_of(fault)}
                _log.warning("Captions could not be taken over", extra={"context": context})
                return not isinstance(fault, (StorageError, LedgerAwayError, OSError))
        return True

    def _write(self, job: Job) -> None:
        """Once; a caption that somebody has written since the job was asked for stays."""
        job_dir = self.paths.job(job.id)
        if (job_dir / TAKEN_FILE).exists():
            return
        character_id = str(job.character_id)
        try:
            now = {photo.id: photo for photo in self.photos.list(character_id)}
        except NotFoundError:
            return
        captions: dict[str, tuple[str, CaptionSource]] = {}
        trigger_word = self.characters.get(character_id).trigger_word
        for result in results_of(job_dir, trigger_word):
            photo = now.get(result.photo_id)
            written_since = (
                photo is not None and photo.caption_source == "user" and photo.caption != result.before
            )
            if photo is not None and not written_since and _is_new(result):
                captions[photo.id] = (result.caption, "captioner")
        write_captions(character_id, captions, photos=self.photos, library=self.library, paths=self.paths)
        atomic.write_json(job_dir / TAKEN_FILE, sorted(captions))
        _log.info("Captions written", extra={"context": {"job_id": job.id, "photos": len(captions)}})
        tell_character(self.ledger, character_id, "photos", self.characters.get(character_id))


def _is_new(result: Result) -> bool:
    """A photo that could not be described keeps the caption it had."""
    return result.described or not result.before


def _just_described(event: Event) -> Job | None:
    job = just_completed(event)
    return job if job is not None and job.kind == "captioning" else None
