"""A task under a real lease on a real ledger, run in the test's own process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from isengard.core.clock import SystemClock
from isengard.core.loras.versions import VersionStore
from isengard.training.ledgers.sqlite.sqlite_ledger import SqliteLedger
from isengard.training.tasks.task_submission import TaskSubmission
from isengard.training.worker.runner import Pace, Tools
from isengard.training.worker.task_runner import TaskRunner


@pytest.fixture
def task_house(paths):
    with opened_house(paths) as house:
        yield house


@contextmanager
def opened_house(paths) -> Iterator[SimpleNamespace]:
    """Of any data folder, for tests of two."""
    clock = SystemClock()
    ledger = SqliteLedger(paths.jobs_db, clock, lease_s=20)
    house = SimpleNamespace(paths=paths, ledger=ledger, tasks=TaskSubmission(paths, ledger, clock, None))
    house.tools = Tools(paths, ledger, None, VersionStore(paths, clock), Pace(beat=0.1))

    def submit(kind="backend_setup", request=None, **more):
        return house.tasks.submit(kind, request or {}, "corr-task", **more)

    def run(work, job=None):
        """Claim and run `work` to its end; the job afterwards."""
        job = job or submit()
        claimed, lease = ledger.claim(worker_id="w", owner="w-1", needs={"cpu"})
        assert claimed.id == job.id
        TaskRunner(house.tools, claimed, lease, work).run()
        return ledger.get(job.id)

    def run_until(work, seen, then="cancel"):
        """Run in a thread; as soon as `seen(job)` holds, order `then`; the job afterwards."""
        job, done = submit(), []
        thread = threading.Thread(target=lambda: done.append(run(work, job)))
        thread.start()
        while thread.is_alive() and not seen(ledger.get(job.id)):
            thread.join(0.02)
        assert thread.is_alive(), ledger.get(job.id)
        ledger.order(job.id, then)
        thread.join(120)
        return done[0]

    house.submit, house.run, house.run_until = submit, run, run_until
    yield house
    ledger.close()
