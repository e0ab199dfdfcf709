"""Measures the pictures of one generation, each face for the person it shows."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from ....core.errors import NotFoundError
from ....core.faces.drawing_words import asks_for_drawing
from ....core.faces.face import Face
from ....core.faces.likeness import faces_of_people, judge_face, rivals
from ....core.faces.yardstick import TrainedOn, Yardstick, copies_photo
from ....core.jobs.ledger import Ledger
from ....core.records.generation import Generation
from ....core.records.likeness import Likeness
from ....generation.service import GenerationService
from ..notifications import tell_generation
from .drawn_with import files_of, is_due, is_image_due, people_of
from .person_faces import PersonFaces

_log = logging.getLogger("isengard.likeness")


@dataclass(frozen=True)
class _Person:
    id: str
    yardstick: Yardstick
    training: TrainedOn


@dataclass(frozen=True)
class PictureMeasurer:
    """A measurer of the pictures of one data folder."""

    generations: GenerationService
    ledger: Ledger
    faces: PersonFaces

    def measure(self, generation_id: str) -> Generation | None:
        """Measure a generation as it is by now, and tell it; None where nothing was left to measure: while it waited, its pictures may
        have been deleted or measured. Raises as `FaceReader.look`; NotFoundError where it, or somebody on it, is gone."""
        store = self.generations.store
        generation = store.get(generation_id)
        model = self.faces.reader.model
        if not is_due(generation, model):
            return None
        people = self._people(generation)
        due = [image.n for image in generation.images if is_image_due(image, len(people) > 1, model)]
        if not [number for number in due if self._measure(generation, number, people)]:
            return None
        generation = store.get(generation_id)  # as it is by now: reading faces takes a while
        tell_generation(self.ledger, generation)
        return generation

    def _measure(self, generation: Generation, number: int, people: Sequence[_Person]) -> bool:
        """Whether it was still there."""
        store = self.generations.store
        try:
            faces = self.faces.reader.faces(store.image_path(generation.id, number))
            likenesses = _likenesses(
                faces, people, self.faces.reader.model, drawing=asks_for_drawing(_words(generation))
            )
            first, *_ = likenesses.values()
            store.note_likeness(generation.id, number, first, likenesses if len(people) > 1 else {})
        except (NotFoundError, FileNotFoundError):
            return False
        context = {"generation_id": generation.id, "n": number, "people": len(people)}
        told = {"verdict": first.verdict, "why": first.why, "score": first.score, "copied": first.copied}
        _log.info("Likeness measured", extra={"context": context | told})
        return True

    def _people(self, generation: Generation) -> list[_Person]:
        """Those of the request, and what each was drawn with: the very file, since a step number may mean that of a later training by now."""
        files = dict(
            zip(
                (use.id for use in generation.request.characters),
                files_of(self.generations.store, generation),
                strict=False,
            )
        )
        strengths = {use.id: use.strength for use in generation.request.characters}
        return [
            self._person(person, files.get(person, "") if strengths[person] > 0 else "")
            for person in people_of(generation)
        ]

    def _person(self, character_id: str, file: str) -> _Person:
        """A file that is gone, or that nothing is known of, was trained on photos that are not known."""
        character = self.generations.characters.get(character_id)
        versions = self.generations.versions.list(character.slug)
        version = next((version for version in versions if version.file == file), None)
        if version is None:
            return _Person(character_id, self.faces.of(character, [])[0], TrainedOn())
        yardstick, trainings = self.faces.of(character, [version])
        return _Person(character_id, yardstick, trainings[version.job_id])


def _words(generation: Generation) -> str:
    request = generation.request
    return " ".join([request.prompt, *(use.words for use in request.characters)])


def _likenesses(
    faces: Sequence[Face], people: Sequence[_Person], model: str, *, drawing: bool
) -> dict[str, Likeness]:
    found = faces_of_people(faces, [person.yardstick.references for person in people])
    return {
        person.id: judge_face(
            face,
            person.yardstick.references,
            faces=len(faces),
            own=person.yardstick.reach,
            drawing=drawing,
        ).model_copy(
            update={"copied": _copied(face, person.training), "model": model, "rivals": rivals(faces)}
        )
        for person, face in zip(people, found, strict=True)
    }


def _copied(face: Face | None, training: TrainedOn) -> bool | None:
    return None if face is None else copies_photo(face, training)
