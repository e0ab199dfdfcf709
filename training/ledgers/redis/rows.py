"""Jobs in Redis: read, compare-and-set, find. A change is computed here by the shared rules and tried again when another won."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from ....core.errors import InvalidError, LedgerAwayError, NotFoundError
from ....core.ids import ids_in
from ....core.jobs.ledger import JobFilter, Lease
from ....core.records.base import Page
from ....core.records.event import Event
from ....core.records.job import Job
from ....core.records.job_states import OWNED, JobState
from ....core.redaction import redact_value
from ....core.storage.documents import is_damaged
from ..rules import lease_lost, unreadable
from .link import Link

_BATCH = 100


@dataclass(frozen=True)
class Row:
    """A job with what only the ledger knows; `rev` is what a change is compared with."""

    job: Job
    rev: str = ""
    owner: str = ""
    beat: str = ""
    tries_from: int = 0

    @property
    def tries(self) -> int:
        return self.job.attempt - self.tries_from


@dataclass(frozen=True)
class Change:
    """A row as it becomes, and the events that tell it."""

    row: Row
    events: Sequence[Event] = ()


def load(link: Link, job_id: str) -> Row:
    found = link.run("row", job_id)
    if found[0] is None and link.missing(job_id) is not None:
        found = link.run("row", job_id)
    document, rev, owner, beat, tries_from, _, _ = found
    if document is None:
        raise NotFoundError("job_not_found", "There is no such job.", "It may have been removed: reload.")
    job = read(link, job_id, document)
    if job is None:
        raise unreadable()
    # a count that a fault has hit is none, here as where it is compared: it would never be equal to what is read of it
    return Row(job, rev if _is_whole(rev) else "", owner or "", beat or "", _whole(tries_from, job.attempt))


def read(link: Link, job_id: str, document: object) -> Job | None:
    """Read what a document says, or the job's copy where a fault has hit it: the next change of the job writes it anew. One that is
    listed and not there at all comes back from its copy."""
    if document is None:
        return link.missing(job_id)
    job = link.documents.read(Job, document, job_id)
    if job is not None and job.id == job_id:
        return job
    if job is None and not is_damaged(Job, document):
        return None
    return link.copy(job_id, str(document))


def _is_whole(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and text.isascii() and text.isdigit()


def _whole(text: object, otherwise: int) -> int:
    return int(text) if _is_whole(text) else otherwise


def owned(link: Link, lease: Lease) -> Row:
    """The row behind `lease`, or LeaseLostError. A job that came back from its folder has no owner yet: the one that
    runs this very attempt is it."""
    try:
        row = load(link, lease.job_id)
    except NotFoundError:
        raise lease_lost(lease) from None
    held = row.job.state in OWNED and row.job.attempt == lease.attempt and row.owner in (lease.owner, "")
    if not held:
        raise lease_lost(lease)
    return replace(row, owner=lease.owner)


def change(link: Link, read: Callable[[], Row], make: Callable[[Row], Change | None]) -> Job:
    """Read, compute, compare and set; again until nobody came between. `make` answers None when nothing is to change."""
    while True:
        row = read()
        outcome = make(row)
        if outcome is None:
            return row.job
        if commit(link, row, outcome):
            return outcome.row.job


def commit(link: Link, before: Row, wanted: Change, *, beat: str = "") -> bool:
    """False when the row is no longer as `before` (or its heartbeat no longer `beat`). A change whose answer was lost on the way is
    not made a second time."""
    job, row = wanted.row.job, wanted.row
    owner = row.owner if job.state in OWNED else ""
    document = job.document()
    try:
        done = link.run(
            "commit",
            *(job.id, before.rev, beat, document, job.state.value, job.needs),
            *(job.priority, job.position, job.attempt, owner, row.tries_from, _trainer(job)),
            *(as_document(event) for event in wanted.events),
        )
    except LedgerAwayError:
        next_rev = str(_whole(before.rev, 0) + 1)
        if link.run("row", job.id)[:3] != [document, next_rev, owner]:
            raise
        return True
    return int(done) == 1


def as_document(event: Event) -> str:
    return event.model_copy(update={"data": redact_value(event.data)}).model_dump_json()


def restorable(job: Job) -> tuple[str, ...]:
    """The arguments of the script that brings a job back."""
    return (
        *(job.id, job.model_dump_json(), job.state.value, job.needs),
        *(str(job.priority), str(job.position), str(job.attempt), _trainer(job)),
    )


def _trainer(job: Job) -> str:
    """What it needs of a worker besides a slot; only trainings depend on a trainer (see ledgers/eligibility.py)."""
    return job.backend if job.kind == "training" else "*"


def queued(link: Link, needs: Collection[str]) -> list[Job]:
    """List queued jobs in the order in which they will run."""
    line = link.run("line", *needs)
    jobs = [read(link, *pair) for pair in zip(line[::2], line[1::2], strict=True)]
    waiting = [job for job in jobs if job is not None and job.state is JobState.QUEUED]
    return sorted(waiting, key=lambda job: (-job.priority, job.position))


def page(link: Link, wanted: JobFilter, limit: int, cursor: str | None) -> Page[Job]:
    """Newest first; the cursor is the number of the last row shown."""
    rows: list[tuple[int, Job]] = []
    for number, job in _newest(link, wanted.states, _below(cursor)):
        if wanted.kinds and job.kind not in wanted.kinds:
            continue
        if wanted.character_id is not None and job.character_id != wanted.character_id:
            continue
        rows.append((number, job))
        if len(rows) > limit:
            break
    more = len(rows) > limit > 0
    return Page[Job](
        items=[job for _, job in rows[:limit]], next_cursor=str(rows[limit - 1][0]) if more else None
    )


def ids_of(link: Link, character_id: str) -> list[str]:
    """By the documents: one that cannot be read is theirs where it names them."""
    answer: list[Any] = link.run("page", "+inf", "-1", "jobs")
    documents = zip(answer[1::3], answer[2::3], strict=True)
    return [job_id for job_id, document in documents if _is_of(link, character_id, job_id, document)]


def _is_of(link: Link, character_id: str, job_id: str, document: object) -> bool:
    job = link.missing(job_id) if document is None else link.documents.read(Job, document, job_id)
    if job is not None:
        return job.character_id == character_id
    return isinstance(document, str) and character_id in ids_in(document)


def _newest(link: Link, states: Collection[JobState], below: str) -> Iterator[tuple[int, Job]]:
    sets = [f"state:{state.value}" for state in states] or ["jobs"]
    while True:
        answer: list[Any] = link.run("page", below, _BATCH, *sets)
        batch = list(zip(answer[::3], answer[1::3], answer[2::3], strict=True))
        # the newest of all sets together: those beyond a batch may have newer ones of another set before them
        rows = sorted(batch, key=lambda row: float(row[0]), reverse=True)[:_BATCH]
        for number, job_id, document in rows:
            job = read(link, job_id, document) if number.isdigit() else None
            if job is not None:
                yield int(number), job
        if len(rows) < _BATCH:
            return
        below = f"({rows[-1][0]}"


def _below(cursor: str | None) -> str:
    if cursor is None:
        return "+inf"
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
        raise InvalidError("bad_cursor", "This is not a cursor of this list.", "Start from the first page.")
    return f"({cursor}"
