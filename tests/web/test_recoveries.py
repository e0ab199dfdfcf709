"""Databases damaged while the server runs and while it does not: the page is told, until somebody has read it."""

from __future__ import annotations

import time

import pytest
from hosts.journey import ApiError
from support import live_server
from support.live_server import RUBBISH, damage


def health(api):
    """The first who looks finds the damage, and is asked to look again."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return api.get("/health")
        except ApiError as refused:
            assert refused.error["code"] == "ledger_rebuilt" and time.monotonic() < deadline


@pytest.fixture
def start(tmp_path):
    opened = []

    def start():
        opened.append(live_server.start(tmp_path))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def test_a_job_database_damaged_while_the_server_runs(start, tmp_path):
    server = start()
    api = server.api
    server.services.supervisor.stop()
    ann = live_server.person(server, tmp_path)
    jobs = {live_server.train(server, ann)["id"] for _ in range(2)}
    before = health(api)
    assert before["recoveries"] == []
    damage(server.services.paths.jobs_db)
    after = health(api)
    assert after["epoch"] != before["epoch"], "open pages ask for everything anew"
    (told,) = after["recoveries"]
    assert (told["code"], told["count"]) == ("jobs_rebuilt", 2)
    kept = server.services.paths.root / told["file"]
    assert kept.read_bytes() == RUBBISH and str(server.services.paths.root) not in str(after)
    assert {job["id"] for job in api.get("/training/jobs")["items"]} == jobs
    kept.unlink()  # as forgetting a person does when it names them
    assert health(api)["recoveries"] == [{**told, "file": ""}]
    api.delete("/recoveries/jobs_rebuilt")
    assert health(api)["recoveries"] == []
    for job in jobs:
        api.post(f"/training/jobs/{job}/cancel")


def test_a_library_damaged_while_no_server_ran(start, tmp_path):
    server = start()
    ann = live_server.person(server, tmp_path)
    server.close()
    damage(server.services.paths.library_db)
    api = start().api
    (told,) = health(api)["recoveries"]
    assert (told["code"], told["count"]) == ("people_rebuilt", 1) and ".corrupt-" in told["file"]
    assert [one["id"] for one in api.get("/characters")["items"]] == [ann["id"]]
    api.delete("/recoveries/people_rebuilt")
    assert health(api)["recoveries"] == []
    with pytest.raises(ApiError) as refused:
        api.delete("/recoveries/..%2Fserver")
    assert refused.value.error["code"] == "recovery_not_found"
