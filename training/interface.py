"""The seam of training backends: what the worker and the server know of a trainer, and nothing else of it.

A backend plans a command and reads what the trainer leaves in the job's folder. It never runs anything itself:
the worker starts `plan.argv` behind the shim.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import Field

from ..core.families.families import Family
from ..core.families.families import Needs as FamilyNeeds
from ..core.families.memory import Memory
from ..core.families.trainer_settings import TrainerSettings
from ..core.records.base import Record
from ..core.records.checkpoint import Checkpoint
from ..core.records.job import JobError, Needs, Progress
from ..core.records.training import Finding, Preset
from ..core.records.worker import BackendState
from ..core.storage.documents import known

TRAINING_FILE = "training.json"
LOG_FILE = "trainer.log"


@dataclass(frozen=True)
class ResolvedTraining:
    """A training with every choice made, frozen at submit as jobs/<id>/training.json.

    `base_path` is a file, a diffusers folder or a hub id ('' where the backend needs none); `generate_base` the name
    ComfyUI's loader knows the picture-making base by and `drawn_path` its file here ('' for none); `v_pred`: the base predicts
    velocity; `held_out` photo ids that are never trained on; `vram_bytes` about
    what it takes on a GPU; `guess_s` what a step takes by the family's record; `route` the way it is trained and `trainer` the
    family's settings for the trainer by that way, both as they were when it was asked for ('' and nothing: before 1.4.0 of the adapter);
    `cache_text`, `offload` (a share of the layers) and `bits` save memory; `stop_early`: its saves are measured, and it may end before
    its last step; `method` lora, with its rank, or lokr, with its `lokr_factor` (0 for a LoRA); `save_mb`
    about what one save takes, by its trainer (0: before that was kept).
    """

    job_id: str
    character_id: str
    slug: str
    trigger_word: str
    class_word: str
    backend: str
    family: str
    preset: str
    base_path: str
    base_sha256: str | None
    generate_base: str
    steps: int
    rank: int
    alpha: float
    learning_rate: float
    resolution: list[int]
    batch_size: int
    save_every: int
    sample_prompts: list[str]
    seed: int
    quantize: bool
    low_vram: bool
    image_count: int
    held_out: list[str]
    vram_bytes: int = 0
    guess_s: float = 0.0
    drawn_path: str = ""
    v_pred: bool = False
    cache_text: bool = False
    offload: float = 0.0
    bits: int = 8
    route: str = ""
    trainer: dict[str, Any] = field(default_factory=dict)
    stop_early: bool = False
    method: str = "lora"
    lokr_factor: int = 0
    save_mb: float = 0.0

    def settings(self, family: Family) -> TrainerSettings:
        """The trainer's settings that it was begun with; the family's by its route where none were kept."""
        return TrainerSettings.frozen(self.trainer) if self.trainer else family.trainer

    @property
    def proving_base(self) -> str:
        """The base that a LoRA's fit is judged by: the one that will draw, where this machine has it, else what it is trained on."""
        drawn = self.drawn_path
        return drawn if drawn and Path(drawn).is_file() else self.base_path

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def read(cls, job_dir: Path) -> ResolvedTraining:
        """The frozen training of a job. Raises OSError, ValueError or TypeError when the file is damaged."""
        return cls(**known(cls, json.loads((job_dir / TRAINING_FILE).read_text(encoding="utf-8"))))


@dataclass(frozen=True)
class LaunchPlan:
    """`env` is complete and minimal; secrets go there and never into `argv`."""

    argv: list[str]
    cwd: Path
    env: dict[str, str]


@dataclass(frozen=True)
class SampleFile:
    """A picture the trainer made; `file` is relative to the job's folder."""

    step: int
    index: int
    file: str


@dataclass(frozen=True)
class LossPoint:
    step: int
    loss: float
    learning_rate: float | None = None


@dataclass(frozen=True)
class Reading:
    """A look into the job's folder; `losses` are the points after the step that was asked for, `warnings` sentences
    that are still true of what came of it, `began_at` the step at which this attempt began, where the trainer tells it."""

    progress: Progress
    samples: list[SampleFile] = field(default_factory=list)
    losses: list[LossPoint] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    began_at: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended, judged by what it left, never by the exit code alone."""

    state: Literal["completed", "cancelled", "failed"]
    error: JobError | None = None
    checkpoints: Sequence[Checkpoint] = ()


class Option(Record):
    """An advanced option a backend takes, with its range and a plain explanation."""

    min: float | None = None
    max: float | None = None
    tooltip: str


class OwnFigures(Record):
    """Estimates of what a trainer takes for a family, where that is not what the family's record says (AI-Toolkit's figures): fields by the
    names of its `[needs]` and `[memory]`."""

    needs: dict[str, Any] = Field(default_factory=dict)
    memory: dict[str, Any] = Field(default_factory=dict)

    def laid_over(self, family: Family) -> Family:
        """The family with these figures in place of the record's."""
        needs = FamilyNeeds.model_validate({**family.needs.model_dump(), **self.needs})
        memory = Memory.model_validate({**family.memory.model_dump(), **self.memory})
        return family.model_copy(update={"needs": needs, "memory": memory})


class BackendCapabilities(Record):
    """The abilities that the panel and preflight may know; `placeholder` backends make LoRAs that are no likeness. `tagline` is said beside
    its name where a person chooses, `about` below it.

    `presets` are the trainer's own, the gentlest first; without any it takes ours.
    """

    name: str
    label: str
    version: str
    kinds: list[str] = Field(default_factory=lambda: ["training"])
    families: list[str]
    #: what it can train, by the names of the capability matrix
    methods: list[str] = Field(default_factory=lambda: ["lora"])
    needs: Needs
    options: dict[str, Option] = Field(default_factory=dict)
    presets: list[Preset] = Field(default_factory=list)
    placeholder: bool = False
    tagline: str = ""
    about: str = ""
    can_continue: bool = False
    #: whether the families' figures of memory and time are this trainer's
    figures: bool = False
    #: its own estimates of them by family, which nobody has measured on a GPU
    estimates: dict[str, OwnFigures] = Field(default_factory=dict)
    #: it loads models as ComfyUI does, from ComfyUI's folders: it trains the very file that draws, quantised copies too
    loads_as_comfyui: bool = False
    #: where nobody chose: it trains what the usual trainer cannot, or on machines where that does not run
    stands_in: bool = False
    #: what it can do to take less memory, by the names of overrides; `cache_text`, `offload` and `bits` it has to know
    savings: list[str] = Field(
        default_factory=lambda: ["quantize", "low_vram", "batch_size", "resolution", "rank"]
    )

    def as_held(self, family: Family) -> Family:
        """The family with this trainer's own figures of memory and time in place of the record's."""
        own = self.estimates.get(family.key)
        return own.laid_over(family) if own is not None else family


class TrainingBackend(Protocol):
    """All methods block; poll and checkpoints are cheap and never raise for a half-written file."""

    name: str
    version: str

    def capabilities(self) -> BackendCapabilities: ...

    def state(self) -> BackendState: ...

    def preflight(self, training: ResolvedTraining) -> list[Finding]:
        """Find what would stop or trouble this training; what holds for this machine alone is marked `this_machine`."""

    def plan(self, job_dir: Path, training: ResolvedTraining, *, resume: bool) -> LaunchPlan:
        """Write the trainer's files into `job_dir`, put away what an attempt before left of the steps that are done again, its losses too,
        and say how to start it. IsengardError when it cannot."""

    def poll(self, job_dir: Path, training: ResolvedTraining, after_step: int) -> Reading: ...

    def checkpoints(self, job_dir: Path, training: ResolvedTraining) -> list[Checkpoint]:
        """The checkpoints that verify, by step; `file` is relative to the job's out/ folder."""

    def carry_over(
        self, before_dir: Path, before: ResolvedTraining, job_dir: Path, training: ResolvedTraining
    ) -> None:
        """Copy the last checkpoint (and what the optimizer has learned) of `before` into `job_dir`, so that `plan` with
        `resume` goes on from it. Only called where `can_continue`."""

    def save_now(self, job_dir: Path) -> None:
        """Ask the running trainer for a checkpoint; harmless where it cannot."""

    def stop(self, job_dir: Path, pid: int) -> None:
        """Ask the trainer politely to end; the worker kills the tree when it does not."""

    def outcome(self, job_dir: Path, training: ResolvedTraining, exit_code: int) -> Outcome: ...
