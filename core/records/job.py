"""A job: something long that a worker does (training, set-up, download, captioning)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from .base import Stored
from .checkpoint import Checkpoint
from .job_states import JobState
from .spoken import Spoken

JobKind = Literal["training", "backend_setup", "model_download", "captioning"]
Needs = Literal["gpu", "cpu"]
Order = Literal["", "cancel", "pause", "save"]
#: What the panel may offer after a failure; never done by itself.
Offer = Literal["", "retry_smaller"]
DEFAULT_PRIORITY = 50


class EarlyStop(Stored):
    """That a training ends before its last step: at which `step` that was seen, for what `reason` (core/faces/stopping.py), and the
    step that it ends with, `best_step`."""

    reason: str
    step: int
    best_step: int


class Progress(Spoken, Stored):
    """State of a job's work; null means not known (yet)."""

    phase: str = ""
    step: int = 0
    total_steps: int = 0
    loss: float | None = None
    learning_rate: float | None = None
    #: on photos that are never trained on
    held_out_loss: float | None = None
    seconds_per_step: float | None = None
    eta_s: float | None = None
    bytes_done: int | None = None
    bytes_total: int | None = None
    vram_used_bytes: int | None = None
    temperature_c: int | None = None
    #: what trains: the GPU's name, or `cpu` and the machine's; what times are learned by, '' where they teach nothing
    device: str = ""
    #: what a person should know while it goes on, in words
    warnings: list[str] = Field(default_factory=list)
    #: of a training that measuring has ended before its last step
    stopped_early: EarlyStop | None = None


class JobError(Spoken, Stored):
    """Reason why a job failed or paused, in our words; `log` the lines that show it, `offer` what could be tried instead."""

    code: str
    message: str
    hint: str = ""
    log: list[str] = Field(default_factory=list)
    offer: Offer = ""
    #: of a full disk: what was free then
    free_bytes: int | None = None


class Artifact(Stored):
    """A file that a job left for the person: `kind` is lora | sample | log."""

    kind: str
    file: str
    sha256: str = ""
    step: int | None = None


class Job(Stored):
    """`attempt` fences writers: every claim raises it; `order` is what the person last asked of a running job."""

    id: str
    kind: JobKind = "training"
    needs: Needs = "gpu"
    state: JobState = JobState.QUEUED
    attempt: int = 0
    priority: int = Field(default=DEFAULT_PRIORITY, ge=0, le=100)
    position: int = 0
    order: Order = ""
    request: dict[str, Any] = Field(default_factory=dict)
    character_id: str | None = None
    backend: str = ""
    family: str = ""
    #: sides in pixels a training was resolved to, and how it saves memory; what times are learned by
    resolution: list[int] = Field(default_factory=list)
    quantize: bool = False
    low_vram: bool = False
    offload: float = 0.0
    bits: int = 8
    placeholder: bool = False
    progress: Progress = Field(default_factory=Progress)
    error: JobError | None = None
    #: why the last attempt broke off, shown while the job waits and runs again
    interruption: JobError | None = None
    artifacts: list[Artifact] = Field(default_factory=list)
    checkpoints: list[Checkpoint] = Field(default_factory=list)
    parent_job_id: str | None = None
    #: jobs that have to be completed before this one is claimed: the set-up and the download that a training was asked for with
    after: list[str] = Field(default_factory=list)
    worker_id: str | None = None
    correlation_id: str = ""
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    updated_at: str
