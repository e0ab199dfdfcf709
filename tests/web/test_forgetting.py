"""Nothing of a person is made while they are forgotten, or afterwards: it would be there again, and nobody would find it."""

from __future__ import annotations

import json

import pytest
from bad_recipes import PORTRAIT
from generation_records import draft
from hosts.journey import ApiError
from isengard.core.generation_states import GenerationState
from isengard.core.ids import new_id
from isengard.core.records.job import Job
from isengard.core.records.training import TrainingRequest
from isengard.web import stopping
from pictures import drawing

AT = "2026-08-20T10:00:00.000Z"


@pytest.fixture
def ann(api):
    return api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})


def test_pictures_on_their_way_are_cancelled_first(server, api, ann, monkeypatch):
    """ComfyUI went on with what was in its queue, and left pictures of somebody who had been forgotten."""
    monkeypatch.setattr(stopping, "STOPS_WITHIN_S", 0.3)
    store = server.services.generations.store
    generation = store.create(draft(ann["id"]), [])
    with pytest.raises(ApiError) as caught:
        api.post(f"/characters/{ann['id']}/forget")
    assert (caught.value.status, caught.value.error["code"]) == (409, "pictures_still_running")
    assert store.get(generation.id).state is GenerationState.CANCELLING
    store.advance(generation.id, GenerationState.CANCELLED)
    api.post(f"/characters/{ann['id']}/forget")
    assert not server.services.paths.generation(generation.id).exists()


def test_a_training_asked_for_meanwhile_goes_too(server, api, ann, monkeypatch):
    services = server.services

    def late(*_):
        """As a submit that began before the row went."""
        job = Job(id=new_id("job"), character_id=ann["id"], needs="gpu", created_at=AT, updated_at=AT)
        services.paths.job(job.id).mkdir()
        services.ledger.submit(job)

    monkeypatch.setattr(services.likeness.faces, "forget", late)
    api.post(f"/characters/{ann['id']}/forget")
    assert api.get("/training/jobs")["items"] == [] and list(services.paths.jobs.iterdir()) == []


def test_a_submit_that_finds_nobody_any_more_leaves_nothing(server, api, ann, tmp_path, monkeypatch):
    file = tmp_path / "a.jpg"
    drawing(1).save(file)
    api.upload(ann["id"], file)
    services, get = server.services, server.services.characters.get
    asked = []

    def once(character_id):
        asked.append(character_id)
        if len(asked) == 2:
            services.characters.delete(character_id)
        return get(character_id)

    monkeypatch.setattr(services.characters, "get", once)
    with pytest.raises(Exception, match="no such character"):
        services.submission.submit(TrainingRequest(character_id=ann["id"], preset="quick"), "c")
    monkeypatch.undo()
    assert api.get("/training/jobs")["items"] == [] and list(services.paths.jobs.iterdir()) == []


def test_workflows_that_name_the_person_are_told(api, ann):
    """They are the user's own and stay; the report said nothing of them."""
    graph = json.loads(json.dumps(PORTRAIT).replace('"character": "', f'"character": "{ann["slug"]}'))
    text = json.dumps(graph)
    assert ann["slug"] in text
    made = api.post("/recipes", {"name": "Mine", "graph": graph})["name"]
    assert api.get(f"/characters/{ann['id']}/forget")["report"]["elsewhere"] == [f"recipes/{made}.json"]
    api.delete(f"/recipes/{made}")
    (told,) = api.post(f"/characters/{ann['id']}/forget")["report"]["elsewhere"]
    assert told.startswith("trash/recipes/") and told.endswith(f"{made}.json")
