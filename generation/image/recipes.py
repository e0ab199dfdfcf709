"""Recipes as files: an API-format graph in workflows/api/<name>.json and its words in workflows/<name>.md."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import InvalidError, NotFoundError
from . import graph as graphs

WORKFLOWS = Path(__file__).resolve().parent.parent.parent / "workflows"
_CONTROLS = ("prompt", "negative", "width", "height", "seed", "steps", "guidance")
_MAX_BYTES = 2 * 1024**2


@dataclass(frozen=True)
class Recipe:
    """`used` are the request's outputs that the graph takes; the panel shows controls for these only."""

    name: str
    label: str
    description: str
    graph: graphs.Graph
    shape: graphs.Shape
    used: list[str]
    defaults: dict[str, float]
    picture: Path | None = None


class RecipeFolder:
    """All recipes of a folder; read anew each time (they are few and small)."""

    def __init__(self, folder: Path = WORKFLOWS) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        return sorted(file.stem for file in (self._folder / "api").glob("*.json"))

    def all(self) -> list[Recipe]:
        return [self.get(name) for name in self.names()]

    def get(self, name: str) -> Recipe:
        """NotFoundError `recipe_unknown`, InvalidError `recipe_invalid`."""
        if name not in self.names():
            known = ", ".join(self.names())
            raise NotFoundError(
                "recipe_unknown", f"There is no recipe called {name[:60]!r}.", f"Known: {known}."
            )
        graph = read_graph(self._folder / "api" / f"{name}.json")
        label, description = _words(self._folder / f"{name}.md", name)
        shape = graphs.inspect(graph)
        inputs = graph[shape.request]["inputs"]
        defaults = {
            key: float(inputs[key]) for key in ("width", "height", "steps", "guidance") if key in inputs
        }
        picture = self._folder / f"{name}.jpg"
        used = _used(graph, shape.request)
        return Recipe(
            name, label, description, graph, shape, used, defaults, picture if picture.is_file() else None
        )


def read_graph(file: Path) -> graphs.Graph:
    """Raises InvalidError `recipe_invalid` for what is no API-format graph."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise ValueError("it is too large")
        graph = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(graph, dict) or not graph:
            raise ValueError("it is not in API format")
        for node in graph.values():
            if not isinstance(node["class_type"], str) or not isinstance(node["inputs"], dict):
                raise ValueError("it is not in API format")
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise InvalidError(
            "recipe_invalid", f"{file.name} cannot be used: {fault}.", "Save it with Export (API) in ComfyUI."
        ) from fault
    return graph


def _used(graph: graphs.Graph, request: str) -> list[str]:
    links = {
        graphs.REQUEST_OUTPUTS[value[1]]
        for node in graph.values()
        for value in node["inputs"].values()
        if graphs.is_link(value) and value[0] == request
    }
    return [name for name in _CONTROLS if name in links]


def _words(file: Path, name: str) -> tuple[str, str]:
    """First line `# Label`, then the description."""
    if not file.is_file():
        return name, ""
    lines = file.read_text(encoding="utf-8").splitlines()
    label = lines[0].lstrip("# ").strip() if lines else name
    return label or name, " ".join(line.strip() for line in lines[1:] if line.strip())
