"""Pure functions over API-format graphs: find our nodes, fold the request into literals, set what the panel may set.

Links from IsengardRequest are replaced by their values: with live links every new seed would run the text encoders again
(run on ComfyUI 0.3.75).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from ...core.errors import InvalidError

Graph = dict[str, dict[str, Any]]
CHARACTER, APPLY, REQUEST = "IsengardCharacter", "IsengardApplyIdentity", "IsengardRequest"
SAVE, PLACEHOLDER = "IsengardSaveImage", "IsengardPlaceholderImage"
#: Outputs of IsengardRequest in order (nodes/request.py).
REQUEST_OUTPUTS = ("prompt", "negative", "width", "height", "seed", "steps", "guidance")
#: Loader -> (its input, ComfyUI's model folder): the only inputs of foreign nodes that are written.
BASE_LOADERS = {
    "CheckpointLoaderSimple": ("ckpt_name", "checkpoints"),
    "UNETLoader": ("unet_name", "diffusion_models"),
}


@dataclass(frozen=True)
class Shape:
    """Our nodes in a graph, by id; characters in numeric order."""

    request: str
    save: str
    characters: list[str]
    applies: list[str]
    placeholder: bool


def inspect(graph: Graph) -> Shape:
    """Raises InvalidError `recipe_invalid` for a graph that is no recipe (DESIGN section 9)."""
    found = {kind: _nodes(graph, kind) for kind in (REQUEST, SAVE, CHARACTER, APPLY, PLACEHOLDER)}
    if len(found[REQUEST]) != 1 or len(found[SAVE]) != 1:
        raise _invalid("it needs exactly one Isengard Request and one Isengard Save Image")
    if not found[CHARACTER]:
        raise _invalid("it has no Isengard Character")
    placeholder = bool(found[PLACEHOLDER])
    if not placeholder and not found[APPLY]:
        raise _invalid("it has no Isengard Apply Identity")
    return Shape(found[REQUEST][0], found[SAVE][0], found[CHARACTER], found[APPLY], placeholder)


def foreign_nodes(graph: Graph, core: set[str]) -> list[str]:
    """Node classes that are neither ours nor ComfyUI's own."""
    return sorted(
        {node["class_type"] for node in graph.values()}
        - core
        - {CHARACTER, APPLY, REQUEST, SAVE, PLACEHOLDER}
    )


def fold(graph: Graph, values: dict[str, Any]) -> Graph:
    """A copy in which every link to the request node is its value and the node itself is gone."""
    shape = inspect(graph)
    folded = copy.deepcopy(graph)
    del folded[shape.request]
    for node in folded.values():
        for name, value in node["inputs"].items():
            if is_link(value) and value[0] == shape.request:
                node["inputs"][name] = values[REQUEST_OUTPUTS[value[1]]]
    return folded


def is_link(value: object) -> bool:
    """[node id, output index]."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], int)
    )


def set_people(graph: Graph, people: list[tuple[str, str, float]]) -> None:
    """Write (character slug, version file, strength) into the character nodes and the nodes that apply them."""
    shape_characters = _nodes(graph, CHARACTER)
    for node_id, (slug, version, strength) in zip(shape_characters, people, strict=True):
        graph[node_id]["inputs"]["character"] = slug
        for apply_id in _nodes(graph, APPLY):
            inputs = graph[apply_id]["inputs"]
            if is_link(inputs.get("character")) and inputs["character"][0] == node_id:
                inputs["checkpoint"], inputs["strength"] = version, strength


def set_base(graph: Graph, name: str) -> None:
    """Write the base's file name into the loader of a base; a graph without one is left as it is."""
    for node in graph.values():
        if node["class_type"] in BASE_LOADERS:
            node["inputs"][BASE_LOADERS[node["class_type"]][0]] = name


def needed_files(graph: Graph) -> list[tuple[str, str]]:
    """(folder, file) of every base loader."""
    found = []
    for node in graph.values():
        if node["class_type"] in BASE_LOADERS:
            name, folder = BASE_LOADERS[node["class_type"]]
            found.append((folder, str(node["inputs"].get(name, ""))))
    return found


def filled_prompt(template: str, triggers: list[str]) -> str:
    """`{trigger}` is the first person's word, `{trigger1}`, `{trigger2}` … each one's; other braces stay as they are."""
    text = template
    for number, trigger in enumerate(triggers, 1):
        text = text.replace(f"{{trigger{number}}}", trigger)
    return text.replace("{trigger}", triggers[0]) if triggers else text


def _nodes(graph: Graph, kind: str) -> list[str]:
    ids = [node_id for node_id, node in graph.items() if node.get("class_type") == kind]
    return sorted(ids, key=lambda node_id: (len(node_id), node_id))


def _invalid(reason: str) -> InvalidError:
    return InvalidError(
        "recipe_invalid", f"This workflow is no recipe: {reason}.", "See the README on recipes."
    )
