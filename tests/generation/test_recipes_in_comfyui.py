"""Every recipe against a real ComfyUI: its prompt validation with placeholder files, core nodes only, the version needed."""

from __future__ import annotations

import json
import subprocess

import pytest
from comfyui_prompts import validated
from hosts import comfyui
from hosts.environments import HOST
from hosts.journey import Api
from isengard.generation.image.graph import OURS
from isengard.generation.image.recipes import RecipeFolder
from isengard.training.family_records import Families
from placeholders import put_files

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
RECIPES = RecipeFolder().names()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    for family in Families().all():
        put_files(base / "models", family)
    server = comfyui.start(base, environment={"ISENGARD_MODE": "fast-test"})
    Api(server.url).wait_until_ready()
    Api(server.url).post("/characters", {"name": "Ann"})
    yield server
    server.stop()


@pytest.fixture(scope="module")
def known(server):
    return server.get("/object_info")


def graph_of(name):
    graph = json.loads(json.dumps(RecipeFolder().get(name).graph))
    for node in graph.values():
        if node["class_type"] == "IsengardCharacter":
            node["inputs"]["character"] = "ann"
    return graph


@pytest.mark.parametrize("name", RECIPES)
def test_comfyui_accepts_it_when_the_files_are_there(server, name):
    answer = validated(server, graph_of(name))
    assert answer.get("node_errors") == {} and answer.get("prompt_id"), answer


@pytest.mark.parametrize("name", RECIPES)
def test_it_has_core_nodes_only_besides_ours(known, name):
    for node in RecipeFolder().get(name).graph.values():
        module = known[node["class_type"]]["python_module"].split(".")[0]
        assert module in ("nodes", "comfy_extras") or node["class_type"] in OURS


def test_what_comfyui_refuses_is_noticed(server):
    graph = graph_of("z-image-identity")
    graph["5"]["inputs"]["vae_name"] = "not-there.safetensors"
    assert "5" in validated(server, graph)["node_errors"]


CHECK = """
import sys; sys.path[:0] = sys.argv[1:]; sys.argv = ["x", "--cpu"]
from comfyui_launcher import define_missing_operators
library = define_missing_operators()
import comfy.options; comfy.options.enable_args_parsing()
import torch, comfy.model_detection, comfy.sd
from comfy.ldm.flux.model import Flux
wide = {"cap_embedder.1.weight": (3840, 2560), "noise_refiner.0.attention.k_norm.weight": (128,), "layers.0.x": (1,)}
config = comfy.model_detection.detect_unet_config({k: torch.zeros(s) for k, s in wide.items()}, "")
print("z_image", config["image_model"], config["dim"], hasattr(comfy.sd.TEModel, "QWEN3_4B"))
try:
    keys = {"double_blocks.0.img_attn.norm.key_norm.scale": (128,), "double_stream_modulation_img.lin.weight": (1, 1)}
    keys |= {"img_in.weight": (3072, 128), "txt_in.weight": (3072, 7680)}
    config = comfy.model_detection.detect_unet_config({k: torch.zeros(s) for k, s in keys.items()}, "")
    config.pop("image_model")
    Flux(**config, operations=torch.nn, device="meta", dtype=torch.float32)
    print("klein fits")
except ValueError as refusal:
    print("klein", refusal)
"""


def test_the_version_each_family_needs_is_right():
    """Asked of this ComfyUI's own model detection: Z-Image loads, Klein's narrower transformer does not."""
    command = [str(HOST.ensure()), "-c", CHECK, str(comfyui.comfyui_folder()), str(comfyui.LAUNCHER.parent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    z_image, klein = done.stdout.strip().splitlines()[-2:]
    assert z_image == "z_image lumina2 3840 True", done.stderr[-2000:]
    assert klein.startswith("klein Got ")
    needed = {family.key: family.min_comfyui for family in Families().all()}
    assert needed["z_image"] == "0.3.75" and needed["flux2_klein_4b"] == needed["flux2_klein_9b"] == "0.9.2"
