"""From a person's wish for a task to a queued job. The caller rings the doorbell."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...core import atomic
from ...core.characters.character_store import CharacterStore
from ...core.clock import Clock, iso
from ...core.errors import ConflictError
from ...core.ids import new_id
from ...core.jobs.ledger import JobFilter, Ledger
from ...core.paths import DataPaths
from ...core.records.job import Job, JobKind, Needs
from ...core.records.job_states import UNFINISHED
from ...core.storage.crash_cleanup import JOB_FILE
from ..job_folder.job_folder import new_job_folder, submit


@dataclass(frozen=True)
class TaskSubmission:
    paths: DataPaths
    ledger: Ledger
    clock: Clock
    characters: CharacterStore
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def submit(
        self,
        kind: JobKind,
        request: dict[str, Any],
        correlation_id: str,
        *,
        needs: Needs = "cpu",
        backend: str = "",
        family: str = "",
        character_id: str | None = None,
        prepare: Callable[[Path], object] = lambda folder: None,
        join: bool = False,
    ) -> Job:
        """A queued job whose folder is complete; `prepare` adds what its work needs. ConflictError `already_running` when the same is
        being done, unless `join` takes that."""
        now = iso(self.clock.now())
        job = Job(
            id=new_id("job"),
            kind=kind,
            needs=needs,
            request=request,
            backend=backend,
            family=family,
            character_id=character_id,
            correlation_id=correlation_id,
            created_at=now,
            updated_at=now,
        )
        with self._one_at_a_time:  # a double click is two requests at once
            same = self._same(job)
            if same is not None:
                if join and same.request.get("action") == request.get("action"):
                    return same
                raise _already_running()
            with new_job_folder(self.paths, job.id) as folder:
                prepare(folder)
                atomic.write_json(folder / JOB_FILE, job.model_dump(mode="json"))
                return submit(self.ledger, self.characters, job)

    def _same(self, job: Job) -> Job | None:
        """The task of that kind about the same that has not ended yet."""
        same = (job.backend, job.family, job.character_id)
        going = self.ledger.jobs(JobFilter(states=UNFINISHED, kinds=[job.kind]), limit=200).items
        return next((one for one in going if (one.backend, one.family, one.character_id) == same), None)


def _already_running() -> ConflictError:
    return ConflictError(
        "already_running", "This is already running.", "Wait until it is done, or cancel it first."
    )
