"""What issue 6 promises of every ledger beyond its first suite: fencing, wishes that outlive everybody, places in the line."""

from __future__ import annotations

import threading

import pytest
from isengard.core.errors import InvalidError, LeaseLostError
from isengard.core.jobs.ledger import JobFilter
from isengard.core.records.checkpoint import Checkpoint
from isengard.core.records.event import Subject
from isengard.core.records.job import Artifact, JobError, Progress
from isengard.core.records.job_states import OWNED, JobState
from support.ledger_fixtures import LEASE_S, claim, submit

S = JobState
HUNG = JobError(code="trainer_hung", message="The trainer did nothing for 10 min.")


def lose(ledger, clock):
    """The owner falls silent; the job is taken back."""
    ledger.reconcile()
    clock.advance(LEASE_S + 1)
    return ledger.reconcile()


def test_every_write_of_a_stale_owner_is_refused_and_changes_nothing(ledger, clock):
    job = submit(ledger)
    _, old = claim(ledger)
    lose(ledger, clock)
    _, new = claim(ledger, owner="o2")
    ledger.advance(new, S.RUNNING)
    before, seq = ledger.get(job.id), ledger.last_seq()
    forged = [
        old,
        old.__class__(job.id, new.attempt, old.owner),
        old.__class__(job.id, old.attempt, new.owner),
    ]
    forged += [old.__class__("job_" + "0" * 26, 1, "o1")]
    for stale in forged:
        for write in (
            lambda lease: ledger.beat(lease),
            lambda lease: ledger.advance(lease, S.COMPLETED),
            lambda lease: ledger.interrupt(lease, HUNG),
            lambda lease: ledger.progress(lease, Progress(step=9)),
            lambda lease: ledger.checkpoint(
                lease, Checkpoint(step=1, file="x", size=1, sha256="0" * 64, family="sd15")
            ),
            lambda lease: ledger.artifact(lease, Artifact(kind="sample", file="x")),
        ):
            with pytest.raises(LeaseLostError):
                write(stale)
    assert ledger.get(job.id) == before and ledger.last_seq() == seq


def test_nothing_is_written_after_the_end(ledger):
    submit(ledger)
    _, lease = claim(ledger)
    ledger.advance(lease, S.RUNNING)
    ledger.advance(lease, S.FAILED, error=HUNG)
    for write in (lambda: ledger.beat(lease), lambda: ledger.progress(lease, Progress(step=1))):
        with pytest.raises(LeaseLostError):
            write()


def test_each_observer_judges_by_what_it_saw_itself(ledger, open_ledger, clock):
    submit(ledger)
    _, lease = claim(ledger)
    ledger.reconcile()
    clock.advance(LEASE_S + 1)
    newcomer = open_ledger()
    assert newcomer.reconcile() == [] and newcomer.get(lease.job_id).state is S.PREPARING
    assert [job.id for job in ledger.reconcile()] == [lease.job_id]


def test_two_observers_take_a_job_back_once(open_ledger, clock):
    first, second = open_ledger(), open_ledger()
    submit(first)
    claim(first)
    for ledger in (first, second):
        ledger.reconcile()
    clock.advance(LEASE_S + 1)
    seq, queued = first.last_seq(), []
    threads = [
        threading.Thread(target=lambda view=view: queued.extend(view.reconcile())) for view in (first, second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = [event.data["state"] for event in first.events_after(seq)]
    assert states == ["interrupted", "queued"] and queued


@pytest.mark.parametrize(
    "wish, doing, done", [("cancel", S.CANCELLING, S.CANCELLED), ("pause", S.PAUSING, S.PAUSED)]
)
def test_a_wish_outlives_the_death_of_every_process(open_ledger, clock, wish, doing, done):
    ledger = open_ledger()
    submit(ledger)
    _, lease = claim(ledger)
    ledger.advance(lease, S.RUNNING)
    assert ledger.order(lease.job_id, wish).state is doing
    assert ledger.order(lease.job_id, wish).state is doing, "asked twice"
    ledger.close()
    later = open_ledger()
    assert later.get(lease.job_id).state is doing and claim(later) is None
    lose(later, clock)
    assert later.get(lease.job_id).state is done and claim(later) is None
    with pytest.raises(LeaseLostError):
        later.beat(lease)


def test_a_cancel_beats_a_pause_and_is_told_until_it_is_done(ledger):
    submit(ledger)
    _, lease = claim(ledger)
    ledger.advance(lease, S.RUNNING)
    ledger.order(lease.job_id, "pause")
    assert ledger.beat(lease) == "pause"
    ledger.order(lease.job_id, "cancel")
    assert [ledger.beat(lease), ledger.beat(lease)] == ["cancel", "cancel"]
    assert ledger.advance(lease, S.CANCELLED).order == ""


def test_the_words_of_an_interruption(ledger, clock):
    job = submit(ledger)
    _, lease = claim(ledger)
    ledger.advance(lease, S.RUNNING)
    ledger.progress(lease, Progress(step=1430, total_steps=2000))
    (back,) = lose(ledger, clock)
    assert back.interruption.code == "worker_lost"
    assert back.interruption.message == "Interrupted at 1,430 of 2,000. The worker stopped."
    _, again = claim(ledger)
    assert ledger.advance(again, S.RUNNING).interruption == back.interruption, "it is shown while it goes on"
    assert ledger.advance(again, S.COMPLETED).interruption is None
    assert [event.data["state"] for event in ledger.events_after(0) if "state" in event.data] == [
        *("queued", "preparing", "running", "interrupted", "queued", "preparing", "running", "completed")
    ]
    assert ledger.get(job.id).attempt == 2


def test_an_attempt_that_breaks_off_is_tried_again_but_not_for_ever(open_ledger):
    ledger = open_ledger(max_attempts=3)
    job = submit(ledger)
    for attempt in range(1, 4):
        _, lease = claim(ledger)
        ledger.advance(lease, S.RUNNING)
        state = ledger.interrupt(lease, HUNG).state
        assert state is (S.QUEUED if attempt < 3 else S.FAILED)
    assert ledger.get(job.id).error.code == "trainer_hung"
    again = ledger.requeue(job.id)
    assert again.interruption is None
    _, lease = claim(ledger)
    ledger.advance(lease, S.RUNNING)
    assert ledger.interrupt(lease, HUNG).state is S.QUEUED, "a person's retry counts anew"


def test_an_interrupted_job_keeps_its_place_and_a_retried_one_goes_to_the_end(ledger, clock):
    first, second = submit(ledger), submit(ledger)
    claim(ledger)
    lose(ledger, clock)
    taken, lease = claim(ledger)
    assert taken.id == first.id
    ledger.advance(lease, S.FAILED, error=HUNG)
    ledger.requeue(first.id)
    assert [claim(ledger)[0].id for _ in range(2)] == [second.id, first.id]


def test_places_within_a_priority(ledger):
    jobs = [submit(ledger) for _ in range(5)]
    other = submit(ledger, priority=90)
    ledger.move(jobs[4].id, position=1)
    ledger.move(jobs[0].id, position=10**30)
    ledger.move(jobs[2].id, priority=90, position=0)
    line = [job.id for job in ledger.reconcile()]
    assert line == [jobs[2].id, other.id, jobs[4].id, jobs[1].id, jobs[3].id, jobs[0].id]
    assert [claim(ledger)[0].id for _ in range(6)] == line
    with pytest.raises(InvalidError):
        ledger.move(submit(ledger).id, priority=101)


def test_the_same_submit_twice_is_one_job(ledger):
    job = submit(ledger)
    taken, _ = claim(ledger)
    assert ledger.submit(job.model_copy(update={"position": 0})).state is S.PREPARING
    assert len(ledger.jobs(JobFilter()).items) == 1 and taken.id == job.id and claim(ledger) is None


def test_jobs_that_come_back_are_as_they_were(ledger, clock):
    known = submit(ledger)
    gone = [submit(ledger) for _ in range(2)]
    _, lease = claim(ledger)
    ledger.order(known.id, "cancel")
    copies = [ledger.get(job.id) for job in (known, *gone)]
    for copy in copies:
        ledger.forget(copy.id)
    assert ledger.restore(copies) == 3 and ledger.restore(copies) == 0
    assert [ledger.get(copy.id) for copy in copies] == copies
    assert ledger.beat(lease) == "cancel"
    assert submit(ledger).position > copies[-1].position
    assert [job.id for job in ledger.reconcile()][:2] == [job.id for job in gone]


def test_many_hands_on_one_job_lose_no_write(ledger, open_ledger):
    submit(ledger)
    _, lease = claim(ledger)
    ledger.advance(lease, S.RUNNING)

    def write(view, base):
        for step in range(base, base + 10):
            view.artifact(lease, Artifact(kind="sample", file=f"{step}.png", step=step))
            view.beat(lease)

    threads = [threading.Thread(target=write, args=(open_ledger(), base)) for base in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    job = ledger.get(lease.job_id)
    assert len(job.artifacts) == 40 and job.state in OWNED
    seqs = [event.seq for event in ledger.events_after(0)]
    assert seqs == list(range(1, ledger.last_seq() + 1)) and len(seqs) == 43


def test_events_are_paged_and_told_from_the_first_kept(ledger):
    for number in range(7):
        ledger.emit("job.log", Subject(kind="job", id="x"), {"n": number}, correlation_id="c")
    assert [event.seq for event in ledger.events_after(2, limit=3)] == [3, 4, 5]
    assert ledger.first_seq() == 1 and ledger.events_after(7) == []
    assert ledger.events_after(0)[3].data == {"n": 3}


def test_a_long_list_in_pages_by_state(ledger):
    jobs = [submit(ledger) for _ in range(120)]
    for job in jobs[::2]:
        ledger.order(job.id, "cancel")
    wanted, cursor, found = JobFilter(states=[S.QUEUED, S.CANCELLED]), None, []
    while True:
        page = ledger.jobs(wanted, limit=50, cursor=cursor)
        found += [job.id for job in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert found == [job.id for job in reversed(jobs)]
    assert len(ledger.jobs(JobFilter(states=[S.CANCELLED]), limit=100).items) == 60
