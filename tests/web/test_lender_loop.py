"""Looking after what is lent waits for the disk in a thread of ours, never on ComfyUI's loop."""

from __future__ import annotations

import asyncio
import threading

import pytest
from isengard.core.clock import SystemClock
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
