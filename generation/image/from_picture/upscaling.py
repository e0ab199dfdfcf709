"""Which upscale model enlarges a picture: one of ComfyUI's upscale_models folder, by its name."""

from __future__ import annotations

from collections.abc import Sequence

from ....core.errors import InvalidError
from ....core.said import said
from ..graph import Graph, is_link
from ..interface import RecipeBase, RecipeFile, RecipeInfo

FOLDER = "upscale_models"
_LOADER, _NAME = "UpscaleModelLoader", "model_name"


def upscaling(graph: Graph) -> bool:
    """Tell whether it loads an upscale model."""
    return bool(_loaders(graph))


def with_upscalers(info: RecipeInfo, here: Sequence[str]) -> RecipeInfo:
    """The recipe with the upscale models that a request's `base_model` may name; what is missing where there is none."""
    bases = [RecipeBase(family="", file=name, taken=True, why="") for name in here]
    missing = [] if here else [RecipeFile(file="any upscale model", folder=FOLDER)]
    return info.model_copy(update={"bases": bases, "missing": [*info.missing, *missing]})


def write_upscaler(graph: Graph, chosen: str | None, here: Sequence[str]) -> None:
    """Write the one that was chosen, or the recipe's own where that is here, or the first. InvalidError `upscaler_unknown`."""
    for node_id in _loaders(graph):
        inputs = graph[node_id]["inputs"]
        names = [name for name in (chosen, *([] if chosen else [inputs[_NAME], *here])) if name in here]
        if not names:
            raise InvalidError(
                "upscaler_unknown",
                said("ComfyUI has no upscale model called '{file}'.", file=chosen)
                if chosen
                else "ComfyUI has no upscale model.",
                "Put one into its models/upscale_models folder, or choose to redraw the picture larger.",
            )
        inputs[_NAME] = names[0]


def _loaders(graph: Graph) -> list[str]:
    return [
        key
        for key, node in graph.items()
        if node["class_type"] == _LOADER and not is_link(node["inputs"].get(_NAME))
    ]
