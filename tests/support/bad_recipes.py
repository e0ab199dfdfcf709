"""Workflows of many shapes: the SD1.5 recipe, changed; and bodies that are nothing at all."""

from __future__ import annotations

import copy

from isengard.generation.image.recipes import RecipeFolder
from isengard.generation.image.templates import templates

PORTRAIT = RecipeFolder().get("sd15-identity").graph


def changed(base: str, changes=None, **nodes):
    """The portrait on checkpoint `base`; `nodes` n<id>=(class, inputs) are added, `changes` is {id: {input: value}}."""
    graph = copy.deepcopy(PORTRAIT)
    graph["1"]["inputs"]["ckpt_name"] = base
    graph["3"]["inputs"].update(width=64, height=64, steps=2, guidance=1.0)
    for key, (kind, inputs) in nodes.items():
        graph[key[1:]] = {"class_type": kind, "inputs": inputs}
    for key, inputs in (changes or {}).items():
        for name, value in inputs.items():
            if value is None:
                del graph[key]["inputs"][name]
            else:
                graph[key]["inputs"][name] = value
    return graph


def tinted(base: str):
    """The portrait with a node of another pack before it is saved."""
    return changed(base, {"10": {"images": ["20", 0]}}, n20=("SomebodysTint", {"image": ["9", 0]}))


def second_pass():
    sampler = {**PORTRAIT["8"]["inputs"], "latent_image": ["20", 0], "denoise": 0.5}
    upscale = {"samples": ["8", 0], "upscale_method": "nearest-exact", "scale_by": 2.0}
    return {"n20": ("LatentUpscaleBy", upscale), "n21": ("KSampler", sampler)}


def shapes(base: str) -> dict[str, tuple[dict, list[str]]]:
    """name -> (graph, codes of its findings, errors first)."""
    return {**_whole(base), **_faulty(base)}


def _whole(base: str) -> dict[str, tuple[dict, list[str]]]:
    scaled = {"upscale_method": "lanczos", "scale_by": 2.0, "image": ["9", 0]}
    saved = {"images": ["9", 0], "filename_prefix": "x"}
    fixed = {"8": {"seed": 5}, "7": {"width": 64, "height": 64}}
    return {
        "plain": (changed(base), []),
        "scaled afterwards": (changed(base, {"10": {"images": ["20", 0]}}, n20=("ImageScaleBy", scaled)), []),
        "two samplers": (changed(base, {"9": {"samples": ["21", 0]}}, **second_pass()), ["several_samplers"]),
        "deaf to the prompt": (changed(base, {"5": {"text": "a cat"}}), ["prompt_unused"]),
        "one seed, one size": (changed(base, fixed), ["seed_unused", "size_fixed"]),
        "left over": (changed(base, n20=("CheckpointLoaderSimple", {"ckpt_name": "gone.ckpt"})), []),
        "saves twice": (changed(base, n20=("SaveImage", saved)), ["saves_elsewhere"]),
    }


def _faulty(base: str) -> dict[str, tuple[dict, list[str]]]:
    upscaler = {
        "n20": ("UpscaleModelLoader", {"model_name": "4x-mine.pth"}),
        "n21": ("ImageUpscaleWithModel", {"upscale_model": ["20", 0], "image": ["9", 0]}),
    }
    lora = {"model": ["4", 0], "lora_name": "style.safetensors", "strength_model": 1.0}
    blank = {"width": 64, "height": 64, "batch_size": 1, "color": 0}
    fixer, mine = ("FaceFixer", {"image": ["9", 0]}), ("LoraLoaderModelOnly", lora)
    return {
        "missing node": (changed(base, {"10": {"images": ["20", 0]}}, n20=fixer), ["node_unknown"]),
        "missing checkpoint": (changed("not-here.safetensors"), ["file_missing"]),
        "missing lora": (changed(base, {"8": {"model": ["20", 0]}}, n20=mine), ["file_missing"]),
        "missing upscaler": (changed(base, {"10": {"images": ["21", 0]}}, **upscaler), ["file_missing"]),
        "nothing given": (changed(base, {"8": {"latent_image": None}}), ["input_missing"]),
        "wrong plug": (
            changed(base, {"8": {"latent_image": ["20", 0]}}, n20=("EmptyImage", blank)),
            ["link_wrong"],
        ),
        "unknown sampler": (changed(base, {"8": {"sampler_name": "euler9000"}}), ["option_unknown"]),
        "no steps": (changed(base, {"8": {"steps": 0}}), ["value_out_of_range"]),
    }


def nested(depth: int):
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def circle():
    graph = changed("x")
    graph["8"]["inputs"]["latent_image"] = ["9", 0]
    return graph


def without(kind: str):
    return {key: node for key, node in PORTRAIT.items() if node["class_type"] != kind}


def body(graph, **more):
    return {"name": "Mine", "graph": graph, **more}


def odd(**node):
    """A recipe's body of one node that is not what a node looks like."""
    return body({"1": {"class_type": "K", "inputs": {}, **node}})


def bad_recipes() -> dict[str, tuple[object, str]]:
    """name -> (body of POST /recipes, code of the refusal)."""
    ui = templates()["sd15-identity"].workflow()
    no_body = {
        "nothing": {},
        "no graph": {"name": "x"},
        "no name": {"graph": PORTRAIT},
        "empty name": {"name": "", "graph": PORTRAIT},
        "control characters": {"name": "a\x07b", "graph": PORTRAIT},
        "name of 500": {"name": "x" * 500, "graph": PORTRAIT},
        "more fields": body(PORTRAIT, path="/etc"),
        "list": body([1]),
    }
    taken = {
        "our name": {"name": "sd15-identity", "graph": PORTRAIT},
        "the canvas": {"name": "canvas", "graph": PORTRAIT},
    }
    return {
        **{name: (given, "bad_request") for name, given in no_body.items()},
        **{name: (given, "recipe_invalid") for name, given in (bombs() | no_recipes()).items()},
        **{name: (given, "recipe_exists") for name, given in taken.items()},
        "the canvas' format": (body(ui), "recipe_ui_format"),
    }


def bombs() -> dict[str, object]:
    return {
        "no nodes": body({"1": 5}),
        "no inputs": body({"1": {"class_type": "KSampler"}}),
        "class is a number": odd(class_type=5),
        "class of 9000": odd(class_type="K" * 9000),
        "class with a line": odd(class_type="K\nS"),
        "1,000 nodes": body({str(n): PORTRAIT["8"] for n in range(1000)}),
        "1,000 inputs": odd(inputs={str(n): 1 for n in range(1000)}),
        "300 deep": odd(inputs={"x": nested(300)}),
        "deep meta": odd(_meta=nested(50)),
        "endless number": odd(inputs={"x": 10**40}),
        "not a number": odd(inputs={"x": float("nan")}),
        "text of 300,000": odd(inputs={"x": "y" * 300_000}),
    }


def no_recipes() -> dict[str, object]:
    return {
        "empty graph": body({}),
        "nothing wrapped": body({"prompt": {}}),
        "wrapped twice": body({"prompt": {"prompt": PORTRAIT}}),
        "a prompt of words": body({"prompt": "a cat"}),
        "circle": body(circle()),
        "itself": odd(inputs={"x": ["1", 0]}),
        "link to nowhere": odd(inputs={"x": ["77", 0]}),
        "negative slot": body(changed("x", {"8": {"model": ["4", -1]}})),
        "no slot of ours": body(without("IsengardRequest")),
        "nobody in it": body(without("IsengardCharacter")),
        "nothing saved": body(without("IsengardSaveImage")),
        "two requests": body({**PORTRAIT, "99": PORTRAIT["3"]}),
    }


#: name -> (what is changed in a good POST /generations, code of the refusal)
BAD_GENERATIONS = {
    "unknown recipe": ({"recipe": "nope"}, "recipe_unknown"),
    "a path": ({"recipe": "../../etc/passwd"}, "recipe_unknown"),
    "recipe of 900": ({"recipe": "x" * 900}, "bad_request"),
    "recipe with a bell": ({"recipe": "a\x07"}, "bad_request"),
    "recipe is a list": ({"recipe": ["x"]}, "bad_request"),
    "nobody": ({"characters": []}, "bad_request"),
    "nobody's id": ({"characters": [{"id": "chr_" + "0" * 26}]}, "character_not_found"),
    "an id that is none": ({"characters": [{"id": "../../x"}]}, "bad_id"),
    "nine people": ({"characters": [{"id": "chr_" + "0" * 26}] * 9}, "bad_request"),
    "strength of 99": ({"characters": [{"id": "x", "strength": 99}]}, "bad_request"),
    "strength is text": ({"characters": [{"id": "x", "strength": "strong"}]}, "bad_request"),
    "negative strength": ({"characters": [{"id": "x", "strength": -1}]}, "bad_request"),
    "reference of 2": ({"characters": [{"id": "x", "reference": 2}]}, "bad_request"),
    "a file as checkpoint": ({"characters": [{"id": "x", "checkpoint": "../x.safetensors"}]}, "bad_request"),
    "prompt of 1 MB": ({"prompt": "x" * 1_000_000}, "bad_request"),
    "control characters": ({"prompt": "a\x00b"}, "bad_request"),
    "half a character": ({"prompt": "a\ud800b"}, "bad_request"),
    "prompt is a number": ({"prompt": 5}, "bad_request"),
    "no prompt": ({"prompt": None}, "bad_request"),
    "width 0": ({"width": 0}, "bad_request"),
    "width -1": ({"width": -1}, "bad_request"),
    "width 10^6": ({"width": 1_000_000}, "bad_request"),
    "width 65": ({"width": 65}, "bad_request"),
    "height is text": ({"height": "tall"}, "bad_request"),
    "count 0": ({"count": 0}, "bad_request"),
    "count 1,000": ({"count": 1000}, "bad_request"),
    "seed -1": ({"seed": -1}, "bad_request"),
    "seed 2^70": ({"seed": 2**70}, "bad_request"),
    "seed with a point": ({"seed": 1.5}, "bad_request"),
    "steps 0": ({"steps": 0}, "bad_request"),
    "steps 10^6": ({"steps": 1_000_000}, "bad_request"),
    "guidance -1": ({"guidance": -1}, "bad_request"),
    "more fields": ({"workflow": {}}, "bad_request"),
    "nested": ({"prompt": nested(500)}, "bad_request"),
}
