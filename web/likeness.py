"""Measures the likeness of pictures made to compare, where its tools are installed; tells it, and scores versions by it."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..core.correlation import correlated
from ..core.errors import IsengardError, NotFoundError, reason_of
from ..core.executor import in_thread
from ..core.faces.reader import Face, FaceReader
from ..core.generation_states import ENDED, GenerationState
from ..core.ledger import Ledger
from ..core.likeness import MOST_REFERENCES, judge, own_likeness, portraits, score_of_version
from ..core.loops import spawn
from ..core.paths import DataPaths
from ..core.photos import PhotoStore
from ..core.records.character import Character
from ..core.records.checkpoint import Version
from ..core.records.event import Event
from ..core.records.generation import Generation
from ..core.versions import LIKENESS, OWN_PHOTOS
from ..generation.image.interface import RecipeInfo
from ..generation.people import version_for
from ..generation.service import GenerationService
from ..training.dataset import HELD_OUT
from .event_tail import EventTail
from .heard import heard
from .telling import tell_character, tell_generation

COMPARED = ("grid", "bench")
#: How many of a person's comparisons are looked at again when somebody asks.
MOST = 200
#: Fewer photos held back than this say little; all photos are used then.
LEAST_HELD_OUT = 2
_log = logging.getLogger("isengard.likeness")


@dataclass
class LikenessMeasurer:
    """One picture after the other, beside the reader of events, which must not lag."""

    paths: DataPaths
    photos: PhotoStore
    generations: GenerationService
    ledger: Ledger
    faces: FaceReader
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, events: EventTail) -> None:
        """For ever: each comparison as it ends."""
        with events.reading() as reader:
            while True:
                generation = _just_compared(await reader.next_event())
                if generation is not None and await in_thread(self.faces.is_ready):
                    self._later(generation)

    async def again(self, character_id: str) -> int:
        """How many pictures of earlier comparisons will be measured now."""
        waiting = await in_thread(self._unmeasured, character_id)
        for generation in waiting:
            self._later(generation)
        return len(waiting)

    def _unmeasured(self, character_id: str) -> list[Generation]:
        self.generations.characters.get(character_id)
        store = self.generations.store
        pages = [store.list(MOST, character_id=character_id, purpose=purpose) for purpose in COMPARED]
        return [one for page in pages for one in page.items if one.state in ENDED and _is_due(one)]

    def _later(self, generation: Generation) -> None:
        spawn(self._tasks, self._in_turn(generation), "likeness")

    async def _in_turn(self, generation: Generation) -> None:
        async with self._one_at_a_time:
            with correlated(generation.correlation_id):
                try:
                    await in_thread(self._measure, generation, await self._recipe(generation.recipe))
                except (IsengardError, OSError, ValueError) as fault:
                    context = {"generation_id": generation.id, "reason": reason_of(fault)}
                    _log.warning("Likeness could not be measured", extra={"context": context})

    async def _recipe(self, name: str) -> RecipeInfo | None:
        """None where it was deleted since."""
        try:
            return await self.generations.recipe(name)
        except NotFoundError:
            return None

    def _measure(self, generation: Generation, recipe: RecipeInfo | None) -> None:
        use, store = generation.request.characters[0], self.generations.store
        character = self.generations.characters.get(use.id)
        version = self._version(character, str(use.checkpoint), recipe)
        references = self._references(character, version)
        for image in store.get(generation.id).images:
            if image.deleted_at is None and image.likeness is None:
                found = judge(self.faces.faces(store.image_path(generation.id, image.n)), references)
                generation = store.note_likeness(generation.id, image.n, found)
                context = {"generation_id": generation.id, "verdict": found.verdict, "score": found.score}
                _log.info("Likeness measured", extra={"context": context})
        tell_generation(self.ledger, generation)
        if generation.purpose == "grid" and version is not None:
            self._score(character, version, generation, own_likeness(references))

    def _version(self, character: Character, checkpoint: str, recipe: RecipeInfo | None) -> Version | None:
        """The one it was drawn with; any where the recipe is gone."""
        versions = self.generations.versions
        if recipe is None:
            return versions.find(character.slug, checkpoint)
        return version_for(versions, character.slug, checkpoint, recipe, recipe.families)

    def _references(self, character: Character, version: Version | None) -> list[Face]:
        """Photos that this version has never seen, where there are enough of them; else all that are in use."""
        held_out = self.paths.job(version.job_id) / HELD_OUT if version is not None else None
        unseen = sorted(held_out.glob("*.[jp][pn]g")) if held_out is not None else []
        faces = portraits(self._faces_of(unseen))
        if len(faces) >= LEAST_HELD_OUT:
            return faces
        photos = [photo for photo in self.photos.list(character.id) if photo.included]
        photos.sort(key=lambda photo: (photo.id != character.cover_photo_id, len(photo.findings)))
        return portraits(self._faces_of([self.photos.image_path(photo, "full") for photo in photos]))

    def _faces_of(self, files: Sequence[Path]) -> list[tuple[Face, ...]]:
        return [self.faces.faces(file) for file in files[:MOST_REFERENCES]]

    def _score(
        self, character: Character, version: Version, generation: Generation, own: float | None
    ) -> None:
        """The version's own number, from all its pictures on the wall of this recipe; a stranger's picture is no part of it."""
        use = generation.request.characters[0]
        by_strength: dict[float, list[float | None]] = defaultdict(list)
        for known in self.generations.store.list(MOST, character_id=character.id, purpose="grid").items:
            other = known.request.characters[0]
            if (
                known.recipe != generation.recipe
                or other.checkpoint != use.checkpoint
                or not _shows_them(known)
            ):
                continue
            by_strength[other.strength] += [image.likeness.score for image in known.images if image.likeness]
        score = score_of_version(by_strength, own)
        fresh = next(
            (one for one in self.generations.versions.list(character.slug) if one.file == version.file), None
        )
        if score is None or fresh is None:
            return
        scores = {**fresh.scores, LIKENESS: score, **({OWN_PHOTOS: own} if own is not None else {})}
        if scores == fresh.scores:
            return
        self.generations.versions.update(fresh.model_copy(update={"scores": scores}))
        tell_character(self.ledger, character.id, "updated", self.generations.characters.get(character.id))


def _shows_them(generation: Generation) -> bool:
    """Not the stranger of the wall, who has no trigger."""
    return "{trigger" in generation.request.prompt


def _is_due(generation: Generation) -> bool:
    alone = len(generation.request.characters) == 1
    return alone and any(image.likeness is None and image.deleted_at is None for image in generation.images)


def _just_compared(event: Event) -> Generation | None:
    if event.type != "generation.state" or event.data.get("state") != GenerationState.COMPLETED.value:
        return None
    generation = heard(Generation, event)
    due = generation is not None and generation.purpose in COMPARED and _is_due(generation)
    return generation if due else None
