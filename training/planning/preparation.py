"""What a training needs first, told as one sum and done as jobs in line before it: the trainer, the model. Pure functions over a
plan and what is missing for it."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...core.clock import moment
from ...core.families.families import Family
from ...core.records.job import Job
from ...core.records.training import Finding, TrainingRequest
from ..downloads.model_files import Missing
from ..machine.machine_facts import free_apart
from ..tasks.installable import SetupOffer
from .decision import Plan
from .facts import BaseModel

#: A line of 50 Mbit/s in bytes a second: assumed until this computer has downloaded a model.
ASSUMED_SPEED = 50e6 / 8
#: What a set-up takes besides its download: unpacking the packages and a tiny training (docs/first-picture.md).
INSTALL_S = 300.0
#: A shorter download tells nothing about the line.
_TELLING_BYTES, _TELLING_S = 100e6, 5.0

StepKind = Literal["trainer", "model"]


@dataclass(frozen=True)
class Coming:
    """Set-up and files that come before a training begins: the trainer's set-up, None where it is ready, and the files that
    ComfyUI's folders lack."""

    trainer: SetupOffer | None = None
    files: Sequence[Missing] = ()

    def mends(self, finding: Finding) -> bool:
        """Whether what a trainer says of today holds no longer then."""
        if finding.code == "model_parts_missing":
            return bool(self.files)
        return self.trainer is not None and finding.severity == "error" and finding.fix == "setup_backend"

    def disk_bytes(self, root: Path) -> int:
        """Bytes that it takes on the data folder's disk; ComfyUI's models may be on another."""
        installed = self.trainer.disk_bytes if self.trainer is not None else 0
        beside = [file for file in self.files if free_apart(Path(file.folder), root) is None]
        return installed + sum(file.size for file in beside)


NOTHING = Coming()


@dataclass(frozen=True)
class Step:
    """A step before a training; `label` names the trainer or the model."""

    kind: StepKind
    label: str
    download_bytes: int


@dataclass(frozen=True)
class Preparation:
    """`plan` is the training as it will be when all of `coming` is here, `mended` what is wrong until then. `seconds` for downloading and installing; `measured`:
    by earlier downloads on this computer."""

    coming: Coming
    plan: Plan
    mended: Sequence[Finding]
    steps: Sequence[Step]
    seconds: float
    measured: bool

    @property
    def findings(self) -> list[Finding]:
        """List what is left to say once all of it is here, and what is wrong with files that are fetched anew."""
        return [*self.mended, *self.plan.findings]

    @property
    def download_bytes(self) -> int:
        return sum(step.download_bytes for step in self.steps)


def prepared(coming: Coming, now: Plan, plan: Plan, speed: float | None) -> Preparation | None:
    """None where nothing has to come. `now`: the training as things are; `plan`: as it will be; `speed`: bytes a second that downloads
    had here."""
    fetched = sum(file.size for file in coming.files) + sum(one.size for one in plan.facts.base.lacking)
    steps = []
    if coming.trainer is not None:
        steps.append(Step("trainer", plan.facts.trainer.capabilities.label, coming.trainer.download_bytes))
    if fetched:
        steps.append(Step("model", plan.facts.family.label, fetched))
    if not steps:
        return None
    seconds = sum(step.download_bytes for step in steps) / (speed or ASSUMED_SPEED)
    installing = INSTALL_S if coming.trainer is not None else 0.0
    return Preparation(coming, plan, _mended(now, plan), steps, seconds + installing, speed is not None)


def _mended(now: Plan, plan: Plan) -> list[Finding]:
    """A file that was meant to serve and does not is kept beside the one that comes: that is told, what was never here is not."""
    flaw = now.facts.base.model.flaw
    if flaw is None or flaw in plan.findings or flaw not in now.findings:
        return []
    return [flaw.model_copy(update={"severity": "info"})]


def coming_base(request: TrainingRequest, family: Family, files: Sequence[Missing]) -> BaseModel | None:
    """The base that a training by `request` finds once `files` are here; None where they do not hold it."""
    base = family.base_file
    if base is None or request.base_model not in (None, family.key):
        return None
    file = next((one for one in files if Path(one.file).name == base.name), None)
    if file is None:
        return None
    path = str(Path(file.folder) / base.name)
    if family.trains_from == "hub":
        return BaseModel(family.training_base.hub, base.name, drawn_path=path)
    return BaseModel(path, base.name, file.sha256, drawn_path=path)


def download_speed(completed: Iterable[Job]) -> float | None:
    """The median of earlier downloads in bytes a second; None where there was none that tells."""
    speeds = [speed for job in completed if (speed := _speed(job)) is not None]
    return statistics.median(speeds) if speeds else None


def _speed(job: Job) -> float | None:
    """One that was broken off had waited in between, or had begun with what was there."""
    total, started, finished = job.progress.bytes_total or 0, job.started_at, job.finished_at
    if (
        job.kind != "model_download"
        or job.attempt != 1
        or total < _TELLING_BYTES
        or not (started and finished)
    ):
        return None
    seconds = (moment(finished) - moment(started)).total_seconds()
    return total / seconds if seconds >= _TELLING_S else None
