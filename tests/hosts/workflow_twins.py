"""Draws the canvas twin of a recipe: from its API graph and ComfyUI's own node definitions. Run after a recipe changed:

    python tests/hosts/workflow_twins.py object_info.json     (what a ComfyUI with this pack answers at /object_info)

The browser test proves that each twin converts back to the very graph (tests/e2e/test_workflow_twins.py).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

if __package__:
    from .app_mode import as_app
else:
    from app_mode import as_app

WORKFLOWS = Path(__file__).resolve().parents[2] / "workflows"
WIDGETS = {"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"}
COLUMN, GAP, WIDTH = 420, 50, 340
STEPS = (
    "1. *Base model* and the other loaders: the files you have.\n"
    "2. *Person*: choose who.\n"
    "3. *Request*: write what should be seen; keep `{trigger}`.\n"
    "4. Press Run. Pictures go to Isengard's own folder."
)


def twin(graph: dict[str, Any], known: dict[str, Any], note: str) -> dict[str, Any]:
    """The UI-format workflow of an API graph; `known` is /object_info."""
    links = _links(graph, known)
    places = _places(graph, known)
    nodes = [_node(key, node, known, links, places[key]) for key, node in graph.items()]
    last = max(int(key) for key in graph) + 1
    nodes.append(_note(last, note))
    rows = [
        [number, int(a), slot, int(b), _sockets(graph[b], known).index(name), kind]
        for number, (a, slot, b, name, kind) in enumerate(links, 1)
    ]
    drawn = {
        "last_node_id": last,
        "last_link_id": len(rows),
        "nodes": nodes,
        "links": rows,
        "groups": [],
        "config": {},
        "extra": {},
        "version": 0.4,
    }
    return as_app(drawn)


def _declared(node: dict[str, Any], known: dict[str, Any]) -> dict[str, list[Any]]:
    inputs = known[node["class_type"]]["input"]
    return {**inputs.get("required", {}), **inputs.get("optional", {})}


def _is_widget(declared: list[Any]) -> bool:
    options = declared[1] if len(declared) > 1 else {}
    return (isinstance(declared[0], list) or declared[0] in WIDGETS) and not options.get("forceInput")


def _sockets(node: dict[str, Any], known: dict[str, Any]) -> list[str]:
    """Names in the order of the canvas: sockets first, then widgets that a link drives."""
    declared = _declared(node, known)
    driven = [name for name, value in node["inputs"].items() if isinstance(value, list)]
    plain = [name for name in declared if not _is_widget(declared[name])]
    return plain + [name for name in declared if name in driven and name not in plain]


def _links(graph: dict[str, Any], known: dict[str, Any]) -> list[tuple[str, int, str, str, str]]:
    found = []
    for key, node in graph.items():
        for name in _sockets(node, known):
            value = node["inputs"].get(name)
            if isinstance(value, list):
                kind = known[graph[value[0]]["class_type"]]["output"][value[1]]
                found.append((value[0], value[1], key, name, kind))
    return sorted(found, key=lambda link: (int(link[0]), link[1], int(link[2])))


def _node(key: str, node: dict[str, Any], known: dict[str, Any], links: list[Any], place: Any) -> dict:
    entry, declared = known[node["class_type"]], _declared(node, known)
    numbers = {(b, name): n for n, (_, _, b, name, _) in enumerate(links, 1)}
    inputs = []
    for name in _sockets(node, known):
        kind = "COMBO" if isinstance(declared[name][0], list) else declared[name][0]
        one: dict[str, Any] = {"name": name, "type": kind}
        if name in known[node["class_type"]]["input"].get("optional", {}):
            one["shape"] = 7
        if _is_widget(declared[name]):
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
    values = _values(node, declared)
    return {**made, "widgets_values": values} if values else made


def _values(node: dict[str, Any], declared: dict[str, list[Any]]) -> list[Any]:
    """A widget that a link drives keeps its default; the canvas adds a control after each seed."""
    values: list[Any] = []
    for name, what in declared.items():
        if not _is_widget(what):
            continue
        options = what[1] if len(what) > 1 else {}
        value = node["inputs"].get(name)
        values.append(options.get("default", "") if isinstance(value, list) or value is None else value)
        if options.get("control_after_generate") or name in ("seed", "noise_seed"):
            values.append("randomize")
    return values


def _places(graph: dict[str, Any], known: dict[str, Any]) -> dict[str, list[int]]:
    """x, y, width, height: a column for each step away from the loaders."""
    depth: dict[str, int] = {}

    def deep(key: str) -> int:
        if key not in depth:
            above = [deep(v[0]) for v in graph[key]["inputs"].values() if isinstance(v, list)]
            depth[key] = 1 + max(above, default=-1)
        return depth[key]

    heights: dict[int, int] = {}
    places = {}
    for key, node in graph.items():
        declared, column = _declared(node, known), deep(key)
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
    return f"**{label.lstrip('# ')}**\n\n{' '.join(filter(None, rest))}\n\n{STEPS}"


def lines_of(workflow: dict[str, Any]) -> str:
    """One line for each node and link, so that a change is readable."""

    def rows(items: list[Any]) -> str:
        return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in items) + "\n]"

    parts = [
        f"{json.dumps(key)}: {rows(value) if key in ('nodes', 'links') else json.dumps(value)}"
        for key, value in workflow.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> None:
    known = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for file in sorted((WORKFLOWS / "api").glob("*.json")):
        graph = json.loads(file.read_text(encoding="utf-8"))
        made = twin(graph, known, words(file.stem))
        (WORKFLOWS / file.name).write_text(lines_of(made), encoding="utf-8")


if __name__ == "__main__":
    main()
