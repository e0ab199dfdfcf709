"""The same training asked for again: a graph asks each time it runs, and a finished training makes it run anew."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic import ValidationError

from ...core.characters.captions import training_caption
from ...core.characters.character_store import CharacterStore
from ...core.characters.photo_store import PhotoStore
from ...core.jobs.ledger import JobFilter, Ledger
from ...core.paths import DataPaths
from ...core.records.character import Character
from ...core.records.job import Job
from ...core.records.job_states import ENDED, JobState
from ...core.records.training import TrainingRequest
from ..interface import ResolvedTraining
from ..job_folder.dataset import MANIFEST, select

#: The newest trainings of the person that are looked at.
_LOOKED_AT = 50


@dataclass(frozen=True)
class EarlierTrainings:
    """The trainings of before, looked up by what they were asked for."""

    paths: DataPaths
    ledger: Ledger
    characters: CharacterStore
    photos: PhotoStore

    def same_as(self, request: TrainingRequest, usual: str) -> Job | None:
        """The newest training by this request (by the trainer `usual` where it names none), with the photos, captions and words as they
        are now, that is on its way or has left a version that is still there. None where there is none: then it is to be trained."""
        character = self.characters.get(request.character_id)
        trainings = JobFilter(kinds=["training"], character_id=character.id)
        versions = {version.job_id for version in character.versions}
        trainer = request.backend or usual
        now = (character.trigger_word, character.class_word, self._photos_now(character))
        for job in self.ledger.jobs(trainings, limit=_LOOKED_AT).items:
            goes_on = job.state not in ENDED and job.state is not JobState.CANCELLING
            done = job.state is JobState.COMPLETED and job.id in versions
            if (
                job.backend == trainer
                and _asked(job) == request
                and (goes_on or done)
                and self._frozen(job) == now
            ):
                return job
        return None

    def _photos_now(self, character: Character) -> list[tuple[str, str]]:
        selection = select(self.photos.list(character.id))
        return [
            (photo.id, training_caption(photo, character))
            for photo in (*selection.trained, *selection.held_out)
        ]

    def _frozen(self, job: Job) -> tuple[str, str, list[tuple[str, str]]] | None:
        """Words and photos a job was given; None where somebody has cleared its folder away."""
        folder = self.paths.job(job.id)
        try:
            training = ResolvedTraining.read(folder)
            entries = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["photos"]
            photos = [(str(entry["photo_id"]), str(entry["caption"])) for entry in entries]
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return training.trigger_word, training.class_word, photos


def _asked(job: Job) -> TrainingRequest | None:
    """Its request as one of today, with what older versions did not know yet as it was then; None where a newer one says more."""
    try:
        return TrainingRequest.model_validate(job.request)
    except ValidationError:
        return None
