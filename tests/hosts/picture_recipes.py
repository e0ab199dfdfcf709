"""The recipes that start from a picture, of those that start with nothing: rewired as the panel's orders are, so that on the canvas
stands what the panel sends. `python tests/hosts/picture_recipes.py` writes workflows/api/ and workflows/mending/ anew; workflow_files.py
then draws the templates.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
API = ROOT / "workflows" / "api"
#: For the canvas alone: the panel finds the faces itself, and sends a graph with their places (generation/mending/).
MENDING = ROOT / "workflows" / "mending" / "mend-face.json"


@dataclass(frozen=True)
class Made:
    """The recipe it is made of, and what of the request is another than there."""

    of: str
    change: float
    masked: bool = False
    shown: bool = False
    scale: int = 1


#: Pixels that old and new mix over, of a face of about 190: as generation/mending/region.py has it.
FEATHER, EDGES = 34, ("left", "top", "right", "bottom")
#: What the canvas asks for of the face, and its number until somebody says another.
FACE = {"left edge": 160, "top edge": 40, "width and height": 192}
MADE = {
    "from-picture": Made("sd15-identity", 0.5),
    "into-picture": Made("sd15-identity", 1.0, masked=True),
    "enlarge-drawn": Made("sd15-identity", 0.3, scale=2),
    "flux2-klein-from-picture": Made("flux2-klein-identity", 0.6),
    "flux2-klein-into-picture": Made("flux2-klein-identity", 1.0, masked=True, shown=True),
}


#: What the tiny Stable Diffusion 1.5 of the tests draws, or a tiny upscale model: each is run by the nodes alone.
TINY = ("from-picture", "into-picture", "enlarge-drawn", "enlarge-model")
#: FLUX.2 Klein has no tiny model: ComfyUI's validation alone is asked of these.
VALIDATED = ("flux2-klein-from-picture", "flux2-klein-into-picture")


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


class _Growing:
    """A graph that nodes are put into."""

    def __init__(self, graph: dict) -> None:
        self.graph = graph
        self.at = {node["class_type"]: key for key, node in graph.items()}

    def inputs(self, kind: str) -> dict:
        return self.graph[self.at[kind]]["inputs"]

    def add(self, kind: str, title: str, **inputs: object) -> list:
        key = str(1 + max(map(int, self.graph)))
        self.graph[key] = {"class_type": kind, "inputs": inputs, "_meta": {"title": title}}
        return [key, 0]


def mending_graph() -> dict:
    """One face drawn again as the panel does it: cut out, enlarged, drawn over, and laid back with a soft edge."""
    from isengard.core.families.families import Families
    from isengard.generation.image.from_picture.rewiring import starting, write_picture
    from isengard.generation.image.graph import PICTURE, REQUEST, SAVE

    how = Families().get("sd15").face_mending
    graph = _Growing(starting(json.loads((API / "sd15-identity.json").read_text(encoding="utf-8"))))
    write_picture(graph.graph, "", how.denoise)
    graph.inputs(PICTURE).update(width=0, height=0)
    prompt = how.prompt.replace("{who}", "{trigger}").replace("{look}", "soft window light")
    graph.inputs(REQUEST).update(width=how.side, height=how.side, prompt=prompt)
    left, top, side = (
        graph.add("PrimitiveInt", f"Face: {name}", value=value) for name, value in FACE.items()
    )
    picture, request = [graph.at[PICTURE], 0], graph.at[REQUEST]
    square, scaling = {"width": side, "height": side}, {"upscale_method": "lanczos", "crop": "disabled"}
    part = graph.add("ImageCrop", "Region", image=picture, **square, x=left, y=top)
    large = {"width": [request, 2], "height": [request, 3], **scaling}
    graph.inputs("VAEEncode")["pixels"] = graph.add("ImageScale", "Enlarged", image=part, **large)
    mask = graph.add("SolidMask", "Mask", value=1.0, **square)
    for _ in range(2):  # a slope of zero at the edge: old and new never meet in a line
        mask = graph.add("FeatherMask", "Soft edge", mask=mask, **dict.fromkeys(EDGES, FEATHER))
    reduced = graph.add("ImageScale", "Reduced", image=[graph.at["VAEDecode"], 0], **square, **scaling)
    places = {"destination": picture, "source": reduced, "x": left, "y": top, "mask": mask}
    laid = graph.add("ImageCompositeMasked", "Into the picture", **places, resize_source=False)
    graph.inputs(SAVE)["images"] = laid
    return graph.graph


def text_of(name: str) -> str:
    return json.dumps(graph_of(name), indent=1) + "\n"


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
    import boot

    boot.load()
    for recipe in MADE:
        (API / f"{recipe}.json").write_text(text_of(recipe), encoding="utf-8")
    MENDING.write_text(json.dumps(mending_graph(), indent=1) + "\n", encoding="utf-8")
