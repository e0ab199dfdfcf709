"""Likeness over the web layer, with real faces: measured when a comparison ends, on request, and scored for its version."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import itertools
import json
import shutil
import time

import pytest
from hosts import fixtures
from hosts.journey import ApiError
from isengard.core.faces.scenes import seed_of
from isengard.core.records.event import Subject
from isengard.core.records.generation import CharacterUse, GeneratedImage, GenerationRequest
from isengard.core.records.generation_states import GenerationState
from PIL import Image
from support.face_fixtures import face_tools, her_photos, put_face_tools  # noqa: F401 - fixtures
from support.generation_records import draft, drawn_here
from support.loras import publish
from support.soon import until

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
def portrait_of_a_man():
    """His head is turned."""
    return fixtures.other_people()["man"]


@pytest.fixture(scope="session")
def somebody(tmp_path_factory):
    """Another woman, who looks straight ahead."""
    file = tmp_path_factory.mktemp("somebody") / "somebody.png"
    with Image.open(fixtures.other_people()["group"]) as group:
        group.convert("RGB").crop((388, 220, 624, 457)).resize((512, 512)).save(file)
    return file


@pytest.fixture
def compared(server, ann):
    """A finished picture of a wall, as ComfyUI would have left it."""
    store, paths = server.services.generations.store, server.services.paths
    seeds = itertools.count(1)

    def compared(
        photo,
        version,
        *,
        strength=1.0,
        prompt="portrait of {trigger}",
        purpose="grid",
        others=(),
        old=False,
        seed=None,
    ):
        """`version` is one, or a step of Ann's first two; an `old` record says only in its prompt what it was drawn with. Without a
        `photo` it waits to be drawn."""
        if isinstance(version, int):
            version = next(v for v in server.services.versions.list(ann["slug"]) if v.step == version)
        step, files = version.step, [] if old else [version.file, *[""] * len(others)]
        sent = [{"4": {"class_type": "IsengardApplyIdentity", "inputs": {"checkpoint": version.file}}}]
        people = [CharacterUse(id=ann["id"], checkpoint=step, strength=strength), *others]
        seed = next(seeds) if seed is None else seed
        request = GenerationRequest(recipe="fast-test", characters=people, prompt=prompt, seed=seed)
        made = draft(ann["id"], request=request, purpose=purpose, versions=files, correlation_id="corr-wall")
        drawn_here(server, made, sent)
        if photo is None:
            return made
        store.advance(made.id, GenerationState.RUNNING)
        with Image.open(photo) as image:
            image.convert("RGB").save(paths.generation(made.id) / "0000.png")
            size = image.size
        store.add_image(
            made.id, GeneratedImage(n=0, file="0000.png", width=size[0], height=size[1], seed=seed)
        )
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


def scored(api, ann, *counts, choice=None):
    """Scores by file once as many pictures are in them as said: they are kept just after the picture's own number."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        versions = api.get(f"/characters/{ann['id']}")["versions"]
        found = {known["file"]: known["scores"] for known in versions}
        chosen = next((known["step"] for known in versions if known["nearest"]), 0)
        counted = sorted(one.get("measured", 0) for one in found.values()) == sorted(counts)
        if counted and choice in (None, chosen):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def said(api, message):
    """The lines of it that the log has by now: each comes after what it tells of is kept."""
    lines = api.get("/logs?correlation_id=corr-wall")["items"]
    return sorted((line for line in lines if line["message"] == message), key=lambda one: one["timestamp"])


def ranked(api, ann):
    return {known["step"]: known for known in api.get(f"/characters/{ann['id']}")["versions"]}


def test_a_comparison_is_measured_as_it_ends_and_decides_what_is_best(
    api, server, ann, compared, tools, her_photos, somebody
):
    versions = server.services.versions
    assert versions.best(ann["slug"]).step == 20
    right, wrong = compared(her_photos[5], 10), compared(somebody, 20)
    for generation in (right, wrong):
        told(server, generation)
    assert measured(api, right)["verdict"] == "good" and measured(api, wrong)["verdict"] == "poor"
    scored(api, ann, 1, 1, choice=10)
    found = ranked(api, ann)
    one, other = found[10]["scores"], found[20]["scores"]
    assert one["likeness"] > 0.5 > 0.4 > other["likeness"] and one["own_photos"] > 0.5
    assert one["likeness"] <= one["own_photos"] and one["told"] == 0, "all of her photos are twins"
    assert one["yardstick_trained"] == 1.0, "the training's folder is gone"
    assert found[10]["faults"] == [] and found[20]["faults"] == ["unlike"]
    assert versions.best(ann["slug"]).step == 10
    assert len(said(api, "Likeness measured")) == 2
    until(lambda: any(line["context"]["chosen"] for line in said(api, "Versions compared")))


def test_nothing_is_best_before_the_whole_wall_is_measured(api, server, ann, compared, tools, her_photos):
    """The one that was measured first was best of all, poor or not, while the others were still being drawn."""
    store, versions = server.services.generations.store, server.services.versions
    portrait, outfit = seed_of("portrait"), seed_of("outfit")
    waits = compared(None, 20, seed=outfit)
    told(server, compared(her_photos[5], 10, seed=outfit))
    scored(api, ann, 1, 0)
    assert versions.best(ann["slug"]).step == 20
    assert not any(one["nearest"] for one in ranked(api, ann).values())
    told(server, store.advance(waits.id, GenerationState.CANCELLED))
    told(server, compared(her_photos[4], 10, seed=portrait))
    scored(api, ann, 2, 0)
    assert versions.best(ann["slug"]).step == 20, "step 20 was asked for, and there is nothing of it"
    told(server, compared(her_photos[4], 20, seed=portrait))
    scored(api, ann, 2, 1, choice=10)
    assert versions.best(ann["slug"]).step == 10, "of two that cannot be told apart the earlier"
    found = ranked(api, ann)
    assert [found[step]["tied"] for step in (10, 20)] == [[found[20]["file"]], []]


def test_a_copy_of_a_training_photo_is_told(api, server, ann, compared, tools, her_photos, portrait_of_a_man):
    """By what the training has in its own folder; the file of the picture is another one."""
    job = server.services.paths.job(server.services.versions.list(ann["slug"])[0].job_id)
    for folder, photo in (("dataset", her_photos[0]), ("held_out", portrait_of_a_man)):
        (job / folder).mkdir(parents=True)
        with Image.open(photo) as image:
            image.convert("RGB").save(job / folder / "0001.png")
    told(server, copied := compared(her_photos[0], 10))
    told(server, fresh := compared(portrait_of_a_man, 10))
    assert measured(api, copied)["copied"] is True and measured(api, fresh)["copied"] is False
    (found,) = [one for one in scored(api, ann, 2, 0).values() if one]
    assert (found["copied"], found["told"]) == (1, 2)


def test_the_pictures_without_the_lora_tell_how_free_every_version_is(
    api, server, ann, compared, tools, her_photos, portrait_of_a_man
):
    """They are drawn once, of the newest version at strength 0, and are nobody's likeness."""
    for number, scene in enumerate(("portrait", "full_body")):
        photo = (portrait_of_a_man, her_photos[number])[number]
        told(server, compared(photo, 20, strength=0, seed=seed_of(scene)))
        told(server, compared(photo, 10, seed=seed_of(scene)))
        told(server, compared(her_photos[0], 20, seed=seed_of(scene)))
    found = scored(api, ann, 2, 2)
    by_step = {known["step"]: found[known["file"]] for known in ranked(api, ann).values()}
    assert by_step[10]["flexible"] == 1.0 > by_step[20]["flexible"]


def test_every_picture_is_measured_while_the_machine_is_idle(
    api, server, ann, compared, tools, her_photos, portrait_of_a_man
):
    """The newest first; a comparison goes before."""
    server.services.likeness.look_s = 0.1
    busy = compared(None, 10)
    made = [compared(photo, 10, purpose="user") for photo in her_photos[3:6]]
    for generation in made:
        told(server, generation)
    told(server, wall := compared(portrait_of_a_man, 10))
    measured(api, wall)
    assert all(not api.get(f"/generations/{one.id}")["images"][0]["likeness"] for one in made), "it draws"
    told(server, server.services.generations.store.advance(busy.id, GenerationState.CANCELLED))
    assert {measured(api, generation)["verdict"] for generation in made} == {"good"}
    lines = until(lambda: len(told := said(api, "Likeness measured")) == 4 and told)
    order = [line["context"]["generation_id"] for line in lines]
    assert order == [wall.id, *reversed([one.id for one in made])]
    assert set(ranked(api, ann)[10]["scores"]) & {"measured"}, "the wall alone scores"
    assert ranked(api, ann)[10]["scores"]["measured"] == 1


def test_pictures_of_before_the_tools_and_of_an_older_version_of_us_are_measured(
    api, server, ann, compared, face_tools, her_photos
):
    """An older one did not look for copies: nobody has to draw the wall again."""
    store, paths = server.services.generations.store, server.services.paths
    server.services.likeness.look_s = 0.1
    old, never = compared(her_photos[5], 10), compared(her_photos[4], 10, purpose="user")
    record = json.loads(store.get(old.id).model_dump_json())
    record["images"][0]["likeness"] = {"verdict": "poor", "score": 0.1, "faces": 1}
    for image in record["images"]:
        del image["likenesses"]
    with store._library.transaction() as database:
        database.execute("UPDATE generation SET record=? WHERE id=?", (json.dumps(record), old.id))
    put_face_tools(face_tools, paths)
    server.services.ledger.emit(
        "backend.state", Subject(kind="backend", id="faces"), {}, correlation_id="corr-tools"
    )
    assert measured(api, never)["verdict"] == "good"
    (found,) = [one for one in scored(api, ann, 1, 0).values() if one]
    assert "told" in found and found["likeness"] > 0.5


def test_in_a_picture_of_two_each_face_goes_to_its_person(
    api, server, ann, compared, tools, her_photos, portrait_of_a_man, tmp_path
):
    server.services.likeness.look_s = 0.1
    ben = api.post("/characters", {"name": "Ben", "trigger_word": "benqvx", "class_word": "man"})
    api.upload(ben["id"], portrait_of_a_man)
    both = tmp_path / "both.png"
    with Image.open(portrait_of_a_man) as his, Image.open(her_photos[5]) as hers:
        canvas = Image.new("RGB", (1024, 512), "grey")
        canvas.paste(his.convert("RGB").resize((512, 512)), (0, 0))
        canvas.paste(hers.convert("RGB").resize((384, 384)), (600, 100))
        canvas.save(both)
    made = compared(both, 10, purpose="user", others=(CharacterUse(id=ben["id"]),))
    told(server, made)
    assert measured(api, made)["verdict"] == "good"
    (image,) = api.get(f"/generations/{made.id}")["images"]
    assert {who: one["verdict"] for who, one in image["likenesses"].items()} == {
        ann["id"]: "good",
        ben["id"]: "good",
    }
    assert image["likeness"] == image["likenesses"][ann["id"]]


@pytest.mark.full
def test_earlier_ones_are_measured_on_request(api, server, ann, compared, tools, her_photos, somebody):
    alone = compared(her_photos[5], 10, purpose="bench")
    stranger = compared(somebody, 10, prompt="portrait of a woman")
    assert api.post(f"/characters/{ann['id']}/likeness", {}) == {"pictures": 2}
    assert measured(api, alone)["score"] > 0.5 and measured(api, stranger)["verdict"] == "poor"
    scored(api, ann, 0, 0)
    assert ranked(api, ann)[10]["faults"] == [], "neither a bench nor a stranger says how good a version is"
    assert api.post(f"/characters/{ann['id']}/likeness", {}) == {"pictures": 0}


@pytest.mark.full
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
    until(lambda: not measurer._compared)
    # the faces of her photos may be looked at meanwhile
    events = [event for event in ledger.events_after(seq) if "generation" in event.data]
    told = [(event.subject.id, event.data["generation"]) for event in events]
    assert [subject for subject, _ in told] == [first.id]
    assert told[0][1]["images"][0]["likeness"]


@pytest.mark.parametrize("old", [False, True])
def test_a_retrained_step_inherits_no_pictures(api, server, ann, compared, tools, her_photos, old, somebody):
    """Of two trainings that saved step 10, the second one's poor pictures were scored together with the first one's good ones."""
    versions = server.services.versions
    (first,) = [known for known in versions.list(ann["slug"]) if known.step == 10]
    again = publish(versions, ann, 10, base="x", family="sd15", seed=99, job_id="job_" + "1" * 26)
    for photo, version in (
        (her_photos[5], first),
        (her_photos[4], first),
        (somebody, again),
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
    with reader._children.child():
        began = time.monotonic()
        assert api.post(f"/characters/{ann['id']}/likeness", {}) == {"pictures": 0}
        assert time.monotonic() - began < 5


def test_photos_that_were_held_back_are_what_counts(
    api, server, ann, compared, tools, her_photos, somebody, portrait_of_a_man
):
    held_out = server.services.paths.job(server.services.versions.list(ann["slug"])[0].job_id) / "held_out"
    held_out.mkdir(parents=True)
    for photo in (somebody, portrait_of_a_man):
        shutil.copy(photo, held_out)
    told(server, generation := compared(her_photos[5], 10))
    found = measured(api, generation)
    assert (found["verdict"], found["why"]) == ("poor", "") and found["score"] < 0.33


def test_a_photo_whose_file_is_gone_keeps_nothing_from_being_measured(
    api, server, ann, compared, tools, her_photos
):
    """No picture of hers was ever measured again."""
    photos = server.services.photos
    photos.image_path(photos.list(ann["id"])[0], "full").unlink()
    told(server, generation := compared(her_photos[5], 10))
    assert measured(api, generation)["verdict"] == "good"


def test_a_picture_that_is_deleted_just_before_it_is_read_is_left(
    server, ann, compared, tools, her_photos, monkeypatch
):
    generation = compared(her_photos[5], 10)
    reader, store = server.services.likeness.faces, server.services.generations.store
    read = reader.faces

    def seen(file):
        if generation.id in str(file):
            store.delete_image(generation.id, 0)
        return read(file)

    monkeypatch.setattr(reader, "faces", seen)
    assert server.services.likeness.pictures.measure(generation.id) is None


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
    assert not server.services.likeness.faces._known and server.services.likeness.faces._children.pids == []
