"""A data folder and a log folder as `mkdir` makes them, the usual umask: nothing that another user of the machine may read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.live_server import ServerProcess, end_trainings, person, train

pytestmark = pytest.mark.slow


@pytest.fixture
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def readable_by_others(root: Path) -> list[str]:
    """Files that somebody else reaches: through folders they may enter, with a mode that lets them read."""
    found, look = [], [root]
    while look:
        folder = look.pop()
        if not folder.stat().st_mode & 0o001:
            continue
        for entry in folder.iterdir():
            if entry.is_dir():
                look.append(entry)
            elif entry.stat().st_mode & 0o004:
                found.append(entry.relative_to(root).as_posix())
    return sorted(found)


def test_nothing_can_be_read_by_another_user_while_the_server_and_a_worker_run(tmp_path, usual_umask):
    data, logs = tmp_path / "data", tmp_path / "logs"
    for folder in (data, data / "uploads", logs, logs / "api", logs / "worker"):
        folder.mkdir(mode=0o755)
    server = ServerProcess(
        tmp_path / "base",
        DATA_DIR=str(data),
        LOG_DIR=str(logs),
        ISENGARD_MODE="fast-test",
        ISENGARD_IDLE_S="1",
    )
    try:
        somebody = person(server, tmp_path)
        server.api.patch("/settings", {"hf_token": "hf_" + "a" * 20})
        server.api.post("/logs", {"lines": [{"message": "opened Ann Example"}]})
        job = train(server, somebody, steps=40)
        server.api.wait_for(f"/training/jobs/{job['id']}", 60)
        assert (data / "jobs.db-wal").exists() and list((logs / "worker").iterdir())
        assert readable_by_others(data) == [] and readable_by_others(logs) == []
    finally:
        end_trainings(server)
        server.close()
