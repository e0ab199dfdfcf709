"""What routes below /training answer besides the records as they are stored, for openapi.json."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from ...core.records.spoken import Spoken
from ...core.records.training import Finding
from ...core.records.worker import BackendState, Gpu
from ...training.captioning.interface import CaptionerCapabilities
from ...training.gpu.gpu_handover import Holder
from ...training.gpu.gpu_lending import Lending
from ...training.interface import BackendCapabilities
from ...training.planning.preparation import StepKind
from ...training.planning.recommendation import Fit
from ...training.planning.stopping_offer import WhyNot
from ...training.tasks.installable import SetupOffer
from .answer_bodies import sometimes


class CaptionerInfo(CaptionerCapabilities):
    """Something that describes photos, and whether it can be used now."""

    state: BackendState
    default: bool


class GpuHolders(Spoken):
    """The GPU of this machine and who holds its memory; `gpu` null on a machine without one."""

    model_config = sometimes("asked", "waited_s")

    gpu: Gpu | None
    holders: list[Holder]
    asked: bool = False
    waited_s: float = 0.0
    comfyui_holds: bool
    words: str


class Sampling(BaseModel):
    """How pictures are made with a family's base."""

    steps: int
    guidance: float
    width: int
    height: int
    sampler: str
    scheduler: str


class FamilyFile(Spoken):
    """A file that a family needs: whether it is here, and what is wrong with what is there in its place."""

    file: str
    folder: str
    hub: str
    size: int
    here: bool
    fault: str


class UnreadableFile(Spoken):
    """A file in ComfyUI's folders that is not a whole model."""

    file: str
    folder: str
    reason: str


class CheckpointChoice(Spoken):
    """A checkpoint that people can be trained on: why it is taken for the family's, what it draws and how it predicts, each with
    what tells it. `refused` says why no training can start from it; `label` names the other model that it is by its name."""

    file: str
    size: int
    recommended: bool
    why: Literal["hash", "name", "like_name", "size", "tensors", "last"]
    label: str
    style: Literal["photographic", "illustrated", "unknown"]
    style_from: Literal["tensors", "metadata", "name", ""]
    prediction: Literal["epsilon", "v"]
    prediction_from: Literal["tensors", "metadata", "name", ""]
    refused: str
    #: it is refused for being a quantised copy, which trainers take that load models as ComfyUI does
    quantised: bool


class Family(Spoken):
    """A model family that a person can be trained for. `fit`: how it suits the machine that would train, `note` what keeps it from that
    or what it gives up, `place` its place among all; `train_s` of the balanced preset with 20 photos, null where nobody knows;
    `download_bytes`: what training and drawing with it would fetch."""

    key: str
    label: str
    status: Literal["proven", "experimental"]
    licence: str
    gated: bool
    min_comfyui: str
    recipe: str
    sampling: Sampling
    resolutions: list[int]
    default_preset: str
    base_models: list[str]
    checkpoints: list[CheckpointChoice]
    files: list[FamilyFile]
    unreadable: list[UnreadableFile]
    trains_from: Literal["file", "hub"]
    placeholder: bool
    page: str
    needs_token: bool
    routes: list[FamilyRoute]
    fit: Fit
    place: int
    note: str
    vram_bytes: int
    train_s: float | None
    download_bytes: int
    good_at: str
    sell: Literal["yes", "limits", "ask"]
    terms: str


class FamilyRoute(BaseModel):
    """A way to train a family: what is trained on differs, pictures are made with the same model. The first is the usual one."""

    key: str
    label: str
    about: str
    expert: bool
    gated: bool
    page: str


class PresetNumbers(BaseModel):
    """The numbers that a preset would give for a family and a number of photos; `estimate_s` null where times teach nothing. `rank` and
    `alpha` are of a LoRA, `lokr_factor` of a LoKr and 0 otherwise."""

    name: str
    label: str
    description: str
    steps: int
    rank: int
    alpha: float
    lokr_factor: int
    learning_rate: float
    resolution: list[int]
    save_every: int
    estimate_s: float | None
    vram_bytes: int
    disk_bytes: int
    learned: bool


class Backend(BackendCapabilities):
    """A training backend, whether it can be used now, and what setting it up would take; `setup` null where there is nothing
    to set up."""

    default: bool
    state: BackendState
    setup: SetupOffer | None


class LendingState(BaseModel):
    """Which training has made room on the GPU, and until when."""

    lending: Lending | None


class MachineFacts(Spoken):
    """GPUs of this machine and its workers, free disk and memory of this one; `words`: which model is recommended, or why nothing can
    be trained."""

    gpus: list[Gpu]
    can_train: bool
    disk_free_bytes: int
    memory_bytes: int
    words: str


class TrainingPlan(BaseModel):
    """The numbers that a training would have; `estimate_s` null where times teach nothing."""

    steps: int
    rank: int
    alpha: float
    method: str
    lokr_factor: int
    learning_rate: float
    resolution: list[int]
    save_every: int
    photos: int
    held_out: int
    base_model: str
    estimate_s: float | None
    vram_bytes: int
    ram_bytes: int
    disk_bytes: int
    learned: bool


class MemoryOverrides(BaseModel):
    """The advanced options that a rung decides; batch, rank and alpha only where it gives them up."""

    model_config = sometimes("batch_size", "rank", "alpha")

    cache_text: bool
    quantize: bool
    low_vram: bool
    bits: int
    resolution: list[int]
    offload: float
    batch_size: int
    rank: int
    alpha: float


class MemoryOffer(Spoken):
    """A setting that takes less memory than the one before: what it gives up in `words`, how long a step takes against the
    first one, and the `overrides` that ask for it. `fits` null where the GPU is unknown; `learned`: the time was measured on it."""

    words: str
    pace: float
    pace_words: str
    vram_bytes: int
    estimate_s: float | None
    learned: bool
    fits: bool | None
    automatic: bool
    chosen: bool
    overrides: MemoryOverrides


class Stopping(Spoken):
    """Whether a training can end by measurement: `why_not` is '' where it can. `reloads`: how often the trainer would load its model
    anew at most; `automatic`: whether it is on by itself; `words`: why not, or what it costs."""

    why_not: WhyNot
    reloads: int
    automatic: bool
    words: str


class PreparationStep(BaseModel):
    """A step before a training: the trainer's set-up or the model's download."""

    kind: StepKind
    label: str
    download_bytes: int


class TrainingPreparation(BaseModel):
    """Sum of what a training lacks. `seconds` for downloading and installing, `measured` by earlier downloads here; `in_line`:
    whether jobs come before it, or it fetches by itself what is lacking; `findings` and `ok` once all of it is here."""

    steps: list[PreparationStep]
    download_bytes: int
    seconds: float
    measured: bool
    train_s: float
    gpu: str
    in_line: bool
    findings: list[Finding]
    ok: bool


class Preflight(BaseModel):
    """Findings of what would stop or trouble a training, its numbers, what it could be made to take in `memory`, whether it can
    end by measurement, and what would have to come before it: null where nothing has to."""

    stopping: Stopping
    findings: list[Finding]
    plan: TrainingPlan
    memory: list[MemoryOffer]
    backend: str
    ok: bool
    preparation: TrainingPreparation | None


class JobLog(BaseModel):
    """The last lines of a trainer's log."""

    lines: list[str]


class Loss(BaseModel):
    """A point of the loss curve."""

    step: int
    loss: float
    learning_rate: float | None


class Sample(BaseModel):
    """A sample picture of a training; `url` is where it is."""

    file: str
    step: int | None
    index: int
    url: str
