"""What has to hold after every fault: one trainer at a time, legal states, no orphan, no half-written file, whole databases."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from itertools import pairwise
from pathlib import Path

from isengard.core.paths import DataPaths
from isengard.core.records.job_states import TRANSITIONS, JobState
from isengard.core.storage.crash_cleanup import sweep


def assert_one_trainer_at_a_time(job_dir: Path, attempts: int, *, steps: int, save_every: int) -> None:
    """Every trainer appends its steps to one file. Two at once would interleave; a restart begins right after a save."""
    lines = (job_dir / "fast_test_loss.jsonl").read_text().splitlines()
    seen = [json.loads(line)["step"] for line in lines if line.endswith("}")]
    breaks = [(before, after) for before, after in pairwise(seen) if after != before + 1]
    assert len(breaks) < attempts, f"{len(breaks)} restarts in {attempts} attempts: two trainers ran at once"
    for before, after in breaks:
        assert after == 1 or (after - 1) % save_every == 0, f"restarted at {after}, not after a checkpoint"
        assert before - (after - 1) <= save_every, f"steps {after} to {before} were trained again"
    assert sorted(set(seen)) == list(range(1, steps + 1))


def assert_states_were_legal(ledger, *, since: int = 0) -> dict[str, JobState]:
    """Every change of state that was told is a step of the table, and the numbers have no gap; the last state of each job."""
    last: dict[str, JobState] = {}
    seq = since
    while page := ledger.events_after(seq):
        assert [event.seq for event in page] == list(range(seq + 1, seq + 1 + len(page)))
        seq = page[-1].seq
        for event in (event for event in page if event.type == "job.state"):
            state = JobState(event.data["state"])
            before = last.get(event.subject.id)
            assert before is None or state in TRANSITIONS[before], f"{before} -> {state}"
            last[event.subject.id] = state
    return last


def assert_nothing_left(root: Path) -> None:
    """A kill inside an atomic write leaves its temporary file; the server's sweep (here without its hour of grace) takes it."""
    assert orphans(root / "jobs") == []
    sweep(DataPaths(root=root, logs=root / "logs"), old_s=-60)
    assert list(root.rglob("*.isen-tmp")) == []
    for database in root.glob("*.db"):
        connection = sqlite3.connect(database)
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok", database.name
        connection.close()


def orphans(jobs: Path) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(jobs) in line]
