"""Our recipes on ComfyUI's canvas: its template browser shows a file's name as the title, and the file says whose recipe it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .graph import PLACEHOLDER

WORKFLOWS = Path(__file__).resolve().parent.parent.parent / "workflows"


@dataclass(frozen=True)
class Template:
    """A recipe's workflow for the canvas. `practice` where it only works in fast-test mode."""

    recipe: str
    file: Path
    practice: bool

    @property
    def title(self) -> str:
        return self.file.stem

    @property
    def picture(self) -> Path:
        return self.file.with_suffix(".jpg")

    def workflow(self) -> dict[str, Any]:
        workflow: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        return workflow


@cache
def templates(folder: Path = WORKFLOWS) -> dict[str, Template]:
    """Read the templates by their recipe; they change only with the pack itself."""
    found = (_template(file) for file in sorted(folder.glob("*.json")))
    return {template.recipe: template for template in found if template is not None}


def _template(file: Path) -> Template | None:
    workflow = json.loads(file.read_text(encoding="utf-8"))
    recipe = workflow["extra"].get("isengard", {}).get("recipe")
    practice = any(node["type"] == PLACEHOLDER for node in workflow["nodes"])
    return Template(recipe, file, practice) if recipe else None
