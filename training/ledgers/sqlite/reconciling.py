"""Taking back jobs whose worker went silent."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ....core.records.job import Job
from ....core.records.job_states import OWNED, JobState
from .. import rules
from ..job_events import state_data
from ..liveness import Liveness
from . import events, rows


@dataclass(frozen=True)
class Silent:
    """A job to take back, exactly as it was when judged; `owner` is empty for one left interrupted."""

    job_id: str
    attempt: int
    owner: str
    beat: int


def silent(connection: sqlite3.Connection, sightings: Liveness, lease_s: float) -> list[Silent]:
    """Owned jobs whose beat stood still for the lease, and interrupted ones nobody put back in the line."""
    states = [state.value for state in (*OWNED, JobState.INTERRUPTED)]
    owned_rows = connection.execute(
        f"SELECT id, attempt, owner, beat, state FROM job WHERE state IN ({', '.join('?' * len(states))})",  # noqa: S608
        states,
    ).fetchall()
    sightings.keep([row["id"] for row in owned_rows])
    return [
        Silent(row["id"], row["attempt"], row["owner"], row["beat"])
        for row in owned_rows
        if row["state"] == JobState.INTERRUPTED.value
        or sightings.still_s(row["id"], (row["attempt"], row["owner"], row["beat"])) >= lease_s
    ]


def take_back(connection: sqlite3.Connection, seen: Silent, at: str, max_attempts: int) -> list[Job]:
    """Take a job back from a silent worker: every state it passed through; nothing when it moved in the meantime."""
    unmoved = connection.execute(
        "SELECT 1 FROM job WHERE id = ? AND attempt = ? AND owner = ? AND beat = ?",
        (seen.job_id, seen.attempt, seen.owner, seen.beat),
    ).fetchone()
    row = rows.load(connection, seen.job_id) if unmoved else None
    if row is None or (row.job.state not in OWNED and row.job.state is not JobState.INTERRUPTED):
        return []
    steps = rules.lost(row.job, at, tries=row.tries, max_attempts=max_attempts)
    for job in steps:
        rows.save(connection, job, owner="", tries_from=row.tries_from)
        events.append_for_job(connection, job, "job.state", at, state_data(job))
    return steps
