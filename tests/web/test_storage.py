"""The disk over HTTP: whose everything is, what frees it, whether there is room, and folders of ours alone."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from hosts.journey import Api, ApiError
from isengard.core.records.job import Progress
from isengard.core.records.job_states import JobState
from isengard.training.planning.estimates import disk_left
from isengard.web.services.storage import folders, room
from isengard.web.services.storage.folder_sizes import FolderSizes
from support import live_server
from support.answer_checker import CheckedApi
from support.generation_records import draft, drawn_here, picture
from support.loras import publish
from support.soon import until
from support.web_server import WebServer

MB = 1024**2


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Ann with photos, a LoRA, a picture and a training that has ended; Ben in the trash; nobody's job. Measured."""
    base = tmp_path_factory.mktemp("house")
    server = WebServer(base, environment={"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1"})
    api = server.api = CheckedApi(server.url, "ui-test-1")
    api.wait_until_ready()
    services = server.services
    services.supervisor.ensure_worker = lambda: False
    ann = live_server.person(server, tmp_path_factory.mktemp("photos"), "Ann", 2)
    ben = api.post("/characters", {"name": "Ben", "trigger_word": "benqvx"})
    publish(services.versions, ann, 10)
    made = draft(ann["id"])
    services.generations.store.create(made, [])
    picture(services.generations.store, services.paths, made.id)
    thumbs = services.paths.generation(made.id) / "thumbs"
    thumbs.mkdir(exist_ok=True)
    (thumbs / "0000.jpg").write_bytes(b"t" * 1000)
    server.job = live_server.train(server, ann)
    api.post(f"/training/jobs/{server.job['id']}/cancel")
    cache = services.paths.job(server.job["id"]) / "dataset" / "_latent_cache"
    cache.mkdir()
    (cache / "a.safetensors").write_bytes(b"c" * 5000)
    (services.paths.character(ben["id"]) / "note").write_bytes(b"b" * 700)
    api.delete(f"/characters/{ben['id']}")
    server.ann, server.ben, server.thumbs, server.cache = ann, ben, thumbs, cache
    yield server
    server.close()


def measured(api: Api) -> dict:
    assert api.post("/storage/measure", {})["measuring"]
    state = until(lambda: not (now := api.get("/storage"))["measuring"] and now)
    assert state["done"] == state["of"] > 0
    return state["use"]


def bytes_below(root) -> int:
    """As they are there while it is looked: a database's journal or a half-written file may go in that moment."""
    sizes = []
    for folder, _, names in os.walk(root):
        for name in names:
            with suppress(FileNotFoundError):
                sizes.append((Path(folder) / name).stat().st_size)
    return sum(sizes)


def test_a_measurement_that_is_done_at_once_was_begun(house, monkeypatch):
    """Its answer said that nothing was measured: nobody waited for what it found."""
    meter, start = house.services.disk.meter, threading.Thread.start

    def at_once(thread):
        start(thread)
        thread.join()

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", at_once)
        begun = meter.start()
    assert begun.measuring and not meter.state().measuring


def test_everything_is_somebodys_or_a_thing_and_can_be_freed(house):
    api, paths = house.api, house.services.paths
    use = measured(api)
    (ann,) = use["people"]
    assert (ann["id"], ann["name"]) == (house.ann["id"], "Ann")
    assert all(ann[kind] > 0 for kind in ("photos", "loras", "trainings", "pictures"))
    things = {one["name"]: one for one in use["things"]}
    assert (things["thumbnails"]["bytes"], things["caches"]["bytes"]) == (1000, 5000)
    assert things["trash"]["bytes"] >= 700 and {name for name, one in things.items() if one["can_free"]} == {
        "trash",
        "thumbnails",
        "caches",
    }
    own = sum(one["bytes"] for one in use["things"] if one["name"] != "hub")
    told = own + sum(ann[kind] for kind in ("photos", "loras", "trainings", "pictures"))
    # the databases and logs are written while it is measured
    assert use["used_bytes"] == told == pytest.approx(bytes_below(paths.root), abs=2 * MB)
    with pytest.raises(ApiError) as refused:
        api.post("/storage/free", {"what": "trash"})
    assert refused.value.error["code"] == "confirmation_needed"
    assert api.post("/storage/free", {"what": "thumbnails", "confirm": True}) == {"freed_bytes": 1000}
    assert api.post("/storage/free", {"what": "caches", "confirm": True}) == {"freed_bytes": 5000}
    assert api.post("/storage/free", {"what": "trash", "confirm": True})["freed_bytes"] >= 700
    assert not house.cache.exists() and not list(house.thumbs.iterdir())
    with pytest.raises(ApiError) as gone:
        api.post(f"/characters/{house.ben['id']}/restore", {})
    assert gone.value.error["code"] == "character_not_found"
    assert api.get(f"/characters/{house.ann['id']}")["photo_count"] == 2


def test_a_training_that_goes_on_keeps_what_it_prepared(house):
    job = live_server.train(house, house.ann)
    cache = house.services.paths.job(job["id"]) / "dataset" / "_latent_cache"
    cache.mkdir()
    (cache / "a.safetensors").write_bytes(b"c" * 5000)
    assert house.api.post("/storage/free", {"what": "caches", "confirm": True}) == {"freed_bytes": 0}
    assert cache.is_dir()
    live_server.end_trainings(house)


def test_a_model_is_freed_only_where_a_download_of_ours_has_put_it(house, monkeypatch):
    api, services = house.api, house.services
    family = services.families.get("sd15")
    (file,) = [one for one in family.files if one.role == "checkpoint"]
    place = services.paths.root.parent / "models"
    place.mkdir(exist_ok=True)
    target = place / file.name
    shelf = services.disk.meter._shelf

    def find(_, folder, name):
        return target if (folder, name) == (file.folder, file.name) and target.exists() else None

    monkeypatch.setattr(type(shelf.host), "model_path", find)
    target.write_bytes(b"m" * 3000)
    (use,) = [one for one in measured(api)["models"] if one["key"] == "sd15"]
    assert (use["bytes"], use["freed_bytes"]) == (3000, 0)
    assert api.post("/storage/free", {"what": "model", "model": "sd15", "confirm": True}) == {
        "freed_bytes": 0
    }
    assert target.exists(), "nobody says that Isengard has put it there"
    downloaded(services, target, 3000)
    (use,) = [one for one in measured(api)["models"] if one["key"] == "sd15"]
    assert use["freed_bytes"] == 3000
    with pytest.raises(ApiError) as unknown:
        api.post("/storage/free", {"what": "model", "model": "nothing", "confirm": True})
    assert unknown.value.error["code"] == "family_unknown"
    training = live_server.train(house, house.ann)
    with pytest.raises(ApiError) as busy:
        api.post("/storage/free", {"what": "model", "model": training["family"], "confirm": True})
    assert busy.value.error["code"] == "model_in_use"
    live_server.end_trainings(house)
    target.write_bytes(b"m" * 2999)  # another file under its name
    assert api.post("/storage/free", {"what": "model", "model": "sd15", "confirm": True}) == {
        "freed_bytes": 0
    }
    target.write_bytes(b"m" * 3000)
    assert api.post("/storage/free", {"what": "model", "model": "sd15", "confirm": True}) == {
        "freed_bytes": 3000
    }
    assert not target.exists()


def test_what_a_download_that_was_given_up_has_left_can_be_freed(house, monkeypatch):
    """Gigabytes in ComfyUI's folders that no page told of."""
    api, services = house.api, house.services
    target = services.paths.root.parent / "models" / "given-up.safetensors"
    target.parent.mkdir(exist_ok=True)
    monkeypatch.setattr(type(services.disk.meter._shelf.host), "model_path", lambda *_: None)
    part = target.with_name(f"{target.name}.part")
    lease = begun(services, target, 9000)
    part.write_bytes(b"m" * 4000)
    free = {"what": "model", "model": "sd15", "confirm": True}
    assert api.post("/storage/free", free) == {"freed_bytes": 0} and part.exists(), "it is being fetched"
    given_up(services.ledger, lease)
    (use,) = [one for one in measured(api)["models"] if one["key"] == "sd15"]
    assert (use["bytes"], use["freed_bytes"]) == (4000, 4000)
    lease = begun(services, target, 9000)
    assert api.post("/storage/free", free) == {"freed_bytes": 0} and part.exists(), "another goes on with it"
    given_up(services.ledger, lease)
    assert api.post("/storage/free", free) == {"freed_bytes": 4000} and not part.exists()


def downloaded(services, target, size):
    """A download that has ended well."""
    lease = begun(services, target, size)
    services.ledger.progress(lease, Progress(bytes_done=1, bytes_total=1))
    services.ledger.advance(lease, JobState.COMPLETED)


def given_up(ledger, lease):
    ledger.order(lease.job_id, "cancel")
    ledger.advance(lease, JobState.CANCELLED)


def begun(services, target, size):
    """A download that a worker has."""
    job = services.training.tasks.submit(
        "model_download",
        {"family": "sd15", "files": [target.name]},
        "ui-1",
        family="sd15",
        prepare=lambda folder: (folder / "download.json").write_text(
            json.dumps(
                [
                    {
                        "hub": "a/b",
                        "revision": "main",
                        "file": target.name,
                        "size": size,
                        "sha256": "0" * 64,
                        "folder": str(target.parent),
                    }
                ]
            )
        ),
    )
    claimed, lease = services.ledger.claim(worker_id="w", owner="o", needs={"cpu", "gpu"})
    assert claimed.id == job.id
    services.ledger.advance(lease, JobState.RUNNING)
    return lease


def test_folders_are_shown_by_name_and_opened_only_here(house, monkeypatch):
    api, paths = house.api, house.services.paths
    opened = []
    monkeypatch.setattr(folders, "opener", lambda: ["show"])
    monkeypatch.setattr(folders, "_has_opened", lambda argv: opened.append(argv) or True)
    told = api.get("/folders")
    assert told["can_open"] and {one["name"]: one["path"] for one in told["items"]} == {
        "data": str(paths.root),
        "models": str(paths.models),
        "pictures": str(paths.outputs),
        "recipes": str(paths.recipes),
        "logs": str(paths.logs),
    }
    api.post("/folders/open", {"name": "models"})
    api.post("/folders/open", {"name": "job", "of": house.job["id"]})
    api.post("/folders/open", {"name": "person", "of": house.ann["id"]})
    slug = house.ann["slug"]
    assert opened == [
        ["show", str(path)] for path in (paths.models, paths.job(house.job["id"]), paths.models / slug)
    ]
    for body in (
        {"name": "/etc"},
        {"name": "job"},
        {"name": "data", "of": house.job["id"]},
        {"name": "job", "of": "../x"},
    ):
        with pytest.raises(ApiError) as refused:
            api.post("/folders/open", body)
        assert refused.value.error["code"] == "bad_request", body
    with pytest.raises(ApiError) as missing:
        api.post("/folders/open", {"name": "job", "of": "job_" + "0" * 26})
    assert missing.value.error["code"] == "folder_missing"
    monkeypatch.setattr(folders, "_has_opened", lambda argv: False)
    with pytest.raises(ApiError) as failed:
        api.post("/folders/open", {"name": "data"})
    assert failed.value.error["code"] == "folder_not_opened" and len(opened) == 3


def test_through_a_proxy_no_folder_opens(house, monkeypatch):
    monkeypatch.setattr(folders, "opener", lambda: ["show"])
    away = Api(house.url, "ui-test-2")
    away.headers["X-Forwarded-For"] = "10.0.0.7"
    assert not away.get("/folders")["can_open"]
    with pytest.raises(ApiError) as refused:
        away.post("/folders/open", {"name": "data"})
    assert refused.value.error["code"] == "folder_elsewhere"


@pytest.mark.parametrize(
    ("env", "system", "wanted"),
    [
        ({"SYSTEMROOT": "C:\\Win"}, "win32", "explorer.exe"),
        ({}, "darwin", "/usr/bin/open"),
        ({"PATH": "here"}, "linux", None),
        ({"DISPLAY": ":0", "PATH": "/nowhere"}, "linux", None),
    ],
)
def test_the_systems_own_program_shows_a_folder(env, system, wanted):
    found = folders.opener(env, system)
    assert found is None if wanted is None else found and found[0].endswith(wanted)


def test_a_folder_is_really_handed_to_it_as_one_argument(tmp_path, monkeypatch):
    told = tmp_path / "told"
    program = tmp_path / "show"
    program.write_text(f'#!/bin/sh\nprintf "%s" "$#:$1" > "{told}"\n')
    program.chmod(0o700)
    monkeypatch.setattr(folders, "opener", lambda: [str(program)])
    place = tmp_path / "a folder; with $(things)"
    place.mkdir()
    folders.open_folder(place)
    assert told.read_text() == f"1:{place}"


def test_room_is_what_goes_on_against_what_is_free():
    gb = 10**9
    table = [
        (dict(), 0, False),
        (dict(pictures=4 * 1024 * 1024), 8_808_038, False),
        (dict(photos=gb), 2_500_000_000, True),
        (dict(trainings=gb, downloads=gb // 2), 1_500_000_000, False),
        (dict(trainings=2 * gb), 2 * gb, True),
    ]
    for going, needed, low in table:
        found = room.room(2 * gb, **going)
        assert (found.needed_bytes, found.low) == (needed, low), going
    assert not room.room(0).low, "nothing goes on, so nothing is missing"


def test_room_knows_pictures_and_trainings_that_wait(house, monkeypatch):
    services = house.services
    assert house.api.get("/storage/room")["needed_bytes"] == 0
    waiting = draft(house.ann["id"])
    asked = waiting.request.model_copy(update={"width": 1024, "height": 1024, "count": 4})
    drawn_here(house, waiting.model_copy(update={"request": asked}))
    pictures = house.api.get("/storage/room")["needed_bytes"]
    assert pictures == int(4 * 1024 * 1024 * 2.1)
    job = live_server.train(house, house.ann)
    trainings = house.api.get("/storage/room")["needed_bytes"] - pictures
    family = services.families.get(job["family"])
    assert trainings > 2 * family.needs.lora_mb * 10**6
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=trainings, total=10**12))
    assert house.api.get("/storage/room?incoming=1000")["low"]
    live_server.end_trainings(house)


def test_less_is_left_to_write_the_further_a_training_is(house):
    family = house.services.families.get("sdxl")
    training = SimpleNamespace(
        steps=1000, rank=family.defaults.rank, save_every=250, sample_prompts=["a"] * 2, save_mb=0.0
    )
    lora = family.needs.lora_mb * 10**6
    assert disk_left(family, training, 0) == int(5 * (lora + 600_000) + 2 * lora)
    assert disk_left(family, training, 999) == int(1 * (lora + 600_000) + 2 * lora)
    # another trainer, or a LoKr, writes files of another size
    training.save_mb = 3.5
    assert disk_left(family, training, 999) == (1 * (3_500_000 + 600_000) + 2 * 3_500_000)


def test_ten_thousand_pictures_are_listed_once(tmp_path):
    """What did not change is asked for its time alone; what did is listed anew."""
    for n in range(300):
        folder = tmp_path / f"gen_{n}"
        (folder / "thumbs").mkdir(parents=True)
        (folder / "0000.png").write_bytes(b"p" * 100)
        (folder / "thumbs" / "0000.jpg").write_bytes(b"t" * 10)
    old = time.time() - 60
    for place in [*tmp_path.rglob("*"), tmp_path]:
        os.utime(place, (old, old))
    sizes = FolderSizes()
    assert (sizes.of(tmp_path), sizes.listed) == (300 * 110, 601)
    assert (sizes.of(tmp_path), sizes.listed) == (300 * 110, 601)
    assert sizes.of(tmp_path, without=frozenset({"thumbs"})) == 300 * 100
    (tmp_path / "gen_7" / "0001.png").write_bytes(b"p" * 50)
    assert (sizes.of(tmp_path), sizes.listed) == (300 * 110 + 50, 602)
    shutil.rmtree(tmp_path / "gen_8")
    assert sizes.of(tmp_path) == 299 * 110 + 50
    (tmp_path / "link").symlink_to("/", target_is_directory=True)
    assert sizes.of(tmp_path) < 299 * 110 + 100
