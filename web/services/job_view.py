"""Jobs as they are shown: the record, and why a queued one waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from ...core.executor import in_thread
from ...core.families.families import Families
from ...core.jobs.ledger import Ledger
from ...core.plugins import PluginRegistry
from ...core.records.job import Job
from ...core.records.job_states import JobState
from ...training.planning.placement import Waiting, held_by, waits_for
from ...training.planning.set_up_and_train import SetUpAndTrain
from ..http import responses


@dataclass(frozen=True)
class JobView:
    """`shared`: workers of other machines serve this ledger."""

    ledger: Ledger
    registry: PluginRegistry
    families: Families
    line: SetUpAndTrain
    shared: bool

    async def answer(self, job: Job, status: int = 200) -> web.Response:
        (item,) = await in_thread(self._shown, [job])
        return web.json_response(item, status=status)

    async def answers(self, jobs: Sequence[Job], next_cursor: str | None) -> web.Response:
        return responses.as_list(await in_thread(self._shown, jobs), next_cursor)

    def _shown(self, jobs: Sequence[Job]) -> list[dict[str, Any]]:
        """Each with `waits_for`: {code, message, hint} while a job before it or nobody who lives keeps it from running, else null."""
        queued = any(job.state is JobState.QUEUED for job in jobs)
        workers = self.ledger.workers() if queued else []
        labels = self._labels() if queued else {}
        items = []
        for job in jobs:
            waiting = self._held(job, labels) or waits_for(job, workers, shared=self.shared, labels=labels)
            why = waiting.model_dump(mode="json") if waiting else None
            items.append({**job.model_dump(mode="json"), "waits_for": why})
        return items

    def _held(self, job: Job, labels: Mapping[str, str]) -> Waiting | None:
        return held_by(self.line.before(job), labels) if job.state is JobState.QUEUED else None

    def _labels(self) -> dict[str, str]:
        """What trainers and families are called."""
        backends = self.registry.all("training_backends")
        trainers = {name: backend.capabilities().label for name, backend in backends.items()}
        return {**{family.key: family.label for family in self.families.all()}, **trainers}
