"""Answers why a person's pictures do not look like them, from what is on record: no face is read for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....core.characters.character_store import CharacterStore
from ....core.characters.photo_store import PhotoStore
from ....core.diagnosis.facts import Facts, PictureFacts, TrainingFacts, VersionFacts
from ....core.diagnosis.reading import (
    drawn_with,
    likeness_of,
    photo_facts,
    says_trigger,
    use_of,
    version_facts,
)
from ....core.diagnosis.weighing import diagnose
from ....core.errors import IsengardError, NotFoundError
from ....core.faces.reader import FaceReader
from ....core.families.families import Families
from ....core.generations.generation_store import GenerationStore
from ....core.jobs.ledger import Ledger
from ....core.paths import DataPaths
from ....core.plugins import PluginRegistry
from ....core.records.character import Character
from ....core.records.diagnosis import Diagnosis
from ....core.records.generation import CharacterUse, GeneratedImage, Generation
from ....core.records.job_states import JobState
from ....core.said import said
from ....generation.prompt_text.choices import chosen
from ....training.interface import TrainingBackend
from ....training.job_folder.job_folder import frozen_training
from ....training.planning.presets import resolve
from ..likeness.drawn_with import base_of, graph_of

#: How many of a person's newest pictures are looked at.
PICTURES = 12


@dataclass(frozen=True)
class Diagnoser:
    """The reader of a person's records."""

    paths: DataPaths
    characters: CharacterStore
    photos: PhotoStore
    generations: GenerationStore
    ledger: Ledger
    families: Families
    registry: PluginRegistry
    faces: FaceReader

    def of_person(self, character_id: str) -> Diagnosis:
        """Diagnose the version that "best" means, and the newest pictures that were not measured as good. NotFoundError
        `character_not_found`."""
        character = self.characters.get(character_id)
        versions = [version_facts(version, character) for version in character.versions]
        ranks = {version.file: version.rank for version in character.versions if version.rank}
        best = min((v for v in versions if v.best), key=lambda v: ranks[v.file], default=None)
        pictures = self._newest(character, versions)
        if not pictures and best is not None:
            pictures = [PictureFacts(version=best)]
        return self._answer(character, versions, best, pictures)

    def of_picture(self, generation_id: str, number: int, character_id: str = "") -> Diagnosis:
        """Diagnose one picture, for its first person unless another is named. NotFoundError `generation_not_found`, `image_not_found`,
        `character_not_found`."""
        generation = self.generations.get(generation_id)
        image = next((one for one in _images(generation) if one.n == number), None)
        if image is None:
            raise NotFoundError("image_not_found", "There is no such picture.", "Reload this page.")
        character = self.characters.get(character_id or generation.request.characters[0].id)
        versions = [version_facts(version, character) for version in character.versions]
        found = use_of(generation, character.id)
        if found is None:
            raise NotFoundError(
                "character_not_found",
                said("{name} is not in this picture.", name=character.name),
                "Choose somebody who is in the picture.",
            )
        picture = self._picture(character, versions, generation, image, found)
        return self._answer(character, versions, picture.version, [picture])

    def _answer(
        self,
        character: Character,
        versions: Sequence[VersionFacts],
        version: VersionFacts | None,
        pictures: Sequence[PictureFacts],
    ) -> Diagnosis:
        photos = photo_facts(self.photos.list(character.id), character)
        facts = Facts(
            measures=self.faces.is_ready(),
            trigger_word=character.trigger_word,
            class_word=character.class_word,
            photos=photos,
            version=version,
            versions=[one for one in versions if version is not None and one.family == version.family],
            training=self._training(version),
            pictures=pictures,
        )
        return diagnose(facts)

    def _newest(self, character: Character, versions: Sequence[VersionFacts]) -> list[PictureFacts]:
        """One for each of the newest orders; what looks like the person asks no question."""
        made = self.generations.list(PICTURES, character_id=character.id).items
        found = [(one, _images(one), use_of(one, character.id)) for one in made]
        pictures = [
            self._picture(character, versions, one, images[0], use)
            for one, images, use in found
            if images and use
        ]
        return [one for one in pictures if one.likeness is None or one.likeness.verdict != "good"]

    def _picture(
        self,
        character: Character,
        versions: Sequence[VersionFacts],
        generation: Generation,
        image: GeneratedImage,
        found: tuple[int, CharacterUse],
    ) -> PictureFacts:
        place, use = found
        version = drawn_with(generation, place, versions)
        trigger = version.trigger_word if version is not None else character.trigger_word
        graph = graph_of(self.generations, generation, image.n)
        base = base_of(graph)
        sent = chosen(generation.request.prompt, image.seed)
        return PictureFacts(
            version=version,
            strength=use.strength if version is not None else None,
            prompt=sent,
            has_trigger=says_trigger(generation, trigger, sent, _texts(graph)),
            trigger=trigger,
            base=base,
            steps=generation.request.steps,
            usual_steps=self._usual_steps(version, base),
            look=image.look,
            likeness=likeness_of(image, character.id, place),
            generation_id=generation.id,
            n=image.n,
        )

    def _usual_steps(self, version: VersionFacts | None, base: str) -> int:
        """Steps that a picture of the base wants; 0 where the model is not known."""
        if version is None or version.family not in self.families:
            return 0
        family = self.families.get(version.family)
        other = family.look_alike(base) if base else None
        return other.steps if other is not None and other.steps else family.sampling.steps

    def _training(self, version: VersionFacts | None) -> TrainingFacts | None:
        """None where its job or its folder is gone, as of a LoRA that came in with a person."""
        if version is None:
            return None
        try:
            job = self.ledger.get(version.job_id)
            frozen = frozen_training(self.paths, job)
            family = self.families.get(frozen.family)
            backend: TrainingBackend = self.registry.get("training_backends", job.backend)
            can = job.state is JobState.COMPLETED and backend.capabilities().can_continue
            usual = resolve(family, "balanced", frozen.image_count).steps
        except IsengardError:
            return None
        return TrainingFacts(job.id, frozen.steps, usual, can)


def _images(generation: Generation) -> list[GeneratedImage]:
    return [image for image in generation.images if image.deleted_at is None]


def _texts(graph: dict[str, Any]) -> list[str]:
    nodes = [node for node in graph.values() if isinstance(node, dict)]
    values = [value for node in nodes for value in node.get("inputs", {}).values()]
    return [value for value in values if isinstance(value, str)]
