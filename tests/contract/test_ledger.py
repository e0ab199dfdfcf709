"""What every ledger must do: SQLite and a real Redis. Two instances are two processes' views of one store."""

from __future__ import annotations

import threading

import pytest
from isengard.core.errors import ConflictError, IllegalTransitionError, LeaseLostError, NotFoundError
from isengard.core.ids import new_id
from isengard.core.jobs.ledger import JobFilter
from isengard.core.records.checkpoint import Checkpoint
from isengard.core.records.event import Subject
from isengard.core.records.job import Artifact, JobError, Progress
from isengard.core.records.job_states import JobState
from isengard.core.records.worker import Worker
from support.ledger_fixtures import LEASE_S, claim, submit

S = JobState


def test_the_best_job_is_claimed_first(ledger):
    low, first, second = submit(ledger, priority=10), submit(ledger), submit(ledger)
    assert [claim(ledger)[0].id for _ in range(3)] == [first.id, second.id, low.id]
    assert claim(ledger) is None


def test_a_slot_claims_only_what_it_can_run(ledger):
    submit(ledger, needs="gpu")
    assert claim(ledger) is None and claim(ledger, ("gpu",)) is not None


def test_a_training_is_left_for_a_worker_with_its_trainer(ledger):
    """Whatever its priority, and it holds nothing else up; other kinds of jobs need no trainer."""
    first = submit(ledger, needs="gpu", priority=90, backend="ai_toolkit")
    other = submit(ledger, needs="gpu", backend="fast_test")
    setup = submit(ledger, priority=10, kind="backend_setup", backend="ai_toolkit")

    def take(*backends):
        ways = {"worker_id": "w", "owner": "o", "needs": ("gpu", "cpu"), "backends": backends}
        taken = ledger.claim(**ways)
        return taken and taken[0].id

    assert [take("fast_test"), take(), take("fast_test")] == [other.id, setup.id, None]
    assert ledger.get(first.id).state is S.QUEUED
    assert take("fast_test", "ai_toolkit") == first.id


def test_a_job_waits_for_those_before_it_and_holds_nobody_up(ledger, open_ledger):
    """A set-up and a download, then the training that was asked for with them; one before it that nobody knows holds nothing."""
    setup, fetch = (submit(ledger, kind=kind) for kind in ("backend_setup", "model_download"))
    held = submit(ledger, priority=90, after=[setup.id, fetch.id, "job_" + "0" * 26])
    free = submit(ledger, priority=10)
    other = open_ledger()

    def end(state):
        job, lease = claim(other)
        for step in (S.RUNNING, state):
            other.advance(lease, step)
        return job.id

    assert [end(S.COMPLETED), end(S.FAILED)] == [setup.id, fetch.id]
    assert end(S.COMPLETED) == free.id and claim(ledger) is None
    ledger.requeue(fetch.id)
    assert end(S.COMPLETED) == fetch.id
    assert ledger.get(held.id).after[:2] == [setup.id, fetch.id] and end(S.COMPLETED) == held.id


def test_twenty_claims_at_once_give_each_job_to_one(ledger, open_ledger):
    jobs = {submit(ledger).id for _ in range(8)}
    won, others = [], [open_ledger() for _ in range(4)]

    def grab(view, number):
        while (found := claim(view, owner=f"o{number}")) is not None:
            won.append(found[0].id)

    threads = [threading.Thread(target=grab, args=(others[n % 4], n)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == sorted(jobs)


def test_a_stale_owner_is_refused_on_every_write(ledger, clock):
    job = submit(ledger)
    _, old = claim(ledger)
    ledger.reconcile()
    clock.advance(LEASE_S + 1)
    ledger.reconcile()
    taken, new = claim(ledger, owner="o2")
    assert taken.id == job.id and new.attempt == old.attempt + 1
    checkpoint = Checkpoint(step=1, file="x", size=1, sha256="0" * 64, family="sd15")
    for write in (
        lambda: ledger.beat(old),
        lambda: ledger.advance(old, S.RUNNING),
        lambda: ledger.progress(old, Progress(step=1)),
        lambda: ledger.checkpoint(old, checkpoint),
        lambda: ledger.artifact(old, Artifact(kind="log", file="x")),
    ):
        with pytest.raises(LeaseLostError):
            write()
    assert ledger.beat(new) == ""


def test_beating_keeps_the_lease_and_silence_ends_it(ledger, open_ledger, clock):
    submit(ledger)
    _, lease = claim(ledger)
    observer = open_ledger()
    for _ in range(5):
        observer.reconcile()
        clock.advance(LEASE_S * 0.6)
        ledger.beat(lease)
    assert observer.get(lease.job_id).state is S.PREPARING
    observer.reconcile()
    clock.advance(LEASE_S + 1)
    assert [job.id for job in observer.reconcile()] == [lease.job_id]
    assert observer.get(lease.job_id).state is S.QUEUED


def test_the_wall_clock_decides_nothing(ledger, clock):
    from datetime import timedelta

    submit(ledger)
    _, lease = claim(ledger)
    ledger.reconcile()
    for days in (1, -2):
        clock.moment += timedelta(days=days)
        assert ledger.reconcile() == []
    assert ledger.beat(lease) == ""


def test_three_lost_attempts_are_the_end(open_ledger, clock):
    ledger = open_ledger(max_attempts=3)
    job = submit(ledger)
    for _ in range(3):
        assert claim(ledger) is not None
        ledger.reconcile()
        clock.advance(LEASE_S + 1)
        ledger.reconcile()
    failed = ledger.get(job.id)
    assert failed.state is S.FAILED and failed.error.code == "worker_lost" and failed.error.hint
    assert ledger.requeue(job.id).state is S.QUEUED


def test_a_cancel_outlives_every_process(ledger, open_ledger, clock):
    submit(ledger)
    _, lease = claim(ledger)
    ledger.advance(lease, S.RUNNING)
    assert ledger.order(lease.job_id, "cancel").state is S.CANCELLING
    again = open_ledger()
    again.reconcile()
    clock.advance(LEASE_S + 1)
    again.reconcile()
    assert again.get(lease.job_id).state is S.CANCELLED


def test_a_waiting_job_is_cancelled_at_once_and_an_ended_one_not_at_all(ledger):
    job = submit(ledger)
    assert ledger.order(job.id, "cancel").state is S.CANCELLED and claim(ledger) is None
    _, lease = (submit(ledger), claim(ledger))[1]
    ledger.advance(lease, S.RUNNING)
    ledger.advance(lease, S.COMPLETED)
    for order in ("cancel", "pause"):  # pressed while it came to its end
        with pytest.raises(IllegalTransitionError, match=r"^This has already ended\."):
            ledger.order(lease.job_id, order)
    with pytest.raises(IllegalTransitionError):
        ledger.requeue(lease.job_id)


def test_a_wish_to_save_is_told_once(ledger):
    submit(ledger)
    _, lease = claim(ledger)
    ledger.advance(lease, S.RUNNING)
    ledger.order(lease.job_id, "save")
    assert [ledger.beat(lease), ledger.beat(lease)] == ["save", ""]


def test_events_have_one_order_without_a_gap(ledger, open_ledger):
    views = [open_ledger() for _ in range(4)]

    def write(view):
        for number in range(25):
            view.emit("job.log", Subject(kind="job", id="x"), {"n": number}, correlation_id="ui-1")

    threads = [threading.Thread(target=write, args=(view,)) for view in views]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.seq for event in ledger.events_after(0)] == list(range(1, 101)) and ledger.last_seq() == 100
    assert [event.seq for event in ledger.events_after(97)] == [98, 99, 100]
    assert {view.epoch for view in views} == {ledger.epoch}


def test_every_change_of_a_job_is_an_event_with_its_correlation_id(ledger):
    submit(ledger)
    _, lease = claim(ledger)
    ledger.advance(lease, S.RUNNING)
    ledger.progress(lease, Progress(step=3))
    ledger.artifact(lease, Artifact(kind="sample", file="samples/a.png", step=3))
    ledger.advance(
        lease, S.FAILED, error=JobError(code="x", message="token=abc in " + "/".join(("", "home", "me", "x")))
    )
    events = ledger.events_after(0)
    assert [event.type for event in events] == ["job.state"] * 3 + ["job.progress", "job.sample", "job.state"]
    assert {event.correlation_id for event in events} == {"ui-1"} and "abc" not in events[
        -1
    ].model_dump_json()
    assert ledger.get(lease.job_id).error.message == "token=*** in /[HOME]/x"


def test_reordering(ledger):
    one, two, three = submit(ledger), submit(ledger), submit(ledger)
    ledger.move(three.id, position=0)
    ledger.move(one.id, priority=10)
    assert [claim(ledger)[0].id for _ in range(3)] == [three.id, two.id, one.id]
    with pytest.raises(ConflictError):
        ledger.move(two.id, position=0)


def test_events_about_somebody_are_forgotten_and_leave_no_bytes(ledger, tmp_path):
    for who in ("chr_a", "chr_b"):
        ledger.emit(
            "character.changed",
            Subject(kind="character", id=who),
            {"name": f"{who}name"},
            correlation_id="ui-1",
        )
    assert ledger.forget_events(["chr_a", "gen_x"]) == 1
    assert [event.subject.id for event in ledger.events_after(0)] == ["chr_b"]
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("jobs.db*"))
    assert b"chr_aname" not in kept and (not kept or b"chr_bname" in kept)


def test_events_that_name_somebody_are_forgotten_whatever_they_are_about(ledger):
    """Pictures and albums that left the trash before are known to nobody; what was told of them named whose they were."""
    ann, bob = new_id("chr"), new_id("chr")
    for about, whose in (("gen_a", [ann]), ("gen_b", [bob]), ("gen_c", [bob, f"x{ann}y"])):
        data = {"request": {"characters": [{"id": one} for one in whose], "prompt": f"of {about}"}}
        ledger.emit("generation.state", Subject(kind="generation", id=about), data, correlation_id="ui-1")
    ledger.emit("character.changed", Subject(kind="character", id=ann), {}, correlation_id="ui-1")
    assert ledger.forget_mentions([ann, new_id("gen")]) == 3
    assert [event.subject.id for event in ledger.events_after(0)] == ["gen_b"]


def test_the_jobs_of_somebody_are_known_by_their_ids(ledger):
    ann, bob = new_id("chr"), new_id("chr")
    jobs = [submit(ledger, character_id=who) for who in (ann, bob, ann, None)]
    assert sorted(ledger.job_ids_of(ann)) == sorted([jobs[0].id, jobs[2].id])
    assert ledger.job_ids_of(new_id("chr")) == []


def test_pages_filters_and_forgetting(ledger):
    jobs = [submit(ledger) for _ in range(5)]
    ledger.order(jobs[0].id, "cancel")
    first = ledger.jobs(JobFilter(), limit=3)
    rest = ledger.jobs(JobFilter(), limit=3, cursor=first.next_cursor)
    assert [job.id for job in first.items + rest.items] == [job.id for job in reversed(jobs)]
    assert [job.id for job in ledger.jobs(JobFilter(states=[S.CANCELLED])).items] == [jobs[0].id]
    ledger.forget(jobs[0].id)
    with pytest.raises(NotFoundError):
        ledger.get(jobs[0].id)
    assert all(event.subject.id != jobs[0].id for event in ledger.events_after(0))


def test_workers_live_while_their_beat_moves(ledger, open_ledger, clock):
    observer, worker = open_ledger(), Worker(id="w1", host="h", version="1")
    ledger.report_worker(worker)
    observer.workers()
    ledger.report_worker(worker.model_copy(update={"beat": 1}))
    assert [known.id for known in observer.workers()] == ["w1"]
    clock.advance(LEASE_S + 1)
    assert observer.workers() == []
