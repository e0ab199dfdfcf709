"""A runner's side of the ledger: calls are repeated while the ledger is away, for as long as the lease can be trusted."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from ...core.errors import LeaseLostError, LedgerAwayError, StorageError
from ...core.jobs.ledger import Lease, RunnerLedger
from ...core.records.checkpoint import Checkpoint
from ...core.records.event import Event, EventType, Subject
from ...core.records.job import Artifact, Job, JobError, Order, Progress
from ...core.records.job_states import JobState
from ...core.said import Seconds, said
from .disk_space import DISK_FULL

_PAUSE_S = 0.5
_log = logging.getLogger("isengard.runner")
T = TypeVar("T")
_BUSY = "database_busy"


def open_patiently(opened: Callable[[], T]) -> T:
    """Open the ledger, waiting for as long as another process holds its database: a worker that was frozen within a
    transaction holds it until it goes on, and nobody would start this one again. Any other StorageError is raised."""
    logged = False
    while True:
        try:
            return opened()
        except StorageError as busy:
            if busy.code != _BUSY:
                raise
            if not logged:
                _log.warning(
                    "Another process holds the job database: waiting for it",
                    extra={"context": {"code": busy.code, "hint": "a stopped or frozen worker or ComfyUI"}},
                )
            logged = True
            time.sleep(_PAUSE_S)


class PatientLedger:
    """Implements RunnerLedger. A heartbeat that could not be renewed for `hold_s` (less than the lease: others take the
    job back then) is LeaseLostError. `meanwhile` is called while waiting, so that the trainer goes on."""

    def __init__(self, ledger: RunnerLedger, hold_s: float) -> None:
        self._ledger = ledger
        self._hold_s = hold_s
        self._renewed = time.monotonic()
        self.meanwhile: Callable[[], object] = lambda: None

    def beat(self, lease: Lease) -> Order:
        asked = time.monotonic()
        order = self._insist(lambda: self._ledger.beat(lease))
        self._renewed = asked
        return order

    def advance(
        self,
        lease: Lease,
        state: JobState,
        *,
        error: JobError | None = None,
        data: dict[str, Any] | None = None,
    ) -> Job:
        return self._insist(
            lambda: self._ledger.advance(lease, state, error=error, data=data), last_word=True
        )

    def interrupt(self, lease: Lease, reason: JobError) -> Job:
        return self._insist(lambda: self._ledger.interrupt(lease, reason), last_word=True)

    def progress(self, lease: Lease, progress: Progress) -> None:
        self._insist(lambda: self._ledger.progress(lease, progress))

    def checkpoint(self, lease: Lease, checkpoint: Checkpoint) -> None:
        self._insist(lambda: self._ledger.checkpoint(lease, checkpoint))

    def artifact(self, lease: Lease, artifact: Artifact) -> None:
        self._insist(lambda: self._ledger.artifact(lease, artifact))

    def emit(
        self,
        type: EventType,
        subject: Subject,
        data: dict[str, Any],
        *,
        correlation_id: str,
        attempt: int | None = None,
    ) -> Event:
        return self._insist(
            lambda: self._ledger.emit(type, subject, data, correlation_id=correlation_id, attempt=attempt)
        )

    def _insist(self, call: Callable[[], T], *, last_word: bool = False) -> T:
        """A full disk ends the attempt (it is paused); only its last word waits for room."""
        logged = False
        while True:
            try:
                return call()
            except (LedgerAwayError, StorageError) as away:
                if away.code == DISK_FULL and not last_word:
                    raise
                silent_s = time.monotonic() - self._renewed
                if silent_s > self._hold_s:
                    raise LeaseLostError(
                        "lease_not_renewed",
                        said(
                            "The ledger could not be reached for {time}: {reason}",
                            time=Seconds(silent_s),
                            reason=away.message,
                        ),
                        "The job resumes from its last checkpoint.",
                    ) from away
                if not logged:
                    _log.warning("The ledger is away", extra={"context": {"code": away.code}})
                logged = True
                self.meanwhile()
                time.sleep(min(_PAUSE_S, self._hold_s / 10))
