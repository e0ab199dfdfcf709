"""Two servers on one data folder, one of them killed; and a data folder that takes no writes."""

from __future__ import annotations

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hosts.journey import Api, ApiError
from support.live_server import ServerProcess, end_trainings, person, train
from support.soon import until
from support.storm_checks import assert_one_trainer_at_a_time
from support.web_server import WebServer

pytestmark = [pytest.mark.storm, pytest.mark.slow]
FAST = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1", "ISENGARD_FAST_TEST_S": "1"}


@pytest.fixture
def two(tmp_path):
    """Two real processes on one data folder."""
    data = {"DATA_DIR": str(tmp_path / "data"), "ISENGARD_FAST_TEST_S": "0.4"}
    with ThreadPoolExecutor() as together:
        servers = list(together.map(lambda name: ServerProcess(tmp_path / name, **data), "ab"))
    yield servers
    end_trainings(servers[1])
    for server in servers:
        server.close()


def test_two_servers_on_one_folder_show_the_same_and_one_killed_loses_nothing(two, tmp_path):
    first, second = two
    ann = person(first, tmp_path)
    jobs = [train(server, ann, steps=40)["id"] for server in (first, second)]
    assert set(listed(first)) == set(listed(second)) == set(jobs)
    assert first.api.get("/health")["epoch"] == second.api.get("/health")["epoch"]
    jobs.append(train(first, ann, steps=40)["id"])
    first.kill()
    deadline = time.monotonic() + 120
    while {state for state, _ in listed(second).values()} != {"completed"}:
        assert time.monotonic() < deadline, listed(second)
        assert len(second.api.get("/training/workers")["items"]) <= 1, "a second worker serves this folder"
        time.sleep(0.1)
    assert listed(second) == dict.fromkeys(jobs, ("completed", 1)), "one was lost, or run twice"
    for job in jobs:
        assert_one_trainer_at_a_time(tmp_path / "data" / "jobs" / job, 1, steps=40, save_every=20)
    assert [one["name"] for one in second.api.get("/characters")["items"]] == ["Ann Example"]


def listed(server):
    return {job["id"]: (job["state"], job["attempt"]) for job in server.api.get("/training/jobs")["items"]}


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
        asked = Api(server.url, "ro")
        error = until(lambda: (told := refusal(asked, "/characters"))["code"] != "starting" and told)
        assert error["code"] == "data_folder_unavailable" and "set another data folder" in error["hint"]
    finally:
        server.close()


def refusal(api, path):
    with pytest.raises(ApiError) as refused:
        api.get(path)
    return refused.value.error
