"""The graph that draws faces of a picture again: for each the family's own prompt over an enlarged part of the picture, laid back with
a soft edge. Pure, with ComfyUI's core nodes alone besides ours: what a family draws with stays what its recipe says.

ComfyUI 0.3.75 feathers the left column twice instead of the right one (`-x` for x = 0, FeatherMask): so masks are made a pixel larger
and cut. Feathered twice, they begin with a slope of zero, and old and new never meet in a line.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...core.families.face_mending import FaceMending
from ..image.from_picture.rewiring import starting
from ..image.graph import PICTURE, SAVE, Graph, is_link
from .region import Region

Link = list[Any]
SCALING = "lanczos"
#: What takes the place of an output of a node.
_Given = Mapping[tuple[str, int], Any]


@dataclass(frozen=True)
class Pass:
    """A pass over one face: `prompt` draws its person alone, from nothing, in a square of `how.side`; it is laid over the picture at `region`."""

    prompt: Graph
    region: Region
    how: FaceMending


def mended_graph(passes: Sequence[Pass], picture: str) -> Graph:
    """Join the passes over a picture, one after the other; `picture` is what Isengard Picture reads, as it is. InvalidError
    `recipe_without_start` for a family's prompt that cannot start from a picture."""
    graph = _Growing()
    drawn = graph.make(PICTURE, "Picture", picture=picture, width=0, height=0, change=1.0)
    for one in passes:
        drawn = _laid_over(graph, one, drawn)
    save = _only(passes[-1].prompt, SAVE)
    graph.add({**save, "inputs": {**save["inputs"], "images": drawn}})
    return graph.nodes


class _Growing:
    """A graph that nodes are put into, each once: the same node with the same inputs is one."""

    def __init__(self) -> None:
        self.nodes: Graph = {}
        self._known: dict[str, str] = {}

    def add(self, node: dict[str, Any]) -> Link:
        """Put it in where it is not yet; a link to its first output."""
        sign = json.dumps([node["class_type"], node["inputs"]], sort_keys=True)
        if sign not in self._known:
            self._known[sign] = str(len(self.nodes) + 1)
            self.nodes[self._known[sign]] = copy.deepcopy(node)
        return [self._known[sign], 0]

    def make(self, kind: str, title: str, **inputs: Any) -> Link:
        return self.add({"class_type": kind, "inputs": inputs, "_meta": {"title": title}})

    def take_over(self, graph: Graph, value: Any, given: _Given) -> Any:
        """Put in what an input of another graph comes from, and tell what that input is here."""
        if not is_link(value):
            return value
        key, output = value
        if (key, output) in given:
            return given[key, output]
        node = graph[key]
        inputs = {name: self.take_over(graph, one, given) for name, one in node["inputs"].items()}
        return [self.add({**node, "inputs": inputs})[0], output]


def _laid_over(graph: _Growing, one: Pass, picture: Link) -> Link:
    region, how = one.region, one.how
    square = {"width": region.side, "height": region.side}
    part = graph.make("ImageCrop", "Region", image=picture, **square, x=region.left, y=region.top)
    large = _scaled(graph, "Enlarged", part, how.side)
    soft = _feathered(graph, _solid(graph, region), region)
    prompt = starting(one.prompt, masked=True)
    (start,) = (key for key, node in prompt.items() if node["class_type"] == PICTURE)
    given = {(start, 0): large, (start, 1): _cut(graph, soft, region), (start, 2): how.denoise}
    pasted = prompt[_only(prompt, SAVE)["inputs"]["images"][0]]
    new = graph.take_over(prompt, pasted["inputs"]["source"], given)
    mask = _cut(graph, _feathered(graph, soft, region), region)
    return graph.make(
        "ImageCompositeMasked",
        "Into the picture",
        destination=picture,
        source=_scaled(graph, "Reduced", new, region.side),
        x=region.left,
        y=region.top,
        resize_source=False,
        mask=mask,
    )


def _only(graph: Graph, kind: str) -> dict[str, Any]:
    (node,) = (node for node in graph.values() if node["class_type"] == kind)
    return node


def _scaled(graph: _Growing, title: str, image: Link, side: int) -> Link:
    size = {"width": side, "height": side, "crop": "disabled"}
    return graph.make("ImageScale", title, image=image, upscale_method=SCALING, **size)


def _solid(graph: _Growing, region: Region) -> Link:
    side = region.side + 1
    return graph.make("SolidMask", "Mask", value=1.0, width=side, height=side)


def _feathered(graph: _Growing, mask: Link, region: Region) -> Link:
    edges = {
        "left": region.feather_left,
        "top": region.feather_top,
        "right": region.feather_right,
        "bottom": region.feather_bottom,
    }
    return graph.make("FeatherMask", "Soft edge", mask=mask, **edges)


def _cut(graph: _Growing, mask: Link, region: Region) -> Link:
    return graph.make("CropMask", "Cut", mask=mask, x=1, y=1, width=region.side, height=region.side)
