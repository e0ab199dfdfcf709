"""Everything that is asked before a training is planned, as plain facts: what `decide` looks at, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.families.base_choice import RankedBase
from ...core.families.families import Family
from ...core.families.hub_parts import HubPart
from ...core.records.character import Character
from ...core.records.job import Job
from ...core.records.photo import Photo
from ...core.records.training import Finding, TrainingRequest
from ...core.records.worker import BackendState, Worker
from ..downloads.hub_cache import Lacking
from ..gpu.gpu_handover import GpuUse
from ..interface import BackendCapabilities
from ..machine.machine_facts import Machine


@dataclass(frozen=True)
class BaseModel:
    """`path`: what the trainer loads (file, folder or hub id); `comfy_name`: what ComfyUI's loader calls the base that draws,
    `drawn_path` where that file is ('' for none); `flaw`: what keeps a trainer from it; `base`: what is known of the file, None for
    a folder or a hub id."""

    path: str
    comfy_name: str
    sha256: str | None = None
    flaw: Finding | None = None
    drawn_path: str = ""
    base: RankedBase | None = None


@dataclass(frozen=True)
class Base:
    """`parts`: all that the trainer reads of the hub for it, `lacking` what is not on this machine; `by_itself`: a hub id that the
    trainer fetches unasked, since no record describes it; `only_here`: the file's name where nothing says that another machine has
    it; `cache_free_bytes`: what is free for the hub's cache where that is on another disk than the data folder."""

    model: BaseModel
    parts: Sequence[HubPart] = ()
    lacking: Sequence[Lacking] = ()
    by_itself: str = ""
    only_here: str = ""
    cache_free_bytes: int | None = None


@dataclass(frozen=True)
class Person:
    """`namesakes`: the names of others who have the same trigger word."""

    character: Character
    photos: Sequence[Photo]
    namesakes: Sequence[str] = ()


@dataclass(frozen=True)
class Trainer:
    """The training backend: what it can do and how it is on this machine; `findings`: what it says itself of the training."""

    capabilities: BackendCapabilities
    state: BackendState
    findings: Sequence[Finding] = ()


@dataclass(frozen=True)
class Machines:
    """This one (`here`, called `host`) and the workers that live now; `shared`: those of other machines serve the ledger too."""

    host: str
    here: Machine
    workers: Sequence[Worker] = ()
    shared: bool = False


@dataclass(frozen=True)
class Facts:
    """`seed`: drawn for a request that names none; `gpu_use`: this machine's GPU as it was measured just now; `has_token`:
    whether the hub's token is known here; `coming_bytes`: what is installed and fetched before it begins; `may_fetch`: whether the owner lets models be fetched; `completed`: earlier trainings, which have shown how long a step takes."""

    request: TrainingRequest
    seed: int
    family: Family
    person: Person
    base: Base
    trainer: Trainer
    machines: Machines
    gpu_use: GpuUse | None = None
    has_token: bool = False
    comfyui_version: str = ""
    completed: Sequence[Job] = ()
    may_fetch: bool = True
    coming_bytes: int = 0
