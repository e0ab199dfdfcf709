"""What any JSON has to be before it is treated as an API graph: size, depth, plain values, whole links, no circle.

Of a node only its class, inputs and title are taken: ComfyUI writes more into the graphs of its pictures and history, and
`is_changed` is NaN there, which is no JSON.
"""

from __future__ import annotations

from typing import Any

from ...core.errors import InvalidError
from ...core.records.base import is_whole
from ...core.said import said
from .graph import Graph, is_link

MAX_BYTES = 2 * 1024**2
MAX_NODES = 400
MAX_INPUTS = 200
MAX_DEPTH = 8
MAX_TEXT = 200_000
MAX_NAME = 200
#: Beyond what any widget of ComfyUI takes.
MAX_NUMBER = 2**64
#: Where the graph is in the body of ComfyUI's /prompt, and in what its frontend's graphToPrompt gives.
_AROUND = ("prompt", "output")
#: What ComfyUI reads of a node.
_PARTS = ("class_type", "inputs", "_meta")


def checked(value: object) -> Graph:
    """The graph. InvalidError `recipe_ui_format` or `recipe_invalid` with what is wrong."""
    value = _unwrapped(value)
    if not isinstance(value, dict) or not value:
        raise wrong("it is not in API format")
    if isinstance(value.get("nodes"), list):
        raise InvalidError(
            "recipe_ui_format",
            "This is a workflow of ComfyUI's canvas, not one in API format.",
            "Open it on the canvas, then press Save current canvas.",
        )
    if len(value) > MAX_NODES:
        raise wrong(said("it has more than {most} nodes", most=MAX_NODES))
    for node_id, node in value.items():
        _require_node(node_id, node)
    _require_links(value)
    _require_no_circle(value)
    return {node_id: {part: node[part] for part in _PARTS if part in node} for node_id, node in value.items()}


def _unwrapped(value: object) -> object:
    """The graph itself; a node may have the name of what is around one elsewhere."""
    parts = [value.get(name) for name in _AROUND] if isinstance(value, dict) else []
    graphs = [
        part for part in parts if isinstance(part, dict) and not isinstance(part.get("class_type"), str)
    ]
    return graphs[0] if graphs else value


def wrong(reason: str, name: str = "") -> InvalidError:
    """The refusal of a graph for a `reason` that ends a sentence about it."""
    hint = "Open it on the canvas and press Save current canvas, or use Export (API)."
    return InvalidError(
        "recipe_invalid",
        said("{name} cannot be used: {reason}.", name=name or said("This workflow"), reason=said(reason)),
        hint,
    )


def _require_node(node_id: object, node: object) -> None:
    if not isinstance(node_id, str) or not 0 < len(node_id) <= MAX_NAME or not isinstance(node, dict):
        raise wrong("it is not in API format")
    kind, inputs = node.get("class_type"), node.get("inputs")
    if not isinstance(kind, str) or not isinstance(inputs, dict):
        raise wrong("it is not in API format")
    if not 0 < len(kind) <= MAX_NAME or not kind.isprintable() or len(inputs) > MAX_INPUTS:
        raise wrong("one of its nodes is malformed")
    _require_plain(node_id, 0)
    _require_plain(inputs, 0)
    _require_plain(node.get("_meta", {}), 0)
    if not isinstance(node.get("_meta", {}), dict):
        raise wrong("it is not in API format")


def _require_plain(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise wrong("it is nested too deeply")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise wrong("it holds a text that is too long")
    if isinstance(value, str) and not is_whole(value):
        raise wrong("it holds half a character (an emoji that was cut)")
    if isinstance(value, (int, float)) and not abs(value) <= MAX_NUMBER:  # nor is "not a number" below it
        raise wrong("it contains a number far out of range")
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        _require_plain(part, depth + 1)


def links_of(node: dict[str, Any]) -> list[list[Any]]:
    return [value for value in node["inputs"].values() if is_link(value)]


def _require_links(graph: Graph) -> None:
    for node in graph.values():
        for source, slot in links_of(node):
            if source not in graph or not 0 <= slot < MAX_INPUTS:
                raise wrong(said("{node} is connected to a node that is not there", node=title_of(node)))


def _require_no_circle(graph: Graph) -> None:
    """Takes away what has no open input until nothing is left."""
    waiting = {node_id: {link[0] for link in links_of(node)} for node_id, node in graph.items()}
    feeds: dict[str, list[str]] = {}
    for node_id, sources in waiting.items():
        for source in sources:
            feeds.setdefault(source, []).append(node_id)
    free = [node_id for node_id, sources in waiting.items() if not sources]
    while free:
        done = free.pop()
        del waiting[done]
        for node_id in feeds.get(done, ()):
            waiting[node_id].discard(done)
            if not waiting[node_id]:
                free.append(node_id)
    if waiting:
        raise wrong("its connections run in a circle")


def title_of(node: dict[str, Any]) -> str:
    """Name that the author gave the node, with its class where that says more."""
    title, kind = str(node.get("_meta", {}).get("title") or ""), str(node["class_type"])
    return f"{title[:80]} ({kind})" if title and title != kind else kind
