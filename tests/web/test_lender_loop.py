"""Looking after what is lent waits for the disk in a thread of ours, never on ComfyUI's loop; and what is lent is given back, whatever
the ledger does meanwhile."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest
from isengard.core.clock import SystemClock, iso
from isengard.core.errors import LedgerAwayError, NotFoundError
from isengard.core.records.job_states import JobState
from isengard.training.gpu import gpu_lending
from isengard.web.services import gpu_lender
from isengard.web.services.gpu_lender import GpuLender


@pytest.mark.parametrize("lent", [None, gpu_lending.Lending("job_x", "2026-11-30T10:00:00.000Z")])
def test_the_file_is_read_beside_the_loop(paths, monkeypatch, lent):
    readers, looked = [], []
    monkeypatch.setattr(gpu_lender, "_IDLE_S", 0.01)
    monkeypatch.setattr(gpu_lender, "_LOOK_S", 0.01)
    monkeypatch.setattr(GpuLender, "_look_after", lambda self, found: looked.append(found))

    def read(where):
        readers.append(threading.current_thread())
        return lent

    monkeypatch.setattr(gpu_lending, "read", read)

    async def looking():
        running = asyncio.create_task(GpuLender(paths, SystemClock(), None, None, None).run())
        while len(readers) < 3:
            await asyncio.sleep(0.01)
        running.cancel()

    asyncio.run(asyncio.wait_for(looking(), 10))
    assert threading.current_thread() not in readers and bool(looked) is (lent is not None)


@pytest.mark.parametrize("away", ["when it is looked at", "when it is resumed"])
def test_a_ledger_that_is_away_for_a_moment_leaves_no_training_paused(paths, away):
    """Nothing said any more that it was lent, and nobody resumed it."""
    clock, faults = SystemClock(), [LedgerAwayError("redis_unreachable", "Redis cannot be reached.")]
    state = {"job": SimpleNamespace(id="job_x", state=JobState.PAUSED, correlation_id="c")}

    def stumble(where):
        if where == away and faults:
            raise faults.pop()

    def get(job_id):
        stumble("when it is looked at")
        return state["job"]

    def resume(job_id):
        stumble("when it is resumed")
        state["job"].state = JobState.QUEUED

    ledger = SimpleNamespace(get=get, emit=lambda *_, **__: None)
    pictures = SimpleNamespace(unfinished=list)
    lender = GpuLender(paths, clock, ledger, SimpleNamespace(resume=resume), pictures)
    gpu_lending.write(
        paths, gpu_lending.Lending("job_x", iso(clock.now()), gpu_lending.lent_until(clock, -1))
    )
    with pytest.raises(LedgerAwayError):
        lender._look_after(gpu_lending.read(paths))
    assert gpu_lending.read(paths) is not None and state["job"].state is JobState.PAUSED
    lender._look_after(gpu_lending.read(paths))
    assert gpu_lending.read(paths) is None and state["job"].state is JobState.QUEUED


def test_what_is_lent_to_nobody_is_let_go(paths):
    def get(job_id):
        raise NotFoundError("job_not_found", "There is no such job.")

    clock = SystemClock()
    lender = GpuLender(paths, clock, SimpleNamespace(get=get, emit=lambda *_, **__: None), None, None)
    gpu_lending.write(paths, gpu_lending.Lending("job_x", iso(clock.now())))
    lender._look_after(gpu_lending.read(paths))
    assert gpu_lending.read(paths) is None
