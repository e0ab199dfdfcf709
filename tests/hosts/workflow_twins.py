"""Draws the canvas twin of a recipe, its template: from its API graph, the families' records of what its loaders read, and
ComfyUI's own node definitions (workflow_files.py runs it). A file keeps its name, which is the template's title; a new recipe's
is called by its label. The browser test proves that each twin converts back to the very graph (tests/e2e/test_workflow_twins.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from isengard.generation.image.templates import WORKFLOWS, templates

from .app_mode import as_app
from .packages import properties

WIDGETS = {"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"}
COLUMN, GAP, WIDTH = 420, 50, 340
#: Graphs of pictures, which the panel makes too, of trainings, and of what the panel does without a recipe.
GRAPHS = ("api", "training", "mending")
STEPS = (
    "1. *Base model* and the other loaders: the files you have.\n"
    "2. *Person*: choose who.\n"
    "3. *Request*: describe the picture; keep `{trigger}`.\n"
    "4. Press Run. Pictures go to Isengard's own folder."
)
MENDING_STEPS = (
    "1. *Base model* and *Person*: those that drew the picture.\n"
    "2. *Picture*: its number in Isengard's gallery, or connect Load Image.\n"
    "3. *Face*: the square round the head, in pixels, and how its edges lie from the left and the top.\n"
    "4. Press Run. The mended picture goes to Isengard's own folder; the first one stays."
)
TRAINING_STEPS = (
    "1. *Person*: choose who. Their photos and captions are in the Isengard tab.\n"
    "2. *Training*: the kind of base model, and how thorough.\n"
    "3. Press Run. It takes from minutes to hours, and ComfyUI's queue waits. You can close this page.\n"
    "4. Then open *Portrait of a trained person* for the same kind of model."
)


def twin(recipe: str, graph: dict[str, Any], known: dict[str, Any], note: str) -> dict[str, Any]:
    """The UI-format workflow of an API graph; `known` is /object_info."""
    links = links_of(graph, known)
    places = places_of(graph, known)
    nodes = [node_of(key, node, known, links, places[key]) for key, node in graph.items()]
    for node in nodes:
        node["properties"] |= properties(node["type"], recipe, graph[str(node["id"])]["inputs"])
    last = max(int(key) for key in graph) + 1
    nodes.append(_note(last, note))
    rows = [
        [number, int(a), slot, int(b), sockets_of(graph[b], known).index(name), kind]
        for number, (a, slot, b, name, kind) in enumerate(links, 1)
    ]
    drawn = {
        "last_node_id": last,
        "last_link_id": len(rows),
        "nodes": nodes,
        "links": rows,
        "groups": [],
        "config": {},
        "extra": {"isengard": {"recipe": recipe}},
        "version": 0.4,
    }
    return as_app(drawn)


def declared_inputs(node: dict[str, Any], known: dict[str, Any]) -> dict[str, list[Any]]:
    inputs = known[node["class_type"]]["input"]
    return {**inputs.get("required", {}), **inputs.get("optional", {})}


def has_widget(declared: list[Any]) -> bool:
    options = declared[1] if len(declared) > 1 else {}
    return (isinstance(declared[0], list) or declared[0] in WIDGETS) and not options.get("forceInput")


def sockets_of(node: dict[str, Any], known: dict[str, Any]) -> list[str]:
    """Names in the order of the canvas: sockets first, then widgets that a link drives."""
    declared = declared_inputs(node, known)
    driven = [name for name, value in node["inputs"].items() if isinstance(value, list)]
    plain = [name for name in declared if not has_widget(declared[name])]
    return plain + [name for name in declared if name in driven and name not in plain]


def links_of(graph: dict[str, Any], known: dict[str, Any]) -> list[tuple[str, int, str, str, str]]:
    found = []
    for key, node in graph.items():
        for name in sockets_of(node, known):
            value = node["inputs"].get(name)
            if isinstance(value, list):
                found.append((value[0], value[1], key, name, _kind(graph, known, key, name)))
    return sorted(found, key=lambda link: (int(link[0]), link[1], int(link[2])))


def _kind(graph: dict[str, Any], known: dict[str, Any], key: str, name: str) -> str:
    """What a link carries: what it begins with says it, or its end where it begins outside of the graph."""
    start, slot = graph[key]["inputs"][name]
    if start in graph:
        return known[graph[start]["class_type"]]["output"][slot]
    declared = declared_inputs(graph[key], known)[name][0]
    return "COMBO" if isinstance(declared, list) else declared


def node_of(key: str, node: dict[str, Any], known: dict[str, Any], links: list[Any], place: Any) -> dict:
    entry, declared = known[node["class_type"]], declared_inputs(node, known)
    numbers = {(b, name): n for n, (_, _, b, name, _) in enumerate(links, 1)}
    inputs = []
    for name in sockets_of(node, known):
        kind = "COMBO" if isinstance(declared[name][0], list) else declared[name][0]
        one: dict[str, Any] = {"name": name, "type": kind}
        if name in known[node["class_type"]]["input"].get("optional", {}):
            one["shape"] = 7
        if has_widget(declared[name]):
            one["widget"] = {"name": name}
        inputs.append({**one, "link": numbers.get((key, name))})
    outputs = [
        {
            "name": label,
            "type": kind,
            "links": [n for n, (a, s, *_) in enumerate(links, 1) if (a, s) == (key, slot)] or None,
        }
        for slot, (label, kind) in enumerate(zip(entry["output_name"], entry["output"], strict=True))
    ]
    made = {
        "id": int(key),
        "type": node["class_type"],
        "pos": place[:2],
        "size": place[2:],
        "flags": {},
        "order": int(key),
        "mode": 0,
        "inputs": inputs,
        "outputs": outputs,
        "title": node["_meta"]["title"],
        "properties": {"Node name for S&R": node["class_type"]},
    }
    return made | shown(values_of(node, declared))


def shown(values: list[Any]) -> dict[str, list[Any]]:
    """A node's values as it keeps them. Nothing but empty texts is left out: a new node has its own, and a list of people begins
    with the newest."""
    return {} if all(value == "" for value in values) else {"widgets_values": values}


def values_of(node: dict[str, Any], declared: dict[str, list[Any]]) -> list[Any]:
    """A widget that a link drives keeps its default; the canvas adds a control after each seed."""
    values: list[Any] = []
    for name, what in declared.items():
        if not has_widget(what):
            continue
        options = what[1] if len(what) > 1 else {}
        value = node["inputs"].get(name)
        values.append(options.get("default", "") if isinstance(value, list) or value is None else value)
        if options.get("control_after_generate") or name in ("seed", "noise_seed"):
            values.append("fixed" if node["class_type"] == "PrimitiveInt" else "randomize")
    return values


def places_of(graph: dict[str, Any], known: dict[str, Any]) -> dict[str, list[int]]:
    """x, y, width, height: a column for each step away from the loaders."""
    depth: dict[str, int] = {}

    def deep(key: str) -> int:
        if key not in depth:
            links = [value[0] for value in graph[key]["inputs"].values() if isinstance(value, list)]
            above = [deep(start) for start in links if start in graph]
            depth[key] = 1 + max(above, default=-1)
        return depth[key]

    heights: dict[int, int] = {}
    places = {}
    for key, node in graph.items():
        declared, column = declared_inputs(node, known), deep(key)
        boxes = sum(100 if (w[1:] and w[1].get("multiline")) else 0 for w in declared.values())
        size = 60 + 26 * (len(declared) + 1) + boxes
        places[key] = [40 + column * COLUMN, 120 + heights.get(column, 0), WIDTH, size]
        heights[column] = heights.get(column, 0) + size + GAP
    return places


def _note(number: int, text: str) -> dict[str, Any]:
    return {
        "id": number, "type": "MarkdownNote", "pos": [40, -180], "size": [560, 220], "flags": {}, "order": 0, "mode": 0,
        "inputs": [], "outputs": [], "title": "How to use this", "properties": {}, "widgets_values": [text],
    }  # fmt: skip


def words(name: str) -> str:
    """The note on the canvas: the recipe's label and description, then the steps."""
    label, *rest = (WORKFLOWS / f"{name}.md").read_text(encoding="utf-8").strip().splitlines()
    others = {"training": TRAINING_STEPS, "mending": MENDING_STEPS}
    theirs = [others[kind] for kind in others if (WORKFLOWS / kind / f"{name}.json").is_file()]
    (steps,) = theirs or [STEPS]
    return f"**{label.lstrip('# ')}**\n\n{' '.join(filter(None, rest))}\n\n{steps}"


def lines_of(workflow: dict[str, Any]) -> str:
    """One line for each node and link, so that a change is readable."""

    def rows(items: list[Any]) -> str:
        return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in items) + "\n]"

    parts = [
        f"{json.dumps(key)}: {rows(value) if key in ('nodes', 'links') else json.dumps(value)}"
        for key, value in workflow.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def file_of(recipe: str) -> Path:
    """Its template, whose name is the title; a new recipe's is called by its label."""
    known = templates().get(recipe)
    label = (WORKFLOWS / f"{recipe}.md").read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
    return known.file if known is not None else WORKFLOWS / f"{label}.json"


def write(known: dict[str, Any]) -> None:
    for file in sorted(graph for folder in GRAPHS for graph in (WORKFLOWS / folder).glob("*.json")):
        graph = json.loads(file.read_text(encoding="utf-8"))
        made = twin(file.stem, graph, known, words(file.stem))
        file_of(file.stem).write_text(lines_of(made), encoding="utf-8")
