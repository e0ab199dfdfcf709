"""Lend me the GPU, over HTTP with a real worker: saves, stops, goes on by itself, also after a restart of the server."""

from __future__ import annotations

import time

import pytest
from hosts.journey import Api, ApiError
from isengard.training.gpu import gpu_lending as file
from isengard.web.services import gpu_lender
from support.pictures import drawing
from support.web_server import WebServer

pytestmark = pytest.mark.slow


@pytest.fixture
def running(api, tmp_path):
    """A training that would take minutes, once it runs."""
    ann = api.post("/characters", {"name": "Ann"})
    drawing().save(tmp_path / "a.jpg")
    api.upload(ann["id"], tmp_path / "a.jpg")
    wanted = {"character_id": ann["id"], "preset": "quick", "overrides": {"steps": 5000}}
    job = api.post("/training/jobs", wanted)
    yield wait_for(api, job["id"], "running")
    if api.get(f"/training/jobs/{job['id']}")["state"] not in ("completed", "failed", "cancelled"):
        api.post(f"/training/jobs/{job['id']}/cancel")
        wait_for(api, job["id"], "cancelled")


def wait_for(api, job_id, *states):
    return api.wait_for(f"/training/jobs/{job_id}", 30, states)


def lent(api, *, until: bool):
    deadline = time.monotonic() + 20
    while not (now := api.get("/training/lending")["lending"]) or bool(now["until"]) is not until:
        assert time.monotonic() < deadline, now
        time.sleep(0.05)
    return now


def test_it_stops_and_goes_on_by_itself(api, server, running, monkeypatch):
    monkeypatch.setattr(gpu_lender, "LENT_S", 0.5)
    assert api.post(f"/training/jobs/{running['id']}/lend")["state"] in ("pausing", "paused")
    paused = wait_for(api, running["id"], "paused")
    assert paused["checkpoints"], "saved before it stopped"
    again = wait_for(api, running["id"], "running")
    assert again["attempt"] == 2 and api.get("/training/lending") == {"lending": None}
    events = server.services.ledger.events_after(0)
    told = [event.data["lending"] for event in events if event.type == "lending.state"]
    assert [bool(one and one["until"]) for one in told] == [False, True, False] and told[-1] is None


def test_it_is_given_back_at_once_and_asked_again_it_lasts_longer(api, running):
    api.post(f"/training/jobs/{running['id']}/lend")
    first = lent(api, until=True)
    time.sleep(0.01)
    api.post(f"/training/jobs/{running['id']}/lend")
    assert lent(api, until=True)["until"] > first["until"]
    api.delete("/training/lending")
    wait_for(api, running["id"], "running")
    assert api.get("/training/lending") == {"lending": None}
    api.delete("/training/lending")


def test_given_back_while_it_still_stops_it_goes_on_once_it_has_stopped(api, running):
    assert api.post(f"/training/jobs/{running['id']}/lend")["state"] == "pausing"
    api.delete("/training/lending")
    deadline = time.monotonic() + 30
    while api.get(f"/training/jobs/{running['id']}")["attempt"] < 2:
        assert time.monotonic() < deadline, api.get(f"/training/jobs/{running['id']}")
        time.sleep(0.05)
    wait_for(api, running["id"], "running")
    assert api.get("/training/lending") == {"lending": None}


def test_only_a_running_training_makes_room_and_only_one(api, server, running):
    with pytest.raises(ApiError) as caught:
        api.post(f"/training/jobs/job_{'0' * 26}/lend")
    assert caught.value.status == 404
    api.post(f"/training/jobs/{running['id']}/lend")
    lent(api, until=True)
    file.write(server.services.paths, file.Lending("job_other", "2026-01-01T00:00:00.000Z"))
    with pytest.raises(ApiError) as caught:
        api.post(f"/training/jobs/{running['id']}/lend")
    assert caught.value.error["code"] == "gpu_lent"
    deadline = time.monotonic() + 10
    while api.get("/training/lending")["lending"]:
        assert time.monotonic() < deadline, "a job that is gone holds nothing"
        time.sleep(0.1)
    api.post(f"/training/jobs/{running['id']}/cancel")
    with pytest.raises(ApiError) as caught:
        api.post(f"/training/jobs/{running['id']}/lend")
    assert caught.value.error["code"] == "wrong_state"


def test_a_restarted_server_gives_it_back(tmp_path, monkeypatch):
    environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1"}
    server = WebServer(tmp_path, environment=environment)
    api = Api(server.url)
    api.wait_until_ready()
    ann = api.post("/characters", {"name": "Ann"})
    drawing().save(tmp_path / "a.jpg")
    api.upload(ann["id"], tmp_path / "a.jpg")
    job = api.post("/training/jobs", {"character_id": ann["id"], "overrides": {"steps": 5000}})
    wait_for(api, job["id"], "running")
    api.post(f"/training/jobs/{job['id']}/lend")
    lent(api, until=True)
    server.close()
    kept = file.read(server.services.paths)
    file.write(server.services.paths, file.Lending(kept.job_id, kept.asked_at, "2026-01-01T00:00:00.000Z"))
    server = WebServer(tmp_path, environment=environment)
    api = Api(server.url)
    api.wait_until_ready()
    wait_for(api, job["id"], "running")
    api.post(f"/training/jobs/{job['id']}/cancel")
    wait_for(api, job["id"], "cancelled")
    server.close()
