"""What is ours in ComfyUI's prompts and answers is found and left out; everything else stays as it is."""

from __future__ import annotations

import pytest
from isengard.web.comfyui_guard.answers import (
    file_key,
    files_of,
    holds_ours,
    ours_among,
    reads_ours,
    without_names,
    without_prompts,
)

#: The part of an id behind its kind: each test process must collect the same names.
SOME = "0mx26z1kxz4qijwos0cglhufaa"
LORA = "ann/ann-000012.safetensors"
LORAS = {file_key(LORA)}
OURS = {"1": {"class_type": "IsengardCharacter", "inputs": {"character": "ann"}}}
OTHER = {"1": {"class_type": "LoraLoader", "inputs": {"lora_name": "style.safetensors", "strength": 1}}}


@pytest.mark.parametrize(
    "name", [LORA, "ann\\ann-000012.safetensors", "./ann//ann-000012.safetensors", LORA.upper()]
)
def test_a_lora_of_ours_in_any_spelling(name):
    assert holds_ours({"7": {"class_type": "LoraLoader", "inputs": {"lora_name": name}}}, LORAS)


@pytest.mark.parametrize("graph", [OTHER, {}, None, [], "x", {"1": None}, {"1": {"inputs": []}}, {"1": {}}])
def test_what_is_not_ours_or_no_graph(graph):
    assert not holds_ours(graph, LORAS)


def loading(image: object) -> dict:
    """ComfyUI's own node; it takes a way out of its folder for a name, too."""
    return {"1": {"class_type": "LoadImage", "inputs": {"image": image}}}


@pytest.mark.parametrize(
    "image",
    [
        "ComfyUI_00001_.png [output]",
        "people/comfyui_00001_.PNG [output]",
        "people\\ComfyUI_00001_.png",
        ["a.png", {"file": "ComfyUI_00001_.png [temp]"}],
        f"../user/__isengard/uploads/chr_{SOME}/pho_{SOME}.jpg",
        f"/data/outputs/gen_{SOME}/0000.png",
    ],
)
def test_a_file_of_ours_in_anybodys_node(image):
    assert reads_ours(loading(image), {"comfyui_00001_.png"})


@pytest.mark.parametrize("image", ["ComfyUI_00002_.png [output]", "gen_1", "", None, 7, "a [b", "]"])
def test_a_file_of_somebody_else(image):
    assert not reads_ours(loading(image), {"comfyui_00001_.png"}) and not reads_ours(image, {"x"})


def test_what_is_made_of_our_pictures_is_ours_too():
    def made(name: str) -> dict:
        return {"9": {"images": [{"filename": name, "type": "output"}]}}

    prompts = [
        ("a", OURS, made("One.png")),
        ("b", loading("one.png [output]"), made("two.png")),
        ("c", OTHER, made("three.png")),
        ("d", loading("two.png [output]"), made("four.png")),
    ]
    assert ours_among(prompts, LORAS) == ({"a", "b", "d"}, {"one.png", "two.png", "four.png"})


def test_prompts_of_ours_leave_history_queue_and_jobs():
    history = {
        "a": {"prompt": [1, "a", OURS, {}, []], "outputs": {}},
        "b": {"prompt": [2, "b", OTHER, {}, []]},
    }
    assert without_prompts(history, set(), LORAS) == {"b": history["b"]}
    assert without_prompts(history, {"b"}, LORAS) == {}
    queue = {"queue_running": [[1, "a", OURS, {}, []]], "queue_pending": [[2, "b", OTHER, {}, []]]}
    assert without_prompts(queue, set(), LORAS) == {
        "queue_running": [],
        "queue_pending": queue["queue_pending"],
    }
    jobs = {"jobs": [{"id": "a"}, {"id": "b"}], "pagination": {"total": 2}}
    assert without_prompts(jobs, {"a"}, LORAS) == {"jobs": [{"id": "b"}], "pagination": {"total": 2}}
    assert without_prompts({"id": "a", "outputs": {}}, {"a"}, LORAS) == {}
    assert without_prompts({"exec_info": {"queue_remaining": 0}}, {"a"}, LORAS) == {
        "exec_info": {"queue_remaining": 0}
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([["ann", "bob"]], [[""]]),
        (["COMBO", {"options": ["ann"], "tooltip": "Who."}], ["COMBO", {"options": [""], "tooltip": "Who."}]),
        (
            ["COMBO", {"options": ["ann"], "labels": {"ann": "Ann"}}],
            ["COMBO", {"options": [""], "labels": {}}],
        ),
    ],
)
def test_names_leave_the_lists_of_models_and_nodes(before, after):
    def told(character, loras):
        return {
            "IsengardCharacter": {"input": {"required": {"character": character}}, "name": "x"},
            "LoraLoader": {"input": {"required": {"lora_name": [loras, {"default": "a"}]}}},
        }

    assert without_names(told(before, ["style.safetensors", LORA]), LORAS) == told(
        after, ["style.safetensors"]
    )
    assert without_names([{"name": LORA, "size": 1}, {"name": "b", "size": 2}], LORAS) == [
        {"name": "b", "size": 2}
    ]


def test_files_are_found_wherever_a_node_names_them():
    outputs = {
        "3": {"images": [{"filename": "a.png", "type": "temp"}], "isengard": [{"file": "0.png"}]},
        "4": {"text": ["x"]},
    }
    assert files_of(outputs) == {"a.png"} and files_of(None) == set()
