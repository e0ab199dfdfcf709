"""Likeness over the web layer, with real faces: measured when a comparison ends, on request, and scored for its version."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import shutil
import time

import pytest
from hosts import fixtures
from hosts.journey import ApiError
from isengard.core.records.event import Subject
from isengard.core.records.generation import CharacterUse, GeneratedImage, GenerationRequest
from isengard.core.records.generation_states import GenerationState
from PIL import Image
from support.face_fixtures import face_tools, her_photos, put_face_tools  # noqa: F401 - fixtures
from support.generation_records import draft
from support.loras import publish

pytestmark = pytest.mark.slow


@pytest.fixture
def ann(api, server, her_photos):
    """With four photos and two versions; `best` is the later one."""
    ann = api.post("/characters", {"name": "Ann", "trigger_word": "annqvx", "class_word": "woman"})
    for photo in her_photos[:4]:
        api.upload(ann["id"], photo)
    for step in (10, 20):
        publish(server.services.versions, ann, step, base="x", family="sd15")
    return api.get(f"/characters/{ann['id']}")


@pytest.fixture
def compared(server, ann):
    """A finished picture of a wall, as ComfyUI would have left it."""
    store, paths = server.services.generations.store, server.services.paths

    def compared(
        photo, version, *, strength=1.0, prompt="portrait of {trigger}", purpose="grid", others=(), old=False
    ):
        """`version` is one, or a step of Ann's first two; an `old` record says only in its prompt what it was drawn with."""
        if isinstance(version, int):
            version = next(v for v in server.services.versions.list(ann["slug"]) if v.step == version)
        step, files = version.step, [] if old else [version.file, *[""] * len(others)]
        sent = [{"4": {"class_type": "IsengardApplyIdentity", "inputs": {"checkpoint": version.file}}}]
        people = [CharacterUse(id=ann["id"], checkpoint=step, strength=strength), *others]
        request = GenerationRequest(recipe="fast-test", characters=people, prompt=prompt, seed=1)
        made = draft(ann["id"], request=request, purpose=purpose, versions=files, correlation_id="corr-wall")
        store.create(made, sent)
        store.advance(made.id, GenerationState.RUNNING)
        with Image.open(photo) as image:
            image.convert("RGB").save(paths.generation(made.id) / "0000.png")
            size = image.size
        store.add_image(made.id, GeneratedImage(n=0, file="0000.png", width=size[0], height=size[1], seed=1))
        return store.advance(made.id, GenerationState.COMPLETED)

    return compared


@pytest.fixture
def tools(server, face_tools):
    put_face_tools(face_tools, server.services.paths)


def told(server, generation):
    data = {"state": generation.state.value, "generation": generation.model_dump(mode="json")}
    subject = Subject(kind="generation", id=generation.id)
    server.services.ledger.emit("generation.state", subject, data, correlation_id=generation.correlation_id)


def measured(api, generation):
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        (image,) = api.get(f"/generations/{generation.id}")["images"]
        if image["likeness"]:
            return image["likeness"]
        time.sleep(0.05)
    raise AssertionError("not measured")


def scores(api, ann):
    return {known["step"]: known["scores"] for known in api.get(f"/characters/{ann['id']}")["versions"]}


def scored(api, ann, *counts):
    """Scores by file once as many pictures are in them as said: they are kept just after the picture's own number."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        found = {known["file"]: known["scores"] for known in api.get(f"/characters/{ann['id']}")["versions"]}
        if sorted(one.get("measured", 0) for one in found.values()) == sorted(counts):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_comparison_is_measured_as_it_ends_and_decides_what_is_best(
    api, server, ann, compared, tools, her_photos
):
    versions = server.services.versions
    assert versions.best(ann["slug"]).step == 20
    right, wrong = compared(her_photos[5], 10), compared(fixtures.other_people()["man"], 20)
    for generation in (right, wrong):
        told(server, generation)
    assert measured(api, right)["verdict"] == "good" and measured(api, wrong)["verdict"] == "poor"
    scored(api, ann, 1, 1)
    found = scores(api, ann)
    assert found[10]["likeness"] > 0.5 > 0.4 > found[20]["likeness"] and found[10]["own_photos"] > 0.5
    assert found[10]["likeness"] <= found[10]["own_photos"]
    assert versions.best(ann["slug"]).step == 10
    lines = api.get("/logs?correlation_id=corr-wall")["items"]
    assert sum(line["message"] == "Likeness measured" for line in lines) == 2


def test_earlier_ones_are_measured_on_request(api, server, ann, compared, tools, her_photos):
    alone = compared(her_photos[5], 10, purpose="bench")
    stranger = compared(fixtures.other_people()["man"], 10, prompt="portrait of a woman")
    compared(her_photos[5], 10, others=(CharacterUse(id=ann["id"]),))
    assert api.post(f"/characters/{ann['id']}/likeness", {}) == {"pictures": 2}
    assert measured(api, alone)["score"] > 0.5 and measured(api, stranger)["verdict"] == "poor"
    assert scores(api, ann)[10] == {}, "neither a bench nor a stranger says how good a version is"
    assert api.post(f"/characters/{ann['id']}/likeness", {}) == {"pictures": 0}


def test_what_waits_is_measured_as_it_is_by_then_and_once(api, server, ann, compared, tools, her_photos):
    """Told as they were when they began to wait, scores vanished from the panel and deleted pictures came back to it."""
    first, second = (compared(photo, 10, purpose="bench") for photo in her_photos[4:6])
    measurer, ledger = server.services.likeness, server.services.ledger
    with measurer.faces._lock:
        for _ in range(2):
            assert api.post(f"/characters/{ann['id']}/likeness", {}) == {"pictures": 2}
        api.delete(f"/generations/{first.id}/images/0")
        api.delete(f"/generations/{second.id}/images/0")
        api.post(f"/generations/{first.id}/images/0/restore", {})
        seq = ledger.last_seq()
    measured(api, first)
    deadline = time.monotonic() + 30
    while measurer._tasks:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    # the faces of her photos may be looked at meanwhile
    events = [event for event in ledger.events_after(seq) if "generation" in event.data]
    told = [(event.subject.id, event.data["generation"]) for event in events]
    assert [subject for subject, _ in told] == [first.id]
    assert told[0][1]["images"][0]["likeness"]


@pytest.mark.parametrize("old", [False, True])
def test_a_retrained_step_inherits_no_pictures(api, server, ann, compared, tools, her_photos, old):
    """Of two trainings that saved step 10, the second one's poor pictures were scored together with the first one's good ones."""
    versions = server.services.versions
    (first,) = [known for known in versions.list(ann["slug"]) if known.step == 10]
    again = publish(versions, ann, 10, base="x", family="sd15", seed=99, job_id="job_" + "1" * 26)
    for photo, version in (
        (her_photos[5], first),
        (her_photos[4], first),
        (fixtures.other_people()["man"], again),
    ):
        told(server, made := compared(photo, version, old=old))
        measured(api, made)
    found = scored(api, ann, 2, 1, 0)
    assert found[again.file]["likeness"] < 0.4 < found[first.file]["likeness"]
    assert found[first.file]["strength"] == 1.0


def test_nobody_is_told_as_nobody_before_the_tools_are_asked_for(api, ann):
    with pytest.raises(ApiError) as caught:
        api.post("/characters/chr_" + "0" * 26 + "/likeness", {})
    assert (caught.value.status, caught.value.error["code"]) == (404, "character_not_found")


def test_asking_to_measure_does_not_wait_for_what_is_being_measured(api, server, ann, tools):
    reader = server.services.likeness.faces
    with reader._lock:
        began = time.monotonic()
        assert api.post(f"/characters/{ann['id']}/likeness", {}) == {"pictures": 0}
        assert time.monotonic() - began < 5


def test_photos_that_were_held_back_are_what_counts(api, server, ann, compared, tools, her_photos):
    held_out = server.services.paths.job(server.services.versions.list(ann["slug"])[0].job_id) / "held_out"
    held_out.mkdir(parents=True)
    for number in (1, 2):
        shutil.copy(fixtures.other_people()["man"], held_out / f"000{number}.png")
    told(server, generation := compared(her_photos[5], 10))
    assert measured(api, generation)["verdict"] == "poor"


def test_without_the_tools_it_is_offered_and_refused(api, ann, compared, server, her_photos):
    answer = api.get("/likeness")
    assert answer["state"]["state"] == "not_installed" and answer["setup"]["download_bytes"] > 9e7
    told(server, generation := compared(her_photos[5], 10))
    with pytest.raises(ApiError) as caught:
        api.post(f"/characters/{ann['id']}/likeness", {})
    assert caught.value.error["code"] == "face_tools_missing" and caught.value.error["hint"]
    assert api.get(f"/generations/{generation.id}")["images"][0]["likeness"] is None


def test_forgetting_a_person_forgets_their_face(api, server, ann, compared, tools, her_photos):
    told(server, generation := compared(her_photos[5], 10))
    measured(api, generation)
    assert server.services.likeness.faces._known
    api.post(f"/characters/{ann['id']}/forget", {})
    assert not server.services.likeness.faces._known and server.services.likeness.faces._child is None
