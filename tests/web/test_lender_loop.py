"""Looking after what is lent waits for the disk in a thread of ours, never on ComfyUI's loop; and what is lent is given back, whatever
the ledger does meanwhile."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from isengard.core.clock import SystemClock, iso, moment
from isengard.core.errors import IllegalTransitionError, LedgerAwayError, NotFoundError
from isengard.core.records.job_states import JobState
from isengard.training.gpu import gpu_lending
from isengard.training.worker.runner import Pace
from isengard.web.services import gpu_lender
from isengard.web.services.gpu_lender import GpuLender
from isengard.web.services.photo_day.runner import DayDrawer, PhotoDayRunner
from isengard.web.services.stopping.early_stopper import EarlyStopper
from support.soon import WITHIN_S


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

    asyncio.run(asyncio.wait_for(looking(), WITHIN_S))
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


def running_job(order):
    """A training that runs, on a ledger that answers the wish to pause so."""
    job = SimpleNamespace(id="job_x", kind="training", state=JobState.RUNNING, correlation_id="c")
    return SimpleNamespace(get=lambda _: job, order=order, emit=lambda *_, **__: None)


def test_a_training_that_ends_in_this_very_moment_lends_nothing(paths):
    """The GPU stayed lent: pictures waited two minutes each, and no training began for half an hour."""

    def order(job_id, wish):
        raise IllegalTransitionError("illegal_transition", "This can't change from completed to pausing.")

    with pytest.raises(IllegalTransitionError):
        GpuLender(paths, SystemClock(), running_job(order), None, None).lend("job_x")
    assert gpu_lending.read(paths) is None


def test_pictures_wait_for_as_long_as_a_worker_lets_a_trainer_save_and_stop():
    """Else they would be drawn beside it, on a GPU that does not hold both."""
    assert Pace().save + Pace().polite < gpu_lender.STOPS_WITHIN_S


def test_a_training_that_did_not_stop_in_time_for_its_saves_goes_on_once_it_has():
    """It was lent to nobody for two minutes at every save."""
    given_back = []

    async def waited():
        return None

    lender = SimpleNamespace(
        lend=lambda job_id, *, for_saves: None,
        room_made=waited,
        state=lambda: {"job_id": "job_1", "asked_at": "", "until": ""},
        give_back_saves=lambda job_id: given_back.append(True),
    )
    stopper = EarlyStopper(None, SystemClock(), None, None, lender, None)
    asyncio.run(stopper._look_lent(SimpleNamespace(id="job_1"), None, [100], None))
    assert given_back == [True]


@pytest.fixture
def shared(paths, clock):
    """A lender whose only training is paused; `left_s()` tells for how long it has made room, None where it has gone on."""
    job = SimpleNamespace(id="job_x", kind="training", state=JobState.RUNNING, correlation_id="c")

    def order(job_id, wish):
        job.state = JobState.PAUSING
        return job

    ledger = SimpleNamespace(get=lambda job_id: job, order=order, emit=lambda *_, **__: None)
    training = SimpleNamespace(resume=lambda job_id: setattr(job, "state", JobState.RUNNING))
    lender = GpuLender(paths, clock, ledger, training, SimpleNamespace(unfinished=list))

    def stopped():
        job.state = JobState.PAUSED
        lender._look_after(gpu_lending.read(paths))

    def left_s():
        known = gpu_lending.read(paths)
        return None if known is None else round((moment(known.until) - clock.now()).total_seconds())

    return SimpleNamespace(lender=lender, clock=clock, job=job, stopped=stopped, left_s=left_s)


@pytest.mark.parametrize("first", ["person", "saves"])
def test_what_a_person_lends_while_saves_are_drawn_is_theirs_to_its_end(shared, first):
    """The training went on under their hands as soon as its saves were judged."""
    shared.lender.lend("job_x", for_saves=first == "saves")
    shared.stopped()
    shared.clock.advance(30)
    shared.lender.lend("job_x", for_saves=first == "person")
    shared.clock.advance(20)
    shared.lender.give_back_saves("job_x")
    assert (shared.job.state, shared.left_s()) == (JobState.PAUSED, 120 - (50 if first == "person" else 20))
    shared.lender.give_back()
    assert (shared.job.state, shared.left_s()) == (JobState.RUNNING, None), "they may end it themselves"


def test_a_loan_of_saves_is_given_back_where_nobody_has_it_any_more(shared):
    shared.lender.lend("job_x")
    shared.stopped()
    for _ in range(5):
        shared.clock.advance(60)
        shared.lender.lend("job_x", for_saves=True)
    shared.lender.give_back_saves("job_x")
    assert (shared.job.state, shared.left_s()) == (JobState.RUNNING, None)


def test_saves_that_were_judged_give_back_nothing_of_another_training(shared):
    shared.lender.lend("job_x")
    shared.stopped()
    shared.lender.give_back_saves("job_of_saves")
    assert (shared.job.state, shared.left_s()) == (JobState.PAUSED, 120)


def test_a_person_who_asks_while_it_still_stops_for_saves_has_their_time(shared):
    shared.lender.lend("job_x", for_saves=True)
    shared.lender.lend("job_x")
    shared.lender.give_back_saves("job_x")
    shared.clock.advance(40)
    shared.stopped()
    assert (shared.job.state, shared.left_s()) == (JobState.PAUSED, 120)


def test_a_training_that_never_heard_of_it_lends_nothing_after_a_while(paths):
    """The ledger was away when it was asked to pause, which may have been heard or not."""

    def order(job_id, wish):
        raise LedgerAwayError("redis_unreachable", "Redis cannot be reached.")

    clock = SystemClock()
    lender = GpuLender(paths, clock, running_job(order), None, None)
    with pytest.raises(LedgerAwayError):
        lender.lend("job_x")
    lender._look_after(gpu_lending.read(paths))
    assert gpu_lending.read(paths) is not None, "its pause may still be on its way"
    long_ago = iso(clock.now() - timedelta(seconds=gpu_lender.STOPS_WITHIN_S + 1))
    gpu_lending.write(paths, gpu_lending.Lending("job_x", long_ago))
    lender._look_after(gpu_lending.read(paths))
    assert gpu_lending.read(paths) is None


@pytest.mark.parametrize(("left_s", "waits"), [(60, False), (-1, True)])
def test_a_photo_day_leaves_the_gpu_to_the_training_when_the_time_is_over(paths, left_s, waits):
    """A training goes on once nothing is drawn: a day drew its next picture at once, and held a training for hours."""
    clock, pictures = SystemClock(), SimpleNamespace(store=SimpleNamespace(unfinished=list))
    until = gpu_lending.lent_until(clock, left_s)
    gpu_lending.write(paths, gpu_lending.Lending("job_x", iso(clock.now()), until))
    comfyui = DayDrawer(lambda: True, lambda: False)
    runner = PhotoDayRunner(paths, clock, None, None, pictures, None, None, None, None, comfyui)
    assert runner._reason_to_wait() == ("training" if waits else "")
