"""Jobs as rows: load, save and find them. Every statement runs inside a transaction of the caller."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, replace

from pydantic import ValidationError

from ....core.errors import InvalidError, NotFoundError
from ....core.job_states import ENDED, OWNED, JobState
from ....core.ledger import JobFilter, Lease
from ....core.records.base import Page
from ....core.records.job import Job
from ..able import Able
from ..rules import lease_lost
from . import events

_COLUMNS = "document, state, attempt, owner, beat, tries_from"


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
    return Row(
        job=_job(found),
        owner=found["owner"],
        beat=found["beat"],
        tries_from=found["tries_from"],
    )


def _job(found: sqlite3.Row) -> Job:
    """A document that is no job, or not the one its columns say, is damage like any other of the file."""
    try:
        job = Job.model_validate_json(found["document"])
    except ValidationError as damage:
        raise sqlite3.DatabaseError("a job's document is malformed") from damage
    if (job.state.value, job.attempt) != (found["state"], found["attempt"]):
        raise sqlite3.DatabaseError("a job's row is malformed")
    return job


def check_open(connection: sqlite3.Connection) -> None:
    """Read every job that is not over: damage shows now, not in the middle of a training."""
    ended = [state.value for state in ENDED]
    marks = ", ".join("?" * len(ended))
    for found in connection.execute(f"SELECT {_COLUMNS} FROM job WHERE state NOT IN ({marks})", ended):  # noqa: S608
        _job(found)


def insert(connection: sqlite3.Connection, job: Job) -> Job:
    """At the end of its priority: positions only grow."""
    job = job.model_copy(update={"position": events.next_number(connection, "position")})
    _insert(connection, job)
    return job


def restore(connection: sqlite3.Connection, job: Job) -> bool:
    """As it was, without an owner; False when it is there."""
    if find(connection, job.id) is not None:
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
            *(job.character_id, job.attempt, job.attempt, job.model_dump_json()),
        ),
    )


def find(connection: sqlite3.Connection, job_id: str) -> Row | None:
    found = connection.execute(f"SELECT {_COLUMNS} FROM job WHERE id = ?", (job_id,)).fetchone()  # noqa: S608
    return _row(found) if found is not None else None


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
            *(owner if job.state in OWNED else "", job.model_dump_json(), job.id),
        ),
    )


def take(connection: sqlite3.Connection, job: Job, owner: str) -> bool:
    """Compare and set: the claim holds only if the row is still queued at the attempt before."""
    done = connection.execute(
        "UPDATE job SET state = ?, attempt = ?, owner = ?, beat = beat + 1, document = ?"
        " WHERE id = ? AND attempt = ? AND state = ?",
        (
            *(job.state.value, job.attempt, owner, job.model_dump_json()),
            *(job.id, job.attempt - 1, JobState.QUEUED.value),
        ),
    )
    return done.rowcount == 1


def best_queued(connection: sqlite3.Connection, able: Able) -> Row | None:
    where, values = f"needs IN ({_marks(able.needs)})", [*able.needs]
    if able.backends is not None:
        where += (
            f" AND (kind <> 'training' OR json_extract(document, '$.backend') IN ({_marks(able.backends)}))"
        )
        values += able.backends
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM job WHERE state = ? AND {where}"  # noqa: S608
        " ORDER BY priority DESC, position, number LIMIT 1",
        (JobState.QUEUED.value, *values),
    ).fetchone()
    return _row(found) if found is not None else None


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def queued(connection: sqlite3.Connection, priority: int | None = None) -> list[Job]:
    """In the order in which they will run."""
    rows = connection.execute(
        "SELECT document, state, attempt FROM job WHERE state = ? AND priority = coalesce(?, priority)"
        " ORDER BY priority DESC, position, number",
        (JobState.QUEUED.value, priority),
    ).fetchall()
    return [_job(row) for row in rows]


def page(connection: sqlite3.Connection, wanted: JobFilter, limit: int, cursor: str | None) -> Page[Job]:
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
    found = connection.execute(
        f"SELECT number, document, state, attempt FROM job WHERE {' AND '.join(where)} ORDER BY number DESC LIMIT ?",  # noqa: S608
        (*values, limit + 1),
    ).fetchall()
    items = [_job(row) for row in found[:limit]]
    more = len(found) > limit and items
    return Page[Job](items=items, next_cursor=str(found[limit - 1]["number"]) if more else None)


def _number(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise InvalidError("bad_cursor", "This is not a cursor of this list.", "Start from the first page.")
    return int(cursor)
