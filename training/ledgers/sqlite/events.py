"""The event table: one order over everything, numbered without gaps inside the writer's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Any

from ....core import correlation
from ....core.records.event import Event, EventType, Subject
from ....core.records.job import Job
from ....core.redaction import redact_value

#: Older events are dropped: clients that slept longer fetch everything anew (`first_seq` tells them).
KEPT_EVENTS = 50_000
_TRIM_EVERY = 500


def append(connection: sqlite3.Connection, event: Event) -> Event:
    """Give `event` the next number and store it, redacted."""
    event = event.model_copy(update={"seq": next_number(connection, "seq"), "data": redact_value(event.data)})
    connection.execute(
        "INSERT INTO event VALUES (?, ?, ?, ?)",
        (event.seq, event.subject.kind, event.subject.id, event.model_dump_json()),
    )
    if event.seq % _TRIM_EVERY == 0:
        connection.execute("DELETE FROM event WHERE seq <= ?", (event.seq - KEPT_EVENTS,))
    return event


def append_for_job(
    connection: sqlite3.Connection, job: Job, type_: EventType, at: str, data: dict[str, Any]
) -> Event:
    """An event about `job`, under the action in force, else the one that made the job."""
    return append(
        connection,
        Event(
            type=type_,
            at=at,
            correlation_id=correlation.current() or job.correlation_id,
            subject=Subject(kind="job", id=job.id),
            attempt=job.attempt,
            data=data,
        ),
    )


def state_data(job: Job) -> dict[str, Any]:
    return {"state": job.state.value, "attempt": job.attempt, "job": job.model_dump(mode="json")}


def after(connection: sqlite3.Connection, seq: int, limit: int) -> list[Event]:
    rows = connection.execute(
        "SELECT document FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
    ).fetchall()
    return [Event.model_validate_json(row["document"]) for row in rows]


def forget(connection: sqlite3.Connection, subject_ids: Collection[str]) -> int:
    gone = 0
    for subject_id in subject_ids:
        gone += connection.execute("DELETE FROM event WHERE subject_id = ?", (subject_id,)).rowcount
    return gone


def first_seq(connection: sqlite3.Connection) -> int:
    """The oldest number still kept; 1 when nothing was dropped."""
    row = connection.execute("SELECT min(seq) FROM event").fetchone()
    return int(row[0]) if row[0] is not None else last_seq(connection) + 1


def last_seq(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM counter WHERE name='seq'").fetchone()[0])


def next_number(connection: sqlite3.Connection, name: str) -> int:
    """Counters live in their own table: a rolled-back transaction gives its numbers back."""
    connection.execute("UPDATE counter SET value = value + 1 WHERE name = ?", (name,))
    return int(connection.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()[0])
