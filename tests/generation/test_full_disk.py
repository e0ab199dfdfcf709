"""Pictures on a disk that is full for a while."""

from __future__ import annotations

import asyncio
import errno

import pytest
from isengard.core import atomic
from isengard.core.errors import StorageError
from isengard.core.records.generation_states import GenerationState
from isengard.generation import until_written
from support.generation_fixtures import publish, request, until, with_comfy


@pytest.mark.parametrize(
    ("refused", "end"), [("record", "failed"), ("record", "cancelled"), ("event", "failed")]
)
def test_a_full_disk_keeps_nothing_from_ending_once_there_is_room(house, monkeypatch, caplog, refused, end):
    """Nobody but who follows it would end it, and what never ends keeps day, deleting and forgetting waiting."""
    publish(house, 10)
    monkeypatch.setattr(until_written, "FIRST_S", 0.05)
    full, write, emit = asyncio.Event(), atomic.write_json, house.service.emit

    def write_json(path, value):
        is_record = path.name == "generation.json" and value["state"] != "cancelling"
        if full.is_set() and refused == "record" and is_record:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, value)

    def told(*event):
        if full.is_set() and refused == "event":
            raise StorageError("disk_full", "The disk is full.", "Free some space.")
        emit(*event)

    monkeypatch.setattr(atomic, "write_json", write_json)
    house.service.emit = told

    async def scenario(comfy):
        comfy.hold = True
        made = await house.service.create(request(house, count=2), "c")
        await until(house, made.id, "running")
        full.set()
        comfy.release()
        while "waits to be written" not in caplog.text:
            await asyncio.sleep(0.01)
        assert comfy.pending == []
        if end == "cancelled":
            await house.service.cancel(made.id)
        full.clear()
        while house.service._tasks:
            await asyncio.sleep(0.01)
        return house.store.get(made.id)

    done = with_comfy(house, scenario)
    assert done.state.value == house.events[-1][2]["state"] == end
    house.store.delete(done.id)  # as all that has ended


def test_an_order_that_cannot_be_told_is_driven_all_the_same(house):
    publish(house, 10)
    emit, refused = house.service.emit, []

    def told(*event):
        if not refused:
            refused.append(event)
            raise StorageError("disk_full", "The disk is full.", "Free some space.")
        emit(*event)

    house.service.emit = told

    async def scenario(comfy):
        made = await house.service.create(request(house), "c")
        return await until(house, made.id, "completed", "failed")

    assert with_comfy(house, scenario).state is GenerationState.COMPLETED and refused
