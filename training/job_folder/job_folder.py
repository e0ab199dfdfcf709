"""A job's folder: wholly filled when its submit is acknowledged, gone when it was refused, read again afterwards."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...core.characters.character_store import CharacterStore
from ...core.errors import (
    ConflictError,
    IllegalTransitionError,
    IsengardError,
    LedgerAwayError,
    NotFoundError,
)
from ...core.jobs.ledger import Ledger
from ...core.paths import DataPaths
from ...core.records.job import Job
from ..interface import ResolvedTraining


@contextmanager
def new_job_folder(paths: DataPaths, characters: CharacterStore, job: Job) -> Iterator[Path]:
    """Fill it and submit inside. A ledger that went away may have heard the submit: then the folder stays, and the job
    comes back from it. NotFoundError `character_not_found` where the person went while it was filled, whatever that broke."""
    folder = paths.job(job.id)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    except LedgerAwayError:
        raise
    except (IsengardError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        require_person(characters, job)
        raise


def submit(ledger: Ledger, characters: CharacterStore, job: Job) -> Job:
    """Submit a job whose folder is complete. NotFoundError `character_not_found` where its person went meanwhile, with nothing
    of it left: whoever forgets somebody looks for jobs once nobody finds them any more."""
    job = ledger.submit(job)
    try:
        require_person(characters, job)
    except NotFoundError:
        with contextlib.suppress(
            IllegalTransitionError, NotFoundError
        ):  # it has ended, or was forgotten by them
            ledger.order(job.id, "cancel")
        ledger.forget(job.id)
        raise
    return job


def require_person(characters: CharacterStore, job: Job) -> None:
    """NotFoundError `character_not_found` where the person of a job, if it has one, is gone."""
    if job.character_id is not None:
        characters.get(job.character_id)


def frozen_training(paths: DataPaths, job: Job) -> ResolvedTraining:
    """As it was frozen at submit. ConflictError `not_a_training`; NotFoundError `job_damaged` where somebody has cleared
    the folder away, or a fault has."""
    require_training(job)
    try:
        return ResolvedTraining.read(paths.job(job.id))
    except (OSError, ValueError, TypeError) as damage:
        raise NotFoundError(
            "job_damaged", "The files of this training are damaged or gone.", "Start the training again."
        ) from damage


def require_training(job: Job) -> None:
    if job.kind != "training":
        raise ConflictError("not_a_training", "This job isn't a training.", "Choose a training.")
