"""What events carry as their `data`, for openapi.json: one body for each type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from ...core.records.album import Album
from ...core.records.character import Character
from ...core.records.checkpoint import Checkpoint
from ...core.records.event import EventType
from ...core.records.generation import Generation, GenerationProgress
from ...core.records.generation_states import GenerationState
from ...core.records.job import Job, Progress
from ...core.records.job_states import JobState
from ...core.records.worker import BackendState, Worker
from ...training.tasks.installable import SetupOffer
from ..services.notifications import Change
from .training_answers import LendingState


class ToldJob(Job):
    """A job as events tell it: without what it waits for."""


def _of_running_alone(schema: dict[str, Any]) -> None:
    schema["required"].remove("resumed")


class JobStateData(BaseModel):
    """A job as it is now. `resumed` is told when it begins to run: whether it goes on from what was saved."""

    model_config = ConfigDict(json_schema_extra=_of_running_alone)

    state: JobState
    attempt: int
    job: ToldJob
    resumed: bool = False


class JobProgressData(BaseModel):
    """How far a job is."""

    progress: Progress


class JobSampleData(BaseModel):
    """A picture that a training has drawn."""

    file: str
    step: int


class JobCheckpointData(BaseModel):
    """A checkpoint that was saved, or has changed since."""

    checkpoint: Checkpoint


class JobLogData(BaseModel):
    """New lines of what does the work."""

    lines: list[str]


class GenerationStateData(BaseModel):
    """Pictures as they are now."""

    state: GenerationState
    generation: Generation


class GenerationProgressData(BaseModel):
    """How far pictures are."""

    progress: GenerationProgress


class GenerationsChangedData(BaseModel):
    """Many pictures that were changed together, as they are now."""

    generations: list[Generation]


class CharacterChangedData(BaseModel):
    """A person as they are now; null where they are gone."""

    change: Change
    character: Character | None


class AlbumChangedData(BaseModel):
    """An album as it is now."""

    album: Album


class PhotoDayChangedData(BaseModel):
    """How far a photo day is; what is in it is asked for."""

    state: Literal["running", "paused", "done"]
    character_id: str
    drawn: int
    left: int


class BackendStateData(BaseModel):
    """A tool as it is now, and what setting it up takes."""

    state: BackendState
    setup: SetupOffer


class WorkerStateData(BaseModel):
    """A worker as it is now; null when it went away."""

    worker: Worker | None


EVENT_DATA: Mapping[EventType, type[BaseModel]] = {
    "job.state": JobStateData,
    "job.progress": JobProgressData,
    "job.sample": JobSampleData,
    "job.checkpoint": JobCheckpointData,
    "job.log": JobLogData,
    "generation.state": GenerationStateData,
    "generation.progress": GenerationProgressData,
    "generations.changed": GenerationsChangedData,
    "character.changed": CharacterChangedData,
    "album.changed": AlbumChangedData,
    "photo_day.changed": PhotoDayChangedData,
    "backend.state": BackendStateData,
    "worker.state": WorkerStateData,
    "lending.state": LendingState,
}
