"""Loops that die are logged, told, and begin again; what ends of itself, or is stopped, stays so."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from isengard.core.loops import Loops, spawn
from support.soon import until


async def end_all():
    """A task that is left pending is complained about in whichever test collects it."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture
def on():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    asyncio.run_coroutine_threadsafe(end_all(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(30)
    loop.close()


@pytest.fixture(params=["thread", "task"])
def start(request, on):
    """Starts a loop whose turns do what they are told to: a fault to die of, None to end, ... to go on until the test is over."""
    over, before = threading.Event(), set(threading.enumerate())

    def start(loops, *turns):
        left, lived = list(turns), []

        def turn():
            lived.append(time.monotonic())
            doing = left.pop(0)
            if isinstance(doing, Exception):
                raise doing
            return doing

        def in_thread():
            while not over.wait(0.02) and turn() is ...:
                left.append(...)

        async def in_task():
            while turn() is ...:
                await asyncio.sleep(0.02)
                left.append(...)

        if request.param == "thread":
            loops.thread("one", in_thread)
        else:
            loops.task("one", in_task, on)
        return lived

    yield start
    over.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
        assert not thread.is_alive(), "a thread that outlives its test runs into the clocks of later ones"


def test_a_loop_that_dies_is_told_and_begins_again(start, logged):
    loops = Loops(first_s=0.05)
    lived = start(loops, KeyError("x"), ValueError("of somebody's name"), ...)
    until(lambda: len(lived) > 4)
    (told,) = loops.troubles()
    assert (told.name, told.deaths, told.fault, told.running) == ("one", 2, "ValueError", True)
    assert lived[1] - lived[0] >= 0.05 and lived[2] - lived[1] >= 0.1, "no pause, or none that grows"
    died = [record for record in logged.records if record.name == "isengard.loops"]
    assert [record.context["deaths"] for record in died] == [1, 2] and died[0].exc_info
    loops.stop()


def test_a_dead_one_is_told_while_it_waits(start):
    loops = Loops(first_s=30)
    start(loops, KeyError("x"), ...)
    until(loops.troubles)
    assert not loops.troubles()[0].running
    loops.stop()


def test_one_that_ends_of_itself_stays_so(start, logged):
    loops = Loops(first_s=0.01)
    lived = start(loops, None, ...)
    until(lambda: lived)
    time.sleep(0.2)
    assert len(lived) == 1 and loops.troubles() == [] and not logged.records


def test_what_a_task_beside_a_loop_dies_of_is_logged(logged):
    async def die():
        raise KeyError("x")

    async def run():
        tasks = set()
        spawn(tasks, die(), "proof")
        spawn(tasks, asyncio.sleep(0), "whole")
        assert len(tasks) == 2
        await asyncio.sleep(0.05)
        return tasks

    assert asyncio.run(run()) == set()
    (died,) = logged.records
    assert died.context == {"task": "proof"} and died.exc_info[0] is KeyError
