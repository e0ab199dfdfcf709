"""Recipes of the user: API graphs in DATA_DIR/recipes, put there by the panel or by hand, and which of them were agreed to."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ...core import atomic
from ...core.characters.slugs import DEVICES
from ...core.clock import Clock
from ...core.errors import ConflictError, NotFoundError
from ...core.paths import DataPaths, contained
from ...core.records.base import Line, Prose, Record
from ...core.said import said
from ...core.storage.file_moves import move
from ...core.storage.kept_in_trash import STAMP
from . import graph as graphs
from .graph_limits import checked

#: Which foreign nodes of which file a person has agreed to.
AGREED = ".confirmed.json"
MAX_NAME = 60
#: The graph is the recipe: it goes first and comes back last, so that one cut off in between is there with its words or not
#: at all.
ENDINGS = (".json", ".md", ".jpg")
#: Of STAMP.
STAMP_DIGITS = 20
#: Taken by pictures made on the canvas (nodes/pictures/canvas_record.py), and by Windows.
RESERVED = {"canvas", *DEVICES}
#: Of two with one name that come at once, the second must not take the first one's place.
_ADDING = threading.Lock()
_log = logging.getLogger("isengard.recipes")


class RecipeDraft(Record):
    """POST /recipes: a workflow in API format and what to call it."""

    name: Annotated[Line, Field(min_length=1, max_length=80)]
    description: Annotated[Prose, Field(max_length=1000)] = ""
    graph: dict[str, Any]


class Agreement(Record):
    """POST /recipes/{name}/confirm: the foreign nodes that the person was shown."""

    foreign: list[Annotated[Line, Field(max_length=200)]] = Field(max_length=400)


@dataclass(frozen=True)
class UserRecipes:
    paths: DataPaths
    clock: Clock

    @property
    def folder(self) -> Path:
        return self.paths.recipes

    def names(self) -> list[str]:
        """Files whose names can be recipes' names; hidden ones and links that lead elsewhere are none."""
        names = []
        for file in self.folder.glob("*.json"):
            fine = not file.name.startswith(".") and len(file.stem) <= 80 and file.stem.isprintable()
            if fine and file.stem not in RESERVED and file.resolve().is_relative_to(self.folder.resolve()):
                names.append(file.stem)
        return sorted(names)

    def add(self, draft: RecipeDraft, taken: set[str]) -> str:
        """The new recipe's name. InvalidError for what is none, ConflictError `recipe_exists`."""
        graph = checked(draft.graph)
        graphs.inspect(graph)
        name = re.sub(r"[^a-z0-9]+", "-", draft.name.lower()).strip("-")[:MAX_NAME].strip("-") or "recipe"
        words = f"# {draft.name}\n\n{' '.join(draft.description.split())}\n"
        with _ADDING:
            if name in taken | RESERVED or (self.folder / f"{name}.json").exists():
                raise ConflictError(
                    "recipe_exists",
                    said("There is already a workflow called {name}.", name=name),
                    "Choose another name.",
                )
            self._write(name, words, graph)
        _log.info("Recipe added", extra={"context": {"recipe": name, "nodes": len(graph)}})
        return name

    def _write(self, name: str, words: str, graph: graphs.Graph) -> None:
        """The words first: a graph that is there is a recipe, words alone are nothing and go again."""
        described = self.folder / f"{name}.md"
        atomic.write_text(described, words)
        try:
            atomic.write_json(self.folder / f"{name}.json", graph)
        except BaseException:
            described.unlink(missing_ok=True)
            raise

    def remove(self, name: str) -> None:
        """Move a recipe to the trash, under a name of its own, with its words and picture. Raises StorageError `files_in_use`."""
        stamp = self.clock.now().strftime(STAMP)
        for ending in ENDINGS:
            kept = contained(self.folder, f"{name}{ending}")
            move(kept, contained(self.paths.trash, "recipes", f"{stamp}-{name}{ending}"))
        _log.info("Recipe moved to the trash", extra={"context": {"recipe": name}})

    def restore(self, name: str) -> None:
        """The newest of that name back out of the trash. NotFoundError `recipe_unknown`, ConflictError `recipe_exists`."""
        trash = self.paths.trash / "recipes"
        pattern = re.compile(rf"\d{{{STAMP_DIGITS}}}-{re.escape(name)}\.json")
        trashed_names = sorted(file.name for file in trash.glob("*.json") if pattern.fullmatch(file.name))
        if not trashed_names:
            raise NotFoundError(
                "recipe_unknown",
                "There is no such workflow in the trash.",
                "Add the workflow again from its file.",
            )
        if (self.folder / f"{name}.json").exists():
            raise ConflictError(
                "recipe_exists",
                said("There is already a workflow called {name}.", name=name),
                "Delete that workflow first, or choose another name.",
            )
        stamp = trashed_names[-1][:STAMP_DIGITS]
        for ending in reversed(ENDINGS):
            trashed = contained(trash, f"{stamp}-{name}{ending}")
            move(trashed, contained(self.folder, f"{name}{ending}"))
        _log.info("Recipe brought back", extra={"context": {"recipe": name}})

    def is_agreed(self, name: str, foreign: list[str]) -> bool:
        """Tell whether a person agreed to these nodes in this very file."""
        agreed = self._agreed().get(name)
        return isinstance(agreed, dict) and agreed == {"sha256": self._digest(name), "foreign": foreign}

    def agree(self, name: str, foreign: list[str]) -> None:
        agreed = {**self._agreed(), name: {"sha256": self._digest(name), "foreign": foreign}}
        atomic.write_json(self.folder / AGREED, agreed)
        context = {"recipe": name, "foreign": foreign}
        _log.info("Foreign nodes of a recipe were agreed to", extra={"context": context})

    def _agreed(self) -> dict[str, Any]:
        try:
            agreed = json.loads((self.folder / AGREED).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return agreed if isinstance(agreed, dict) else {}

    def _digest(self, name: str) -> str:
        return hashlib.sha256(contained(self.folder, f"{name}.json").read_bytes()).hexdigest()
