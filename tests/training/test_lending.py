"""The GPU lent to pictures: what the file says, and that no other training takes it meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from isengard.core.clock import iso
from isengard.training.gpu import gpu_lending
from isengard.training.gpu.gpu_lending import FORGOTTEN_AFTER, Lending


def test_it_is_kept_in_a_file_and_over_when_its_time_is(paths, clock):
    assert gpu_lending.read(paths) is None and not gpu_lending.holds_gpu(paths, clock)
    lent = Lending("job_x", "2026-01-02T03:04:05.000Z", gpu_lending.lent_until(clock, 120))
    gpu_lending.write(paths, lent)
    assert gpu_lending.read(paths) == lent and gpu_lending.holds_gpu(paths, clock) and not lent.is_over(clock)
    clock.advance(121)
    assert lent.is_over(clock) and gpu_lending.holds_gpu(paths, clock)
    clock.advance(FORGOTTEN_AFTER.total_seconds())
    assert not gpu_lending.holds_gpu(paths, clock), "nobody looks after it any more"
    gpu_lending.clear(paths)
    assert gpu_lending.read(paths) is None


def test_a_clock_that_was_set_by_a_day_lends_nothing_for_a_day(paths, clock):
    for days in (1, -1):
        lent = Lending("job_x", iso(clock.now()), gpu_lending.lent_until(clock, 120))
        gpu_lending.write(paths, lent)
        clock.moment += timedelta(days=days)
        assert lent.is_over(clock) and not gpu_lending.holds_gpu(paths, clock)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"job_id": "x", "asked_at": "soon", "until": ""}'])
def test_a_file_that_is_not_ours_lends_nothing(paths, clock, text):
    (paths.run / gpu_lending.FILE).write_text(text)
    assert gpu_lending.read(paths) is None and not gpu_lending.holds_gpu(paths, clock)


def test_a_worker_takes_no_gpu_job_while_it_is_lent(paths, clock):
    from types import SimpleNamespace

    from isengard.core.clock import SystemClock
    from isengard.training.worker.worker import IsengardWorker, Slot, Timing, describe

    asked = []
    ledger = SimpleNamespace(claim=lambda **options: asked.append(set(options["needs"])))
    worker = IsengardWorker(
        SimpleNamespace(paths=paths, ledger=ledger),
        None,
        [],
        describe("1", 1),
        Timing(),
        works={},
        backends=list,
    )
    slot = Slot(frozenset({"gpu", "cpu"}))
    worker._take_one(slot)
    gpu_lending.write(paths, Lending("job_x", gpu_lending.lent_until(SystemClock(), 0)))
    worker._take_one(slot)
    gpu_lending.clear(paths)
    worker._take_one(slot)
    assert asked == [{"gpu", "cpu"}, {"cpu"}, {"gpu", "cpu"}]
