"""Whose nodes stand in our workflows, and which files their loaders read: what ComfyUI's frontend offers to install and download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import toml
from isengard.core.families.families import Families, Family
from isengard.core.families.model_files import ModelFile
from isengard.generation.image.model_files import LOADERS
from isengard.training.downloads.hub_site import HUB

PROJECT = toml.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
#: Workflows of the canvas alone, and a recipe of the families that draw them.
MADE_OF = {"mend-face": "enlarge-drawn"}
#: Kinds that the frontend makes by itself.
NOTES = ("MarkdownNote", "Note")


def properties(kind: str, recipe: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """`cnr_id` and `ver`, by which the frontend and ComfyUI-Manager know where a node comes from and how new it has to be, and
    `models` of a loader."""
    files = [_file(inputs[name], recipe) for name in LOADERS.get(kind, ())]
    return {**_package(kind, recipe), **({"models": [_model(file) for file in files]} if files else {})}


def _package(kind: str, recipe: str) -> dict[str, str]:
    if kind in NOTES:
        return {}
    if kind.startswith("Isengard"):
        return {"cnr_id": PROJECT["project"]["name"], "ver": PROJECT["project"]["version"]}
    return {"cnr_id": "comfy-core", "ver": _least_comfyui(recipe)}


def _least_comfyui(recipe: str) -> str:
    """The oldest ComfyUI that runs a recipe; the pack's own where no family draws it."""
    needed = [family.min_comfyui for family in _drawing(recipe)]
    floor = PROJECT["tool"]["comfy"]["requires-comfyui"].removeprefix(">=")
    return min(needed, default=floor, key=lambda version: [int(part) for part in version.split(".")])


def _drawing(recipe: str) -> list[Family]:
    """Those of a recipe, or of the one that a workflow of the canvas alone was made of."""
    drawn_as = MADE_OF.get(recipe, recipe)
    return [family.for_recipe(drawn_as) for family in Families().all() if drawn_as in family.recipes]


def _file(name: str, recipe: str) -> ModelFile:
    return next(file for family in _drawing(recipe) for file in family.files if file.name == name)


def _model(file: ModelFile) -> dict[str, str]:
    return {
        "name": file.name,
        "url": f"{HUB}/{file.hub}/resolve/{file.revision}/{file.file}",
        "directory": file.folder,
        "hash": file.sha256,
        "hash_type": "SHA256",
    }
