"""Measures the likeness of pictures made to compare, where its tools are installed; tells it, and scores versions by it."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...core.characters.photo_store import PhotoStore
from ...core.correlation import correlated
from ...core.errors import IsengardError, NotFoundError, reason_of
from ...core.executor import in_thread
from ...core.faces.face import Face
from ...core.faces.likeness import MOST_REFERENCES, judge, own_likeness, portraits, score_of_version
from ...core.faces.reader import FaceReader
from ...core.jobs.ledger import Ledger
from ...core.loops import spawn
from ...core.loras.wall_scores import LIKENESS, MEASURED, OWN_PHOTOS, STRENGTH
from ...core.paths import DataPaths
from ...core.records.character import Character
from ...core.records.checkpoint import Version
from ...core.records.event import Event
from ...core.records.generation import Generation
from ...core.records.generation_states import ENDED, GenerationState
from ...generation.image.graph import lora_files
from ...generation.service import GenerationService
from ...training.job_folder.dataset import HELD_OUT
from ..http.event_stream import EventStream
from .heard import heard
from .notifications import tell_character, tell_generation

COMPARED = ("grid", "bench")
#: How many of a person's comparisons are looked at when somebody asks and when a version is scored: some walls' worth.
MOST = 1000
#: Fewer photos held back than this say little; all photos are used then.
LEAST_HELD_OUT = 2
#: The scores that are measured here.
OURS = {LIKENESS, STRENGTH, OWN_PHOTOS, MEASURED}
_log = logging.getLogger("isengard.likeness")


@dataclass
class LikenessMeasurer:
    """A measurer of one picture after the other, beside the reader of events, which must not lag."""

    paths: DataPaths
    photos: PhotoStore
    generations: GenerationService
    ledger: Ledger
    faces: FaceReader
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    #: Ids of the generations that wait or are being measured.
    _waiting: set[str] = field(default_factory=set)

    async def run(self, events: EventStream) -> None:
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
        if generation.id in self._waiting:
            return
        self._waiting.add(generation.id)
        spawn(self._tasks, self._in_turn(generation), "likeness")

    async def _in_turn(self, generation: Generation) -> None:
        async with self._one_at_a_time:
            with correlated(generation.correlation_id):
                try:
                    await in_thread(self._measure, generation.id)
                except (IsengardError, OSError, ValueError) as fault:
                    context = {"generation_id": generation.id, "reason": reason_of(fault)}
                    _log.warning("Likeness could not be measured", extra={"context": context})
                finally:
                    self._waiting.discard(generation.id)

    def _measure(self, generation_id: str) -> None:
        """As it is by now: while it waited, its pictures may have been deleted or measured."""
        store = self.generations.store
        generation = store.get(generation_id)
        if not _is_due(generation):
            return
        use = generation.request.characters[0]
        character = self.generations.characters.get(use.id)
        version = self._drawn_with(character, generation)
        references = self._references(character, version)
        for image in generation.images:
            if image.deleted_at is None and image.likeness is None:
                likeness = judge(self.faces.faces(store.image_path(generation.id, image.n)), references)
                generation = store.note_likeness(generation.id, image.n, likeness)
                context = {
                    "generation_id": generation.id,
                    "verdict": likeness.verdict,
                    "score": likeness.score,
                }
                _log.info("Likeness measured", extra={"context": context})
        tell_generation(self.ledger, generation)
        if generation.purpose == "grid" and version is not None:
            self._score(character, version, generation, own_likeness(references))

    def _drawn_with(self, character: Character, generation: Generation) -> Version | None:
        """The very file: a step number may mean that of a later training by now. None where it is gone or not known."""
        versions = self.generations.versions.list(character.slug)
        file = self._file_of(generation)
        return next((version for version in versions if version.file == file), None)

    def _file_of(self, generation: Generation) -> str:
        """Of records of before `versions`: what was sent says it."""
        if generation.versions:
            return generation.versions[0]
        try:
            prompts = self.generations.store.prompts(generation.id)
        except (NotFoundError, ValueError):
            return ""
        files = lora_files(prompts[0]) if prompts else []
        return files[0] if files else ""

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
        """The version's own numbers, from all of its pictures on the wall of this recipe; a stranger's is no part of it."""
        by_strength: dict[float, list[float | None]] = defaultdict(list)
        for made in self.generations.store.list(MOST, character_id=character.id, purpose="grid").items:
            if made.recipe != generation.recipe or not _shows_them(made):
                continue
            if self._file_of(made) == version.file:
                scores = [image.likeness.score for image in made.images if image.likeness]
                by_strength[made.request.characters[0].strength] += scores
        measured = sum(len(scores) for scores in by_strength.values())
        if not measured:
            return
        scores_now: dict[str, float] = {MEASURED: measured}
        if (best := score_of_version(by_strength, own)) is not None:
            scores_now |= dict(zip((STRENGTH, LIKENESS), best, strict=True))
        if own is not None:
            scores_now[OWN_PHOTOS] = own
        self._keep(character, version, scores_now)

    def _keep(self, character: Character, version: Version, found: dict[str, float]) -> None:
        """Onto the version as it is now, in place of what was measured before."""
        versions = self.generations.versions
        fresh = next((one for one in versions.list(character.slug) if one.file == version.file), None)
        if fresh is None:
            return
        others = {name: score for name, score in fresh.scores.items() if name not in OURS}
        if fresh.scores != (scores := {**others, **found}):
            versions.update(fresh.model_copy(update={"scores": scores}))
            tell_character(
                self.ledger, character.id, "updated", self.generations.characters.get(character.id)
            )


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
