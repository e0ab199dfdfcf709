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
from ...core.records.job_states import UNFINISHED, JobState
from ...core.storage.crash_cleanup import JOB_FILE
from ..job_folder.job_folder import new_job_folder, submit


@dataclass(frozen=True)
class TaskSubmission:
    paths: DataPaths
    ledger: Ledger
    clock: Clock
    characters: CharacterStore
    #: A double click is two requests at once.
    one_at_a_time: threading.RLock = field(default_factory=threading.RLock, repr=False)

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
        beside: bool = False,
    ) -> Job:
        """A queued job whose folder is complete; `prepare` adds what its work needs. ConflictError `already_running` when the same is
        being done, unless `join` takes that, or it may be done `beside`."""
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
        with self.one_at_a_time:
            same = None if beside else self._same(job, join)
            if same is not None:
                return self.going_on(same)
            with new_job_folder(self.paths, self.characters, job) as folder:
                prepare(folder)
                atomic.write_json(folder / JOB_FILE, job.model_dump(mode="json"))
                return submit(self.ledger, self.characters, job)

    def _same(self, job: Job, join: bool) -> Job | None:
        """The task that `job` joins; None where nothing of the kind is done about the same."""
        same = next(iter(self.under_way(job.kind, job.backend, job.family, job.character_id)), None)
        if same is None or (join and same.request.get("action") == job.request.get("action")):
            return same
        raise ConflictError(
            "already_running", "This is already running.", "Wait until it is done, or cancel it first."
        )

    def under_way(
        self, kind: JobKind, backend: str, family: str, character_id: str | None = None
    ) -> list[Job]:
        """The tasks of that kind about the same that have not ended yet, the newest first."""
        same = (backend, family, character_id)
        going = self.ledger.jobs(JobFilter(states=UNFINISHED, kinds=[kind]), limit=200).items
        return [one for one in going if (one.backend, one.family, one.character_id) == same]

    def going_on(self, job: Job) -> Job:
        """A task that somebody waits for: paused, it would never be done."""
        return self.ledger.requeue(job.id) if job.state is JobState.PAUSED else job
