"""Looks at the faces of photos as they are added, where the tools are installed: what they show, and whether it is one person."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from ...core.characters.character_store import CharacterStore
from ...core.characters.photo_store import PhotoStore
from ...core.correlation import correlated
from ...core.errors import IsengardError, reason_of
from ...core.executor import in_thread
from ...core.faces.face_findings import face_findings
from ...core.faces.reader import FaceReader
from ...core.faces.tools import NAME
from ...core.jobs.ledger import Ledger
from ...core.records.event import Event
from ..http.event_stream import EventStream
from .notifications import tell_character

_log = logging.getLogger("isengard.photo_faces")


@dataclass
class PhotoFaceChecker:
    """A checker of one person after the other, beside the reader of events; twenty photos added one by one are looked at together."""

    characters: CharacterStore
    photos: PhotoStore
    ledger: Ledger
    faces: FaceReader
    _waiting: dict[str, str] = field(default_factory=dict)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, events: EventStream) -> None:
        """For ever: who is to be looked at."""
        with events.reading() as reader:
            while True:
                await self._hear(await reader.next_event())

    async def _hear(self, event: Event) -> None:
        """Photos of somebody changed; or the tools have just come, then everybody's."""
        if event.type == "character.changed" and event.data.get("change") == "photos":
            self._waiting[event.subject.id] = event.correlation_id
        elif event.type == "backend.state" and event.subject.id == NAME:
            for character in await in_thread(lambda: list(self.characters.all())):
                self._waiting[character.id] = event.correlation_id
        else:
            return
        self._awake.set()

    async def work(self) -> None:
        """For ever, beside `run`: looks at them."""
        while True:
            await self._awake.wait()
            self._awake.clear()
            while self._waiting:
                character_id = next(iter(self._waiting))
                with correlated(self._waiting.pop(character_id)):
                    await self._one(character_id)

    async def _one(self, character_id: str) -> None:
        try:
            if await in_thread(self.faces.is_ready):
                await in_thread(self._look, character_id)
        except (IsengardError, OSError) as fault:
            context = {"character_id": character_id, "reason": reason_of(fault)}
            _log.warning("Faces of photos could not be looked at", extra={"context": context})

    def _look(self, character_id: str) -> None:
        photos = self.photos.list(character_id)
        seen = {photo.id: self.faces.faces(self.photos.image_path(photo, "full")) for photo in photos}
        shares = {photo_id: round(faces[0].share, 3) if faces else 0.0 for photo_id, faces in seen.items()}
        changed = self.photos.note_faces(character_id, shares, face_findings(seen))
        if not changed:
            return
        _log.info(
            "Faces of photos looked at",
            extra={"context": {"character_id": character_id, "photos": len(seen), "changed": changed}},
        )
        tell_character(self.ledger, character_id, "photos", self.characters.get(character_id))
