"""LoRAs from elsewhere become people by a record alone, and published ones get name and preview beside them where somebody asks."""

from __future__ import annotations

import io
import json
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hosts.journey import Api, ApiError
from isengard.core.loras import companion_files
from isengard.core.marks.marking import current_marking
from isengard.core.marks.source_types import TRAINED
from isengard.core.marks.xmp import said_in
from isengard.core.records.generation import GeneratedImage
from isengard.core.records.generation_states import GenerationState
from isengard.generation.picture_zip import zipped
from isengard.generation.shared_copies import SharedCopies
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from safetensors.numpy import save_file
from support import loras
from support.answer_checker import CheckedApi
from support.generation_records import draft, drawn_here
from support.soon import until
from support.web_server import WebServer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = WebServer(tmp_path_factory.mktemp("outside"), environment={"ISENGARD_IDLE_S": "1"})
    Api(server.url).wait_until_ready()
    yield server
    server.close()


@pytest.fixture
def api(server):
    return CheckedApi(server.url, "ui-outside")


@pytest.fixture
def shelf(server, tmp_path):
    """ComfyUI's LoRA folder with one file: `put` adds more; nothing in it may change in a test."""
    listed = server.host.models.setdefault("loras", {})
    listed.clear()

    def put(name, modules=loras.TINY, *, metadata=None, beside=None, seed=7):
        file = tmp_path / "loras" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file(loras.tensors(modules, seed), file, metadata=metadata)
        for ending, content in (beside or {}).items():
            place = file.with_name(file.stem + ending)
            place.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        listed[name] = file
        return file

    put(
        "people/anna_v2.safetensors",
        metadata={"ss_base_model_version": "sd_v1", "ss_steps": "900"},
        beside={
            ".civitai.info": {"trainedWords": ["ohwx woman"], "model": {"name": "Anna"}},
            ".preview.png": png(),
        },
    )
    before = contents(tmp_path)
    yield put
    assert {name: content for name, content in contents(tmp_path).items() if name in before} == before


def contents(folder):
    return {str(file): file.read_bytes() for file in (folder / "loras").rglob("*") if file.is_file()}


def png():
    stream = io.BytesIO()
    Image.new("RGB", (40, 40), (200, 120, 90)).save(stream, "PNG")
    return stream.getvalue()


ANNA = "people/anna_v2.safetensors"


def adopt(api, lora=ANNA, **more):
    return api.post("/outside-loras", {"lora": lora, "family": "sd15", "trigger_word": "ohwx woman", **more})


def test_what_a_file_says_is_read_and_offered(api, shelf):
    assert api.get("/outside-loras")["items"] == [{"name": ANNA, "person": ""}]
    told = api.get(f"/outside-loras/facts?name={ANNA}")
    assert (told["title"], told["family"], told["words"], told["steps"]) == (
        "Anna",
        "sd15",
        ["ohwx woman"],
        900,
    )
    assert told["preview"] and api.get(f"/outside-loras/preview?name={ANNA}") == png()
    shelf("plain.safetensors")
    told = api.get("/outside-loras/facts?name=plain.safetensors")
    assert (told["family"], told["words"], told["preview"]) == ("", [], False)
    with pytest.raises(ApiError) as missing:
        api.get("/outside-loras/preview?name=plain.safetensors")
    assert missing.value.error["code"] == "preview_missing"


@pytest.mark.parametrize("name", ["../../etc/passwd", "people/none.safetensors", "C:\\x.safetensors"])
def test_only_what_comfyui_lists_is_looked_at(api, shelf, name):
    for path in ("facts", "preview"):
        with pytest.raises(ApiError) as unknown:
            api.get(f"/outside-loras/{path}?name={name}")
        assert unknown.value.error["code"] == "lora_unknown"


def test_it_becomes_a_person_and_the_file_is_drawn_with_where_it_lies(server, api, shelf):
    anna = adopt(api, name="Anna", class_word="woman", consent=True)
    (version,) = anna["versions"]
    assert (version["outside"], version["step"], version["family"]) == (ANNA, 900, "sd15")
    assert version["trigger_word"] == "ohwx woman" and version["outside_preview"]
    assert version["proof"]["finite"] and version["rank"] == 1
    stored = server.services.versions.best(anna["slug"])
    assert server.services.versions.path(stored) == server.host.models["loras"][ANNA]
    assert not list(server.services.paths.models.rglob("*.safetensors"))
    assert api.get("/outside-loras")["items"] == [{"name": ANNA, "person": "Anna"}]
    with pytest.raises(ApiError) as twice:
        adopt(api, character_id=anna["id"])
    assert twice.value.error["code"] == "lora_known"


def test_what_was_measured_of_it_and_the_choice_of_it_are_kept(server, api, shelf):
    hal = adopt(api, name="Hal")
    versions = server.services.versions
    versions.update(
        versions.best(hal["slug"]), lambda known: known.model_copy(update={"scores": {"likeness": 0.6}})
    )
    picked = api.post(f"/characters/{hal['id']}/versions/pick", {"file": hal["versions"][0]["file"]})
    (now,) = picked["versions"]
    assert now["scores"] == {"likeness": 0.6} and now["picked"] and now["outside"] == ANNA


def test_another_file_for_somebody_who_is_here_and_one_without_a_word(server, api, shelf):
    bea = api.post("/characters", {"name": "Bea", "class_word": "woman"})
    shelf("bea.safetensors", seed=9)
    now = adopt(api, "bea.safetensors", character_id=bea["id"], trigger_word="")
    (version,) = now["versions"]
    assert version["trigger_word"] == "woman", "what she is says more to it than a made-up word"
    released = api.post(f"/characters/{bea['id']}/versions/release", {"file": version["file"]})
    assert released["versions"] == []
    with pytest.raises(ApiError) as gone:
        api.post(f"/characters/{bea['id']}/versions/release", {"file": version["file"]})
    assert gone.value.error["code"] == "version_missing"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda put: put("x.safetensors", seed=1).write_bytes(b"half of it"), "lora_damaged"),
        (
            lambda put: save_file(
                {k: np.zeros_like(v) for k, v in loras.tensors(loras.TINY, 1).items()}, put("x.safetensors")
            ),
            "lora_damaged",
        ),
    ],
)
def test_a_file_that_cannot_be_used_makes_nobody(api, shelf, make, code):
    make(shelf)
    people = len(api.get("/characters")["items"])
    with pytest.raises(ApiError) as refused:
        adopt(api, "x.safetensors", name="Nobody")
    assert refused.value.error["code"] == code
    assert len(api.get("/characters")["items"]) == people


def test_layouts_without_pairs_are_taken(api, shelf, tmp_path):
    file = shelf("lokr.safetensors")
    name = next(iter(loras.TINY))
    save_file(
        {f"{name}.lokr_w1": np.ones((4, 4), "float16"), f"{name}.lokr_w2": np.ones((80, 80), "float16")}, file
    )
    (version,) = adopt(api, "lokr.safetensors", name="Lo")["versions"]
    assert version["proof"]["nonzero"]


def test_a_file_that_is_gone_is_no_version_and_comes_back_with_it(server, api, shelf):
    cleo = adopt(api, name="Cleo")
    kept = server.host.models["loras"].pop(ANNA)
    assert api.get(f"/characters/{cleo['id']}")["versions"] == []
    server.host.models["loras"][ANNA] = kept
    assert len(api.get(f"/characters/{cleo['id']}")["versions"]) == 1


def test_forgetting_says_that_the_file_stays_and_leaves_it(server, api, shelf):
    dora = adopt(api, name="Dora", class_word="woman")
    report = api.get(f"/characters/{dora['id']}/forget")["report"]
    assert report["elsewhere"] == [f"models/loras/{ANNA}"] and report["versions"] == 0
    assert api.post(f"/characters/{dora['id']}/forget")["report"]["elsewhere"] == [f"models/loras/{ANNA}"]
    assert server.host.models["loras"][ANNA].is_file(), "and as it was: the fixture compares"
    assert not (server.services.paths.models / dora["slug"]).exists()


def test_somebody_who_is_forgotten_meanwhile_takes_no_file_in(server, api, shelf, monkeypatch):
    """They were found, and forgotten before the record was written: it stayed, in a folder of their name."""
    ann = api.post("/characters", {"name": "Ann"})
    versions, keep = server.services.versions, server.services.versions.adopt

    def late(*found):
        Api(server.url, "ui-meanwhile").post(f"/characters/{ann['id']}/forget")
        return keep(*found)

    before = {*server.services.paths.models.iterdir()}
    monkeypatch.setattr(versions, "adopt", late)
    with pytest.raises(ApiError) as refused:
        adopt(api, character_id=ann["id"])
    assert (refused.value.status, refused.value.error["code"]) == (404, "character_not_found")
    assert {*server.services.paths.models.iterdir()} == before


def test_ours_are_not_offered_and_an_older_pack_reads_the_folder(server, api, shelf):
    eve = api.post("/characters", {"name": "Eve"})
    version = loras.publish(server.services.versions, eve, 40)
    server.host.models["loras"]["eve/own.safetensors"] = server.services.versions.path(version)
    assert [one["name"] for one in api.get("/outside-loras")["items"]] == [ANNA]


def companions(server, person):
    folder = server.services.paths.models / person["slug"]
    return sorted(file.name.split(".", 1)[1] for file in folder.iterdir() if file.suffix != ".safetensors")


@pytest.fixture
def fay(server, api):
    """Somebody with a LoRA and a picture that it drew."""
    fay = api.post("/characters", {"name": "Fay Weather"})
    version = loras.publish(server.services.versions, fay, 60, seed=ord(fay["slug"][-1]))
    store = server.services.generations.store
    made = drawn_here(server, draft(fay["id"], versions=[version.file]))
    told = PngInfo()
    told.add_text("prompt", '{"1": {"class_type": "KSampler", "inputs": {"text": "at the sea"}}}')
    place = server.services.paths.generation(made.id) / "0000.png"
    Image.effect_noise((1024, 512), 60).convert("RGB").save(place, pnginfo=told)
    store.add_image(
        made.id, GeneratedImage(n=0, file="0000.png", width=1024, height=512, seed=1, favourite=True)
    )
    store.advance(made.id, GenerationState.CANCELLED)
    return {**api.get(f"/characters/{fay['id']}"), "file": version.file}


EVERY = ["json", "metadata.json", "png", "safetensors.rgthree-info.json"]


def test_nothing_names_a_person_until_somebody_presses(server, api, fay):
    assert companions(server, fay) == ["json"]
    now = api.post(f"/characters/{fay['id']}/versions/companions", {"file": fay["file"], "shown": True})
    assert now["versions"][0]["companions"] == "on" and companions(server, fay) == EVERY
    folder = server.services.paths.models / fay["slug"]
    (manager,) = folder.glob("*.metadata.json")
    told = json.loads(manager.read_text())
    assert (told["model_name"], told["base_model"]) == ("Fay Weather, step 60", "SD 1.5")
    (picture,) = folder.glob("*.png")
    with Image.open(picture) as preview:
        assert preview.size == (512, 256) and said_in(preview.info) == TRAINED
    assert b"at the sea" not in picture.read_bytes()
    api.post(f"/characters/{fay['id']}/versions/companions", {"file": fay["file"], "shown": False})
    assert companions(server, fay) == ["json"]
    assert "description" not in next(folder.glob("*.json")).read_text()


def test_the_setting_is_for_all_and_what_a_manager_put_there_stays(server, api, fay):
    folder = server.services.paths.models / fay["slug"]
    own = folder / f"{fay['file'].split('/')[1].removesuffix('.safetensors')}.metadata.json"
    own.write_text('{"favorite": true}')
    assert len(api.get(f"/characters/{fay['id']}")["versions"]) == 1, "a manager's file is no version"
    api.patch("/settings", {"lora_companions": "1"})
    assert companions(server, fay) == EVERY and own.read_text() == '{"favorite": true}'
    api.patch(f"/characters/{fay['id']}", {"name": "Fay Renamed"})
    until(lambda: "Fay Renamed" in next(folder.glob("*.rgthree-info.json")).read_text())
    (folder / own.with_suffix("").with_suffix(".png").name).write_bytes(png())
    api.patch("/settings", {"lora_companions": "0"})
    assert companions(server, fay) == ["json", "metadata.json", "png"], "somebody's own picture and notes"


def test_the_press_and_what_an_event_starts_take_turns(server, api, fay, monkeypatch):
    """Both removed the same files, and one of them found nothing there."""
    keeper, remove, removing = server.services.companions, companion_files.remove, []
    person = keeper.choose(fay["id"], fay["file"], True)

    def slowly(*what):
        removing.append("begins")
        time.sleep(0.2)
        removing.append("ends")
        return remove(*what)

    monkeypatch.setattr(companion_files, "remove", slowly)
    version = server.services.versions.list(fay["slug"])[0]
    server.services.versions.update(version, lambda kept: kept.model_copy(update={"companions": "off"}))
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(keeper.settle, person) for _ in range(2)]
    assert [one.result() for one in both] == [None, None]
    assert removing[:2] == ["begins", "ends"] and companions(server, fay) == ["json"]


def test_a_preview_shows_its_person_alone(server, api, fay):
    """Of a picture with somebody else in it a copy lay beside the LoRA, which forgetting that one did not find."""
    store, mona = server.services.generations.store, api.post("/characters", {"name": "Mona"})
    (alone,) = store.list(character_id=fay["id"]).items
    store.delete(alone.id)
    both = drawn_here(server, draft(fay["id"], versions=[fay["file"]], people=[mona["id"]]))
    Image.effect_noise((64, 64), 60).convert("RGB").save(
        server.services.paths.generation(both.id) / "0000.png"
    )
    store.add_image(
        both.id, GeneratedImage(n=0, file="0000.png", width=64, height=64, seed=1, favourite=True)
    )
    api.post(f"/characters/{fay['id']}/versions/companions", {"file": fay["file"], "shown": True})
    assert companions(server, fay) == [name for name in EVERY if name != "png"]


def test_forgetting_takes_them_along(server, api, fay):
    api.post(f"/characters/{fay['id']}/versions/companions", {"file": fay["file"], "shown": True})
    assert companions(server, fay) == EVERY
    api.post(f"/characters/{fay['id']}/forget")
    assert not (server.services.paths.models / fay["slug"]).exists()


def test_nothing_is_written_beside_a_file_of_the_user_s_own(server, api, shelf):
    gil = adopt(api, name="Gil")
    with pytest.raises(ApiError) as refused:
        api.post(
            f"/characters/{gil['id']}/versions/companions",
            {"file": gil["versions"][0]["file"], "shown": True},
        )
    assert refused.value.error["code"] == "lora_not_ours"


@pytest.mark.parametrize(("kind", "name"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_a_picture_of_before_says_it_in_its_copy(server, api, fay, kind, name):
    """It was saved without a mark; its copy has one, and the picture in the gallery stays as it was."""
    (made,) = server.services.generations.store.list(character_id=fay["id"]).items
    kept = server.services.generations.store.image_path(made.id, 0).read_bytes()
    content = api.get(f"/generations/{made.id}/images/0/copy?format={kind}")
    with Image.open(io.BytesIO(content)) as copy:
        assert (copy.format, copy.size, said_in(copy.info)) == (name, (1024, 512), TRAINED)
    assert server.services.generations.store.image_path(made.id, 0).read_bytes() == kept


def test_the_sign_is_on_what_is_given_away_alone(server, api, fay):
    (made,) = server.services.generations.store.list(character_id=fay["id"]).items
    address = f"/generations/{made.id}/images/0"
    kept = api.get(address)
    plain = api.get(f"{address}/copy")
    try:
        api.patch("/settings", {"visible_mark": "1"})
        signed = api.get(f"{address}/copy")
        exported = zipped_copy(server, made)
        api.patch("/settings", {"mark_pictures": "0"})
        silent = api.get(f"{address}/copy?format=jpeg")
    finally:
        api.patch("/settings", {"visible_mark": "0"})
        api.patch("/settings", {"mark_pictures": "1"})
    assert api.get(address) == kept and api.get(f"{address}/copy") == plain
    pixels = [Image.open(io.BytesIO(content)).convert("RGB") for content in (kept, plain, signed)]
    assert pixels[0].tobytes() == pixels[1].tobytes() != pixels[2].tobytes()
    assert said_in(Image.open(io.BytesIO(silent)).info) == ""
    assert exported == signed, "what is exported is given away"


def zipped_copy(server, made):
    """As albums and photo days are exported."""
    services = server.services
    store = services.generations.store
    copies = SharedCopies(store, current_marking(services.settings, services.paths))
    pieces = zipped([("a.png", store.image_path(made.id, 0))], copies.of_file)
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        return archive.read("a.png")
