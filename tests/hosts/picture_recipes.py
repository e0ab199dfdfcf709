"""The recipes that start from a picture, of those that start with nothing: rewired as the panel's orders are, so that on the canvas
stands what the panel sends. `python tests/hosts/picture_recipes.py` writes workflows/api/ anew; workflow_files.py then draws the templates.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
API = ROOT / "workflows" / "api"


@dataclass(frozen=True)
class Made:
    """The recipe it is made of, and what of the request is another than there."""

    of: str
    change: float
    masked: bool = False
    shown: bool = False
    scale: int = 1


MADE = {
    "from-picture": Made("sd15-identity", 0.5),
    "into-picture": Made("sd15-identity", 1.0, masked=True),
    "enlarge-drawn": Made("sd15-identity", 0.3, scale=2),
    "flux2-klein-from-picture": Made("flux2-klein-identity", 0.6),
    "flux2-klein-into-picture": Made("flux2-klein-identity", 1.0, masked=True, shown=True),
}


def graph_of(name: str) -> dict:
    from isengard.generation.image.from_picture.rewiring import starting, write_picture
    from isengard.generation.image.graph import REQUEST

    made = MADE[name]
    graph = json.loads((API / f"{made.of}.json").read_text(encoding="utf-8"))
    graph = starting(graph, masked=made.masked, shown=made.shown)
    write_picture(graph, "", made.change)
    for node in graph.values():
        if node["class_type"] == REQUEST:
            node["inputs"] |= {side: node["inputs"][side] * made.scale for side in ("width", "height")}
    return graph


def text_of(name: str) -> str:
    return json.dumps(graph_of(name), indent=1) + "\n"


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
    import boot

    boot.load()
    for recipe in MADE:
        (API / f"{recipe}.json").write_text(text_of(recipe), encoding="utf-8")
