"""Photos turned by quarters: the turned one takes the place of the original, which waits in the trash until it is taken back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from ..clock import iso
from ..errors import ConflictError, IsengardError
from ..records.character import CharacterPatch
from ..records.photo import CropOrder, Photo, Quarters
from .character_store import CharacterStore
from .photo_batches import PhotoBatches, move_photos
from .photo_crops import PhotoCropper
from .photo_findings import OF_TWO

_OWN = ("caption", "caption_source", "included", "held_out")
_log = logging.getLogger("isengard.photos")


@dataclass(frozen=True)
class PhotoTurner:
    """A turner of photos. What was said of one, its place in the list and the cover go along."""

    characters: CharacterStore
    cropper: PhotoCropper
    batches: PhotoBatches

    def turn(self, character_id: str, photo_ids: Sequence[str], turn: Quarters) -> tuple[str, list[Photo]]:
        """Turn them clockwise by so many degrees, all or none; the batch and all photos afterwards. Raises as crops do."""
        orders = [self._order(character_id, photo_id, turn) for photo_id in dict.fromkeys(photo_ids)]
        batch, made = self.cropper.cut(character_id, orders, stay=False)
        try:
            self._swap(character_id, [(self.batches.of(character_id, new.made_from), new) for new in made])
        except (IsengardError, OSError):
            self.batches.delete(character_id, [photo.id for photo in made])
            raise
        _log.info("Photos turned", extra={"context": {"character_id": character_id, "photos": len(made)}})
        return batch, self.cropper.photos.list(character_id)

    def undo(self, character_id: str, batch: str) -> list[Photo]:
        """The originals again, in their places; all photos afterwards. ConflictError `nothing_to_undo`."""
        photos = self.cropper.photos.list(character_id)
        turned = [photo for photo in photos if photo.place and photo.crop and photo.crop.batch == batch]
        if not turned:
            raise ConflictError(
                "nothing_to_undo", "These photos are no longer rotated.", "Rotate the photos by hand."
            )
        self._swap(
            character_id, [(photo, self.batches.of(character_id, photo.made_from)) for photo in turned]
        )
        return self.cropper.photos.list(character_id)

    def _order(self, character_id: str, photo_id: str, turn: Quarters) -> CropOrder:
        photo = self.batches.of(character_id, photo_id)
        whole = (0, 0, photo.width, photo.height)
        return CropOrder(photo_id=photo_id, box=whole, turn=turn, replaces=False)

    def _swap(self, character_id: str, pairs: Sequence[tuple[Photo, Photo]]) -> None:
        """Each old photo into the trash, the new one into its place."""
        now = iso(self.batches.clock.now())
        after: dict[str, Photo] = {}
        for old, new in pairs:
            after[old.id] = old.model_copy(update={"deleted_at": now})
            after[new.id] = new.model_copy(update=_taken_over(old, new))
        renamed = {old.id: new.id for old, new in pairs}
        photos = self.cropper.photos
        with self.batches.library.alone():
            cover = self.characters.get(character_id).cover_photo_id
            for photo in [*photos.list(character_id), *(new for _, new in pairs)]:
                here = after.get(photo.id, photo)
                if here.deleted_at is None and any(found.other in renamed for found in here.findings):
                    after[photo.id] = _renamed(here, renamed)
            before = [photos.get(key, deleted=True) for key in after]
            move_photos(self.batches.library, self.batches.paths, photos, before, list(after.values()))
            if cover in renamed:
                self.characters.update(character_id, CharacterPatch(cover_photo_id=renamed[cover]))
        self.batches.note(character_id)


def _taken_over(old: Photo, new: Photo) -> dict[str, object]:
    """What the person said of it, that it shows the same as another one, and its place."""
    kept = [found for found in new.findings if found.code not in OF_TWO]
    of_two = [found for found in old.findings if found.code in OF_TWO]
    place = new.place or (old.place or old.id if new.made_from == old.id else "")
    own = {name: getattr(old, name) for name in _OWN}
    return {**own, "findings": [*kept, *of_two], "place": place, "deleted_at": None}


def _renamed(photo: Photo, renamed: dict[str, str]) -> Photo:
    findings = [
        found.model_copy(update={"other": renamed.get(found.other, found.other)}) for found in photo.findings
    ]
    return photo.model_copy(update={"findings": findings})
