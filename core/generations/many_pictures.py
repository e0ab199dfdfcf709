"""Changes of many pictures at once: each that can be changed is, and what refuses one keeps none of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from ..errors import IsengardError
from ..paths import DataPaths
from ..records.generation import Generation, PicturePatch
from .albums import AlbumStore
from .generation_store import GenerationStore
from .picture_changes import all_put_away, brought_back, here, marked, put_away

Refused = tuple[PicturePatch, IsengardError]


@dataclass(frozen=True)
class Changed:
    """The generations that were changed, as they are now, and the pictures that were not, each with its reason."""

    generations: list[Generation] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True)
class ManyPictures:
    """Changer of the pictures of one data folder."""

    paths: DataPaths
    generations: GenerationStore
    albums: AlbumStore

    def change(self, patches: Sequence[PicturePatch]) -> Changed:
        """Change each picture as its patch says; those of one generation together."""
        find = cache(self.albums.get)
        groups: dict[str, _Group] = {}
        for patch in patches:
            groups.setdefault(patch.generation_id, _Group(self.paths, find)).patches.append(patch)
        generations, refused = self.generations.change_all({key: one.edit for key, one in groups.items()})
        return Changed(
            [*generations], [known for key, one in groups.items() for known in one.refused(refused.get(key))]
        )


@dataclass
class _Group:
    """Patches of one generation. What comes back comes back first, and what goes goes last: the rest is of pictures that are there."""

    paths: DataPaths
    #: Answers where there is an album of that id.
    find: Callable[[str], object]
    patches: list[PicturePatch] = field(default_factory=list)
    _reasons: dict[int, IsengardError] = field(default_factory=dict)

    def edit(self, before: Generation, at: str) -> Generation:
        """The generation as it is to be. Raises the first reason where all are refused."""
        after = before
        away = {one.n for one in self.patches if one.deleted}
        steps: list[tuple[Callable[[PicturePatch], bool], Callable[[Generation, PicturePatch], Generation]]]
        steps = [
            (lambda one: one.deleted is False, self._restored),
            (lambda one: one.favourite is not None, _marked),
            (lambda one: one.album_id is not None, self._moved),
        ]
        for wanted, step in steps:
            after = self._each(after, wanted, step)
        left = {image.n for image in after.images if image.deleted_at is None}
        is_all = after.deleted_at is None and bool(left) and left <= away
        after = self._each(
            after,
            lambda one: bool(one.deleted),
            lambda known, one: _all_away(known, at) if is_all else put_away(here(known), one.n, at),
        )
        if after is before and self._reasons:
            raise next(iter(self._reasons.values()))
        return after

    def refused(self, reason: IsengardError | None) -> list[Refused]:
        """Each that was refused with its own reason; all of them where `reason` kept the generation from being changed."""
        told = {one.n: self._reasons.get(one.n, reason) for one in self.patches}
        return [(one, why) for one in self.patches if (why := told.pop(one.n, None)) is not None]

    def _each(
        self,
        generation: Generation,
        wanted: Callable[[PicturePatch], bool],
        change: Callable[[Generation, PicturePatch], Generation],
    ) -> Generation:
        for patch in self.patches:
            if patch.n not in self._reasons and wanted(patch):
                try:
                    generation = change(generation, patch)
                except IsengardError as reason:
                    self._reasons[patch.n] = reason
        return generation

    def _restored(self, generation: Generation, patch: PicturePatch) -> Generation:
        """From the trash, the whole generation where it lies there."""
        back = generation.model_copy(update={"deleted_at": None})
        is_there = any(image.n == patch.n and image.deleted_at is None for image in back.images)
        return back if is_there else brought_back(back, patch.n, self.paths)

    def _moved(self, generation: Generation, patch: PicturePatch) -> Generation:
        if patch.album_id:
            self.find(patch.album_id)
        return here(generation).model_copy(update={"album_id": patch.album_id or ""})


def _marked(generation: Generation, patch: PicturePatch) -> Generation:
    return marked(here(generation), patch.n, bool(patch.favourite))


def _all_away(generation: Generation, at: str) -> Generation:
    """The last pictures of a generation take it along."""
    return generation if generation.deleted_at is not None else all_put_away(generation, at)
