"""Several of a character's photos changed at once: one change of the rows, all or none, and a way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..clock import Clock, iso
from ..errors import NotFoundError
from ..paths import DataPaths
from ..records.photo import Photo, PhotoPatch
from ..storage.file_moves import noted, rows_first
from ..storage.library import Library
from .character_sidecars import write_sidecar
from .photo_store import PhotoStore, edited, with_originals
from .trash import file_gone, move_photo, trashed_thumb


@dataclass(frozen=True)
class PhotoBatches:
    """A changer of many photos of one character in one go. Thread-safe."""

    library: Library
    paths: DataPaths
    clock: Clock
    photos: PhotoStore

    def edit(self, character_id: str, edits: Mapping[str, PhotoPatch]) -> list[Photo]:
        """Change each as it is told; all photos afterwards. NotFoundError `photo_not_found`, InvalidError `caption_placeholder`."""
        with self.library.transaction():
            for photo in self._here(character_id, list(edits)):
                self.photos.store(edited(photo, edits[photo.id]))
        self.note(character_id)
        return self.photos.list(character_id)

    def delete(self, character_id: str, photo_ids: Sequence[str]) -> list[Photo]:
        """Into the trash; those that are left. NotFoundError `photo_not_found`."""
        with self.library.alone():
            before = self._here(character_id, photo_ids)
            self._move(before, iso(self.clock.now()))
        self.note(character_id)
        return self.photos.list(character_id)

    def restore(self, character_id: str, photo_ids: Sequence[str]) -> list[Photo]:
        """Out of the trash again; all photos afterwards. NotFoundError `photo_not_found`, ConflictError `photo_duplicate` where
        one was added again meanwhile, `photos_full`: then none comes back."""
        with self.library.alone():
            self.photos.list(character_id)  # whose person is in the trash stays there
            before = [self.of(character_id, photo_id) for photo_id in dict.fromkeys(photo_ids)]
            gone = [photo for photo in before if photo.deleted_at is not None]
            self.photos.require_room(character_id, len(gone))
            for photo in gone:
                self.photos.refuse_twice(character_id, "pixel_hash", photo.pixel_hash)
            self._move(gone, None)
        self.note(character_id)
        return self.photos.list(character_id)

    def deleted(self, character_id: str) -> list[Photo]:
        """List what can be brought back, deleted last first: of what was rotated, or added again and deleted again, the last alone; what
        is among the photos in another form is left out. NotFoundError `character_not_found`."""
        here = self.photos.list(character_id)
        rows = self.library.rows(
            "SELECT id, record FROM photo WHERE character_id=? AND deleted_at IS NOT NULL"
            " ORDER BY deleted_at DESC, id DESC",
            (character_id,),
        )
        taken = {key for photo in here for key in _same(photo)}
        found = []
        for photo in self.library.records(Photo, rows):
            if taken.isdisjoint(_same(photo)):
                found.append(photo)
            taken |= _same(photo)
        return found

    def trashed_thumb(self, photo: Photo) -> bytes:
        """The small copy of one that is in the trash. NotFoundError `photo_file_missing`."""
        try:
            return trashed_thumb(self.paths, photo).read_bytes()
        except FileNotFoundError as gone:
            raise file_gone() from gone

    def _move(self, photos: Sequence[Photo], deleted_at: str | None) -> None:
        """Into the trash or out of it, and into the training or out of it what crops among them stand for."""
        moved = [photo.model_copy(update={"deleted_at": deleted_at}) for photo in photos]
        after = with_originals(self.photos, moved)
        before = [self.photos.get(photo.id, deleted=True) for photo in after]
        move_photos(self.library, self.paths, self.photos, before, after)

    def of(self, character_id: str, photo_id: str) -> Photo:
        """A photo of this person, in the trash too. NotFoundError `photo_not_found`."""
        photo = self.photos.get(photo_id, deleted=True)
        if photo.character_id != character_id:
            raise _not_theirs()
        return photo

    def _here(self, character_id: str, photo_ids: Sequence[str]) -> list[Photo]:
        here = {photo.id: photo for photo in self.photos.list(character_id)}
        missing = [photo_id for photo_id in photo_ids if photo_id not in here]
        if missing:
            raise _not_theirs()
        return [here[photo_id] for photo_id in dict.fromkeys(photo_ids)]

    def note(self, character_id: str) -> None:
        """Write what lies beside the photos anew."""
        noted(lambda: write_sidecar(self.library, self.paths, character_id))


def move_photos(
    library: Library, paths: DataPaths, photos: PhotoStore, before: Sequence[Photo], after: Sequence[Photo]
) -> None:
    """Keep the rows as they are `after`, their files where those say; or everything as it was."""

    def store(rows: Sequence[Photo]) -> None:
        for photo in rows:
            photos.store(photo)

    def settle(rows: Sequence[Photo]) -> None:
        for photo in rows:
            folder = paths.character(photo.character_id)
            move_photo(paths, folder, photo, into_trash=photo.deleted_at is not None)

    def put_back() -> None:
        store(before)
        settle(before)

    rows_first(library, keep=lambda: store(after), move=lambda: settle(after), back=put_back)


def _same(photo: Photo) -> set[str]:
    """What it has in common with other forms of one photo: its place in the list, its pixels."""
    return {photo.place or photo.id, f"pixels {photo.pixel_hash}"}


def _not_theirs() -> NotFoundError:
    return NotFoundError("photo_not_found", "This character has no such photo.", "Reload this page.")
