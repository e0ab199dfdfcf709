"""The worker: one thread a slot, each claiming what its slot can run; ends itself after a while without work."""

from __future__ import annotations

import logging
import os
import platform
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ...core.clock import SystemClock
from ...core.errors import IsengardError, LedgerAwayError
from ...core.ids import new_id
from ...core.jobs.ledger import JobFilter, Ledger
from ...core.loops import Loops
from ...core.records.job_states import OWNED, JobState
from ...core.records.worker import BackendState
from ...core.records.worker import Worker as WorkerRecord
from ..gpu.gpu_lending import holds_gpu
from ..gpu.gpu_lock import GpuSlot
from ..ledgers.eligibility import Eligibility, ready
from ..machine.machine_facts import memory_bytes, swap_bytes
from ..machine.os_locks import machine_name
from .disk_space import resume_where_room
from .doorbell import Doorbell
from .runner import Runner, Tools
from .task_runner import TaskRunner, Work

#: Looks in a row that do not find the data folder's lock, before it counts as removed.
LOOKS_WITHOUT = 2
_log = logging.getLogger("isengard.worker")


@dataclass(frozen=True)
class Slot:
    """Jobs that one thread may run; no GPU for the slot of CPU kinds."""

    needs: frozenset[str]
    gpu: GpuSlot = field(default_factory=GpuSlot)


@dataclass(frozen=True)
class Timing:
    """Seconds: end after idle, own look into the ledger and reconcile, report to the ledger."""

    idle: float = 60.0
    look: float = 5.0
    report: float = 5.0


class IsengardWorker:
    """Runs until idle, until `stop` is set, or until the folder that it works for is gone (`folder_gone` is set then)."""

    def __init__(
        self,
        tools: Tools,
        doorbell: Doorbell,
        slots: list[Slot],
        description: WorkerRecord,
        timing: Timing,
        *,
        works: Mapping[str, Work],
        backends: Callable[[], list[BackendState]],
        in_place: Callable[[], bool] = lambda: True,
    ) -> None:
        self._tools = tools
        self._doorbell = doorbell
        self._slots = slots
        self._description = description
        self._timing = timing
        self._works = works
        self._backends = backends
        self._in_place = in_place
        self._woken = threading.Condition()
        self._busy = 0
        self._last_work = time.monotonic()
        self._next_look = 0.0
        self._looks_without = 0
        self.stop = threading.Event()
        self.folder_gone = threading.Event()

    def run(self) -> None:
        """Blocks; every thread but the caller's is a daemon, so that a kill needs nothing more."""
        ledger = self._tools.ledger
        Loops().thread("doorbell", lambda: self._doorbell.listen(self._ring, self.stop))
        for slot in self._slots:
            threading.Thread(target=self._serve, args=(slot,), daemon=True).start()
        while not self.stop.is_set():
            try:
                if self._is_away():
                    self.folder_gone.set()
                    break
                self._look_around(ledger)
                if self._is_idle():
                    break
            except (IsengardError, OSError) as fault:
                _log.warning("The worker looks again later", extra={"context": {"reason": str(fault)}})
            except Exception:
                _log.exception("The worker stumbled and looks again later")
            self.stop.wait(min(self._timing.report, self._timing.look))
        self.stop.set()
        self._wake()
        if self.folder_gone.is_set():
            return  # what is there now is not what this worker signed up in
        try:
            ledger.remove_worker(self._description.id)
        except (IsengardError, OSError) as fault:
            _log.warning("The worker leaves untold", extra={"context": {"reason": str(fault)}})

    def _is_away(self) -> bool:
        """Found so by two looks: a share may be away for a moment. Whoever waits for a removed folder waits for ever, and
        keeps what was in it on the disk."""
        self._looks_without = 0 if self._in_place() else self._looks_without + 1
        return self._looks_without >= LOOKS_WITHOUT

    def _look_around(self, ledger: Ledger) -> None:
        """Say that this worker lives; from time to time take back what others lost."""
        news = {"beat": self._description.beat + 1, "backends": self._backends()}
        self._description = self._description.model_copy(update=news)
        ledger.report_worker(self._description)
        if time.monotonic() >= self._next_look:
            resume_where_room(ledger, self._tools.paths)
            self._doorbell.ring_missing(ledger.reconcile())
            self._wake()
            self._next_look = time.monotonic() + self._timing.look

    def _serve(self, slot: Slot) -> None:
        while not self.stop.is_set():
            try:
                if not self._take_one(slot):
                    with self._woken:
                        self._woken.wait(self._timing.look)
            except LedgerAwayError as away:
                context = {"needs": sorted(slot.needs), "reason": away.message}
                _log.warning("A slot looks again later", extra={"context": context})
                self.stop.wait(self._timing.look)
            except Exception:
                _log.exception("Slot stumbled and goes on", extra={"context": {"needs": sorted(slot.needs)}})
                self.stop.wait(self._timing.look)

    def _take_one(self, slot: Slot) -> bool:
        """Claim and run one job; False when there is none for this slot."""
        owner = f"{self._description.id}-{secrets.token_hex(4)}"
        with self._woken:
            self._busy += 1
        try:
            needs = slot.needs - {"gpu"} if holds_gpu(self._tools.paths, SystemClock()) else slot.needs
            claimed = self._tools.ledger.claim(
                worker_id=self._description.id, owner=owner, needs=needs, backends=ready(self._backends())
            )
            if claimed is None:
                return False
            job, lease = claimed
            if job.kind in self._works:
                TaskRunner(self._tools, job, lease, self._works[job.kind], gpu=slot.gpu).run()
            else:
                Runner(self._tools, job, lease, gpu=slot.gpu).run()
            self._last_work = time.monotonic()
            return True
        finally:
            with self._woken:
                self._busy -= 1

    def _ring(self, job_id: str, attempt: int) -> None:
        self._wake()

    def _wake(self) -> None:
        with self._woken:
            self._woken.notify_all()

    def _is_idle(self) -> bool:
        """Nothing runs here and nothing waits, and that for a while. What others hold matters where it may be inherited;
        what waits for a better machine keeps this worker, which would be started again at once, and tells why it waits.
        """
        with self._woken:
            if self._busy or time.monotonic() - self._last_work < self._timing.idle:
                return False
        states = [JobState.QUEUED, JobState.INTERRUPTED, *OWNED]
        waiting = self._tools.ledger.jobs(JobFilter(states=states), limit=50).items
        able = Eligibility(
            frozenset().union(*(slot.needs for slot in self._slots)), ready(self._description.backends)
        )
        return not any(job.state is JobState.QUEUED or able.runs(job) for job in waiting)


def describe(version: str, slots: int) -> WorkerRecord:
    """Describe this worker as the ledger shows it; GPUs and backends are added by the composition root."""
    worker_id = f"{machine_name()}-{new_id('job')[4:]}"
    return WorkerRecord(
        id=worker_id,
        host=machine_name(),
        version=version,
        pid=os.getpid(),
        slots=slots,
        system=platform.system(),
        memory_bytes=memory_bytes(),
        swap_bytes=swap_bytes(),
    )
