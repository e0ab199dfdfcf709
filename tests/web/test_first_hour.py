"""Over HTTP: a training with all that it lacks, the models with how they suit this machine, and what practice mode leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hosts.journey import Api, ApiError
from isengard.core.records.generation_states import GenerationState
from isengard.training.worker.supervisor import Supervisor
from support import live_server
from support.answer_checker import CheckedApi
from support.generation_records import draft, drawn_here, picture
from support.loras import publish

#: Nothing is set up, and this computer may train on its processor.
REAL = {"ISENGARD_MODE": "production", "ISENGARD_ALLOW_CPU": "1", "ISENGARD_IDLE_S": "1"}


@pytest.fixture
def real(tmp_path):
    """Production mode, whose worker is away."""
    server = live_server.start(tmp_path / "real", environment=REAL)
    server.services.supervisor.ensure_worker = lambda: False
    yield server
    server.close()


def test_one_request_queues_the_line_and_a_restart_keeps_it(real, tmp_path, monkeypatch):
    api = CheckedApi(real.url, "ui-line")
    ann = live_server.person(real, tmp_path, photos=1)
    training = {"character_id": ann["id"], "family": "sd15"}
    check = api.post("/training/preflight", training)
    lacks = check["preparation"]
    assert not check["ok"] and lacks["ok"] and lacks["in_line"] and not lacks["measured"]
    assert [step["kind"] for step in lacks["steps"]] == ["trainer", "model"]
    assert lacks["download_bytes"] == sum(step["download_bytes"] for step in lacks["steps"]) > 4e9
    with pytest.raises(ApiError) as caught:
        api.post("/training/set-up-and-train", {"training": training})
    assert caught.value.error["code"] == "confirmation_needed"
    job = api.post("/training/set-up-and-train", {"training": training, "confirm": True})
    assert len(job["after"]) == 2 and job["waits_for"]["code"] == "step"
    assert job["waits_for"]["message"] == "Starts automatically after setting up AI-Toolkit."
    real.close()
    monkeypatch.setattr(
        Supervisor, "ensure_worker", lambda _self: False
    )  # it would begin with the line at once
    again = live_server.start(tmp_path / "real", environment=REAL)
    try:
        after = CheckedApi(again.url, "ui-line")
        assert after.get(f"/training/jobs/{job['id']}")["after"] == job["after"]
        assert after.post(f"/training/jobs/{job['id']}/cancel")["state"] == "cancelled"
        assert {after.get(f"/training/jobs/{first}")["state"] for first in job["after"]} == {"cancelled"}
    finally:
        again.close()


def test_models_say_how_they_suit_this_machine(real, server, api):
    def fits(server):
        return {one["key"]: one["fit"] for one in server.api.get("/training/families")["items"]}

    assert set(fits(real).values()) == {"fits"}
    families = {one["key"]: one for one in api.get("/training/families")["items"]}
    assert {one["fit"] for one in families.values()} == {"practice"}
    assert sorted(one["place"] for one in families.values()) == list(range(len(families)))
    sd15 = families["sd15"]
    assert (sd15["sell"], sd15["download_bytes"]) == ("yes", 4_265_146_304) and sd15["good_at"]
    assert api.get("/training/machine")["words"].startswith("Practice mode")


def test_what_practice_mode_leaves_goes_and_comes_back_at_once(server, api):
    services = server.services
    api.post("/characters/sample", {})
    ann = api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})
    assert ann["practice"]
    store = services.generations.store
    marked = draft(ann["id"], practice=True, recipe="sd15-identity", purpose="bench")
    real = draft(ann["id"], recipe="sd15-identity")
    running = draft(ann["id"])
    for one in (marked, real, running):
        drawn_here(server, one)
    for one in (marked, real):
        picture(store, services.paths, one.id)
        for state in (GenerationState.RUNNING, GenerationState.COMPLETED):
            store.advance(one.id, state)
    left = api.get("/practice")
    assert ({one["name"] for one in left["people"]}, left["pictures"]) == ({"Sample Sam", "Ann"}, 1)
    gone = api.post("/practice/remove", {})
    assert len(gone["characters"]) == 2 and gone["generations"] == [marked.id]
    assert api.get("/characters")["items"] == []
    assert api.get("/practice") == {"people": [], "pictures": 0, "loras": 0}
    gone["generations"].append("gen_" + "0" * 26)
    api.post("/practice/restore", gone)
    assert api.get("/practice") == left


def test_somebody_who_was_really_trained_is_practice_no_longer(server, api):
    ann = api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})
    publish(server.services.versions, ann, 10)
    assert api.get("/practice")["people"] == []
    assert api.post("/practice/remove", {}) == {"characters": [], "generations": [], "loras": []}


def test_practice_loras_of_people_from_before_go_and_come_back(server, api):
    """Ann was there before: what practice mode trained of her goes with the rest, she and what is real of her stay."""
    services = server.services
    ann = api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})
    real, practice = (publish(services.versions, ann, step) for step in (10, 20))
    services.versions.update(practice, lambda known: known.model_copy(update={"placeholder": True}))
    assert api.get("/practice") == {"people": [], "pictures": 0, "loras": 1}
    gone = api.post("/practice/remove", {})
    assert gone == {"characters": [], "generations": [], "loras": [practice.file]}
    assert [one["file"] for one in api.get(f"/characters/{ann['id']}/versions")["items"]] == [real.file]
    assert [file.name for file in services.paths.models.rglob("*.safetensors")] == [Path(real.file).name]
    api.post("/practice/restore", gone)
    assert {one["file"] for one in api.get(f"/characters/{ann['id']}/versions")["items"]} == {
        real.file,
        practice.file,
    }
    assert api.get("/practice")["loras"] == 1
    api.post("/practice/remove", {})
    api.post(f"/characters/{ann['id']}/forget", {})
    assert not list(services.paths.trash.rglob("*.safetensors"))


def test_people_of_a_real_installation_are_no_practice(real):
    assert not Api(real.url).post("/characters", {"name": "Ann"})["practice"]
