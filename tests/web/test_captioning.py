"""Captions by a captioner over HTTP with a real worker: queued, taken over by the server, undone, never over a person's own."""

from __future__ import annotations

import time

import pytest
from hosts.journey import Api, ApiError
from isengard.core.errors import StorageError
from isengard.web.services import caption_import
from support.soon import WITHIN_S, until
from support.training_fixtures import draw_photo
from support.web_server import WebServer

PLACEHOLDER = "annqvx, placeholder caption: nobody looked at this photo"


@pytest.fixture
def ann(api, tmp_path):
    ann = api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})
    for seed in range(3):
        api.upload(ann["id"], draw_photo(tmp_path / f"{seed}.jpg", seed))
    return ann


def captions(api, ann):
    return [photo["caption"] for photo in api.get(f"/characters/{ann['id']}/photos")["items"]]


def wait_for_captions(api, ann, wanted):
    deadline = time.monotonic() + WITHIN_S
    while (written := captions(api, ann)) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    assert written == wanted


def wait_for_change(ledger, correlation_id):
    """The event comes after the captions."""

    def told():
        events = [one for one in ledger.events_after(0) if one.correlation_id == correlation_id]
        return next((one for one in events if one.type == "character.changed"), None)

    return until(told)


def services_of(lines):
    return {line["service"] for line in lines}


def test_photos_are_described_by_a_job_and_it_can_be_taken_back(api, ann, server):
    path = f"/characters/{ann['id']}"
    first = api.get(f"{path}/photos")["items"][0]
    own = api.patch(f"{path}/photos/{first['id']}", {"caption": "annqvx with blonde hair"})
    assert own["leaks"] == [
        {"word": "blonde", "kind": "hair", "at": 12},
        {"word": "hair", "kind": "hair", "at": 19},
    ]
    (captioner, *_) = api.get("/training/captioners")["items"]
    assert captioner["placeholder"] and captioner["default"] and captioner["state"]["state"] == "ready"
    asked = Api(server.url, "ui-captions-1")
    job = asked.post(f"{path}/captions", {"plan": "captioner"})
    assert (job["kind"], job["state"], job["character_id"]) == ("captioning", "queued", ann["id"])
    with pytest.raises(ApiError) as caught:
        api.post(f"{path}/captions", {"plan": "captioner"})
    assert (caught.value.status, caught.value.error["code"]) == (409, "already_running")
    job = api.wait_for(f"/training/jobs/{job['id']}", 30)
    assert job["state"] == "completed", job["error"]
    assert (job["progress"]["step"], job["correlation_id"]) == (2, "ui-captions-1")
    wait_for_captions(api, ann, ["annqvx with blonde hair", PLACEHOLDER, PLACEHOLDER])
    assert wait_for_change(server.services.ledger, "ui-captions-1").data["change"] == "photos"
    until(lambda: {"api", "worker"} <= services_of(api.get("/logs?correlation_id=ui-captions-1")["items"]))
    undone = api.post(f"{path}/captions", {"plan": "undo"})["items"]
    assert [photo["caption"] for photo in undone] == ["annqvx with blonde hair", "", ""]
    with pytest.raises(ApiError) as caught:
        api.post(f"{path}/captions", {"plan": "undo"})
    assert (caught.value.status, caught.value.error["code"]) == (409, "nothing_to_undo")


def test_captions_that_a_full_disk_refuses_are_kept_once_there_is_room(api, ann, monkeypatch):
    """The job was done, and its captions came with ComfyUI's next start."""
    monkeypatch.setattr(caption_import, "AGAIN_S", 0.2)
    write, faults = caption_import.write_captions, [1, 2]

    def full(*args, **more):
        if faults:
            faults.pop()
            raise StorageError("library_unavailable", "The library could not be written.", "Free some space.")
        return write(*args, **more)

    monkeypatch.setattr(caption_import, "write_captions", full)
    job = api.post(f"/characters/{ann['id']}/captions", {"plan": "captioner"})
    assert api.wait_for(f"/training/jobs/{job['id']}", 30)["state"] == "completed"
    wait_for_captions(api, ann, [PLACEHOLDER] * 3)
    assert not faults


def test_what_a_person_writes_meanwhile_stays_even_where_all_were_to_be_replaced(api, ann):
    path = f"/characters/{ann['id']}"
    first, second, _ = api.get(f"{path}/photos")["items"]
    api.patch(f"{path}/photos/{second['id']}", {"caption": "annqvx in a boat"})
    job = api.post(f"{path}/captions", {"plan": "captioner", "overwrite": True})
    api.patch(f"{path}/photos/{first['id']}", {"caption": "annqvx on a red sofa"})
    assert api.wait_for(f"/training/jobs/{job['id']}", 30)["state"] == "completed"
    wait_for_captions(api, ann, ["annqvx on a red sofa", PLACEHOLDER, PLACEHOLDER])


def test_captions_made_while_no_server_ran_are_taken_over_at_the_next_start(api, ann, server, tmp_path):
    """The worker outlives ComfyUI: what it left is found by the server that starts next."""
    server.services.events.stop()
    time.sleep(0.3)  # the tail looks ten times a second
    job = api.post(f"/characters/{ann['id']}/captions", {"plan": "captioner"})
    assert api.wait_for(f"/training/jobs/{job['id']}", 30)["state"] == "completed"
    assert captions(api, ann) == ["", "", ""]
    server.close()
    again = WebServer(tmp_path, environment={"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1"})
    try:
        api = Api(again.url)
        api.wait_until_ready()
        wait_for_captions(api, ann, [PLACEHOLDER] * 3)
    finally:
        again.close()


def test_a_trigger_word_that_is_changed_meanwhile_stands_in_what_comes(api, ann):
    """Captions came with the old one, and training bound the person to both words."""
    path = f"/characters/{ann['id']}"
    job = api.post(f"{path}/captions", {"plan": "captioner"})
    api.patch(path, {"trigger_word": "zorblen"})
    assert api.wait_for(f"/training/jobs/{job['id']}", 30)["state"] == "completed"
    wait_for_captions(api, ann, [PLACEHOLDER.replace("annqvx", "zorblen")] * 3)


def test_a_cancelled_job_changes_nothing(api, ann):
    path = f"/characters/{ann['id']}"
    job = api.post(f"{path}/captions", {"plan": "captioner"})
    api.post(f"/training/jobs/{job['id']}/cancel")
    assert api.wait_for(f"/training/jobs/{job['id']}", 20)["state"] == "cancelled"
    assert captions(api, ann) == ["", "", ""]
