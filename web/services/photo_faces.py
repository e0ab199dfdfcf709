"""Looks at the faces of photos as they are added, where the tools are installed: what they show, and whether it is one person."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...core.characters.character_store import CharacterStore
from ...core.characters.photo_store import PhotoStore
from ...core.correlation import correlated, new_correlation_id
from ...core.errors import IsengardError, NotFoundError, reason_of
from ...core.executor import in_thread
from ...core.faces.face import Face
from ...core.faces.face_notes import face_notes
from ...core.faces.reader import FaceReader
from ...core.faces.tools import NAME
from ...core.jobs.ledger import Ledger
from ...core.records.event import Event
from ...core.records.photo import Photo
from ..http.event_stream import EventStream
from .notifications import tell_character

#: A computer that was too busy is asked again after this long.
SLOW_PAUSE_S = 60.0
#: What was seen meanwhile is shown after so long, and again and again.
NOTE_EVERY_S = 3.0
#: Codes of what is over by then.
_AGAIN = frozenset({"face_tools_slow", "database_busy", "library_unavailable"})
_log = logging.getLogger("isengard.photo_faces")


@dataclass
class PhotoFaceChecker:
    """A checker of one person after the other, beside the reader of events; twenty photos added one by one are looked at together."""

    characters: CharacterStore
    photos: PhotoStore
    ledger: Ledger
    faces: FaceReader
    slow_pause_s: float = SLOW_PAUSE_S
    _waiting: dict[str, str] = field(default_factory=dict)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_waiting(self) -> bool:
        """Whether somebody's photos wait to be looked at."""
        return bool(self._waiting)

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
        """For ever, beside `run`: looks at them, first at those whose photos an older version has looked at, or none."""
        for character in await in_thread(lambda: list(self.characters.all())):
            if await in_thread(self._is_unfinished, character.id):
                self._again(character.id)
        while True:
            await self._awake.wait()
            self._awake.clear()
            while self._waiting:
                character_id = next(iter(self._waiting))
                with correlated(self._waiting.pop(character_id)):
                    if not await self._one(character_id):
                        asyncio.get_running_loop().call_later(self.slow_pause_s, self._again, character_id)

    def _again(self, character_id: str) -> None:
        self._waiting.setdefault(character_id, new_correlation_id())
        self._awake.set()

    def _is_unfinished(self, character_id: str) -> bool:
        try:
            photos = self.photos.list(character_id) if self.faces.is_ready() else []
        except IsengardError:  # deleted meanwhile
            return False
        return any(photo.face_words is None for photo in photos)

    async def _one(self, character_id: str) -> bool:
        """Look at one person's photos; False where that has to be done again, since the computer was too busy, the disk full or the
        database in use."""
        try:
            if await in_thread(self.faces.is_ready):
                await self._look(character_id)
        except (IsengardError, OSError) as fault:
            context = {"character_id": character_id, "reason": reason_of(fault)}
            _log.warning("Faces of photos could not be looked at", extra={"context": context})
            return not (isinstance(fault, IsengardError) and fault.code in _AGAIN)
        return True

    async def _look(self, character_id: str) -> None:
        """What is seen is noted every few seconds, for a person with many photos waits for it."""
        waiting = _Waiting(lambda: self.photos.list(character_id))
        seen: dict[str, tuple[Face, ...]] = {}
        at_once = await in_thread(lambda: self.faces.at_once)
        looks = (in_thread(self._see, waiting, seen) for _ in range(at_once))
        reading = asyncio.gather(*looks, return_exceptions=True)
        ended: set[asyncio.Future[list[BaseException | None]]] = set()
        while not ended:  # nobody still looks when somebody is told that it failed
            ended, _ = await asyncio.wait([reading], timeout=NOTE_EVERY_S)
            if seen:
                await in_thread(self._note, character_id, dict(seen))
        for fault in await reading:
            if fault is not None:
                raise fault

    def _see(self, waiting: Iterable[Photo], seen: dict[str, tuple[Face, ...]]) -> None:
        """Faces of those that nobody else takes; one whose file is gone tells nothing, and keeps nobody from looking at the others."""
        for photo in waiting:
            with contextlib.suppress(NotFoundError, FileNotFoundError):
                seen[photo.id] = self.faces.faces(self.photos.image_path(photo, "full"))

    def _note(self, character_id: str, seen: Mapping[str, tuple[Face, ...]]) -> None:
        changed = self.photos.note_faces(character_id, face_notes(seen))
        if not changed:
            return
        _log.info(
            "Faces of photos looked at",
            extra={"context": {"character_id": character_id, "photos": len(seen), "changed": changed}},
        )
        tell_character(self.ledger, character_id, "photos", self.characters.get(character_id))


class _Waiting(Iterator[Photo]):
    """Each of a person's photos once, also those that are added while others are looked at; for several threads."""

    def __init__(self, photos: Callable[[], Sequence[Photo]]) -> None:
        self._photos = photos
        self._told: set[str] = set()
        self._next: deque[Photo] = deque()
        self._lock = threading.Lock()

    def __next__(self) -> Photo:
        with self._lock:
            if not self._next:
                self._next.extend(photo for photo in self._photos() if photo.id not in self._told)
                self._told.update(photo.id for photo in self._next)
            if not self._next:
                raise StopIteration
            return self._next.popleft()
