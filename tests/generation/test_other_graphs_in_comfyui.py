"""People in other packs' graphs, in a real ComfyUI on the tiny SD1.5: named by a text, several in one graph, through ComfyUI's
own LoRA loader, and on weights that are packed as GGUF loaders keep them."""

from __future__ import annotations

import json

import pytest
from hosts import fixtures
from isengard.generation.image.recipes import RecipeFolder
from support.identity_fixtures import change, on_canvas, run_on_canvas

pytestmark = [pytest.mark.slow, pytest.mark.e2e]


def graph(person, *, packed=True, recipe="sd15-identity", strength=1.0, negative=""):
    """The recipe as one makes it on the canvas, with the loader of another pack."""
    graph = json.loads(json.dumps(RecipeFolder().get(recipe).graph))
    for node in graph.values():
        kind, inputs = node["class_type"], node["inputs"]
        if kind == "CheckpointLoaderSimple":
            node["class_type"] = "TestPackedCheckpoint" if packed else kind
            inputs["ckpt_name"] = fixtures.CHECKPOINT
        elif kind == "IsengardRequest":
            size = {"width": 64, "height": 64, "steps": 4, "guidance": 1.0, "seed": 11, "negative": negative}
            inputs.update(prompt="photo of annqvx", **size)
        elif kind == "IsengardCharacter":
            inputs["character"] = person["name"]
        elif "strength" in inputs:
            inputs.update(strength=strength, checkpoint="last")
    return graph


def test_a_person_is_put_onto_packed_weights_and_taken_off_again(server, ann):
    """As on the same model unpacked; the first picture drawn again afterwards shows that nothing stays on."""
    without = on_canvas(server, graph(ann, strength=0.0))
    half, whole = (on_canvas(server, graph(ann, strength=strength)) for strength in (0.5, 1.0))
    unpacked = on_canvas(server, graph(ann, packed=False))
    assert change(without, half) > 1.0 and change(half, whole) > 1.0
    assert change(whole, unpacked) < 0.5 * change(without, whole)
    assert change(without, on_canvas(server, graph(ann, strength=0.0, negative="drawn anew"))) == 0


def test_a_part_of_the_picture_is_refused_where_it_would_be_noise_or_nothing(server, ann):
    """ComfyUI's hooks write into the bytes as if they were numbers, and its console alone tells."""
    entry = run_on_canvas(server, graph(ann, recipe="two-people"))
    failure = next(told for kind, told in entry["status"]["messages"] if kind == "execution_error")
    assert failure["node_type"] == "IsengardApplyIdentityRegion"
    assert "quantised" in failure["exception_message"] and "KSampler" not in failure["executed"]


def test_a_text_of_another_node_names_the_person(server, ann):
    linked = graph(ann, packed=False)
    (character,) = [key for key, node in linked.items() if node["class_type"] == "IsengardCharacter"]
    chosen = on_canvas(server, linked)
    linked["90"] = {"class_type": "PrimitiveString", "inputs": {"value": "AnnQvx"}}
    for node in linked.values():
        for name, value in node["inputs"].items():
            if value == [character, 0]:
                node["inputs"][name] = ["90", 0]
            elif isinstance(value, list) and value[0] == character:
                node["inputs"][name] = "annqvx"
    del linked[character]
    assert change(chosen, on_canvas(server, linked)) == 0


def test_a_text_that_names_nobody_says_who_there_is(server, ann, bob):
    wrong = graph(ann, packed=False)
    apply = next(node for node in wrong.values() if node["class_type"] == "IsengardApplyIdentity")
    apply["inputs"]["character"] = "Nobody"
    entry = run_on_canvas(server, wrong)
    failure = next(told for kind, told in entry["status"]["messages"] if kind == "execution_error")
    assert "There is nobody called Nobody. Name one of these: Ann, Bob" in failure["exception_message"]


def test_a_batch_makes_a_picture_of_each_person(server, api, ann, bob):
    """One graph, two pictures, each the same as the person's own graph makes, and each kept as that person's alone."""
    own = [on_canvas(server, graph(person, packed=False)) for person in (ann, bob)]
    batch = graph(ann, packed=False)
    (character,) = [key for key, node in batch.items() if node["class_type"] == "IsengardCharacter"]
    batch[character] = {"class_type": "IsengardCharacterBatch", "inputs": {"names": "Ann\nBob"}}
    for node in batch.values():
        for name, value in node["inputs"].items():
            if isinstance(value, list) and value[0] == character and value[1] > 0:
                node["inputs"][name] = ""
        if node["class_type"] == "IsengardSaveImage":
            node["inputs"]["character"] = [character, 0]
    entry = run_on_canvas(server, batch)
    assert entry["status"]["status_str"] == "success", entry["status"]
    saved = [one for output in entry["outputs"].values() for one in output.get("isengard", [])]
    files = [server.data / "outputs" / one["generation_id"] / one["file"] for one in saved]
    assert len(files) == 2 and [change(*pair) for pair in zip(own, files, strict=True)] == [0, 0]
    kept = [json.loads((file.parent / "generation.json").read_text(encoding="utf-8")) for file in files]
    people = [[use["id"] for use in record["request"]["characters"]] for record in kept]
    assert people == [[ann["id"]], [bob["id"]]]


def test_comfyuis_own_loader_takes_the_name(server, ann):
    """The same picture as by Apply Identity."""
    ours = graph(ann, packed=False)
    picture = on_canvas(server, ours)
    (apply,) = [key for key, node in ours.items() if node["class_type"] == "IsengardApplyIdentity"]
    inputs = ours[apply]["inputs"]
    stack = {
        "character": inputs["character"],
        "checkpoint": "last",
        "strength": 1.0,
        "model": inputs["model"],
    }
    ours["90"] = {"class_type": "IsengardLoRAStack", "inputs": stack}
    loader = {"lora_name": ["90", 1], "strength_model": ["90", 2], "strength_clip": ["90", 2]}
    ours[apply] = {
        "class_type": "LoraLoader",
        "inputs": {"model": inputs["model"], "clip": inputs["clip"], **loader},
    }
    assert change(picture, on_canvas(server, ours)) == 0
