"""IPTC's words for how a picture came to be (DigitalSourceType), chosen by what made it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..errors import NotFoundError
from ..records.generation import Generation, MadeFrom

_WORDS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
#: Drawn by a trained model alone.
TRAINED = f"{_WORDS}trainedAlgorithmicMedia"
#: A trained model changed a part of a picture that was there before.
COMPOSITE = f"{_WORDS}compositeWithTrainedAlgorithmicMedia"
#: Drawn by a program that learned nothing: the placeholders of practice mode.
ALGORITHMIC = f"{_WORDS}algorithmicMedia"
#: How a picture can be made from another one, where that other stays around what is new.
_EDITS = ("mend", "into_picture")
#: How many pictures are looked back at, each made from the one before.
_MOST_BEFORE = 50
_PLACEHOLDER = "IsengardPlaceholderImage"
#: Nodes of ComfyUI that take a picture from a file.
_FROM_FILES = ("LoadImage", "LoadImageMask", "LoadImageOutput")
#: Together they put what is drawn into a picture of the gallery.
_INTO = ("IsengardPicture", "ImageCompositeMasked")
#: Nodes of ComfyUI that draw nothing: behind these alone a picture is what it was.
_PLAIN = (
    "IsengardSaveImage",
    *_FROM_FILES,
    *("ImageScale", "ImageScaleBy", "ImageScaleToTotalPixels", "ImageCrop", "ImagePadForOutpaint"),
    *("ImageInvert", "ImageBatch", "ImageFromBatch", "RepeatImageBatch", "ImageFlip", "ImageRotate"),
)


def is_edit(made_from: MadeFrom | None) -> bool:
    """Whether something of another picture stays in what was made from it; a photo does wherever it was begun with."""
    return made_from is not None and (made_from.how in _EDITS or not made_from.generation_id)


def edits(generation: Generation, known: Callable[[str], Generation]) -> bool:
    """Whether something of another picture stays in these, or stayed in what they were made from: an enlarged picture of a mended one
    is no less mended. `known` finds a generation by its id; one that is gone tells nothing more."""
    for _ in range(_MOST_BEFORE):
        made_from = generation.made_from
        if made_from is None:
            return False
        if is_edit(made_from):
            return True
        try:
            generation = known(made_from.generation_id)
        except NotFoundError:
            return False
    return False


def source_of_order(graph: Mapping[str, Any], *, edits: bool) -> str:
    """The word for a picture that the tab asked for; `edits` as `is_edit` says."""
    if _PLACEHOLDER in _kinds(graph, graph):
        return ALGORITHMIC
    return COMPOSITE if edits else TRAINED


def source_of_graph(
    graph: Mapping[str, Any],
    behind: Collection[str],
    of_file: Callable[[str], str] = lambda _: "",
    of_picture: Callable[[str], str] = lambda _: "",
) -> str:
    """The word for what the nodes `behind` a picture draw. Where they draw nothing it is what the files say that were loaded (`of_file`,
    by the name in the node): somebody's photo is not called made with AI, and a picture that was is still called so. What a picture of
    the gallery says (`of_picture`, by its place) stays in what is made from it, as `edits` has it."""
    kinds = _kinds(graph, behind)
    if kinds and kinds.issubset(_PLAIN):
        return _of_files(graph, behind, of_file)
    if _PLACEHOLDER in kinds:
        return ALGORITHMIC
    before = [graph[key] for key in behind if graph[key].get("class_type") == _INTO[0]]
    edited = any(of_picture(str(node.get("inputs", {}).get("picture", ""))) == COMPOSITE for node in before)
    return COMPOSITE if edited or kinds.intersection(_FROM_FILES) or kinds.issuperset(_INTO) else TRAINED


def _of_files(graph: Mapping[str, Any], behind: Collection[str], of_file: Callable[[str], str]) -> str:
    nodes = [graph[key] for key in behind if graph[key].get("class_type") in _FROM_FILES]
    words = {of_file(str(node.get("inputs", {}).get("image", ""))) for node in nodes}
    return (COMPOSITE if len(words) > 1 else words.pop()) if any(words) else ""


def _kinds(graph: Mapping[str, Any], keys: Collection[str]) -> set[str]:
    return {str(graph[key].get("class_type", "")) for key in keys if isinstance(graph[key], dict)}
