"""What a worker can run: the same question for a claim, for ending idle, and for what a waiting job is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ...core.records.job import Job
from ...core.records.worker import BackendState


def ready(backends: Iterable[BackendState]) -> list[str]:
    """The trainers that can be used."""
    return [backend.name for backend in backends if backend.state == "ready"]


@dataclass(frozen=True)
class Eligibility:
    """Kinds of slots and the trainers that are ready; `backends` None: every trainer."""

    needs: Collection[str]
    backends: Collection[str] | None = None

    def runs(self, job: Job) -> bool:
        """Tell whether a job may run here. Only trainings depend on a trainer: its set-up is there to make one ready."""
        trains = job.kind != "training" or self.backends is None or job.backend in self.backends
        return trains and job.needs in self.needs
