"""The worker's own loop: whatever one look dies of, the next one is taken, and its trainings go on."""

from __future__ import annotations

import math
import threading

from isengard.core.records.worker import BackendState
from isengard.training.worker.runner import Pace, Tools
from isengard.training.worker.worker import IsengardWorker, Slot, Timing, describe
from support.soon import WITHIN_S, until


def test_a_trainer_that_cannot_be_asked_ends_no_worker(house, logged):
    asked = []

    def backends():
        asked.append(True)
        if len(asked) < 3:
            raise KeyError("a fault of another pack's")
        return [BackendState(name="fast_test")]

    tools = Tools(house.paths, house.ledger, house.registry, None, Pace())
    timing = Timing(idle=math.inf, look=0.1, report=0.1)
    slots = [Slot(frozenset())]
    worker = IsengardWorker(
        tools, house.doorbell, slots, describe("1", 1), timing, works={}, backends=backends
    )
    running = threading.Thread(target=worker.run, daemon=True)
    running.start()
    until(lambda: len(asked) >= 4)
    assert running.is_alive()
    worker.stop.set()
    running.join(WITHIN_S)
    assert not running.is_alive()
    told = [record for record in logged.records if "stumbled and looks again" in record.getMessage()]
    assert told and all(record.exc_info for record in told)


def test_a_message_that_is_not_ours_ends_no_listener(house):
    """Whoever may write into the queue could otherwise make the worker deaf."""
    heard, stop = [], threading.Event()

    def hear(job_id, attempt):
        if job_id == "broken":
            raise TypeError("not a ring")
        heard.append(job_id)

    listener = threading.Thread(target=house.doorbell.listen, args=(hear, stop), daemon=True)
    listener.start()
    for job_id in ("broken", "job_1"):
        house.doorbell.ring(job_id, 0)
    until(lambda: heard)
    assert heard == ["job_1"] and listener.is_alive()
    stop.set()
    listener.join(WITHIN_S)
