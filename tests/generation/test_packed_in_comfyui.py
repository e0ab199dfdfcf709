"""A person on a model whose weights are packed, as GGUF loaders keep them, in a real ComfyUI on the tiny SD1.5."""

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
    assert change(whole, unpacked) < 0.2 * change(without, whole)
    assert change(without, on_canvas(server, graph(ann, strength=0.0, negative="drawn anew"))) == 0


def test_a_part_of_the_picture_is_refused_where_it_would_be_noise_or_nothing(server, ann):
    """ComfyUI's hooks write into the bytes as if they were numbers, and its console alone tells."""
    entry = run_on_canvas(server, graph(ann, recipe="two-people"))
    failure = next(told for kind, told in entry["status"]["messages"] if kind == "execution_error")
    assert failure["node_type"] == "IsengardApplyIdentityRegion"
    assert "quantised" in failure["exception_message"] and "KSampler" not in failure["executed"]
