"""What the native trainer loads: one file, a model in three parts, a quantised copy; and what it says where something is not there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.training_comfyui import standing_in
from isengard.core.errors import NotReadyError
from isengard.core.families.families import Families
from isengard.core.records.training import Finding
from isengard.core.settings import Settings
from isengard.training.backends.comfyui_native import graphs
from isengard.training.backends.comfyui_native.backend import ComfyNativeBackend
from isengard.training.backends.comfyui_native.order import Order
from isengard.training.planning.facts import BaseModel
from isengard.training.planning.gathering import as_it_draws
from isengard.training.planning.preparation import Coming
from support.frozen_trainings import JOB, comfyui_trainer, training

Z_IMAGE = Families().get("z_image")
PARTS = {"text_encoders": "mine/qwen3_4b_fp8.safetensors", "vae": "ae.safetensors"}


@pytest.fixture
def folders(tmp_path):
    """Where ComfyUI looks for each kind of model."""
    made = {kind: tmp_path / "models" / kind for kind in PARTS}
    for kind, name in PARTS.items():
        (made[kind] / name).parent.mkdir(parents=True)
        (made[kind] / name).write_bytes(b"x")
        (made[kind] / "another.safetensors").write_bytes(b"x")
    return made


@pytest.fixture
def backend(paths, folders):
    paths.create()
    return comfyui_trainer(
        paths, models={kind: ["/nowhere", str(folder)] for kind, folder in folders.items()}
    )


@pytest.fixture(autouse=True)
def base(tmp_path, monkeypatch):
    """The model that is trained, which is named as seen from its folder."""
    file = tmp_path / "z.safetensors"
    file.write_bytes(b"x")
    monkeypatch.chdir(tmp_path)


def wanted(**changes):
    values = {"family": "z_image", "base_path": str(Path("z.safetensors").absolute()), "rank": 4}
    return training(**{**values, **changes})


def test_a_model_in_parts_is_loaded_from_comfyuis_folders(paths, backend, folders):
    (paths.job(JOB) / "dataset").mkdir(parents=True)
    backend.plan(paths.job(JOB), wanted(), resume=False)
    order = Order.read(paths.job(JOB))
    assert (order.loader, order.clip) == ("parts", "lumina2")
    assert order.beside == {
        "text_encoder": str(folders["text_encoders"] / PARTS["text_encoders"]),
        "vae": str(folders["vae"] / PARTS["vae"]),
    }
    node = graphs.TrainingNode({"model": None}, 0)
    graph = graphs.slice_of(order, node, steps=1, done=0, going_on="", shifts="", on_cpu=True)
    assert graph["base"]["inputs"] == {"unet_name": "z.safetensors", "weight_dtype": "default"}
    assert graph["clip"]["inputs"] == {"clip_name": "qwen3_4b_fp8.safetensors", "type": "lumina2"}
    assert graph["vae"]["inputs"] == {"vae_name": "ae.safetensors"}
    assert graph["latents"]["inputs"]["vae"] == ["vae", 0]
    assert graph["captions"]["inputs"]["clip"] == ["clip", 0]
    drawn = graphs.samples_of(order, "x", ["a"], 64)
    assert drawn["prompt0"]["inputs"]["clip"] == ["clip", 0] and drawn["picture0"]["inputs"]["vae"] == [
        "vae",
        0,
    ]


def test_what_is_not_in_comfyuis_folders_is_named_and_stops_it(paths, backend, folders):
    (folders["text_encoders"] / PARTS["text_encoders"]).unlink()
    found = [one for one in backend.preflight(wanted()) if one.severity == "error"]
    assert [one.code for one in found] == ["model_parts_missing"] and found[0].fix == "download_model"
    assert "qwen_3_4b.safetensors" in found[0].message and "ae.safetensors" not in found[0].message
    (paths.job(JOB) / "dataset").mkdir(parents=True)
    with pytest.raises(NotReadyError, match="qwen_3_4b"):
        backend.plan(paths.job(JOB), wanted(), resume=False)
    assert not [one for one in backend.preflight(wanted(family="sd15")) if one.severity == "error"]


def test_what_is_fetched_before_is_not_missing():
    missing = Finding(severity="error", code="model_parts_missing", message="x", fix="download_model")
    assert not Coming().mends(missing)
    assert Coming(files=("any",)).mends(missing)


@pytest.mark.parametrize(
    ("route", "codes"),
    [("", ["adapter_missing"]), ("turbo", ["adapter_missing"]), ("base", ["route_not_of_trainer"])],
)
def test_routes_that_train_another_file_are_refused_and_a_missing_adapter_is_told(backend, route, codes):
    trained = Z_IMAGE.by_route(route)
    asked = wanted(route=route, trainer=trained.trainer.model_dump(mode="json"))
    assert [one.code for one in backend.preflight(asked)] == codes


def test_without_a_model_nothing_else_is_said_of_it(backend):
    assert [one.code for one in backend.preflight(wanted(base_path=""))] == ["base_model_missing"]


FLAW = Finding(severity="error", code="base_model_quantised", message="x", fix="download_model")


def test_it_trains_the_file_that_draws(tmp_path):
    file = tmp_path / "mine.safetensors"
    file.write_bytes(b"x")
    drawn = BaseModel("Tongyi-MAI/Z-Image-Turbo", "z.safetensors", drawn_path="/models/z.safetensors")
    assert as_it_draws(drawn).path == "/models/z.safetensors"
    assert as_it_draws(BaseModel(str(file), "", drawn_path="/models/z.safetensors")).path == str(file)
    assert as_it_draws(BaseModel("", "")).path == ""


def test_a_quantised_copy_keeps_nobody_from_training_but_what_is_damaged_does():
    copy = BaseModel("", "q.safetensors", drawn_path="/m/q.safetensors", flaw=FLAW)
    assert as_it_draws(copy).flaw is None and as_it_draws(copy).path == "/m/q.safetensors"
    one_file = replace(copy, flaw=FLAW.model_copy(update={"code": "base_model_one_file"}))
    assert as_it_draws(one_file).flaw is None, "ComfyUI draws with one file"
    damaged = FLAW.model_copy(update={"code": "base_model_damaged"})
    assert as_it_draws(replace(copy, flaw=damaged)).flaw == damaged


def test_an_older_servers_word_has_no_folders(paths):
    paths.create()
    standing_in(paths)
    left = json.loads((paths.run / "server.json").read_text())
    assert "models" not in left["start"] and Path(left["start"]["script"][0]).is_file()
    backend = ComfyNativeBackend(Settings(allow_cpu=True), paths, Families())
    assert "model_parts_missing" in {one.code for one in backend.preflight(wanted())}
