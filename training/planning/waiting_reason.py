"""Why a queued job does not begin: nobody who lives can run it. A pure function over what workers say of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from ...core.records.base import Record
from ...core.records.job import Job
from ...core.records.job_states import JobState
from ...core.records.worker import Worker
from ..ledgers.eligibility import Able, ready


class Waiting(Record):
    """Shown on the job while it is queued."""

    code: Literal["worker", "gpu", "backend"]
    message: str
    hint: str


NO_WORKER = Waiting(
    code="worker",
    message="Waits for a worker: none is running.",
    hint="Start one on a machine with a GPU: python -m isengard worker.",
)
NO_GPU = Waiting(
    code="gpu",
    message="Waits for a worker with a GPU.",
    hint="It begins by itself as soon as a machine with an NVIDIA GPU works for this data folder.",
)


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
    if any(Able(slots_of(worker), ready(worker.backends)).runs(job) for worker in fitting):
        return None
    name = (labels or {}).get(job.backend, job.backend)
    message = f"Waits for a worker with {name}."
    return Waiting(code="backend", message=message, hint=f"Set up {name} there; it then begins by itself.")


def slots_of(worker: Worker) -> frozenset[str]:
    """The kinds of jobs it has slots for."""
    return frozenset({"cpu", "gpu"}) if worker.gpus else frozenset({"cpu"})
