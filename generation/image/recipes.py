"""Recipes as files: an API-format graph in workflows/api/<name>.json and its words in workflows/<name>.md; its layout and
picture are its template's (templates.py)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ...core.errors import InvalidError, NotFoundError
from ...core.said import said
from . import graph as graphs
from .from_picture.rewiring import as_sent
from .graph_limits import MAX_BYTES, checked, wrong
from .templates import WORKFLOWS, templates
from .user_recipes import UserRecipes

_CONTROLS = ("prompt", "negative", "width", "height", "seed", "steps", "guidance")


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
    source: Literal["ours", "user"] = "ours"


@dataclass(frozen=True)
class OpenedRecipe:
    """A recipe to go on with on the canvas: `graph` in API format; `layout` is its twin in the canvas's own format, where one ships."""

    recipe: str
    graph: graphs.Graph
    layout: dict[str, Any] | None


class RecipeFolder:
    """Folder of recipes, ours and the user's; read anew each time (they are few and small). Ours win where a name is taken twice."""

    def __init__(self, folder: Path = WORKFLOWS, own: UserRecipes | None = None) -> None:
        self._folder = folder
        self._own = own

    def ours(self) -> list[str]:
        return sorted(file.stem for file in (self._folder / "api").glob("*.json"))

    def users(self) -> list[str]:
        own = self._own.names() if self._own is not None else []
        return [name for name in own if name not in self.ours()]

    def all(self) -> list[Recipe]:
        """List every recipe that is one; `broken` tells of the others."""
        own = [recipe for _, recipe in self._each() if isinstance(recipe, Recipe)]
        return [*(self._ours(name) for name in self.ours()), *own]

    def broken(self) -> list[tuple[str, InvalidError]]:
        """The user's files that are no recipes, with the reason."""
        return [(name, fault) for name, fault in self._each() if isinstance(fault, InvalidError)]

    def _each(self) -> Iterator[tuple[str, Recipe | InvalidError]]:
        for name in self.users():
            try:
                yield name, self._users(name)
            except InvalidError as fault:
                yield name, fault

    def get(self, name: str) -> Recipe:
        """NotFoundError `recipe_unknown`, InvalidError `recipe_invalid`."""
        if name in self.ours():
            return self._ours(name)
        if name in self.users():
            return self._users(name)
        names = ", ".join([*self.ours(), *self.users()])
        raise NotFoundError(
            "recipe_unknown",
            said("There is no workflow called '{name}'.", name=name[:60]),
            said("Known: {known}.", known=names[:400]),
        )

    def opened(
        self, name: str, sent: graphs.Graph, request: dict[str, Any], generation_id: str
    ) -> OpenedRecipe:
        """Find the recipe that `sent` was made of, with the request in it; `sent` itself where that recipe is gone or was changed since."""
        try:
            recipe = self.get(name)
            rewired = as_sent(recipe.graph, sent)
            graph = graphs.unfolded(rewired, sent, request)
        except (InvalidError, NotFoundError):
            graph = None
        if graph is None:
            return OpenedRecipe(name, graphs.unbound(sent, generation_id), None)
        graphs.refer(graph, generation_id)
        drawn = name in self.ours() and rewired.keys() == recipe.graph.keys()
        template = templates(self._folder).get(name) if drawn else None
        return OpenedRecipe(name, graph, None if template is None else _as_graph(template.workflow(), graph))

    def _ours(self, name: str) -> Recipe:
        template = templates(self._folder).get(name)
        picture = None if template is None else template.picture
        return _read(self._folder / "api" / f"{name}.json", self._folder, picture, "ours")

    def _users(self, name: str) -> Recipe:
        if self._own is None:
            raise ValueError("there are no user's recipes")
        folder = self._own.folder
        return _read(folder / f"{name}.json", folder, folder / f"{name}.jpg", "user")


def _as_graph(layout: dict[str, Any], graph: graphs.Graph) -> dict[str, Any]:
    """The layout as a graph, though it ships as an app, whose loaders offer only the files that the graph loads: ComfyUI asks
    for the others though nobody wants them."""
    layout["extra"]["linearMode"] = False
    for node in layout["nodes"]:
        loads = graph.get(str(node["id"]), {"inputs": {}})["inputs"].values()
        properties = node.get("properties", {})
        if "models" in properties:
            properties["models"] = [model for model in properties["models"] if model["name"] in loads]
    return layout


def _read(file: Path, words: Path, picture: Path | None, source: Literal["ours", "user"]) -> Recipe:
    graph, name = read_graph(file), file.stem
    label, description = _words(words / f"{name}.md", name)
    shape = graphs.inspect(graph)
    inputs = graph[shape.request]["inputs"]
    defaults = {
        key: float(inputs[key])
        for key in ("width", "height", "steps", "guidance")
        if isinstance(inputs.get(key), (int, float))
    }
    return Recipe(
        name,
        label,
        description,
        graph,
        shape,
        _used(graph, shape.request),
        defaults,
        picture if picture is not None and picture.is_file() else None,
        source,
    )


def read_graph(file: Path) -> graphs.Graph:
    """InvalidError `recipe_invalid` or `recipe_ui_format` for what is no API-format graph."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise wrong("it is too large", file.name)
        return checked(json.loads(file.read_bytes()))  # of bytes it reads what Windows writes, too
    except (OSError, ValueError, RecursionError) as fault:
        raise wrong("it is not readable JSON", file.name) from fault


def _used(graph: graphs.Graph, request: str) -> list[str]:
    links = {
        graphs.REQUEST_OUTPUTS[value[1]]
        for node in graph.values()
        for value in node["inputs"].values()
        if graphs.is_link(value) and value[0] == request and value[1] < len(graphs.REQUEST_OUTPUTS)
    }
    return [name for name in _CONTROLS if name in links]


def _words(file: Path, name: str) -> tuple[str, str]:
    """First line `# Label`, then the description; the name alone where they cannot be read."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace")[:4000].splitlines()
    except OSError:
        return name, ""
    label = lines[0].lstrip("# ").strip() if lines else name
    return label or name, " ".join(line.strip() for line in lines[1:] if line.strip())
