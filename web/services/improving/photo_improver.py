"""Looks through somebody's photos for crops that would make them teach more. Nothing is written; a look is kept in memory until it was told."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ....core.characters.photo_store import PhotoStore
from ....core.errors import InvalidError, NotFoundError, reason_of
from ....core.executor import in_thread
from ....core.faces.face import Shares
from ....core.faces.improving.proposals import LookedAt, Proposals, propose
from ....core.faces.improving.windows import Box
from ....core.faces.reader import FaceReader
from ....core.records.photo import Photo

#: A request waits so long for the end; whoever asked asks again, and sees how far it is.
WAIT_S = 0.8
#: Photos whose frames are remembered; a photo's file never changes.
REMEMBERED = 2000
#: Findings of a photo of which a second picture would be as bad, or the same once more.
WEAK = frozenset({"small", "dark", "bright", "blurred", "face_blurred", "twin", "same_shot"})
_log = logging.getLogger("isengard.photos")


@dataclass
class Look:
    """A look through a set of photos, and how far it is."""

    photos: Sequence[Photo]
    faces: bool
    looked: int = 0
    found: Proposals | None = None


@dataclass
class PhotoImprover:
    """A looker at one photo after the other; each person's set is looked through once at a time."""

    photos: PhotoStore
    faces: FaceReader
    _looks: dict[str, tuple[Look, asyncio.Task[None]]] = field(default_factory=dict)
    _frames: OrderedDict[str, Box | None] = field(default_factory=OrderedDict)
    _perhaps: OrderedDict[str, list[Shares]] = field(default_factory=OrderedDict)

    async def look(self, character_id: str) -> Look:
        """The look at the set as it is now, begun where none is under way; it may not have ended yet. Raises what it met."""
        used = [photo for photo in await in_thread(self.photos.list, character_id) if photo.included]
        look, task = self._under_way(character_id, used, faces=await in_thread(self.faces.is_ready))
        await asyncio.wait([task], timeout=WAIT_S)
        if task.done():
            if self._looks.get(character_id, (None,))[0] is look:
                del self._looks[character_id]
            if (
                not task.cancelled()
            ):  # else the set changed meanwhile: whoever asks again sees the look at the new one
                task.result()
        return look

    def _under_way(
        self, character_id: str, used: Sequence[Photo], *, faces: bool
    ) -> tuple[Look, asyncio.Task[None]]:
        known = self._looks.get(character_id)
        if known is not None:
            if [photo.id for photo in known[0].photos] == [photo.id for photo in used]:
                return known
            known[1].cancel()
        look = Look(used, faces)
        task = asyncio.create_task(self._look(look))
        self._looks[character_id] = (look, task)
        return look, task

    async def _look(self, look: Look) -> None:
        sources = {photo.made_from for photo in look.photos}
        seen = []
        for photo in look.photos:
            cropped = bool(photo.made_from and not photo.place) or photo.id in sources
            seen.append(await in_thread(self._at, photo, faces=look.faces, cropped=cropped))
            look.looked += 1
        look.found = await in_thread(propose, seen)

    def drop(self, character_id: str) -> None:
        """Nothing is kept of somebody who is forgotten."""
        known = self._looks.pop(character_id, None)
        if known is not None:
            known[1].cancel()

    def _at(self, photo: Photo, *, faces: bool, cropped: bool) -> LookedAt:
        """As it is judged; one whose file is gone, perhaps just now, or damaged keeps the others from nothing."""
        try:
            return self._judged(photo, faces=faces, cropped=cropped)
        except (NotFoundError, InvalidError, FileNotFoundError) as fault:
            context = {"photo_id": photo.id, "reason": reason_of(fault)}
            _log.warning("A photo could not be looked at for crops", extra={"context": context})
            return LookedAt(photo.id, photo.width, photo.height, cropped=True)

    def _judged(self, photo: Photo, *, faces: bool, cropped: bool) -> LookedAt:
        file = self.photos.image_path(photo, "full")
        if photo.id not in self._frames:
            self._frames[photo.id] = self.photos.decoder.within_frame(file)
        while len(self._frames) > REMEMBERED:
            self._frames.popitem(last=False)
        seen = self.faces.faces(file) if faces else ()
        return LookedAt(
            photo.id,
            photo.width,
            photo.height,
            faces=seen,
            perhaps=self._perhaps_in(photo, file) if seen and not cropped else (),
            frame=self._frames.get(photo.id),
            good=not WEAK & {found.code for found in photo.findings},
            cropped=cropped,
        )

    def _perhaps_in(self, photo: Photo, file: Path) -> list[Shares]:
        if photo.id not in self._perhaps:
            self._perhaps[photo.id] = self.faces.perhaps(file)
        while len(self._perhaps) > REMEMBERED:
            self._perhaps.popitem(last=False)
        return self._perhaps[photo.id]
