"""Model files that are not whole, or not for the trainer: told by name at every door, fetched again, and in nobody's way."""

from __future__ import annotations

import copy
import hashlib
import struct

import pytest
from fakes.file_server import FileServer
from hosts.journey import Api, ApiError
from isengard.core.families.families import Families
from isengard.core.families.model_files import ModelFile
from support.bad_recipes import PORTRAIT
from support.live_server import person
from support.placeholders import content, parts_of, put_files, shapes_of, write_quantised
from support.web_server import WebServer

SD15 = "v1-5-pruned-emaonly.safetensors"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:6ce0161689b3853acaa03779ec93eafe75a02f4ced659bee03f50797806fa2fa\nsize 4265146304\n"
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>401</body></html>" * 30
PATH = "/owner/model/resolve/main/" + SD15


@pytest.fixture
def whole():
    """What the hub has under the name of Stable Diffusion 1.5."""
    return content(shapes_of(Families().get("sd15")))


@pytest.fixture
def hub(whole):
    hub = FileServer({PATH: whole})
    yield hub
    hub.close()


@pytest.fixture
def server(tmp_path, hub, whole):
    environment = {"ISENGARD_MODE": "production", "ISENGARD_ALLOW_CPU": "1", "ISENGARD_IDLE_S": "2"}
    server = WebServer(
        tmp_path, environment={**environment, "HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_abcdefgh"}
    )
    server.api = Api(server.url)
    server.api.wait_until_ready()
    sha = hashlib.sha256(whole).hexdigest()
    server.services.families.get("sd15").files = [
        ModelFile(
            hub="owner/model",
            file=SD15,
            folder="checkpoints",
            size=len(whole),
            sha256=sha,
            role="checkpoint",
        )
    ]
    server.models = tmp_path / "models"
    server.ann = person(server, tmp_path, photos=3)
    yield server
    server.close()


def put(server, content: bytes, name: str = SD15, folder: str = "checkpoints"):
    """Where ComfyUI lists it."""
    file = server.models / folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    server.host.models.setdefault(folder, {})[name] = file
    return file


def family(server, key: str = "sd15") -> dict:
    return next(known for known in server.api.get("/training/families")["items"] if known["key"] == key)


def preflight(server, backend: str = "ai_toolkit", **more) -> dict:
    """What it says of the model, by code."""
    order = {"character_id": server.ann["id"], "family": "sd15", "preset": "quick", "backend": backend}
    found = server.api.post("/training/preflight", {**order, **more})["findings"]
    return {finding["code"]: finding for finding in found if finding["code"].startswith("base_model")}


def recipe(server, name: str = "sd15-identity") -> dict:
    return next(known for known in server.api.get("/recipes")["items"] if known["name"] == name)


CONTENTS = {
    "pointer": (lambda whole: LFS, "it is a Git LFS pointer; the model itself was not downloaded"),
    "login": (lambda whole: HTML, "it is a web page, such as a site's login or error page"),
    "half": (lambda whole: whole[: len(whole) // 2], "it ends too early"),
    "empty": (lambda whole: b"", "it is empty"),
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_a_base_that_is_not_whole_is_named_and_fetched_again(server, whole, kind):
    make, why = CONTENTS[kind]
    broken = make(whole)
    file = put(server, broken)
    shown = family(server)
    (told,) = shown["files"]
    assert (
        not told["here"]
        and told["fault"].startswith(f"{SD15} is not a whole model (")
        and why in told["fault"]
    )
    assert shown["base_models"] == []
    for named in ({}, {"base_model": SD15}):
        (finding,) = preflight(server, **named).values()
        assert (finding["code"], finding["severity"], finding["fix"]) == (
            "base_model_damaged",
            "error",
            "download_model",
        )
        assert finding["message"] == told["fault"]
    (lacking,) = recipe(server)["missing"]
    assert lacking["fault"] == told["fault"] and lacking["family"] == "sd15" and lacking["download"]

    job = server.api.post("/training/models/sd15/download", {"confirm": True})
    job = server.api.wait_for(f"/training/jobs/{job['id']}", 30)
    assert job["state"] == "completed", job["error"]
    assert file.read_bytes() == whole and file.with_name(SD15 + ".old").read_bytes() == broken
    assert family(server)["base_models"] == [SD15] and preflight(server) == {}
    assert family(server)["files"][0]["here"] and recipe(server)["missing"] == []
    with pytest.raises(ApiError) as caught:
        server.api.post("/training/models/sd15/download", {"confirm": True})
    assert caught.value.error["code"] == "nothing_missing"


def test_a_failed_download_leaves_what_was_there_and_a_second_old_one_gets_a_name_of_its_own(
    server, hub, whole
):
    file = put(server, LFS)
    file.with_name(SD15 + ".old").write_bytes(b"mine")
    hub.files[PATH] = whole[::-1]
    job = server.api.post("/training/models/sd15/download", {"confirm": True})
    job = server.api.wait_for(f"/training/jobs/{job['id']}", 30)
    assert job["error"]["code"] == "download_damaged" and file.read_bytes() == LFS
    hub.files[PATH] = whole
    server.api.post(f"/training/jobs/{job['id']}/retry")
    assert server.api.wait_for(f"/training/jobs/{job['id']}", 30)["state"] == "completed"
    assert file.read_bytes() == whole and file.with_name(SD15 + ".old").read_bytes() == b"mine"
    assert file.with_name(SD15 + ".old-2").read_bytes() == LFS


def test_what_has_come_meanwhile_is_not_fetched_again(server, hub, whole):
    hub.statuses = [404]
    job = server.api.post("/training/models/sd15/download", {"confirm": True})
    assert server.api.wait_for(f"/training/jobs/{job['id']}", 30)["error"]["code"] == "download_missing"
    file, asked = put(server, whole), len(hub.asked)
    server.api.post(f"/training/jobs/{job['id']}/retry")
    assert server.api.wait_for(f"/training/jobs/{job['id']}", 30)["state"] == "completed"
    assert len(hub.asked) == asked and [one.name for one in file.parent.iterdir()] == [SD15]


def test_another_model_under_the_name_is_told_and_kept_aside(server, whole):
    other = content({"x.weight": (3, 3)})
    file = put(server, other)
    assert family(server)["files"][0]["fault"] == f"{SD15} is not a Stable Diffusion 1.5 model."
    assert set(preflight(server)) == {"base_model_wrong_family"}
    job = server.api.post("/training/models/sd15/download", {"confirm": True})
    assert server.api.wait_for(f"/training/jobs/{job['id']}", 30)["state"] == "completed"
    assert file.read_bytes() == whole and file.with_name(SD15 + ".old").read_bytes() == other


def test_a_base_of_another_name_serves_and_nothing_is_fetched(server, whole):
    put(server, whole, "sub/dreams.safetensors")
    assert family(server)["files"][0]["here"] and preflight(server) == {}
    with pytest.raises(ApiError) as caught:
        server.api.post("/training/models/sd15/download", {"confirm": True})
    assert caught.value.error["code"] == "nothing_missing"


@pytest.mark.parametrize("role", ["vae", "text_encoder"])
def test_the_other_files_of_a_family_are_whole_or_not_here(server, role):
    z_image = Families().get("z_image")
    for folder, files in put_files(server.models, z_image).items():
        server.host.models[folder] = files
    assert recipe(server, "z-image-identity")["missing"] == []
    broken = next(file for file in z_image.files if file.role == role)
    put(server, LFS, broken.name, broken.folder)
    (lacking,) = recipe(server, "z-image-identity")["missing"]
    assert lacking["file"] == broken.name and "Git LFS pointer" in lacking["fault"]
    (told,) = [file for file in family(server, "z_image")["files"] if not file["here"]]
    assert told["file"] == broken.name and told["fault"] == lacking["fault"]
    put(server, content({"x": (1,)}), f"sub/{broken.name}", broken.folder)
    assert recipe(server, "z-image-identity")["missing"] == []


# --- one bad file among ComfyUI's models ---

INFINITE = b'{"x": {"dtype": "F32", "shape": [1e400], "data_offsets": [0, 4]}}'
BAD = {
    "deep": struct.pack("<Q", 500_000) + b"[" * 500_000,
    "infinite": struct.pack("<Q", len(INFINITE)) + INFINITE + b"\0" * 4,
    "pointer": LFS,
    "noise": b"\xff" * 99,
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_one_bad_file_is_a_line_in_a_list_and_hides_no_other(server, whole, bad):
    put(server, bad, "a-bad-one.safetensors")
    put(server, whole)
    shown = family(server)
    assert shown["base_models"] == [SD15]
    (line,) = shown["unreadable"]
    assert (line["file"], line["folder"]) == ("a-bad-one.safetensors", "checkpoints")
    assert line["reason"].startswith("a-bad-one.safetensors is not a whole model (")
    assert preflight(server) == {} and recipe(server)["missing"] == []
    with pytest.raises(ApiError) as caught:
        server.api.post("/training/jobs", {"character_id": server.ann["id"], "family": "sd15"})
    assert (caught.value.status, caught.value.error["code"]) == (400, "backend_missing")


def test_a_users_workflow_with_a_file_that_is_not_whole_says_so(server):
    graph = copy.deepcopy(PORTRAIT)
    graph["vae"] = {"class_type": "VAELoader", "inputs": {"vae_name": "mine.safetensors"}}
    put(server, LFS, "mine.safetensors", "vae")
    made = server.api.post("/recipes", {"name": "Mine", "graph": graph})
    errors = [finding for finding in made["findings"] if finding["severity"] == "error"]
    assert [finding["code"] for finding in errors] == ["file_damaged"]
    assert errors[0]["message"].startswith("mine.safetensors is not a whole model (")
    put(server, content({"x": (1,)}), "mine.safetensors", "vae")
    assert not [one for one in recipe(server, made["name"])["findings"] if one["severity"] == "error"]


# --- quantised copies ---


def quantised(server, name: str) -> bytes:
    layers = {"model.diffusion_model.a": ("nvfp4", "U8", (32, 16))}
    sd15 = Families().get("sd15")
    for key, shape in shapes_of(sd15).items():
        prefix = "" if key in parts_of(sd15) else "model.diffusion_model."
        layers[f"{prefix}{key.removesuffix('.weight')}"] = ("", "F8_E4M3", shape)
    return write_quantised(server.models / "q" / name, layers, beside=True).read_bytes()


def test_a_quantised_base_draws_but_is_not_trained_on(server, whole):
    put(server, quantised(server, "small.safetensors"), "small.safetensors")
    shown = family(server)
    assert shown["base_models"] == [] and not shown["files"][0]["here"]
    for named in ({}, {"base_model": "small.safetensors"}):
        (finding,) = preflight(server, **named).values()
        assert (finding["code"], finding["severity"], finding["fix"]) == (
            "base_model_quantised",
            "error",
            "download_model",
        )
        assert finding["message"].startswith("small.safetensors is a quantised copy (nvfp4)")
    assert recipe(server)["missing"] == []
    job = server.api.post("/training/models/sd15/download", {"confirm": True})
    assert server.api.wait_for(f"/training/jobs/{job['id']}", 30)["state"] == "completed"
    put(server, (server.models / "checkpoints" / SD15).read_bytes())
    assert family(server)["base_models"] == [SD15] and preflight(server) == {}


def test_practice_mode_needs_no_base(server):
    put(server, LFS)
    assert preflight(server, "fast_test") == {}


def test_the_owners_own_entry_is_looked_at_too(server, tmp_path, whole):
    file = tmp_path / "own.safetensors"
    object.__setattr__(server.services.settings, "base_models", {"mine": str(file), "hub": "owner/model"})
    file.write_bytes(LFS)
    assert set(preflight(server, base_model="mine")) == {"base_model_damaged"}
    file.write_bytes(whole)
    assert preflight(server, base_model="mine") == preflight(server, base_model="hub") == {}


def test_one_file_of_the_owners_is_refused_where_the_trainer_wants_a_folder(server, tmp_path, whole):
    """It would ask the hub for the rest, and be told of a lost connection."""
    file, folder = tmp_path / "own.safetensors", tmp_path / "own"
    file.write_bytes(whole)
    folder.mkdir()
    entries = {"file": str(file), "folder": str(folder)}
    object.__setattr__(server.services.settings, "base_models", entries)
    for key in ("flux1_dev", "qwen_image"):
        told = preflight(server, base_model="file", family=key)["base_model_one_file"]["message"]
        assert "is a single file" in told and family(server, key)["label"] in told
        assert "base_model_one_file" not in preflight(server, base_model="folder", family=key)
    assert "base_model_one_file" not in preflight(server, base_model="file", family="z_image")


@pytest.mark.parametrize(
    ("kind", "dtype", "stored"),
    [("nvfp4", "U8", (11520, 1920)), ("convrot_w4a4", "I8", (11520, 1920)), ("", "BF16", (11520, 3840))],
)
def test_a_4_bit_base_is_known_by_its_real_widths(server, tmp_path, kind, dtype, stored):
    layers = {"cap_embedder.0": ("", "BF16", (1, 1)), "noise_refiner.0.attention.qkv": (kind, dtype, stored)}
    file = write_quantised(tmp_path / "z.safetensors", layers, beside=kind == "nvfp4")
    server.host.models["diffusion_models"] = {"z_image_turbo_nvfp4.safetensors": file}
    assert family(server, "z_image")["base_models"] == ["z_image_turbo_nvfp4.safetensors"]


def test_lumina_in_4_bits_is_not_z_image(server, tmp_path):
    layers = {
        "cap_embedder.0": ("", "BF16", (1, 1)),
        "noise_refiner.0.attention.qkv": ("nvfp4", "U8", (6912, 1152)),
    }
    file = write_quantised(tmp_path / "lumina.safetensors", layers, beside=True)
    server.host.models["diffusion_models"] = {"lumina.safetensors": file}
    assert family(server, "z_image")["base_models"] == []
