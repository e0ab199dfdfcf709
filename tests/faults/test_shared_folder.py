"""Two servers on one data folder, and a data folder that takes no writes."""

from __future__ import annotations

import subprocess
import time

import pytest
from hosts.journey import Api, ApiError
from live_server import end_trainings, person, start, train
from web_server import WebServer

pytestmark = [pytest.mark.storm, pytest.mark.slow]
FAST = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1", "ISENGARD_FAST_TEST_S": "1"}


def test_two_servers_on_one_folder_see_the_same_jobs_and_run_each_once(tmp_path):
    environment = {**FAST, "DATA_DIR": str(tmp_path / "data")}
    first = start(tmp_path / "a", environment=environment)
    second = start(tmp_path / "b", environment=environment)
    try:
        ann = person(first, tmp_path)
        jobs = [train(server, ann, steps=40)["id"] for server in (first, second, first)]
        deadline = time.monotonic() + 40
        while {one["state"] for one in second.api.get("/training/jobs")["items"]} != {"completed"}:
            assert time.monotonic() < deadline, second.api.get("/training/jobs")
            assert len(second.services.ledger.workers()) <= 1, "a second worker serves this folder"
            time.sleep(0.1)
        for server in (first, second):
            listed = {one["id"]: one["attempt"] for one in server.api.get("/training/jobs")["items"]}
            assert listed == dict.fromkeys(jobs, 1), "one was run twice"
    finally:
        end_trainings(first)
        second.close()
        first.close()


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own, which can be made read-only for root too."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(disk)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.fail(f"a small disk is needed: run as root on Linux ({mounted.stderr.strip()})")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_folder_that_takes_no_writes_is_said_and_nothing_falls(disk, tmp_path):
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    server = WebServer(tmp_path, environment={**FAST, "DATA_DIR": str(disk / "data")})
    try:
        deadline = time.monotonic() + 20
        while (error := refusal(Api(server.url, "ro"), "/characters"))["code"] == "starting":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert error["code"] == "data_folder_unavailable" and "DATA_DIR" in error["hint"]
    finally:
        server.close()


def refusal(api, path):
    with pytest.raises(ApiError) as refused:
        api.get(path)
    return refused.value.error
