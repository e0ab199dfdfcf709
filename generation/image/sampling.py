"""Sampler and scheduler of a graph: the core nodes that name them, and writing a person's choice into them."""

from __future__ import annotations

from .graph import Graph

#: control -> the input of core nodes that holds it
INPUTS = {"sampler": "sampler_name", "scheduler": "scheduler"}
NODES = frozenset({"KSampler", "KSamplerAdvanced", "KSamplerSelect", "BasicScheduler"})


def sampling_controls(graph: Graph) -> list[str]:
    """`sampler` and `scheduler` where a core node names one itself, not by a link."""
    return [control for control, name in INPUTS.items() if _holders(graph, name)]


def set_sampling(graph: Graph, chosen: dict[str, str | None]) -> None:
    """Write what was chosen; ComfyUI itself refuses a name it does not know."""
    for control, name in INPUTS.items():
        if value := chosen.get(control):
            for node_id in _holders(graph, name):
                graph[node_id]["inputs"][name] = value


def _holders(graph: Graph, name: str) -> list[str]:
    return [
        node_id
        for node_id, node in graph.items()
        if node["class_type"] in NODES and isinstance(node["inputs"].get(name), str)
    ]
