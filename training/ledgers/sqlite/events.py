"""The event table: one order over everything, numbered without gaps inside the writer's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Any

from ....core.ids import ids_in
from ....core.records.event import Event, EventType
from ....core.records.job import Job
from ....core.redaction import redact_value
from ....core.storage.documents import Documents
from ..job_events import KEPT_EVENTS, about_job

_TRIM_EVERY = 500


def append(connection: sqlite3.Connection, event: Event) -> Event:
    """Give `event` the next number and store it, redacted."""
    event = event.model_copy(update={"seq": _next_seq(connection), "data": redact_value(event.data)})
    connection.execute(
        "INSERT INTO event VALUES (?, ?, ?, ?)",
        (event.seq, event.subject.kind, event.subject.id, event.document()),
    )
    if event.seq % _TRIM_EVERY == 0:
        connection.execute("DELETE FROM event WHERE seq <= ?", (event.seq - KEPT_EVENTS,))
    return event


def _next_seq(connection: sqlite3.Connection) -> int:
    """Beyond every event that is there, too: a counter that a fault has set back would refuse all that follow."""
    connection.execute(
        "UPDATE counter SET value = max(value, (SELECT coalesce(max(seq), 0) FROM event)) WHERE name = 'seq'"
    )
    return next_number(connection, "seq")


def append_for_job(
    connection: sqlite3.Connection, job: Job, type_: EventType, at: str, data: dict[str, Any]
) -> Event:
    return append(connection, about_job(job, type_, at, data))


def after(connection: sqlite3.Connection, documents: Documents, seq: int, limit: int) -> list[Event]:
    """List events after `seq` that can be read, `limit` of them where there are as many."""
    events: list[Event] = []
    for row in connection.execute("SELECT seq, document FROM event WHERE seq > ? ORDER BY seq", (seq,)):
        event = documents.read(Event, row["document"], str(row["seq"]))
        if event is not None:
            events.append(event.model_copy(update={"seq": row["seq"]}))
        if len(events) == limit:
            break
    return events


def forget(connection: sqlite3.Connection, subject_ids: Collection[str]) -> int:
    gone = 0
    for subject_id in subject_ids:
        gone += connection.execute("DELETE FROM event WHERE subject_id = ?", (subject_id,)).rowcount
    return gone


def that_name(connection: sqlite3.Connection, ids: Collection[str]) -> list[int]:
    """The numbers of the events in whose documents one of these ids stands."""
    wanted = set(ids)
    rows = connection.execute("SELECT seq, document FROM event")
    return [row["seq"] for row in rows if not wanted.isdisjoint(ids_in(row["document"]))]


def remove(connection: sqlite3.Connection, numbers: Collection[int]) -> int:
    return connection.executemany("DELETE FROM event WHERE seq = ?", [(seq,) for seq in numbers]).rowcount


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
