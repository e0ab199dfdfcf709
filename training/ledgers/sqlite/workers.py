"""The worker table: each describes its machine; observers decide who is alive."""

from __future__ import annotations

import sqlite3
from typing import Any

from ....core import correlation
from ....core.records.event import Event, Subject
from ....core.records.worker import Worker
from ..sightings import Sightings
from . import events


def report(connection: sqlite3.Connection, worker: Worker, at: str) -> None:
    found = connection.execute("SELECT document FROM worker WHERE id = ?", (worker.id,)).fetchone()
    connection.execute(
        "INSERT INTO worker VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET beat = excluded.beat, document = excluded.document",
        (worker.id, worker.beat, worker.model_dump_json()),
    )
    if found is None or _essence(Worker.model_validate_json(found["document"])) != _essence(worker):
        _tell(connection, worker.id, worker, at)


def remove(connection: sqlite3.Connection, worker_id: str, at: str) -> None:
    done = connection.execute("DELETE FROM worker WHERE id = ?", (worker_id,))
    if done.rowcount:
        _tell(connection, worker_id, None, at)


def everyone(connection: sqlite3.Connection) -> list[Worker]:
    rows = connection.execute("SELECT document FROM worker ORDER BY id").fetchall()
    return [Worker.model_validate_json(row["document"]) for row in rows]


def look(workers: list[Worker], sightings: Sightings, lease_s: float) -> tuple[list[Worker], list[str]]:
    """Those seen moving within the lease, and the ids of those silent for longer."""
    still = {worker.id: sightings.still_s(worker.id, worker.beat) for worker in workers}
    alive = [worker for worker in workers if sightings.moved(worker.id) and still[worker.id] < lease_s]
    sightings.keep([worker.id for worker in workers])
    return alive, [worker_id for worker_id, silence in still.items() if silence >= lease_s]


def _essence(worker: Worker) -> dict[str, Any]:
    """What is worth an event: free memory and the beat change all the time."""
    return worker.model_dump(exclude={"beat": True, "gpus": {"__all__": {"free_bytes"}}})


def _tell(connection: sqlite3.Connection, worker_id: str, worker: Worker | None, at: str) -> None:
    events.append(
        connection,
        Event(
            type="worker.state",
            at=at,
            correlation_id=correlation.current(),
            subject=Subject(kind="worker", id=worker_id),
            data={"worker": worker.model_dump(mode="json") if worker else None},
        ),
    )
