"""Changes of many pictures at once: each that can be changed is, and what refuses one keeps none of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..errors import IsengardError
from ..records.generation import Generation, PicturePatch
from .albums import AlbumStore
from .generation_store import GenerationStore

Refused = tuple[PicturePatch, IsengardError]


@dataclass(frozen=True)
class Changed:
    """The generations that were changed, as they are now, and the pictures that were not, each with its reason."""

    generations: list[Generation] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True)
class ManyPictures:
    """Changer of the pictures of one data folder."""

    generations: GenerationStore
    albums: AlbumStore

    def change(self, patches: Sequence[PicturePatch]) -> Changed:
        """Change each picture as its patch says; those of one generation together."""
        groups: dict[str, list[PicturePatch]] = {}
        for patch in patches:
            groups.setdefault(patch.generation_id, []).append(patch)
        changed = Changed()
        for generation_id, group in groups.items():
            refused = self._change(generation_id, group)
            changed.refused.extend(refused)
            if len(refused) < len(group):
                changed.generations.append(self.generations.get(generation_id, deleted=True))
        return changed

    def _change(self, generation_id: str, group: Sequence[PicturePatch]) -> list[Refused]:
        """What comes back comes back first, and what goes goes last: the rest is of pictures that are there."""
        refused: dict[int, Refused] = {}

        def each(wanted: Callable[[PicturePatch], bool], change: Callable[[PicturePatch], object]) -> None:
            for patch in group:
                if patch.n not in refused and wanted(patch):
                    try:
                        change(patch)
                    except IsengardError as reason:
                        refused[patch.n] = patch, reason

        each(lambda one: one.deleted is False, self._restore)
        each(lambda one: one.favourite is not None, self._mark)
        each(lambda one: one.album_id is not None, self._move)
        if self._is_all(generation_id, [one.n for one in group if one.deleted]):
            each(lambda one: bool(one.deleted), lambda one: self._delete_all(one.generation_id))
        else:
            each(lambda one: bool(one.deleted), self._delete)
        return list(refused.values())

    def _restore(self, patch: PicturePatch) -> None:
        """From the trash, the whole generation where it lies there."""
        generation = self.generations.restore(patch.generation_id)
        if not any(image.n == patch.n and image.deleted_at is None for image in generation.images):
            self.generations.restore_image(patch.generation_id, patch.n)

    def _mark(self, patch: PicturePatch) -> None:
        self.generations.set_favourite_image(patch.generation_id, patch.n, bool(patch.favourite))

    def _move(self, patch: PicturePatch) -> None:
        if patch.album_id:
            self.albums.get(patch.album_id)
        if self.generations.get(patch.generation_id).album_id != patch.album_id:
            self.generations.set_album(patch.generation_id, patch.album_id or "")

    def _delete(self, patch: PicturePatch) -> None:
        self.generations.delete_image(patch.generation_id, patch.n)

    def _delete_all(self, generation_id: str) -> None:
        if self.generations.get(generation_id, deleted=True).deleted_at is None:
            self.generations.delete(generation_id)

    def _is_all(self, generation_id: str, numbers: Sequence[int]) -> bool:
        """Whether nothing of a generation is left without these: its last pictures take it along."""
        try:
            images = self.generations.get(generation_id).images
        except IsengardError:
            return False  # it says so itself when a picture of it is asked for
        left = {image.n for image in images if image.deleted_at is None}
        return bool(left) and left <= set(numbers)
