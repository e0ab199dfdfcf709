"""The worker table: each describes its machine; observers decide who is alive."""

from __future__ import annotations

import sqlite3

from ....core.records.worker import Worker
from ..news import about_worker, essence
from . import events


def report(connection: sqlite3.Connection, worker: Worker, at: str) -> None:
    found = connection.execute("SELECT document FROM worker WHERE id = ?", (worker.id,)).fetchone()
    connection.execute(
        "INSERT INTO worker VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET beat = excluded.beat, document = excluded.document",
        (worker.id, worker.beat, worker.model_dump_json()),
    )
    if found is None or essence(Worker.model_validate_json(found["document"])) != essence(worker):
        events.append(connection, about_worker(worker.id, worker, at))


def remove(connection: sqlite3.Connection, worker_id: str, at: str) -> None:
    done = connection.execute("DELETE FROM worker WHERE id = ?", (worker_id,))
    if done.rowcount:
        events.append(connection, about_worker(worker_id, None, at))


def everyone(connection: sqlite3.Connection) -> list[Worker]:
    rows = connection.execute("SELECT document FROM worker ORDER BY id").fetchall()
    return [Worker.model_validate_json(row["document"]) for row in rows]
