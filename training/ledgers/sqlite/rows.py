"""Jobs as rows: load, save and find them. Every statement runs inside a transaction of the caller.

Where a row's document cannot be read, Unreadable names the job: the ledger brings it back, or sets it aside, and asks again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Container
from dataclasses import dataclass, replace

from ....core.errors import InvalidError, NotFoundError
from ....core.jobs.ledger import JobFilter, Lease
from ....core.records.base import Page
from ....core.records.job import Job
from ....core.records.job_states import OWNED, JobState
from ....core.storage.documents import is_damaged
from ..eligibility import Eligibility
from ..rules import is_held, lease_lost
from . import events

_COLUMNS = "id, document, state, attempt, owner, beat, tries_from"


class Unreadable(Exception):
    """The rows of these jobs are damaged, or of a newer version."""

    def __init__(self, job_ids: Collection[str]) -> None:
        super().__init__(", ".join(job_ids))
        self.job_ids = job_ids


@dataclass(frozen=True)
class Row:
    """A job with what only the ledger knows: who holds it, its heartbeat, the attempt from which tries are counted."""

    job: Job
    owner: str
    beat: int
    tries_from: int

    @property
    def tries(self) -> int:
        return self.job.attempt - self.tries_from


def _row(found: sqlite3.Row) -> Row:
    job = _job(found)
    if job is None:
        raise Unreadable([found["id"]])
    return Row(
        job=job,
        owner=found["owner"],
        beat=found["beat"],
        tries_from=found["tries_from"],
    )


def _job(found: sqlite3.Row) -> Job | None:
    """None for a document that is no job, or not the one its columns say."""
    try:
        job = Job.model_validate_json(found["document"])
    except ValueError:
        return None
    agrees = (job.id, job.state.value, job.attempt) == (found["id"], found["state"], found["attempt"])
    return job if agrees else None


def _jobs(found: Collection[sqlite3.Row], aside: Container[str]) -> list[Job]:
    """Without those that were set aside, as far as they still cannot be read."""
    read = [(row["id"], _job(row)) for row in found]
    broken = [job_id for job_id, job in read if job is None and job_id not in aside]
    if broken:
        raise Unreadable(broken)
    return [job for _, job in read if job is not None]


def check(connection: sqlite3.Connection) -> list[str]:
    """The jobs whose rows cannot be read: damage shows now, not in the middle of a training."""
    stored = connection.execute(f"SELECT {_COLUMNS} FROM job ORDER BY number")  # noqa: S608
    return [row["id"] for row in stored if _job(row) is None]


def damaged(connection: sqlite3.Connection, job_id: str) -> str | None:
    """The document of a row that was hit by a fault; None where it is whole, of a newer version, or gone."""
    stored = connection.execute(f"SELECT {_COLUMNS} FROM job WHERE id = ?", (job_id,)).fetchone()  # noqa: S608
    if stored is None or _job(stored) is not None or not is_damaged(Job, stored["document"]):
        return None
    return str(stored["document"])


def is_unreadable(connection: sqlite3.Connection, job_id: str) -> bool:
    try:
        find(connection, job_id)
    except Unreadable:
        return True
    return False


def put_back(connection: sqlite3.Connection, job: Job) -> None:
    """The row as `job` says; who holds it and how often it was tried is in the columns, and its place where a copy has
    none yet."""
    if not job.position:
        place = connection.execute("SELECT position FROM job WHERE id = ?", (job.id,)).fetchone()[0]
        job = job.model_copy(update={"position": place})
    connection.execute(
        "UPDATE job SET kind = ?, needs = ?, state = ?, priority = ?, position = ?, character_id = ?, attempt = ?,"
        " document = ? WHERE id = ?",
        (
            *(job.kind, job.needs, job.state.value, job.priority, job.position),
            *(job.character_id, job.attempt, job.document(), job.id),
        ),
    )


def insert(connection: sqlite3.Connection, job: Job) -> Job:
    """Insert a job at the end of its priority: positions only grow."""
    job = job.model_copy(update={"position": events.next_number(connection, "position")})
    _insert(connection, job)
    return job


def restore(connection: sqlite3.Connection, job: Job) -> bool:
    """Restore a job as it was, without an owner; False when it is there."""
    if connection.execute("SELECT 1 FROM job WHERE id = ?", (job.id,)).fetchone() is not None:
        return False
    if not job.position:
        insert(connection, job)
        return True
    _insert(connection, job)
    connection.execute("UPDATE counter SET value = max(value, ?) WHERE name = 'position'", (job.position,))
    return True


def _insert(connection: sqlite3.Connection, job: Job) -> None:
    connection.execute(
        "INSERT INTO job (id, kind, needs, state, priority, position, character_id, attempt, tries_from, document)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(job.id, job.kind, job.needs, job.state.value, job.priority, job.position),
            *(job.character_id, job.attempt, job.attempt, job.document()),
        ),
    )


def find(connection: sqlite3.Connection, job_id: str) -> Row | None:
    stored = connection.execute(f"SELECT {_COLUMNS} FROM job WHERE id = ?", (job_id,)).fetchone()  # noqa: S608
    return _row(stored) if stored is not None else None


def load(connection: sqlite3.Connection, job_id: str) -> Row:
    row = find(connection, job_id)
    if row is None:
        raise NotFoundError("job_not_found", "There is no such job.", "It may have been removed: reload.")
    return row


def load_owned(connection: sqlite3.Connection, lease: Lease) -> Row:
    """The row behind `lease`, or LeaseLostError: the one check that fences every write of a runner. A job that came back
    from its folder has no owner yet: the one that runs this very attempt is it."""
    row = find(connection, lease.job_id)
    held = row is not None and row.job.attempt == lease.attempt and row.owner in (lease.owner, "")
    if row is None or not held or row.job.state not in OWNED:
        raise lease_lost(lease)
    return replace(row, owner=lease.owner)


def save(connection: sqlite3.Connection, job: Job, *, owner: str, tries_from: int) -> None:
    connection.execute(
        "UPDATE job SET state = ?, priority = ?, position = ?, attempt = ?, tries_from = ?, owner = ?,"
        " document = ? WHERE id = ?",
        (
            *(job.state.value, job.priority, job.position, job.attempt, tries_from),
            *(owner if job.state in OWNED else "", job.document(), job.id),
        ),
    )


def take(connection: sqlite3.Connection, job: Job, owner: str) -> bool:
    """Compare and set: the claim holds only if the row is still queued at the attempt before."""
    done = connection.execute(
        "UPDATE job SET state = ?, attempt = ?, owner = ?, beat = beat + 1, document = ?"
        " WHERE id = ? AND attempt = ? AND state = ?",
        (
            *(job.state.value, job.attempt, owner, job.document()),
            *(job.id, job.attempt - 1, JobState.QUEUED.value),
        ),
    )
    return done.rowcount == 1


def best_queued(connection: sqlite3.Connection, able: Eligibility, aside: Container[str]) -> Row | None:
    where, values = f"needs IN ({_marks(able.needs)})", [*able.needs]
    if able.backends is not None:
        where += (
            " AND (kind <> 'training' OR NOT json_valid(document)"
            f" OR json_extract(document, '$.backend') IN ({_marks(able.backends)}))"
        )
        values += able.backends
    line = connection.execute(
        f"SELECT {_COLUMNS} FROM job WHERE state = ? AND {where} ORDER BY priority DESC, position, number",  # noqa: S608
        (JobState.QUEUED.value, *values),
    )
    for stored in line:
        if stored["id"] in aside and _job(stored) is None:
            continue
        row = _row(stored)
        if not is_held(row.job, lambda job_id: _state(connection, job_id)):
            return row
    return None


def _state(connection: sqlite3.Connection, job_id: str) -> str | None:
    """As the column says it: a damaged row still holds up what waits for it."""
    found = connection.execute("SELECT state FROM job WHERE id = ?", (job_id,)).fetchone()
    return str(found["state"]) if found is not None else None


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def ids_of(connection: sqlite3.Connection, character_id: str) -> list[str]:
    """By the columns, whatever the documents say."""
    found = connection.execute("SELECT id FROM job WHERE character_id = ? ORDER BY number", (character_id,))
    return [row["id"] for row in found]


def queued(connection: sqlite3.Connection, aside: Container[str], priority: int | None = None) -> list[Job]:
    """List queued jobs in the order in which they will run."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM job WHERE state = ? AND priority = coalesce(?, priority)"  # noqa: S608
        " ORDER BY priority DESC, position, number",
        (JobState.QUEUED.value, priority),
    ).fetchall()
    return _jobs(rows, aside)


def page(
    connection: sqlite3.Connection,
    wanted: JobFilter,
    aside: Container[str],
    *,
    limit: int,
    cursor: str | None,
) -> Page[Job]:
    """Newest first; the cursor is the number of the last row shown."""
    where, values = ["1 = 1"], list[str | int]()
    if wanted.states:
        where.append(f"state IN ({', '.join('?' * len(wanted.states))})")
        values += [state.value for state in wanted.states]
    if wanted.kinds:
        where.append(f"kind IN ({', '.join('?' * len(wanted.kinds))})")
        values += wanted.kinds
    if wanted.character_id is not None:
        where.append("character_id = ?")
        values.append(wanted.character_id)
    if cursor is not None:
        where.append("number < ?")
        values.append(_number(cursor))
    stored_rows = connection.execute(
        f"SELECT number, {_COLUMNS} FROM job WHERE {' AND '.join(where)} ORDER BY number DESC LIMIT ?",  # noqa: S608
        (*values, limit + 1),
    ).fetchall()
    items = _jobs(stored_rows[:limit], aside)
    more = len(stored_rows) > limit > 0
    return Page[Job](items=items, next_cursor=str(stored_rows[limit - 1]["number"]) if more else None)


def _number(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise InvalidError("bad_cursor", "This is not a cursor of this list.", "Start from the first page.")
    return int(cursor)
