"""Checkpoints become versions when somebody asks for them or draws with them, and every open page hears of it."""

from __future__ import annotations

import time

import pytest
from hosts.journey import ApiError
from support import live_server
from support.pictures import drawing

pytestmark = pytest.mark.slow


@pytest.fixture
def ann(api, tmp_path):
    ann = api.post("/characters", {"name": "Ann"})
    drawing().save(tmp_path / "a.jpg")
    api.upload(ann["id"], tmp_path / "a.jpg")
    return ann


def trained(api, ann, *, steps: int):
    """A real training of fast-test mode, which saves ten times."""
    wanted = {"character_id": ann["id"], "family": "sd15", "preset": "quick", "overrides": {"steps": steps}}
    job = api.post("/training/jobs", wanted)
    done = api.wait_for(f"/training/jobs/{job['id']}", 60)
    assert done["state"] == "completed" and len(done["checkpoints"]) == 10
    return done


def steps_of(api, ann):
    return [known["step"] for known in api.get(f"/characters/{ann['id']}")["versions"]]


def told(server, correlation_id):
    """Which steps each event of the person told of."""
    events = server.services.ledger.events_after(0)
    mine = [e for e in events if e.type == "character.changed" and e.correlation_id == correlation_id]
    return [[known["step"] for known in event.data["character"]["versions"]] for event in mine]


def test_publishing_a_checkpoint_tells_every_page(server, api, ann):
    """The panel said "Versions · 1" until a reload."""
    job = trained(api, ann, steps=20)
    api.correlation_id = "ui-publish"
    version = api.post(f"/training/jobs/{job['id']}/checkpoints/4/publish")
    assert (version["step"], version["job_id"]) == (4, job["id"])
    assert told(server, "ui-publish") == [[4, 20]]


def draw(api, ann, checkpoint, **more):
    wanted = {"recipe": "sd15-identity", "prompt": "{trigger}", "purpose": "grid", "seed": 1}
    use = {"id": ann["id"], "checkpoint": checkpoint, **more}
    return api.post("/generations", {**wanted, "characters": [use]})


@pytest.mark.full
def test_what_is_drawn_with_is_published_behind_the_scenes(server, api, ann, tmp_path):
    """Every sound checkpoint can be compared; nobody has to publish it first."""
    server.host.models["checkpoints"] = live_server.bases(tmp_path)
    first = trained(api, ann, steps=20)
    api.correlation_id = "ui-compare"
    for step in (4, 4, 12):
        assert draw(api, ann, step)["request"]["characters"][0]["checkpoint"] == step
    assert steps_of(api, ann) == [4, 12, 20]
    assert told(server, "ui-compare") == [[4, 20], [4, 12, 20]], "once each"
    published = {
        known["step"]
        for known in api.get(f"/training/jobs/{first['id']}")["checkpoints"]
        if known["published"]
    }
    assert published == {4, 12, 20}
    with pytest.raises(ApiError) as refused:
        draw(api, ann, 5)
    assert refused.value.error["code"] == "not_trained_yet"
    time.sleep(1.1)  # the order of versions is that of their files, in seconds
    second = trained(api, ann, steps=20)
    draw(api, ann, 12)
    newest = api.get(f"/characters/{ann['id']}")["versions"][-2]
    assert (newest["step"], newest["job_id"]) == (12, second["id"]), "a step is that of the newest training"


def test_nothing_is_published_for_a_picture_that_cannot_be_made(server, api, ann):
    """Its model is missing."""
    trained(api, ann, steps=20)
    with pytest.raises(ApiError):
        draw(api, ann, 4)
    assert steps_of(api, ann) == [20]


def photo_day(person):
    scenes = [{"name": "s", "label": "S", "prompt": "a beach"}]
    rest = {"recipe": "sd15-identity", "prompt": "{trigger}", "scenes": scenes, "shapes": ["square"]}
    return {"person": person, "count": 1, **rest}


def test_the_same_step_of_two_trainings_is_drawn_by_the_one_that_is_named(server, api, ann, tmp_path):
    """Step 12 of the first could not be had once the second had saved it too."""
    server.host.models["checkpoints"] = live_server.bases(tmp_path)
    first = trained(api, ann, steps=20)
    time.sleep(1.1)  # the order of versions is that of their files, in seconds
    second = trained(api, ann, steps=20)
    jobs = [first["id"], second["id"], None]
    made = [draw(api, ann, 12, job_id=job) for job in jobs]
    assert [one["request"]["characters"][0]["job_id"] for one in made] == jobs
    listed = api.get(f"/characters/{ann['id']}")["versions"]
    file_of = {known["job_id"]: known["file"] for known in listed if known["step"] == 12}
    newest = file_of[second["id"]]
    assert [one["versions"] for one in made] == [[file_of[first["id"]]], [newest], [newest]]
    assert file_of[first["id"]] != newest
    for named, job in ({"checkpoint": 12, "job_id": first["id"]}, first), ({"checkpoint": "last"}, second):
        day = api.post("/photo-days", photo_day({"id": ann["id"], **named}))
        assert day["person"]["job_id"] == job["id"], "a day keeps the version it was planned with"


@pytest.mark.parametrize(
    ("checkpoint", "job", "code"),
    [
        ("best", "theirs", "training_without_step"),
        (5, "theirs", "training_lacks_step"),
        (20, "job_" + "0" * 26, "training_lacks_step"),
        (20, "somebody else's", "training_lacks_step"),
    ],
)
def test_a_training_that_has_no_such_step_is_refused(server, api, ann, tmp_path, checkpoint, job, code):
    server.host.models["checkpoints"] = live_server.bases(tmp_path)
    ben = api.post("/characters", {"name": "Ben"})
    api.upload(ben["id"], tmp_path / "a.jpg")
    named = {"theirs": trained(api, ann, steps=20)["id"]}
    if job == "somebody else's":
        named[job] = trained(api, ben, steps=20)["id"]
    with pytest.raises(ApiError) as refused:
        draw(api, ann, checkpoint, job_id=named.get(job, job))
    error = refused.value.error
    assert error["code"] == code and error["message"] and error["hint"]
    assert steps_of(api, ann) == [20], "nothing was published for it"
