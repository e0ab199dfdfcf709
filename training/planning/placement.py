"""Which machine will train: this one, or that of another worker of the same ledger. Pure functions over what workers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...core.records.job import Job
from ...core.records.training import Finding
from ...core.records.worker import BackendState, Worker
from ..ledgers.eligibility import Able, ready
from ..machine.nvidia_smi import memory_words
from .waiting_reason import Waiting, slots_of, waits_for


@dataclass(frozen=True)
class Here:
    """This machine as a trainer; `shared`: workers of other machines serve the ledger too."""

    host: str
    needs_met: bool
    backend: BackendState
    shared: bool


@dataclass(frozen=True)
class Place:
    """`worker`: whose machine trains, None for this one; `waits`: why nobody can as things are."""

    worker: Worker | None = None
    waits: Waiting | None = None

    @property
    def here(self) -> bool:
        return self.worker is None and self.waits is None

    @property
    def away(self) -> str:
        """What the other machine is called; '' for this one."""
        if self.worker is not None:
            return self.worker.host
        return "another machine" if self.waits is not None else ""

    @property
    def has_token(self) -> bool:
        """Of another machine; one that nobody knows yet may have all it needs."""
        return self.worker is None or self.worker.hub_token


def place(job: Job, workers: Sequence[Worker], here: Here, *, labels: Mapping[str, str]) -> Place:
    """This machine where it can; else the able worker with the largest GPU; else whoever comes. A machine that only lacks
    the trainer is judged itself: it can be set up."""
    able = [worker for worker in workers if Able(slots_of(worker), ready(worker.backends)).runs(job)]
    if not here.shared or (here.needs_met and here.backend.state == "ready"):
        return Place()
    if able:
        best = max(able, key=_largest)
        return Place() if best.host == here.host else Place(worker=best)
    return Place() if here.needs_met else Place(waits=waits_for(job, workers, shared=True, labels=labels))


def _largest(worker: Worker) -> int:
    return max((gpu.total_bytes for gpu in worker.gpus), default=0)


def findings(where: Place, *, backend: str, file_here: str) -> list[Finding]:
    """What is to be said of the place. `file_here`: the name of a model file that only this machine is known to have."""
    if where.waits is not None:
        message = f"{where.waits.message} {where.waits.hint}"
        return [Finding(severity="warning", code="no_able_worker", message=message, fix="check_again")]
    if where.worker is None:
        return []
    host, gpus = where.worker.host, where.worker.gpus
    with_gpu = f" ({gpus[0].name}, {memory_words(gpus[0].total_bytes)})" if gpus else ""
    found = [
        Finding(
            severity="info", code="trains_elsewhere", message=f"The worker on {host}{with_gpu} trains this."
        )
    ]
    detail = next((known.detail for known in where.worker.backends if known.name == backend), "")
    if detail:
        message = f"The worker on {host}: {detail}"
        found.append(Finding(severity="warning", code="backend_untested", message=message, fix="check_again"))
    if file_here:
        message = f"{file_here} lies on this machine: the worker on {host} must have it under the same path."
        found.append(Finding(severity="warning", code="model_elsewhere", message=message, fix="check_again"))
    return found
