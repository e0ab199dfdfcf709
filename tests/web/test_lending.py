"""Lend me the GPU, over HTTP with a real worker: saves, stops, goes on by itself, also after a restart of the server."""

from __future__ import annotations

import time

import pytest
from hosts.journey import Api, ApiError
from isengard.core.clock import SystemClock, iso
from isengard.core.ids import new_id
from isengard.core.records.job import Job
from isengard.training.gpu import gpu_lending as file
from isengard.web.services import gpu_lender
from support.pictures import drawing
from support.soon import WITHIN_S, until
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
    return api.wait_for(f"/training/jobs/{job_id}", WITHIN_S, states)


def lent(api, *, over: bool):
    def found():
        now = api.get("/training/lending")["lending"]
        return now if now and bool(now["until"]) is over else None

    return until(found)


def told(server, kind, **what):
    """What each event of this kind carried."""
    carried = [event.data for event in server.services.ledger.events_after(0) if event.type == kind]
    return [data for data in carried if what.items() <= data.items()]


def loans(server):
    return [data["lending"] for data in told(server, "lending.state")]


def back(api):
    """The training is resumed before nothing says any more that it is lent."""
    until(lambda: api.get("/training/lending") == {"lending": None})


def test_it_stops_and_goes_on_by_itself(api, server, running, monkeypatch):
    monkeypatch.setattr(gpu_lender, "LENT_S", 0.5)
    assert api.post(f"/training/jobs/{running['id']}/lend")["state"] in ("pausing", "paused")
    job = f"/training/jobs/{running['id']}"
    until(lambda: (now := api.get(job))["attempt"] == 2 and now["state"] == "running")
    until(lambda: loans(server)[-1] is None)
    assert api.get("/training/lending") == {"lending": None}
    assert [bool(one and one["until"]) for one in loans(server)] == [False, True, False]
    (paused,) = told(server, "job.state", state="paused")
    assert paused["job"]["checkpoints"], "saved before it stopped"


def test_it_is_given_back_at_once_and_asked_again_it_lasts_longer(api, running):
    api.post(f"/training/jobs/{running['id']}/lend")
    first = lent(api, over=True)
    time.sleep(0.01)
    api.post(f"/training/jobs/{running['id']}/lend")
    assert lent(api, over=True)["until"] > first["until"]
    api.delete("/training/lending")
    wait_for(api, running["id"], "running")
    back(api)
    api.delete("/training/lending")


def test_given_back_while_it_still_stops_it_goes_on_once_it_has_stopped(api, running):
    assert api.post(f"/training/jobs/{running['id']}/lend")["state"] == "pausing"
    api.delete("/training/lending")
    until(lambda: api.get(f"/training/jobs/{running['id']}")["attempt"] == 2)
    wait_for(api, running["id"], "running")
    back(api)


def test_only_a_running_training_makes_room_and_only_one(api, server, running):
    with pytest.raises(ApiError) as caught:
        api.post(f"/training/jobs/job_{'0' * 26}/lend")
    assert caught.value.status == 404
    api.post(f"/training/jobs/{running['id']}/lend")
    lent(api, over=True)
    now = iso(SystemClock().now())
    other = server.services.ledger.submit(Job(id=new_id("job"), needs="gpu", created_at=now, updated_at=now))
    file.write(server.services.paths, file.Lending(other.id, now))
    with pytest.raises(ApiError) as caught:
        api.post(f"/training/jobs/{running['id']}/lend")
    assert caught.value.error["code"] == "gpu_lent"
    server.services.ledger.order(other.id, "cancel")
    file.write(server.services.paths, file.Lending("job_other", "2026-01-01T00:00:00.000Z"))
    back(api)  # a job that is gone holds nothing
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
    lent(api, over=True)
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
