"""The same training asked for again: a graph asks each time it runs, and a finished training makes it run anew."""

from __future__ import annotations

import json

from ...core.characters.captions import training_caption
from ...core.jobs.ledger import JobFilter
from ...core.records.character import Character
from ...core.records.job import Job
from ...core.records.job_states import ENDED, JobState
from ...core.records.training import TrainingRequest
from ..interface import ResolvedTraining
from ..job_folder.dataset import MANIFEST, select
from .submission import Submission

#: The newest trainings of the person that are looked at.
_LOOKED_AT = 50


def same_training(submission: Submission, request: TrainingRequest) -> Job | None:
    """The newest training by this request, with the photos, captions and words as they are now, that is on its way or has
    left a version that is still there. None where there is none: then it is to be trained."""
    character = submission.characters.get(request.character_id)
    wanted = JobFilter(kinds=["training"], character_id=character.id)
    there = {version.job_id for version in character.versions}
    trainer = request.backend or submission.default_backend
    asked = request.model_dump(mode="json")
    now = (character.trigger_word, character.class_word, _photos_now(submission, character))
    for job in submission.ledger.jobs(wanted, limit=_LOOKED_AT).items:
        goes_on = job.state not in ENDED and job.state is not JobState.CANCELLING
        done = job.state is JobState.COMPLETED and job.id in there
        same = (job.request, job.backend) == (asked, trainer)
        if same and (goes_on or done) and _frozen(submission, job) == now:
            return job
    return None


def _photos_now(submission: Submission, character: Character) -> list[tuple[str, str]]:
    selection = select(submission.photos.list(character.id))
    return [
        (photo.id, training_caption(photo, character)) for photo in (*selection.trained, *selection.held_out)
    ]


def _frozen(submission: Submission, job: Job) -> tuple[str, str, list[tuple[str, str]]] | None:
    """Words and photos a job was given; None where somebody has cleared its folder away."""
    folder = submission.paths.job(job.id)
    try:
        training = ResolvedTraining.read(folder)
        entries = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["photos"]
        photos = [(str(entry["photo_id"]), str(entry["caption"])) for entry in entries]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return training.trigger_word, training.class_word, photos
