"""Every recipe against a real ComfyUI: its prompt validation with placeholder files, core nodes only, the version needed."""

from __future__ import annotations

import json
import subprocess

import pytest
from hosts import comfyui, releases
from hosts.environments import HOST
from hosts.journey import Api
from isengard.core.families.families import Families
from isengard.generation.image.from_picture.rewiring import picture_controls, starting
from isengard.generation.image.graph import OURS, fold
from isengard.generation.image.recipes import RecipeFolder
from isengard.generation.image.templates import WORKFLOWS
from isengard.generation.mending.mended_graph import Pass, mended_graph
from isengard.generation.mending.region import Region
from support.comfyui_prompts import validated
from support.placeholders import put_files

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
RECIPES = RecipeFolder().ours()
#: Recipes whose loaders an older ComfyUI does not have by that name, and the change that brought them.
LOADERS_SINCE = {"krea2-identity": "krea2"}

UPSCALERS = {
    node["inputs"]["model_name"]
    for name in RECIPES
    for node in RecipeFolder().get(name).graph.values()
    if node["class_type"] == "UpscaleModelLoader"
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    for family in Families().all():
        for recipe in family.recipes:
            put_files(base / "models", family.for_recipe(recipe))
    for name in UPSCALERS:
        (base / "models" / "upscale_models").mkdir(exist_ok=True)
        (base / "models" / "upscale_models" / name).touch()
    server = comfyui.start(base, environment={"ISENGARD_MODE": "fast-test"})
    Api(server.url).wait_until_ready()
    Api(server.url).post("/characters", {"name": "Ann"})
    yield server
    server.stop()


@pytest.fixture(scope="module")
def known(server):
    return server.get("/object_info")


def graph_of(name, recipe=None):
    graph = json.loads(json.dumps(recipe or RecipeFolder().get(name).graph))
    for node in graph.values():
        if node["class_type"] == "IsengardCharacter":
            node["inputs"]["character"] = "ann"
    return graph


HERE = [name for name in RECIPES if name not in LOADERS_SINCE or releases.has(LOADERS_SINCE[name])]


@pytest.mark.parametrize("name", HERE)
def test_comfyui_accepts_it_when_the_files_are_there(server, name):
    answer = validated(server, graph_of(name))
    assert answer.get("node_errors") == {} and answer.get("prompt_id"), answer


def test_comfyui_accepts_each_one_that_draws_started_from_a_picture(server):
    """As the panel sends them: whole, and into a part of the picture that an edit model is shown."""
    refused = {}
    for recipe in map(RecipeFolder().get, HERE):
        if recipe.shape.pictures or not picture_controls(recipe.graph):
            continue
        for into in (False, True):
            answer = validated(server, graph_of("", starting(recipe.graph, masked=into, shown=into)))
            if answer.get("node_errors") != {} or not answer.get("prompt_id"):
                refused[recipe.name, into] = answer
    assert refused == {}


@pytest.mark.parametrize("family", Families().offered(), ids=lambda family: family.key)
def test_comfyui_accepts_its_faces_drawn_again(server, known, family):
    """Two at once, of core nodes only besides ours; where its loaders are not here, by their names alone."""
    graph = mended(family)
    assert of_others(known, graph) == set()
    if family.recipe in LOADERS_SINCE and not releases.has(LOADERS_SINCE[family.recipe]):
        return
    answer = validated(server, graph)
    assert answer.get("node_errors") == {} and answer.get("prompt_id"), answer


def test_comfyui_accepts_the_workflow_that_mends_a_face(server, known):
    graph = graph_of("", json.loads((WORKFLOWS / "mending" / "mend-face.json").read_text(encoding="utf-8")))
    assert of_others(known, graph) == set()
    answer = validated(server, graph)
    assert answer.get("node_errors") == {} and answer.get("prompt_id"), answer


def mended(family):
    how = family.face_mending
    numbers = {"width": how.side, "height": how.side, "seed": 1, "steps": 4, "guidance": 1.0}
    prompt = fold(graph_of(family.recipe), {"prompt": "ann", "negative": "", **numbers})
    places = [Region(left, 40, 200, 36, 36, 36, 36) for left in (40, 400)]
    return mended_graph([Pass(prompt, place, how) for place in places], "gen_" + "0" * 26)


def of_others(known, graph):
    modules = {
        node["class_type"]: known[node["class_type"]]["python_module"].split(".")[0]
        for node in graph.values()
    }
    return {kind for kind, module in modules.items() if module not in ("nodes", "comfy_extras")} - OURS


@pytest.mark.parametrize("name", RECIPES)
def test_it_has_core_nodes_only_besides_ours(known, name):
    assert of_others(known, RecipeFolder().get(name).graph) == set()


def test_what_comfyui_refuses_is_noticed(server):
    graph = graph_of("z-image-identity")
    graph["5"]["inputs"]["vae_name"] = "not-there.safetensors"
    assert "5" in validated(server, graph)["node_errors"]


CHECK = """
import sys; sys.path[:0] = sys.argv[1:3]; probes = sys.argv[3:]; sys.argv = ["x", "--cpu"]
import comfyui_launcher; library = comfyui_launcher.prepare()
import comfy.options; comfy.options.enable_args_parsing()
import torch, comfy.lora, comfy.model_detection as detection
from comfy.ldm.flux.model import Flux

def seen(shapes):
    state = {name: torch.zeros(shape, device="meta") for name, shape in shapes.items()}
    return state, detection.detect_unet_config(state, "")

def takes(shapes, probe):
    state, config = seen(shapes)
    found = detection.model_config_from_unet_config(config, state)
    names = comfy.lora.model_lora_keys_unet(found.get_model({}, "", device="meta"), {})
    print(type(found).__name__, probe in names)

takes({"cap_embedder.1.weight": (3840, 2560), "noise_refiner.0.attention.k_norm.weight": (128,), "layers.0.x": (1,)}, probes[0])
flux = {"img_in.weight": (3072, 64), "txt_in.weight": (3072, 4096), "guidance_in.in_layer.weight": (3072, 256)}
flux |= {"vector_in.in_layer.weight": (3072, 768)}
flux |= {f"double_blocks.{n}.img_attn.norm.key_norm.scale": (128,) for n in range(19)}
takes(flux | {f"single_blocks.{n}.x": (1,) for n in range(38)}, probes[1])
klein = {"double_blocks.0.img_attn.norm.key_norm.scale": (128,), "double_stream_modulation_img.lin.weight": (1, 1)}
_, config = seen(klein | {"img_in.weight": (3072, 128), "txt_in.weight": (3072, 7680)})
config.pop("image_model")
try:
    Flux(**config, operations=torch.nn, device="meta", dtype=torch.float32)
    print("klein fits")
except ValueError as refusal:
    print("klein", refusal)
"""


def test_what_this_comfyui_can_load_is_what_the_records_say():
    """Asked of its own model detection: Z-Image and FLUX.1 load and take our LoRAs' names, Klein's transformer since 0.9.2."""
    families = Families()
    probes = [families.get(key).probes[0].key for key in ("z_image", "flux1_dev")]
    folders = [str(comfyui.comfyui_folder()), str(comfyui.LAUNCHER.parent)]
    command = [str(HOST.ensure()), "-c", CHECK, *folders, *probes]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    z_image, flux, klein = done.stdout.strip().splitlines()[-3:]
    assert (z_image, flux) == ("ZImage True", "Flux True"), done.stderr[-2000:]
    assert klein == "klein fits" if releases.has("flux2_klein") else klein.startswith("klein Got ")
    needed = {family.key: family.min_comfyui for family in families.all()}
    assert needed["z_image"] == needed["flux1_dev"] == "0.3.75"
    assert needed["flux2_klein_4b"] == needed["flux2_klein_9b"] == releases.CHANGES["flux2_klein"]
    assert needed["krea2"] == releases.CHANGES["krea2"]
