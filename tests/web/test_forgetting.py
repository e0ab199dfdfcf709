"""Nothing of a person is made while they are forgotten, or afterwards: it would be there again, and nobody would find it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3

import pytest
from hosts.journey import Api, ApiError
from isengard.core.characters import trash
from isengard.core.errors import NotFoundError, StorageError
from isengard.core.ids import new_id
from isengard.core.privacy import erasure
from isengard.core.privacy.erasure import unfinished
from isengard.core.records.generation import GeneratedImage
from isengard.core.records.generation_states import GenerationState
from isengard.core.records.job import Job
from isengard.core.records.job_states import JobState
from isengard.core.records.training import TrainingRequest
from isengard.training.planning import freezing
from isengard.web.services import forgetting, housekeeping, publishing
from PIL.PngImagePlugin import PngInfo
from support.bad_recipes import PORTRAIT
from support.generation_records import draft, drawn_here
from support.pictures import drawing
from support.soon import until
from support.web_server import WebServer

AT = "2026-08-20T10:00:00.000Z"


@pytest.fixture
def ann(api):
    return api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})


def test_pictures_on_their_way_are_cancelled_first(server, api, ann, monkeypatch):
    """ComfyUI went on with what was in its queue, and left pictures of somebody who had been forgotten."""
    monkeypatch.setattr(forgetting, "STOPS_WITHIN_S", 0.0)  # as on a disk so slow that looking took all of it
    store = server.services.generations.store
    generation = drawn_here(server, draft(ann["id"]))
    with pytest.raises(ApiError) as caught:
        api.post(f"/characters/{ann['id']}/forget")
    assert (caught.value.status, caught.value.error["code"]) == (409, "pictures_still_running")
    assert store.get(generation.id).state is GenerationState.CANCELLING
    store.advance(generation.id, GenerationState.CANCELLED)
    api.post(f"/characters/{ann['id']}/forget")
    assert not server.services.paths.generation(generation.id).exists()


def test_a_training_is_asked_to_stop_however_long_it_took_to_find_it(server, api, ann, monkeypatch):
    """The first look took all of the time on a slow disk: it was said to be stopped, and nobody had told it."""
    monkeypatch.setattr(forgetting, "STOPS_WITHIN_S", 0.0)
    ledger = server.services.ledger
    job = ledger.submit(Job(id=new_id("job"), character_id=ann["id"], created_at=AT, updated_at=AT))
    _, lease = ledger.claim(worker_id="w", owner="o", needs=["gpu"])
    ledger.advance(lease, JobState.RUNNING)
    with pytest.raises(ApiError) as caught:
        api.post(f"/characters/{ann['id']}/forget")
    assert (caught.value.status, caught.value.error["code"]) == (409, "job_still_running")
    assert ledger.get(job.id).state is JobState.CANCELLING
    ledger.advance(lease, JobState.CANCELLED)
    api.post(f"/characters/{ann['id']}/forget")
    assert api.get("/training/jobs")["items"] == []


def test_comfyui_empties_its_memory(server, api, ann):
    """Its cache of what nodes gave out held photos and LoRAs of whoever had been forgotten, newer ones for as long as it ran."""
    api.get(f"/characters/{ann['id']}/forget")
    assert server.host.freed == 0, "only asked what would go"
    api.post(f"/characters/{ann['id']}/forget")
    assert server.host.freed == 1


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


def test_pictures_asked_for_before_they_were_hidden_go_too(server, api, ann, monkeypatch):
    """A wish that had found its person before, and was kept after everything of theirs had been looked for, stayed."""
    services, begin, made = server.services, erasure.begin, []

    def late(*args):
        wish = draft(ann["id"], state=GenerationState.COMPLETED)
        made.append(services.generations.store.create(wish, []))
        begin(*args)

    monkeypatch.setattr(erasure, "begin", late)
    api.post(f"/characters/{ann['id']}/forget")
    assert nothing_of(services, *made)


@pytest.mark.parametrize("step", ["hidden", "gone"])
def test_pictures_asked_for_afterwards_are_refused_and_leave_nothing(server, api, ann, monkeypatch, step):
    """Its people were found while they were there: half a minute later a folder of somebody nobody knows was kept."""
    services = server.services
    store, wish, told = services.generations.store, draft(ann["id"]), []

    def late(*_):
        ticket = store.tickets.issue(wish.id, 1)
        try:
            store.create(wish, [{"1": {}}])
        except NotFoundError as refused:
            told.append((refused.code, store.tickets.redeem(ticket)))

    if step == "hidden":
        monkeypatch.setattr(services.likeness.faces, "forget", late)
    api.post(f"/characters/{ann['id']}/forget")
    if step == "gone":
        late()
    assert told == [("character_not_found", None)] and nothing_of(services, wish)


def test_a_version_that_was_being_published_meanwhile_goes_again(server, api, ann, tmp_path, monkeypatch):
    """For a picture of one of its steps, whose file was open already: it came into ComfyUI's list of LoRAs and stayed there."""
    drawing(1).save(tmp_path / "a.jpg")
    api.upload(ann["id"], tmp_path / "a.jpg")
    wanted = {"character_id": ann["id"], "family": "sd15", "preset": "quick", "overrides": {"steps": 20}}
    done = api.wait_for(f"/training/jobs/{api.post('/training/jobs', wanted)['id']}", 60)
    services, publish = server.services, publishing.publish_checkpoint

    def slow(versions, job_dir, *of):
        open_already = shutil.copytree(job_dir, tmp_path / "open")
        api.post(f"/characters/{ann['id']}/forget")
        written.append(publish(versions, open_already, *of))
        return written[0]

    written = []
    monkeypatch.setattr(publishing, "publish_checkpoint", slow)
    job = services.ledger.get(done["id"])
    with pytest.raises(NotFoundError) as caught:
        services.publisher.publish(job, 4)
    assert caught.value.code == "character_not_found" and written
    assert list(services.paths.models.iterdir()) == []


def nothing_of(services, *made):
    rows = services.library.rows("SELECT id FROM generation")
    return not rows and made and not any(services.paths.generation(one.id).exists() for one in made)


@pytest.mark.parametrize("then", ["while the photos are copied", "while the ledger writes it"])
def test_a_submit_that_finds_nobody_any_more_leaves_nothing(server, api, ann, tmp_path, monkeypatch, then):
    file = tmp_path / "a.jpg"
    drawing(1).save(file)
    api.upload(ann["id"], file)
    services = server.services
    owner, name = (freezing, "freeze_photos") if "copied" in then else (services.ledger, "submit")
    step = getattr(owner, name)

    def gone_meanwhile(*of):
        services.characters.delete(ann["id"])
        return step(*of)

    monkeypatch.setattr(owner, name, gone_meanwhile)
    with pytest.raises(NotFoundError) as told:
        services.training.submit(TrainingRequest(character_id=ann["id"], preset="quick"), "c")
    assert told.value.code == "character_not_found"
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


class Killed(BaseException):
    """The server ends here."""


@pytest.mark.parametrize("step", ["forget", "forget_events"])
def test_the_next_start_carries_on_with_what_a_kill_cut_off(server, api, ann, tmp_path, monkeypatch, step):
    services = server.services
    job = Job(id=new_id("job"), character_id=ann["id"], needs="gpu", created_at=AT, updated_at=AT)
    services.paths.job(job.id).mkdir()
    services.ledger.submit(job)
    services.ledger.order(job.id, "cancel")
    api.post("/logs", {"lines": [{"level": "INFO", "message": f"opened {ann['name']}"}]})

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(services.ledger, step, killed)
        asyncio.run(services.forgetting.forget(ann["id"]))
    assert ann["id"] not in [one["id"] for one in api.get("/characters")["items"]], (
        "half a person is not shown"
    )
    assert [one["id"] for one in api.get("/characters?deleted=1")["items"]] == [ann["id"]]
    with pytest.raises(ApiError) as caught:
        api.post(f"/characters/{ann['id']}/restore")
    assert (caught.value.status, caught.value.error["code"]) == (409, "being_forgotten")
    server.close()
    again = WebServer(tmp_path, environment={"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1"})
    try:
        fresh = Api(again.url, "t")
        fresh.wait_until_ready()
        until(lambda: not unfinished(again.services.paths))
        assert (
            fresh.get("/characters?deleted=1")["items"] == [] and fresh.get("/training/jobs")["items"] == []
        )
        assert not [f for f in again.services.paths.logs.rglob("*.log") if b"opened Ann" in f.read_bytes()]
        # told when everything is gone, the word that they are to be forgotten last of all
        until(lambda: changes_told(again, ann["id"]))
        assert changes_told(again, ann["id"]) == ["forgotten"]
    finally:
        again.close()


@pytest.mark.parametrize("how", ["newer", "damaged"])
def test_what_cannot_be_read_is_forgotten_too(server, api, ann, tmp_path, how):
    """Records that a newer pack wrote, or a fault has hit, were left out: their photos in the trash and their jobs stayed."""
    services = server.services
    file = tmp_path / "a.jpg"
    drawing(1).save(file)
    api.upload(ann["id"], file)
    (photo,) = services.photos.list(ann["id"])
    services.photos.delete(photo.id)
    job = Job(id=new_id("job"), character_id=ann["id"], needs="gpu", created_at=AT, updated_at=AT)
    services.paths.job(job.id).mkdir()
    services.ledger.submit(job)
    services.ledger.order(job.id, "cancel")
    services.library.menders.clear()
    changed = {"newer": ('"caption_source":""', '"caption_source":"sung"'), "damaged": ("{", "")}[how]
    with services.library.transaction() as database:
        database.execute("UPDATE photo SET record=replace(record, ?, ?)", changed)
        database.execute("UPDATE character SET record=replace(record, '\"name\":', '\"nome\":')")
    with sqlite3.connect(services.paths.jobs_db) as jobs:
        new_word = ('"state":"cancelled"', '"state":"dreaming"') if how == "newer" else ("{", "")
        jobs.execute("UPDATE job SET document=replace(document, ?, ?)", new_word)
    jobs.close()
    api.post(f"/characters/{ann['id']}/forget")
    assert trash.trashed_photo_files(services.paths, photo.id) == []
    assert list(services.paths.jobs.iterdir()) == [] and services.ledger.job_ids_of(ann["id"]) == []
    assert services.library.rows("SELECT id FROM character") == [] and unfinished(services.paths) == []


def test_copies_among_the_photos_of_others_are_told(server, api, ann, tmp_path):
    """A picture of two people went with one of them; a copy among the other's photos stayed, and nobody was told."""
    services, bob = server.services, api.post("/characters", {"name": "Bob"})
    store, kept = services.generations.store, []
    for number in range(2):
        made = store.create(draft(bob["id"], people=[ann["id"]], state=GenerationState.COMPLETED), [])
        drawing(number).save(services.paths.generation(made.id) / "0000.png")
        image = GeneratedImage(n=0, file="0000.png", width=64, height=64, seed=1)
        store.add_image(made.id, image)
        use = {"character_id": bob["id"], "use": "reference"}
        kept.append(api.post(f"/generations/{made.id}/images/0/photo", use))
    assert all(
        sorted(services.photos.get(one["id"]).people) == sorted([ann["id"], bob["id"]]) for one in kept
    )
    earlier = services.photos.get(kept[1]["id"])
    services.photos.store(earlier.model_copy(update={"people": []}))  # as packs before this kept it
    services.photos.delete(earlier.id)
    store.delete(made.id)
    told = api.post(f"/characters/{ann['id']}/forget")["report"]["others"]
    names = (f"uploads/{bob['id']}/{kept[0]['file']}", f"trash/photos/{kept[1]['file']}")
    assert sorted(told) == sorted(names)


def test_what_was_told_of_pictures_that_left_the_trash_goes_too(server, api, ann):
    """Their rows were gone, and with them all that said whose they were; prompts and names stayed among the events."""
    services = server.services
    store, wish = services.generations.store, draft(ann["id"], state=GenerationState.COMPLETED)
    for number in range(2):
        kept = store.create(wish.model_copy(update={"id": new_id("gen")}), [])
        api.delete(f"/generations/{kept.id}")
        if number == 0:
            asyncio.run(services.housekeeping.empty_trash(0))
            assert kept.id not in said_of(services), "emptied now: nothing is left of it"
    trash.purge_pictures(services.library, services.paths, services.clock, 0)  # as packs before this did
    assert kept.id in said_of(services)
    api.post(f"/characters/{ann['id']}/forget")
    assert kept.id not in said_of(services)


def said_of(services):
    return "\n".join(event.model_dump_json() for event in services.ledger.events_after(0))


def test_somebody_brought_back_while_the_trash_is_emptied_is_not_forgotten(server, api, ann, monkeypatch):
    """Everybody who was due was found at the beginning: the second was erased, restored or not."""
    services, bob = server.services, api.post("/characters", {"name": "Bob"})
    for person in (ann, bob):
        api.delete(f"/characters/{person['id']}")
    erase = forgetting.Forgetting.erase

    def meanwhile(self, inventory):
        if inventory.character_id == ann["id"]:
            services.characters.restore(bob["id"])
        return erase(self, inventory)

    monkeypatch.setattr(forgetting.Forgetting, "erase", meanwhile)
    asyncio.run(services.housekeeping.empty_trash(0))
    assert [one["name"] for one in api.get("/characters")["items"]] == ["Bob"]
    assert unfinished(services.paths) == [] and api.get("/characters?deleted=1")["items"] == []


def changes_told(server, character_id):
    events = server.services.ledger.events_after(0)
    return [event.data["change"] for event in events if event.subject.id == character_id]


def test_asking_again_finishes_it(server, api, ann, monkeypatch):
    """It answered 404, with the job's row and the logs still there."""
    services = server.services

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(services.ledger, "forget_events", killed)
        asyncio.run(services.forgetting.forget(ann["id"]))
    assert api.get(f"/characters/{ann['id']}/forget")["report"]["photos"] == 0
    api.post(f"/characters/{ann['id']}/forget")
    with pytest.raises(ApiError) as caught:
        api.post(f"/characters/{ann['id']}/forget")
    assert caught.value.status == 404 and unfinished(services.paths) == []


def test_a_file_held_open_does_not_keep_others_from_being_forgotten(server, api, ann, monkeypatch):
    services = server.services
    bob = api.post("/characters", {"name": "Bob"})
    remove = erasure.remove

    def held(paths, theirs):
        if theirs.character_id == ann["id"]:
            raise StorageError("forget_incomplete", "held", "")
        return remove(paths, theirs)

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "remove", held)
        asyncio.run(services.forgetting.forget_in_turn([ann["id"], bob["id"]]))
    assert unfinished(services.paths) == [ann["id"]]
    asyncio.run(services.housekeeping.empty_trash())
    assert unfinished(services.paths) == [] and api.get("/characters?deleted=1")["items"] == []


def test_what_nobody_thought_of_keeps_neither_others_nor_the_trash(server, api, ann, monkeypatch):
    """A fault of another kind ended the housekeeping for as long as the server ran."""
    services = server.services
    bob = api.post("/characters", {"name": "Bob"})
    remove = erasure.remove

    def broken(paths, theirs):
        if theirs.character_id == ann["id"]:
            raise EOFError("Compressed file ended")
        return remove(paths, theirs)

    def unthought_of(*_):
        raise ValueError("of a kind of its own")

    for person in (ann, bob):
        api.delete(f"/characters/{person['id']}")
    monkeypatch.setattr(erasure, "remove", broken)
    monkeypatch.setattr(housekeeping, "purge_photos", unthought_of)
    asyncio.run(services.housekeeping.empty_trash(0))
    assert [one["id"] for one in api.get("/characters?deleted=1")["items"]] == [ann["id"]]


def test_pictures_of_others_are_no_files_of_ones_own(server, api):
    """Forgetting Ann listed Mary Ann's pictures among the user's own files."""
    services = server.services
    ann = api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})
    mary = api.post("/characters", {"name": "Mary Ann", "trigger_word": "mryqvx"})
    made = [drawn_here(server, draft(mary["id"])) for _ in range(2)]
    for generation, prompt in zip(made, ("mryqvx, Mary Ann", "mryqvx beside annqvx"), strict=True):
        info = PngInfo()
        info.add_text("prompt", prompt)
        drawing(1).save(services.paths.generation(generation.id) / "0001.png", pnginfo=info)
    report = api.get(f"/characters/{ann['id']}/forget")["report"]
    assert report["elsewhere"] == [] and report["others"] == [f"outputs/{made[1].id}/0001.png"]
    output = services.host.own_folders()["output"]
    output.mkdir(parents=True)
    for name in ("Ann at home.png", "Mary Ann at home.png"):
        drawing(1).save(output / name)
    assert api.get(f"/characters/{ann['id']}/forget")["report"]["elsewhere"] == ["output/Ann at home.png"]
