"""Pure functions over API-format graphs: find our nodes, fold the request into literals, set what the panel may set.

Links from IsengardRequest are replaced by their values: with live links every new seed would run the text encoders again
(run on ComfyUI 0.3.75).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Literal

from ...core.errors import InvalidError
from ...core.generations.picture_sources import refers_to_order
from ...core.said import said

Graph = dict[str, dict[str, Any]]
Identity = Literal["lora", "placeholder", "reference", "picture"]
CHARACTER, APPLY, REQUEST = "IsengardCharacter", "IsengardApplyIdentity", "IsengardRequest"
SAVE, PLACEHOLDER = "IsengardSaveImage", "IsengardPlaceholderImage"
REFERENCE, REGION = "IsengardApplyReference", "IsengardApplyIdentityRegion"
PICTURE = "IsengardPicture"
#: IsengardTrainLoRA is no part of a recipe.
OURS = {CHARACTER, APPLY, REQUEST, SAVE, PLACEHOLDER, REFERENCE, REGION, PICTURE} | {
    *("IsengardIdentityScore", "IsengardCharacterBatch", "IsengardLoRAStack")
}
#: Outputs of IsengardRequest in order (nodes/request.py).
REQUEST_OUTPUTS = ("prompt", "negative", "width", "height", "seed", "steps", "guidance")


@dataclass(frozen=True)
class Shape:
    """Nodes of ours in a graph, by id; characters in numeric order. `applies` puts LoRAs on, everywhere or in a region."""

    request: str
    save: str
    characters: list[str]
    applies: list[str]
    references: list[str]
    regions: list[str]
    pictures: list[str]
    placeholder: bool

    @property
    def identity(self) -> Identity:
        """Source of the likeness; a recipe with LoRA and reference needs the LoRA, one with neither keeps that of a picture."""
        if self.placeholder:
            return "placeholder"
        return "lora" if self.applies else "reference" if self.references else "picture"


def inspect(graph: Graph) -> Shape:
    """Raises InvalidError `recipe_invalid` for a graph that is no recipe (DESIGN section 9)."""
    kinds = (REQUEST, SAVE, CHARACTER, APPLY, REGION, REFERENCE, PICTURE, PLACEHOLDER)
    nodes = {kind: _nodes(graph, kind) for kind in kinds}
    if len(nodes[REQUEST]) != 1 or len(nodes[SAVE]) != 1:
        raise _invalid("it needs exactly one Isengard Request and one Isengard Save Image")
    if not nodes[CHARACTER]:
        raise _invalid("it has no Isengard Character")
    placeholder, applies = bool(nodes[PLACEHOLDER]), [*nodes[APPLY], *nodes[REGION]]
    if not placeholder and not (applies or nodes[REFERENCE] or nodes[PICTURE]):
        raise _invalid("it has no Isengard Apply Identity and no Isengard Apply Reference")
    return Shape(
        request=nodes[REQUEST][0],
        save=nodes[SAVE][0],
        characters=nodes[CHARACTER],
        applies=applies,
        references=nodes[REFERENCE],
        regions=nodes[REGION],
        pictures=nodes[PICTURE],
        placeholder=placeholder,
    )


def foreign_nodes(graph: Graph, core: set[str]) -> list[str]:
    """Node classes that are neither ours nor ComfyUI's own."""
    return sorted({node["class_type"] for node in graph.values()} - core - OURS)


def fold(graph: Graph, values: dict[str, Any]) -> Graph:
    """A copy in which every link to the request node is its value and the node itself is gone."""
    shape = inspect(graph)
    folded = copy.deepcopy(graph)
    del folded[shape.request]
    for node in folded.values():
        for name, value in node["inputs"].items():
            if is_link(value) and value[0] == shape.request and value[1] < len(REQUEST_OUTPUTS):
                node["inputs"][name] = values[REQUEST_OUTPUTS[value[1]]]
    return folded


def unfolded(recipe: Graph, sent: Graph, request: dict[str, Any]) -> Graph | None:
    """The recipe as it stood when `sent` was made of it: people, files and numbers written in, the request node in its place.

    `request` gives the prompts as they were written. None where the recipe has other nodes by now. The save node is bound to
    no generation: what is made on the canvas is a picture of its own.
    """
    shape = inspect(recipe)
    if {key: node["class_type"] for key, node in recipe.items() if key != shape.request} != {
        key: node["class_type"] for key, node in sent.items()
    }:
        return None
    opened = copy.deepcopy(recipe)
    values: dict[str, Any] = {}
    for node_id, node in opened.items():
        if node_id in (shape.request, shape.save):
            continue
        for name, value in node["inputs"].items():
            given = sent[node_id]["inputs"].get(name, value)
            if is_link(value) and value[0] == shape.request and value[1] < len(REQUEST_OUTPUTS):
                values[REQUEST_OUTPUTS[value[1]]] = given
            elif not is_link(value):
                node["inputs"][name] = given
    inputs = opened[shape.request]["inputs"]
    if is_link(inputs.get("trigger_1")):  # then the node fills in {trigger} by itself
        values = {**values, **request}
    inputs.update({name: value for name, value in values.items() if not is_link(inputs.get(name))})
    return opened


def unbound(sent: Graph, generation_id: str) -> Graph:
    """Copy what was sent for a generation, its save node bound to none; what it was made from is found by the generation."""
    graph = copy.deepcopy(sent)
    refer(graph, generation_id)
    for node_id in _nodes(graph, SAVE):
        inputs = graph[node_id]["inputs"]
        graph[node_id]["inputs"] = {name: value for name, value in inputs.items() if is_link(value)}
    return graph


def refer(graph: Graph, generation_id: str) -> None:
    """Let nodes that start from the picture of an order name the generation: its ticket is worth nothing afterwards."""
    for node_id in _nodes(graph, PICTURE):
        inputs = graph[node_id]["inputs"]
        if refers_to_order(inputs.get("picture")):
            inputs["picture"] = generation_id


def is_link(value: object) -> bool:
    """[node id, output index]."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], int)
    )


@dataclass(frozen=True)
class Use:
    """A person's part of a graph: short name, LoRA file, how strongly; `reference` is the photos' share, 0 to 1."""

    slug: str
    version: str
    strength: float
    reference: float = 1.0
    words: str = ""


def set_people(graph: Graph, people: list[Use]) -> None:
    """Write each person into their character node and into the nodes of ours that apply them."""
    for node_id, use in zip(_nodes(graph, CHARACTER), people, strict=True):
        graph[node_id]["inputs"]["character"] = use.slug
        for node in graph.values():
            inputs = node["inputs"]
            if not is_link(inputs.get("character")) or inputs["character"][0] != node_id:
                continue
            if node["class_type"] in (APPLY, REGION):
                inputs["checkpoint"], inputs["strength"] = use.version, use.strength
            if node["class_type"] == REGION and use.words:
                inputs["text"] = use.words
            if node["class_type"] == REFERENCE:
                inputs["strength"] = use.reference


def set_velocity(graph: Graph, loader: str, *, zero_snr: bool) -> None:
    """Tell ComfyUI that the model of a checkpoint loader predicts velocity: by a node of its own between the loader and whatever
    takes its model."""
    node_id = str(1 + max(int(key) for key in graph if key.isdecimal()))
    for node in graph.values():
        for name, value in node["inputs"].items():
            if is_link(value) and value == [loader, 0]:
                node["inputs"][name] = [node_id, 0]
    inputs = {"model": [loader, 0], "sampling": "v_prediction", "zsnr": zero_snr}
    graph[node_id] = {"class_type": "ModelSamplingDiscrete", "inputs": inputs}


def lora_files(graph: Graph) -> list[str]:
    """The LoRA files that `set_people` wrote, in the order of their nodes."""
    applies = [*_nodes(graph, APPLY), *_nodes(graph, REGION)]
    return [str(graph[node_id]["inputs"].get("checkpoint", "")) for node_id in applies]


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
        "recipe_invalid",
        said("This workflow can't be used here: {reason}.", reason=said(reason)),
        "Add what is missing, or start from one of Isengard's templates (Workflow > Browse templates).",
    )
