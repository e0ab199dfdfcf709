"""ComfyUI's refusals and failures in our words, with the node's name."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from isengard.core.said import Said
from isengard.generation.image.comfy_errors import ended, node_name, refusal

ROOT = Path(__file__).resolve().parents[2]
GRAPH = {
    "1": {
        "class_type": "CheckpointLoaderSimple",
        "inputs": {"ckpt_name": "x.safetensors"},
        "_meta": {"title": "Base model"},
    },
    "7": {"class_type": "UpscaleNode", "inputs": {}},
}


def refused(kind, name, value, message="Value not in list"):
    error = {
        "type": kind,
        "message": message,
        "details": f"{name}: '{value}' not in []",
        "extra_info": {"input_name": name, "received_value": value},
    }
    return refusal(
        {"error": {}, "node_errors": {"1": {"class_type": "CheckpointLoaderSimple", "errors": [error]}}},
        GRAPH,
    )


def test_a_missing_file_is_named_with_its_node_and_its_folder():
    error = refused("value_not_in_list", "ckpt_name", "x.safetensors")
    assert error.code == "model_missing" and "models/checkpoints" in error.hint
    assert error.message == "Base model (CheckpointLoaderSimple): ComfyUI doesn't have x.safetensors."


def test_another_bad_value_keeps_comfyuis_words():
    error = refused("value_not_in_list", "sampler_name", "nope")
    assert error.code == "workflow_refused" and "nope" in error.message and "Base model" in error.message


@pytest.mark.parametrize(
    "error",
    [
        {
            "type": "invalid_prompt",
            "message": "Cannot execute because node UpscaleNode does not exist.",
            "details": "Node ID '#7'",
            "extra_info": {},
        },
        {
            "type": "missing_node_type",
            "message": "Node 'UpscaleNode' not found. The custom node may not be installed.",
            "details": "Node ID '#7'",
            "extra_info": {"node_id": "7", "class_type": "UpscaleNode"},
        },
    ],
)
def test_an_unknown_node_is_named(error):
    found = refusal({"error": error, "node_errors": {}}, GRAPH)
    assert found.code == "node_missing" and "UpscaleNode" in found.message and "Manager" in found.hint


@pytest.mark.parametrize("title", ["Scale: 2x", "Größe ändern", "It's 'not found.' here", "#7", ""])
def test_a_missing_node_is_named_whatever_its_title(title):
    """Newer ComfyUIs write the title where older ones wrote the class."""
    graph = {"57:3": {"class_type": "Up: scaler", "inputs": {}, "_meta": {"title": title}}}
    said = {"message": f"Node '{title}' not found. The custom node may not be installed."}
    extra = {"node_id": "57:3", "class_type": "Up: scaler", "node_title": title}
    told = {"type": "missing_node_type", "details": "Node ID '#57:3'", "extra_info": extra, **said}
    for error in (told, {**told, "type": "invalid_prompt", "extra_info": {}}):
        found = refusal({"error": error, "node_errors": {}}, graph)
        assert found.code == "node_missing" and "Up: scaler" in found.message and title in found.message
    old = {"message": "Cannot execute because node Up: scaler does not exist.", "details": "Node ID '#57:3'"}
    assert "Up: scaler" in refusal({"error": old}, graph).message


def test_a_node_without_a_class_is_named_too():
    said = "Node 'Gone' has no class_type. The workflow may be corrupted or a custom node is missing."
    extra = {"node_id": "9", "class_type": None, "node_title": "Gone"}
    error = {"type": "missing_node_type", "message": said, "details": "Node ID '#9'", "extra_info": extra}
    found = refusal({"error": error}, {"9": {"inputs": {}, "_meta": {"title": "Gone"}}})
    assert found.code == "node_missing" and "Gone" in found.message


@pytest.mark.parametrize("words", ["node x " * 20_000, "Node '" * 20_000, "Node ID '#" * 20_000])
def test_long_words_are_read_in_linear_time(words):
    began = time.process_time()
    assert refusal({"error": {"message": words, "details": words}}, GRAPH).code == "workflow_refused"
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    "answer", [None, [], "no", {}, {"error": None}, {"error": "broken"}, {"error": {"message": 3}}]
)
def test_whatever_comes_is_a_refusal(answer):
    assert refusal(answer, GRAPH).code == "workflow_refused"


@pytest.mark.parametrize(
    ("said", "look"), [("flat", "flat"), ("noise", "noise"), ("of a later version", ""), (None, "")]
)
def test_what_the_save_node_saw_is_taken_where_it_is_known(said, look):
    item = {"file": "0000.png", "width": 64, "height": 64, "look": said}
    (saved,) = ended({"outputs": {"9": {"isengard": [item]}}}).saved
    assert saved.look == look


def test_a_picture_without_numbers_is_a_failure_unless_another_came_along():
    nothing, whole = {"look": "not_finite"}, {"file": "0000.png", "width": 64, "height": 64}
    assert ended({"outputs": {"9": {"isengard": [nothing]}}}).code == "picture_not_finite"
    assert ended({"outputs": {"9": {"isengard": [whole, nothing]}}}).kind == "done"


def failed(kind, words):
    message = {
        "node_id": "1",
        "node_type": "CheckpointLoaderSimple",
        "exception_type": kind,
        "exception_message": words,
    }
    entry = {"prompt": [0, "id", GRAPH], "status": {"messages": [["execution_error", message]]}}
    return ended(entry)


@pytest.mark.parametrize(
    ("kind", "words", "code"),
    [
        ("torch.OutOfMemoryError", "Allocation on device 0", "gpu_out_of_memory"),
        ("RuntimeError", "HIP out of memory", "gpu_out_of_memory"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'vae.pt'", "model_missing"),
        ("ValueError", "", "node_failed"),
    ],
)
def test_a_failure_says_where(kind, words, code):
    sign = failed(kind, words)
    assert (sign.kind, sign.code) == ("failed", code)
    assert "Base model (CheckpointLoaderSimple)" in sign.message and sign.hint


def test_what_a_node_of_ours_says_can_be_said_in_every_language():
    """Each of its sentences is one of locales/en/server.json; somebody else's words stay words."""
    told = "The strength must be between 0 and 2. Use about 1."
    ours = failed("isengard.core.errors.InvalidError", told).message
    assert ours.endswith(f": {told}")
    sentences = list(ours.values["words"].values.values())
    assert [one.template for one in sentences] == ["The strength must be between 0 and 2.", "Use about 1."]
    english = json.loads((ROOT / "locales" / "en" / "server.json").read_text(encoding="utf-8"))
    assert all(one.template in english for one in sentences)
    assert failed("other.errors.InvalidError", told).message.values["words"] == told
    assert not isinstance(failed("other.errors.InvalidError", told).message.values["words"], Said)


def test_a_nodes_name_is_what_is_known_of_it():
    assert (
        node_name(GRAPH, "7") == "UpscaleNode"
        and node_name({}, "9", "X") == "X"
        and node_name(None, "9") == "9"
    )
