"""Which machine will train: this one, or that of another worker of the same ledger; and why a queued job does not begin.
Pure functions over what workers say of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ...core.records.base import Record
from ...core.records.job import Job
from ...core.records.job_states import JobState
from ...core.records.spoken import Spoken
from ...core.records.worker import Gpu, Worker
from ...core.said import joined, said
from ..ledgers.eligibility import Eligibility, ready
from .facts import Machines, Trainer


class Waiting(Spoken, Record):
    """Shown on the job while it is queued."""

    code: Literal["worker", "gpu", "backend", "step", "step_stopped"]
    message: str
    hint: str


NO_WORKER = Waiting(
    code="worker",
    message="Waiting for a worker: none is running.",
    hint="Start one on a machine with a GPU: python -m isengard worker.",
)
NO_GPU = Waiting(
    code="gpu",
    message="Waiting for a worker with a GPU.",
    hint="It starts automatically as soon as a machine with a GPU that can train works for this data folder.",
)

#: Nothing more happens until somebody says so.
_STAYS = (JobState.FAILED, JobState.CANCELLED, JobState.PAUSED)


def waits_for(
    job: Job, workers: Sequence[Worker], *, shared: bool, labels: Mapping[str, str] | None = None
) -> Waiting | None:
    """None when it is just not its turn. `shared`: workers of other machines serve this ledger; otherwise one is started
    here at once. `labels`: what trainers are called."""
    if job.state is not JobState.QUEUED:
        return None
    if not workers:
        return NO_WORKER if shared else None
    fitting = [worker for worker in workers if job.needs in slots_of(worker)]
    if not fitting:
        return NO_GPU
    if any(_able(worker, job) for worker in fitting):
        return None
    name = (labels or {}).get(job.backend, job.backend)
    message = said("Waiting for a worker with {name}.", name=name)
    return Waiting(
        code="backend",
        message=message,
        hint=said("Set up {name} there; it then starts automatically.", name=name),
    )


def held_by(before: Sequence[Job], labels: Mapping[str, str]) -> Waiting | None:
    """Why a job does not begin because of those before it: what is still being done, or what gave up or is paused. `labels`: what trainers and
    families are called. None where all are completed."""
    stopped = next((job for job in before if job.state in _STAYS), None)
    if stopped is not None:
        name = _name(stopped, labels)
        what = (
            said("Waiting: the download of {model} isn't done.", model=name)
            if stopped.kind == "model_download"
            else said("Waiting: setting up {trainer} isn't done.", trainer=name)
        )
        error = stopped.error
        why = (
            (error.sentence("message"), error.sentence("hint"))
            if error is not None
            else (said("It's paused.") if stopped.state is JobState.PAUSED else said("It was cancelled."),)
        )
        return Waiting(
            code="step_stopped",
            message=joined(what, *why),
            hint="The photos stay as they were when you started; Retry continues from what is there.",
        )
    going = next((job for job in before if job.state is not JobState.COMPLETED), None)
    if going is None:
        return None
    name = _name(going, labels)
    message = (
        said("Starts automatically after the download of {model}.", model=name)
        if going.kind == "model_download"
        else said("Starts automatically after setting up {trainer}.", trainer=name)
    )
    return Waiting(code="step", message=message, hint="")


def _name(job: Job, labels: Mapping[str, str]) -> str:
    """What the trainer or the family of a job is called."""
    name = job.backend or job.family
    return labels.get(name, name)


def slots_of(worker: Worker) -> frozenset[str]:
    """The kinds of jobs it has slots for."""
    return frozenset({"cpu", "gpu"}) if worker.gpus else frozenset({"cpu"})


@dataclass(frozen=True)
class Place:
    """`worker`: whose machine trains, None for this one; `waits`: why nobody can as things are; `device`: what trains there, ''
    where nobody knows yet who will."""

    worker: Worker | None = None
    waits: Waiting | None = None
    device: str = ""

    @property
    def here(self) -> bool:
        return self.worker is None and self.waits is None

    @property
    def away(self) -> str:
        """The name of the other machine; '' for this one."""
        if self.worker is not None:
            return self.worker.host
        return said("another machine") if self.waits is not None else ""

    @property
    def has_token(self) -> bool:
        """Whether another machine has the token; one that nobody knows yet may have all it needs."""
        return self.worker is None or self.worker.hub_token


def place(trainer: Trainer, machines: Machines) -> Place:
    """This machine where it can; else the able worker with the largest GPU; else whoever comes. A machine that only lacks
    the trainer is judged itself: it can be set up."""
    needs, name = trainer.capabilities.needs, trainer.capabilities.name
    here = Place(device=device_name(machines.here.gpus, machines.host))
    needs_met = needs == "cpu" or bool(machines.here.gpus)
    if not machines.shared or (needs_met and trainer.state.state == "ready"):
        return here
    job = Job(id="", needs=needs, backend=name, created_at="", updated_at="")
    able = [worker for worker in machines.workers if _able(worker, job)]
    if able:
        best = max(able, key=_largest)
        return here if best.host == machines.host else _away(best, on_cpu=needs == "cpu")
    if needs_met:
        return here
    labels = {name: trainer.capabilities.label}
    return Place(waits=waits_for(job, machines.workers, shared=True, labels=labels))


def _away(worker: Worker, *, on_cpu: bool) -> Place:
    return Place(worker, device=device_name([] if on_cpu else worker.gpus, worker.host))


def device_name(gpus: Sequence[Gpu], host: str) -> str:
    """The device that trains on a machine, as `Progress.device` tells it."""
    return gpus[0].name if gpus else f"cpu {host}"


def _able(worker: Worker, job: Job) -> bool:
    return Eligibility(slots_of(worker), ready(worker.backends)).runs(job)


def _largest(worker: Worker) -> int:
    return max((gpu.total_bytes for gpu in worker.gpus), default=0)
