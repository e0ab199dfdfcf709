"""Weights in fewer than 8 bits: the adapter that makes up for it is told before, fetched, and named to the trainer as its file."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.hub_server import HubServer
from isengard.core.families.families import Families
from isengard.core.families.hub_parts import HubPart, parts_for
from isengard.core.families.memory import FewerBits
from isengard.core.plugins import PluginContext
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.core.settings import Settings
from isengard.training.backends import ai_toolkit
from isengard.training.backends.ai_toolkit import backend as backend_module
from isengard.training.backends.ai_toolkit import config, fetching
from isengard.training.backends.ai_toolkit.backend import AiToolkitBackend
from isengard.training.downloads.hub_cache import lacking, main_commit
from isengard.training.planning.facts import BaseModel
from pydantic import ValidationError
from support.full_depth import BASES
from support.hub_files import put_part
from support.recovery_adapters import adapter_shapes
from support.task_fixtures import task_house  # noqa: F401 - fixture
from support.trainer_configs import training_of as frozen
from support.training_fixtures import training_of

QWEN = Families().get("qwen_image")
FORM = QWEN.memory.in_bits(3)
STANDIN = Path(__file__).resolve().parents[1] / "fakes" / "aitk_standin"
NAME = "ostris/accuracy_recovery_adapters/qwen_image_2512_torchao_uint3.safetensors"
COMMIT = "c" * 40


class HubBases:
    """Everybody trains from the hub."""

    def resolve(self, name, family):
        return BaseModel(family.training_base.hub, "base.safetensors")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def in_bits(bits, **more):
    return replace(frozen(QWEN, "quick"), bits=bits, base_path=QWEN.training_hub, **more)


def qtypes(tmp_path, training, device="cuda", adapter=""):
    built = config.build(tmp_path, training, QWEN, device=device, adapter=adapter)
    model = built["config"]["process"][0]["model"]
    return model["qtype"], model["qtype_te"]


def test_the_forms_are_those_of_the_trainers_own_interface():
    """AI-Toolkit 0.12.26, options.tsx, `qwen_image:2512`: its two accuracy recovery adapters."""
    told = {f"{form.qtype}|{form.adapter_name}" for form in QWEN.memory.fewer_bits}
    assert told == {
        "uint3|ostris/accuracy_recovery_adapters/qwen_image_2512_torchao_uint3.safetensors",
        "uint4|ostris/accuracy_recovery_adapters/qwen_image_2512_torchao_uint4.safetensors",
    }
    assert [form.bits for form in QWEN.memory.fewer_bits] == [4, 3]


def test_the_published_size_is_that_of_a_lora_of_every_matrix():
    """Rank 16 in 16 bits, named as ComfyUI does: what our cut adapter has, too (hosts/depth_cut/recovery.py). The rest of the file is what
    its maker wrote beside the weights."""
    shapes = adapter_shapes(BASES["qwen_image"]())
    header, end = {}, 0
    for name, shape in shapes.items():
        header[name] = {
            "dtype": "BF16",
            "shape": list(shape),
            "data_offsets": [end, end + 2 * math.prod(shape)],
        }
        end += 2 * math.prod(shape)
    size = 8 + len(json.dumps(header, separators=(",", ":"))) + end
    assert len(shapes) == 2 * 846 and 0 < FORM.adapter.size - size < 1000


def test_only_who_trains_in_fewer_bits_reads_the_adapter():
    usual = parts_for(QWEN, QWEN.training_hub)
    assert usual == QWEN.trainer_hubs == parts_for(QWEN, QWEN.training_hub, 8)
    assert parts_for(QWEN, QWEN.training_hub, 3) == [*usual, FORM.adapter]
    assert parts_for(QWEN, "me/mine", 4)[-1] == QWEN.memory.in_bits(4).adapter, "a base of one's own too"
    sd15 = Families().get("sd15")
    assert parts_for(sd15, "", 3) == parts_for(sd15, "")


def test_it_is_told_and_counted_before_the_training(house, ann, cache):
    gatherer = training_of(house, base_models=HubBases()).gatherer

    def lacks(**overrides):
        asked = TrainingRequest(
            character_id=ann.id, family="qwen_image", backend="ai_toolkit", overrides=Overrides(**overrides)
        )
        return [(one.part.label, one.size) for one in gatherer.gather(asked).base.lacking]

    assert lacks(bits=3) == [*lacks(bits=8), ("accuracy recovery adapter", 296_159_384)]
    put_part(cache, FORM.adapter)
    assert lacks(bits=3) == lacks(bits=8)
    assert lacks(bits=4)[-1] == ("accuracy recovery adapter", 296_159_384), "its 4 bits are another file"


def test_it_is_fetched_with_the_rest_and_stays_at_the_commit_that_came(
    task_house,  # noqa: F811 - fixture
    paths,
    cache,
    monkeypatch,
):
    server = HubServer()
    for part in QWEN.trainer_hubs:
        files = {names.split("|")[-1]: "{}" for other in QWEN.trainer_hubs for names in other.files}
        server.put(part.hub, part.revision, **files)
    server.put(FORM.adapter.hub, COMMIT, **{FORM.adapter.single_file: "weights"})
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setattr(fetching, "need_room", lambda *_, **__: None)
    backend = ai_toolkit.create(PluginContext(paths, Settings()))
    try:
        job = task_house.run(lambda task: backend.fetch(task, in_bits(8)))
        assert job.state.value == "completed", job.error
        assert lacking(QWEN.trainer_hubs) == [] and lacking([FORM.adapter]) != []
        job = task_house.run(lambda task: backend.fetch(task, in_bits(3)))
        assert job.state.value == "completed", job.error
    finally:
        server.close()
    assert lacking([FORM.adapter]) == [] and main_commit(cache, FORM.adapter.hub) == COMMIT


def test_the_trainer_is_given_its_file_and_the_text_encoder_stays_in_8_bits(
    tmp_path, cache, paths, monkeypatch
):
    assert qtypes(tmp_path, in_bits(3)) == (f"uint3|{NAME}", "qfloat8")
    assert qtypes(tmp_path, in_bits(8)) == ("qfloat8", "qfloat8")
    settings = Settings(ai_toolkit_dir=str(STANDIN), ai_toolkit_python=sys.executable, allow_cpu=True)
    file = put_part(cache, FORM.adapter) / FORM.adapter.single_file
    training = replace(in_bits(3), job_id="job_" + "a" * 26)
    job_dir = paths.job(training.job_id)
    job_dir.mkdir(parents=True)
    monkeypatch.setattr(backend_module, "torch_device", lambda cards: "cuda")
    AiToolkitBackend(settings, paths, Families()).plan(job_dir, training, resume=False)
    model = json.loads((job_dir / "config.json").read_text())["config"]["process"][0]["model"]
    assert model["qtype"] == f"uint3|{file}"


@pytest.mark.parametrize(
    ("device", "usual"), [("mps", config.MPS_QTYPE), ("cpu", config.QTYPE)], ids=["mps", "cpu"]
)
def test_where_the_form_does_not_exist_nothing_is_said_of_it(tmp_path, device, usual):
    assert qtypes(tmp_path, in_bits(3), device) == (usual, usual)
    assert qtypes(tmp_path, in_bits(3, quantize=False))[0] == config.QTYPE


@pytest.mark.parametrize(
    "wrong",
    [
        {"qtype": "uint3|me/it/a.safetensors"},
        {"adapter": {"label": "x", "hub": "me/it", "files": ["a.json", "b.json"], "size": 1}},
        {"adapter": {"label": "x", "hub": "me/it", "files": ["a.safetensors"], "size": 1, "base": True}},
        {"weight_bytes": 0},
        {"bits": 8},
    ],
)
def test_a_form_that_names_no_single_file_is_refused(wrong):
    adapter = HubPart(label="adapter", hub="me/it", files=["a.safetensors"], size=1)
    whole = {"bits": 3, "qtype": "uint3", "adapter": adapter, "weight_bytes": 0.42}
    assert FewerBits.model_validate(whole).adapter_name == "me/it/a.safetensors"
    with pytest.raises(ValidationError):
        FewerBits.model_validate({**whole, **wrong})
