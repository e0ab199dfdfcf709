"""Which checkpoints of somebody's own a person can be trained on, what is said of each, and with which one they are then drawn."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from isengard.core.errors import InvalidError
from isengard.core.families.families import Families
from isengard.core.records.checkpoint import Version
from isengard.core.records.generation import CharacterUse, GenerationRequest
from isengard.core.settings import Settings
from isengard.generation.image.family_choice import files_of
from isengard.generation.image.interface import Person
from isengard.generation.image.prompt_pipeline import PromptPipeline
from isengard.generation.image.recipes import RecipeFolder
from isengard.training.planning.advice import checkpoint_findings
from isengard.web.services.base_models import ComfyBaseModels
from isengard.web.services.model_files import checkpoints
from isengard.web.services.recipe_files import ComfyModelFiles
from support.full_depth import write_hollow
from support.placeholders import shapes_of, write_header
from support.web_server import PlainHost

FAMILIES = Families()
SDXL, SD15 = FAMILIES.get("sdxl"), FAMILIES.get("sd15")
CONV = "input_blocks.0.0.weight"


def whole(family, *without, **more):
    return {key: shape for key, shape in shapes_of(family).items() if not key.startswith(without)} | more


WHOLE = whole(SDXL)
V_PRED, V_PRED_ZERO = {**WHOLE, "v_pred": (0,)}, {**WHOLE, "v_pred": (0,), "ztsnr": (0,)}
#: (file, its tensors, its metadata, the type of its weights) -> what is said of it; 'not SDXL' where it is not listed
HEADERS = [
    ("sd_xl_base_1.0.safetensors", WHOLE, {}, "F16", "name, unknown, epsilon"),
    ("juggernautXL_v9.safetensors", WHOLE, {}, "F16", "tensors, photographic by name, epsilon"),
    ("RealVisXL_V5.0.safetensors", WHOLE, {}, "F16", "tensors, photographic by name, epsilon"),
    ("ponyDiffusionV6XL.safetensors", WHOLE, {}, "F16", "tensors, illustrated by name, epsilon"),
    ("ponyRealism_V22.safetensors", WHOLE, {}, "F16", "tensors, unknown, epsilon"),
    ("my merge.safetensors", WHOLE, {}, "F16", "tensors, unknown, epsilon"),
    ("my merge.safetensors", WHOLE, {"modelspec.title": "Anime of mine"}, "F16", "tensors, illustrated by metadata, epsilon"),
    ("photo.safetensors", WHOLE, {"modelspec.title": "Anime of mine"}, "F16", "tensors, photographic by name, epsilon"),
    ("noobaiXLNAIXL_vPred10.safetensors", V_PRED_ZERO, {}, "F16", "refused: noobaiXLNAIXL_vPred10.safetensors predicts velocity (v-prediction, going by its tensors): you can make pictures with it, but"),
    ("a.safetensors", V_PRED, {"modelspec.prediction_type": "epsilon"}, "F16", "refused: a.safetensors predicts velocity (v-prediction, going by its tensors): you can make pictures with it, but"),
    ("a.safetensors", {**WHOLE, "ztsnr": (0,)}, {}, "F16", "refused: a.safetensors predicts velocity (v-prediction, going by its tensors): you can make pictures with it, but"),
    ("a.safetensors", WHOLE, {"modelspec.prediction_type": "v"}, "F16", "refused: a.safetensors predicts velocity (v-prediction, going by its metadata): you can make pictures with it, but"),
    ("a.safetensors", WHOLE, {"modelspec.predict_key": "v"}, "F16", "refused: a.safetensors predicts velocity (v-prediction, going by its metadata): you can make pictures with it, but"),
    ("a_vpred.safetensors", WHOLE, {"modelspec.predict_key": "epsilon"}, "F16", "tensors, unknown, epsilon by metadata"),
    ("merge-v-pred-0.5.safetensors", WHOLE, {}, "F16", "refused: merge-v-pred-0.5.safetensors predicts velocity (v-prediction, going by its name): you can make pictures with it, but"),
    ("noobaiXLNAIXL_epsilonPred11.safetensors", WHOLE, {}, "F16", "tensors, illustrated by name, epsilon"),
    ("juggernautXL_lightning.safetensors", WHOLE, {}, "F16", "last, photographic by name, epsilon"),
    ("no vae.safetensors", whole(SDXL, "first_stage_model."), {}, "F16", "refused: no vae.safetensors has parts missing (VAE): neither"),
    ("unet only.safetensors", whole(SDXL, "first_stage_model.", "conditioner."), {}, "F16", "refused: unet only.safetensors has parts missing (VAE, text encoder)"),
    ("small.safetensors", WHOLE, {}, "F8_E4M3", "refused: small.safetensors is a quantised copy (fp8): you can make pictures with it, but"),
    ("small.safetensors", {**WHOLE, "scaled_fp8": (2,)}, {}, "F8_E5M2", "refused: small.safetensors is a quantised copy (fp8): you can"),
    ("sdxl-inpainting.safetensors", {**WHOLE, CONV: (320, 9)}, {}, "F16", "not SDXL"),
    ("cosxl.safetensors", {**WHOLE, "edm_vpred.sigma_max": ()}, {}, "F16", "not SDXL"),
    ("playground-v2.5.safetensors", {**WHOLE, "edm_mean": (4,), "edm_std": (4,)}, {}, "F16", "not SDXL"),
    ("dreamshaper_8.safetensors", shapes_of(SD15), {}, "F16", "not SDXL"),
]  # fmt: skip


@pytest.fixture
def host(tmp_path):
    return PlainHost(tmp_path / "user", "", version="0.9.2")


@pytest.fixture
def models(host, headers):
    hashes: dict = {}
    models = ComfyBaseModels(host, Settings(), headers, lambda path: hashes.get(path.name))
    models.hashes = hashes
    return models


@pytest.fixture
def put(host, tmp_path):
    def put(name, shapes=WHOLE, metadata=None, dtype="F16"):
        file = write_hollow(tmp_path / "models" / name, shapes, dtype, metadata)
        host.models.setdefault("checkpoints", {})[name] = file
        return file

    return put


def said(choice):
    if choice["refused"]:
        return f"refused: {choice['refused']}"
    words = [choice["why"]]
    for name in ("style", "prediction"):
        source = choice[f"{name}_from"]
        words.append(f"{choice[name]} by {source}" if source else choice[name])
    return ", ".join(words)


def test_a_checkpoint_that_is_not_here_is_told_with_those_that_are(models, put):
    """A node's input is a text: "Choose one from the list" named no list."""
    for hint in (
        "Download it, or put it into ComfyUI's models folder.",
        "Use one of these: one.safetensors.",
    ):
        with pytest.raises(InvalidError) as refused:
            models.resolve("gone.safetensors", SDXL)
        assert (refused.value.code, refused.value.hint) == ("base_model_unknown", hint)
        put("one.safetensors")


@pytest.mark.parametrize(("name", "shapes", "metadata", "dtype", "expected"), HEADERS)
def test_what_is_said_of_a_checkpoint(models, put, name, shapes, metadata, dtype, expected):
    put(name, shapes, metadata, dtype)
    choices = checkpoints(models, SDXL)
    if expected == "not SDXL":
        assert choices == []
        return
    (choice,) = choices
    assert said(choice).startswith(expected) and choice["file"] == name and choice["size"] > 0
    assert choice["recommended"] == (not choice["refused"])


def test_the_recommended_one_comes_first_and_what_cannot_be_trained_on_last(models, put):
    for name in ("ponyXL.safetensors", "lightning.safetensors", "mine.safetensors", "realvis.safetensors"):
        put(name)
    put("a fp8.safetensors", WHOLE, None, "F8_E4M3")
    listed = [(choice["file"], choice["recommended"]) for choice in checkpoints(models, SDXL)]
    assert listed == [
        ("realvis.safetensors", True),
        ("mine.safetensors", False),
        ("ponyXL.safetensors", False),
        ("lightning.safetensors", False),
        ("a fp8.safetensors", False),
    ]
    assert models.resolve(None, SDXL).comfy_name == "realvis.safetensors"
    assert checkpoints(models, FAMILIES.get("flux1_dev")) == []


def test_a_gguf_is_refused_for_what_it_is(models, put, host, tmp_path):
    file = tmp_path / "sdxl-Q8_0.gguf"
    file.write_bytes(b"GGUF" + b"\0" * 100)
    host.models["checkpoints"] = {file.name: file}
    flaw = models.resolve(file.name, SDXL).flaw
    assert flaw.code == "base_model_quantised" and "(GGUF)" in flaw.message


def test_a_file_whose_weights_are_packed_says_how(models, host, tmp_path):
    header, at = {}, 0
    for name, shape in WHOLE.items():
        size = shape[0] * shape[1] if len(shape) > 1 else shape[0]
        header[name] = {"dtype": "I8", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    kinds = {name.removesuffix(".weight"): {"format": "int8_tensorwise"} for name in WHOLE}
    header["__metadata__"] = {"_quantization_metadata": json.dumps({"layers": kinds})}
    host.models["checkpoints"] = {
        "i.safetensors": write_header(tmp_path / "i.safetensors", header, b"\0" * at)
    }
    (choice,) = checkpoints(models, SDXL)
    assert "(int8)" in choice["refused"]


@pytest.mark.parametrize(
    ("name", "shapes", "sentence"),
    [
        ("sd_xl_base_1.0.safetensors", WHOLE, "sd_xl_base_1.0.safetensors (the original model);"),
        ("noobai_eps.safetensors", WHOLE, "noobai_eps.safetensors (illustrated, going by its name);"),
        ("mine.safetensors", WHOLE, "mine.safetensors;"),
        ("mine_dmd2.safetensors", WHOLE, "mine_dmd2.safetensors (a model for few steps, going by its name);"),
    ],
)  # fmt: skip
def test_preflight_says_the_choice_in_a_sentence(models, put, name, shapes, sentence):
    put(name, shapes)
    (finding,) = checkpoint_findings(models.resolve(name, SDXL), SDXL)
    assert finding.message == f"Training uses {sentence} pictures are made with the same checkpoint."
    assert (finding.severity, finding.code) == ("info", "checkpoint_chosen")


# --- what pictures are then made with ---


@pytest.fixture
def files(host, models):
    return ComfyModelFiles(host, models, downloads=True)


def version(**more):
    return Version(
        **{"job_id": "j", "step": 1, "file": "ann/a.safetensors", "size": 1, "sha256": "0" * 64, "family": "sdxl", "created_at": "2026-01-01", **more}
    )  # fmt: skip


def drawn_person(version=None):
    ann = SimpleNamespace(name="Ann", slug="ann", trigger_word="annqvx", class_word="woman")
    return Person(ann, version, 1.0)


def drawn_with(files, *versions):
    people = [drawn_person(one) for one in versions]
    (family,) = files.families("sdxl-identity")
    return files_of(RecipeFolder().get("sdxl-identity"), family, people)["checkpoint"]


def test_a_lora_is_drawn_with_the_checkpoint_it_was_trained_on(models, put, files):
    for name in ("sd_xl_base_1.0.safetensors", "mine.safetensors", "sub/moved.safetensors"):
        put(name)
    assert drawn_with(files, version()) == "sd_xl_base_1.0.safetensors"
    assert (
        drawn_with(files, version(base_model="mine.safetensors", base_sha256="a" * 64)) == "mine.safetensors"
    )
    assert drawn_with(files, version(base_model="moved.safetensors")) == "sub/moved.safetensors"
    assert drawn_with(files, version(base_model="gone.safetensors")) == "sd_xl_base_1.0.safetensors"
    assert drawn_with(files, version(base_model="gone.safetensors"), version(base_model="mine.safetensors")) == "mine.safetensors"  # fmt: skip


def test_its_hash_is_surer_than_its_name(models, put, files):
    for name in ("sd_xl_base_1.0.safetensors", "mine.safetensors", "renamed.safetensors"):
        put(name)
    models.hashes.update({"renamed.safetensors": "a" * 64, "mine.safetensors": "b" * 64})
    trained = {"base_model": "mine.safetensors", "base_sha256": "a" * 64}
    assert drawn_with(files, version(**trained)) == "renamed.safetensors"
    del models.hashes["renamed.safetensors"]
    assert drawn_with(files, version(**trained)) == "sd_xl_base_1.0.safetensors", "another file has its name"
    models.hashes.clear()
    assert drawn_with(files, version(**trained)) == "mine.safetensors"


@pytest.mark.parametrize(
    ("key", "shapes", "metadata", "told"),
    [
        ("sdxl", WHOLE, {}, None),
        ("sdxl", V_PRED_ZERO, {}, None),
        ("sdxl", WHOLE, {"modelspec.prediction_type": "v"}, False),
        ("sdxl", {**WHOLE, "ztsnr": (0,)}, {}, True),
        ("sd15", {**shapes_of(SD15), "v_pred": (0,)}, {}, False),
    ],
)
def test_comfyui_is_told_of_velocity_where_it_does_not_see_it_by_itself(
    models, put, files, key, shapes, metadata, told
):
    """It looks for the tensor v_pred in SDXL alone (comfy/supported_models.py)."""
    put("mine.safetensors", shapes, metadata)
    pipeline = PromptPipeline("comfyui", "", None, RecipeFolder(), files, lambda recipe: True)
    ann = [CharacterUse(id=f"chr_{'0' * 26}")]
    request = GenerationRequest(recipe=f"{key}-identity", characters=ann, prompt="{trigger}", seed=1)
    (graph,) = pipeline.build(request, [drawn_person()], "ticket")
    nodes = [node["inputs"] for node in graph.values() if node["class_type"] == "ModelSamplingDiscrete"]
    assert [node["zsnr"] for node in nodes] == ([] if told is None else [told])
