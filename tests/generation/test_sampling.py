"""Sampler and scheduler: only where a core node names them itself."""

from __future__ import annotations

from isengard.generation.image.recipes import RecipeFolder
from isengard.generation.image.sampling import sampling_controls, set_sampling

CUSTOM = {
    "1": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "2": {"class_type": "BasicScheduler", "inputs": {"scheduler": ["9", 0]}},
    "3": {"class_type": "ForeignSampler", "inputs": {"sampler_name": "x", "scheduler": "y"}},
}


def test_a_linked_or_foreign_one_is_no_control():
    assert sampling_controls(CUSTOM) == ["sampler"]
    assert sampling_controls(RecipeFolder().get("sd15-identity").graph) == ["sampler", "scheduler"]
    assert sampling_controls(RecipeFolder().get("fast-test").graph) == []


def test_what_was_chosen_is_written_and_nothing_else():
    graph = {key: {**node, "inputs": dict(node["inputs"])} for key, node in CUSTOM.items()}
    set_sampling(graph, {"sampler": "dpmpp_2m", "scheduler": "karras"})
    assert graph["1"]["inputs"] == {"sampler_name": "dpmpp_2m"}
    assert graph["2"] == CUSTOM["2"] and graph["3"] == CUSTOM["3"]
    set_sampling(graph, {"sampler": None})
    assert graph["1"]["inputs"] == {"sampler_name": "dpmpp_2m"}
