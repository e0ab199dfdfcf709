"""The worker table: each describes its machine; observers decide who is alive."""

from __future__ import annotations

import sqlite3

from ....core.records.worker import Worker
from ....core.storage.documents import Documents
from ..job_events import about_worker, essence
from . import events


def report(connection: sqlite3.Connection, documents: Documents, worker: Worker, at: str) -> None:
    row = connection.execute("SELECT document FROM worker WHERE id = ?", (worker.id,)).fetchone()
    before = None if row is None else documents.read(Worker, row["document"], worker.id)
    connection.execute(
        "INSERT INTO worker VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET beat = excluded.beat, document = excluded.document",
        (worker.id, worker.beat, worker.document()),
    )
    if before is None or essence(before) != essence(worker):
        events.append(connection, about_worker(worker.id, worker, at))


def remove(connection: sqlite3.Connection, worker_id: str, at: str) -> None:
    done = connection.execute("DELETE FROM worker WHERE id = ?", (worker_id,))
    if done.rowcount:
        events.append(connection, about_worker(worker_id, None, at))


def everyone(connection: sqlite3.Connection, documents: Documents) -> list[Worker]:
    """List the workers that can be read; what a fault has hit is written anew with the next heartbeat."""
    rows = connection.execute("SELECT id, document FROM worker ORDER BY id").fetchall()
    return documents.every(Worker, [(row["id"], row["document"]) for row in rows])
