"""Draws our blueprints: parts for other people's graphs, as one node with our nodes inside (workflow_files.py runs it).

The format is ComfyUI's own (its folder `blueprints`): a workflow with one node, whose type is the one subgraph it defines. A
value that is asked for is an input of the subgraph, linked to the widget inside, and one of the node's `proxyWidgets`, where
"-1" stands for such an input: named by the node inside, frontend 1.32 shows it once more, as "1: character".
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .packages import properties
from .workflow_twins import (
    COLUMN,
    WIDTH,
    declared_inputs,
    has_widget,
    links_of,
    node_of,
    places_of,
    shown,
    values_of,
)

FOLDER = Path(__file__).resolve().parents[2] / "subgraphs"
INPUT, OUTPUT = "-10", "-20"
ROW, MARGIN = 20, 60


@dataclass(frozen=True)
class Given:
    """What is connected from outside."""

    name: str


@dataclass(frozen=True)
class Asked(Given):
    """A widget that the blueprint's node shows, and what it shows at first."""

    value: Any


@dataclass(frozen=True)
class Blueprint:
    """`graph` in API format; `outputs` by name, as links."""

    description: str
    graph: dict[str, Any]
    outputs: dict[str, list[Any]]


def part(kind: str, title: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": title}}


def _side(side: str, person: str, positive: list[Any], left: float, right: float) -> dict[str, Any]:
    return part(
        "IsengardApplyIdentityRegion", f"Person on the {side}", positive=positive, model=Given("model"), clip=Given("clip"),
        character=[person, 0], checkpoint="best", strength=1.0, text=Asked(f"{side} words", "{trigger}, {class}"),
        left=left, right=right,
    )  # fmt: skip


BLUEPRINTS = {
    "Person into any model": Blueprint(
        "Puts a person you trained with Isengard into the model. Write the trigger word in the prompt.",
        {
            "1": part("IsengardCharacter", "Person", character=Asked("person", "")),
            "2": part(
                "IsengardApplyIdentity", "Likeness", model=Given("model"), clip=Given("clip"), character=["1", 0],
                checkpoint="best", strength=Asked("strength", 1.0),
            ),
        },
        {"model": ["2", 0], "clip": ["2", 1], "trigger": ["1", 1]},
    ),
    "Two people": Blueprint(
        "Two people you trained with Isengard in one picture, one on each side. For Stable Diffusion 1.5 and SDXL.",
        {
            "1": part("IsengardCharacter", "Left", character=Asked("left person", "")),
            "2": part("IsengardCharacter", "Right", character=Asked("right person", "")),
            "3": part("CLIPTextEncode", "Scene", clip=Given("clip"), text=Asked("scene", "two people in a cafe, soft window light")),
            "4": part("ConditioningSetAreaStrength", "Scene strength", conditioning=["3", 0], strength=0.4),
            "5": _side("left", "1", ["4", 0], 0.0, 0.55),
            "6": _side("right", "2", ["5", 0], 0.45, 1.0),
        },
        {"positive": ["6", 0]},
    ),
    "Photo reference": Blueprint(
        "Shows a person's photos to the model, without any training. For FLUX.2 Klein and similar models.",
        {
            "1": part("IsengardCharacter", "Person", character=Asked("person", "")),
            "2": part(
                "IsengardApplyReference", "Photos", conditioning=Given("conditioning"), vae=Given("vae"), character=["1", 0],
                strength=Asked("strength", 1.0), photos=Asked("photos", 4),
            ),
        },
        {"conditioning": ["2", 0], "trigger": ["1", 1]},
    ),
    "Match score": Blueprint(
        "Scores how closely the face in a picture matches a person's photos.",
        {
            "1": part("IsengardCharacter", "Person", character=Asked("person", "")),
            "2": part("IsengardIdentityScore", "Match", image=Given("image"), character=["1", 0]),
        },
        {"score": ["2", 0], "text": ["2", 1]},
    ),
}  # fmt: skip


def workflow(title: str, blueprint: Blueprint, known: dict[str, Any]) -> dict[str, Any]:
    """The file of a blueprint; `known` is /object_info."""
    own = str(uuid.uuid5(uuid.NAMESPACE_URL, f"isengard/subgraphs/{title}"))
    inner = _subgraph(own, title, blueprint, known)
    asked = _asked(blueprint)
    inputs = [
        {
            "name": one["name"],
            "type": one["type"],
            **({"widget": {"name": one["name"]}} if one["name"] in asked else {}),
            "link": None,
        }
        for one in inner["inputs"]
    ]
    node = {
        "id": 1, "type": own, "pos": [0, 0], "size": [WIDTH, 60 + 26 * len(inputs)], "flags": {}, "order": 0, "mode": 0,
        "inputs": inputs,
        "outputs": [{"name": one["name"], "type": one["type"], "links": []} for one in inner["outputs"]],
        "properties": {
            "proxyWidgets": [["-1", name] for name in _asked(blueprint)],
            **properties("IsengardCharacter", "", {}),
        },
        "widgets_values": [],
        "title": title,
    }  # fmt: skip
    return {
        "revision": 0, "last_node_id": 1, "last_link_id": 0, "nodes": [node], "links": [], "version": 0.4,
        "definitions": {"subgraphs": [inner]}, "extra": {},
    }  # fmt: skip


def _subgraph(own: str, title: str, blueprint: Blueprint, known: dict[str, Any]) -> dict[str, Any]:
    names, graph = _names(blueprint), _linked(blueprint)
    rows = links_of(graph, known)
    rows += [
        (start, slot, OUTPUT, name, known[graph[start]["class_type"]]["output"][slot])
        for name, (start, slot) in blueprint.outputs.items()
    ]
    spots = places_of(graph, known)
    nodes = [_inner(key, blueprint, graph, known, rows, spots[key]) for key in graph]
    numbered = list(enumerate(rows, 1))
    right = max(spot[0] for spot in spots.values()) + COLUMN
    return {
        "id": own, "version": 1,
        "state": {"lastGroupId": 0, "lastNodeId": len(graph), "lastLinkId": len(rows), "lastRerouteId": 0},
        "revision": 0, "config": {}, "name": title,
        "inputNode": {"id": int(INPUT), "bounding": [-200, 120, 120, MARGIN + ROW * len(names)]},
        "outputNode": {"id": int(OUTPUT), "bounding": [right, 120, 120, MARGIN + ROW * len(blueprint.outputs)]},
        "inputs": [
            _slot(own, "input", number, name, [(n, row) for n, row in numbered if row[:2] == (INPUT, number)], -100)
            for number, name in enumerate(names)
        ],
        "outputs": [
            _slot(own, "output", number, name, [(n, row) for n, row in numbered if row[2:4] == (OUTPUT, name)], right + 20)
            for number, name in enumerate(blueprint.outputs)
        ],
        "widgets": [], "nodes": nodes, "groups": [],
        "links": [_link(n, row, blueprint, graph, known) for n, row in numbered],
        "extra": {}, "category": "Isengard", "description": blueprint.description,
    }  # fmt: skip


def _names(blueprint: Blueprint) -> list[str]:
    """The subgraph's inputs: what is connected first, then what is asked."""
    asked = _asked(blueprint)
    return [*(name for name in _given(blueprint, Given) if name not in asked), *asked]


def _asked(blueprint: Blueprint) -> list[str]:
    """Those of its inputs that it shows as widgets."""
    return _given(blueprint, Asked)


def _given(blueprint: Blueprint, kind: type[Given]) -> list[str]:
    values = (value for node in blueprint.graph.values() for value in node["inputs"].values())
    return [*dict.fromkeys(value.name for value in values if isinstance(value, kind))]


def _linked(blueprint: Blueprint) -> dict[str, Any]:
    """Its graph with links from the subgraph's input in the place of what comes from there."""
    names = _names(blueprint)

    def value_of(value: Any) -> Any:
        return [INPUT, names.index(value.name)] if isinstance(value, Given) else value

    return {
        key: {**node, "inputs": {name: value_of(value) for name, value in node["inputs"].items()}}
        for key, node in blueprint.graph.items()
    }


def _inner(
    key: str,
    blueprint: Blueprint,
    graph: dict[str, Any],
    known: dict[str, Any],
    rows: list[Any],
    spot: list[int],
) -> dict[str, Any]:
    node, offered = blueprint.graph[key], declared_inputs(graph[key], known)
    made = node_of(key, graph[key], known, rows, spot)
    made["properties"] |= properties(node["class_type"], "", {})
    given = {n: value.value if isinstance(value, Asked) else value for n, value in node["inputs"].items()}
    driven = {one["name"]: one for one in made["inputs"]}
    made["inputs"] = [driven.get(name) or _free(name, offered[name]) for name in _sockets(node, known)]
    made.pop("widgets_values", None)
    return made | shown(values_of({**node, "inputs": given}, offered))


def _sockets(node: dict[str, Any], known: dict[str, Any]) -> list[str]:
    """Names in the order of the canvas: sockets, then every widget in its place. Frontend 1.32 puts them into this order
    however the file has them, and a link counts its end by number."""
    declared = declared_inputs(node, known)
    return sorted(declared, key=lambda name: has_widget(declared[name]))


def _free(name: str, what: list[Any]) -> dict[str, Any]:
    """The socket of a widget that nothing drives."""
    kind = "COMBO" if isinstance(what[0], list) else what[0]
    return {"name": name, "type": kind, "widget": {"name": name}, "link": None}


def _slot(own: str, side: str, number: int, name: str, rows: list[Any], x: int) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(uuid.UUID(own), f"{side}/{name}")), "name": name, "type": rows[0][1][4],
        "linkIds": [number for number, _ in rows], "pos": [x, 140 + ROW * number],
    }  # fmt: skip


def _link(
    number: int, row: Any, blueprint: Blueprint, graph: dict[str, Any], known: dict[str, Any]
) -> dict[str, Any]:
    start, slot, end, name, kind = row
    ends = [*blueprint.outputs] if end == OUTPUT else _sockets(graph[end], known)
    return {
        "id": number, "origin_id": int(start), "origin_slot": slot, "target_id": int(end), "target_slot": ends.index(name),
        "type": kind,
    }  # fmt: skip


def write(known: dict[str, Any]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for title, blueprint in BLUEPRINTS.items():
        text = json.dumps(workflow(title, blueprint, known), indent=1, ensure_ascii=False)
        (FOLDER / f"{title}.json").write_text(text + "\n", encoding="utf-8")
