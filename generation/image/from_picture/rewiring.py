"""A recipe's graph made to start from a picture. Found by how its nodes hang together, never by a recipe's or a family's name."""

from __future__ import annotations

import copy
from typing import Any

from ....core.errors import InvalidError
from ..graph import PICTURE, Graph, is_link

#: Nodes that draw, and the input that says for how long: sigmas of a scheduler, or a share of their own steps.
_SAMPLERS = {"KSampler": "denoise", "SamplerCustomAdvanced": "sigmas", "SamplerCustom": "sigmas"}
_DECODERS = {"VAEDecode", "VAEDecodeTiled"}
#: Where a sampler's model and what is to be seen come from: itself, or its guider.
_MODEL, _SEEN = "model", ("positive", "conditioning")
_MASKS, _SHOWS = "SetLatentNoiseMask", "ReferenceLatent"
#: IsengardPicture's outputs (nodes/picture.py).
_IMAGE, _MASK, _CHANGE = range(3)


#: What a request may say of a picture to start from, by the output of IsengardPicture that it comes by.
CONTROLS = {"picture": _IMAGE, "mask": _MASK, "change": _CHANGE}


def picture_controls(graph: Graph) -> list[str]:
    """Name what of a picture pictures made with it can start from: all of CONTROLS for one that is rewired, those of its author's
    node that are used; none where it cannot."""
    if own := _of_kind(graph, {PICTURE}):
        links = [value for node in graph.values() for value in node["inputs"].values() if is_link(value)]
        used = {slot for node, slot in links if node in own}
        return [control for control, slot in CONTROLS.items() if slot in used]
    try:
        _Places.of(graph)
    except InvalidError:
        return []
    return list(CONTROLS)


def starting(graph: Graph, *, masked: bool = False, shown: bool = False) -> Graph:
    """A copy that starts from a picture; one that does already stays as its author made it. InvalidError `recipe_without_start`."""
    if _of_kind(graph, {PICTURE}):
        return copy.deepcopy(graph)
    wired = copy.deepcopy(graph)
    places = _Places.of(wired)
    picture = _add(
        wired, PICTURE, "Picture", picture="", width=places.width, height=places.height, change=0.5
    )
    vae = wired[places.decoder]["inputs"]["vae"]
    latent = _add(wired, "VAEEncode", "Encode", pixels=[picture, _IMAGE], vae=vae)
    _start_later(wired, places, [picture, _CHANGE])
    if shown:
        _show(wired, places, [latent, 0])
    start = latent
    if masked:
        start = _add(wired, _MASKS, "Only here", samples=[latent, 0], mask=[picture, _MASK])
        _soften(wired, places)
        _paste(wired, places, picture)
    _relink(wired, [places.empty, 0], [start, 0])
    del wired[places.empty]
    return wired


def as_sent(graph: Graph, sent: Graph) -> Graph:
    """The graph of a recipe rewired as it was for a prompt that was made of it; as it is for one that began with nothing."""
    kinds = {node["class_type"] for node in sent.values()}
    if PICTURE not in kinds:
        return graph
    return starting(graph, masked=_MASKS in kinds, shown=_SHOWS in kinds)


def write_picture(graph: Graph, picture: str, change: float) -> None:
    """Write which picture it starts from, and how much is drawn anew."""
    for node_id in _of_kind(graph, {PICTURE}):
        inputs = graph[node_id]["inputs"]
        inputs.pop("image", None)  # what an author had connected would win
        inputs.pop("mask", None)
        inputs["picture"], inputs["change"] = picture, change


def change_of(sent: Graph) -> float:
    """Read how much was drawn anew by a prompt that was sent; all where it does not say."""
    said = [sent[node_id]["inputs"].get("change") for node_id in _of_kind(sent, {PICTURE})]
    return next((float(change) for change in said if isinstance(change, (int, float))), 1.0)


class _Places:
    """The nodes of a graph that matter here: what is drawn from nothing, by which sampler, and what decodes it."""

    def __init__(self, graph: Graph, sampler: str, decoder: str) -> None:
        self.sampler, self.decoder = sampler, decoder
        self.empty = graph[sampler]["inputs"]["latent_image"][0]
        guider = graph[sampler]["inputs"].get("guider")
        self.guide = guider[0] if is_link(guider) else sampler
        sides = graph[self.empty]["inputs"]
        self.width, self.height = sides.get("width", 0), sides.get("height", 0)

    @classmethod
    def of(cls, graph: Graph) -> _Places:
        """InvalidError `recipe_without_start` where there is not one place to start, or it is not known how."""
        samplers = [key for key in _of_kind(graph, set(_SAMPLERS)) if _starts_empty(graph, key)]
        decoders = [key for key in _of_kind(graph, _DECODERS) if is_link(graph[key]["inputs"].get("vae"))]
        if len(samplers) != 1 or len(decoders) != 1:
            raise without_start()
        places = cls(graph, samplers[0], decoders[0])
        if not is_link(graph[places.guide]["inputs"].get(_MODEL)) or not _can_start_later(graph, samplers[0]):
            raise without_start()
        return places


def _starts_empty(graph: Graph, sampler: str) -> bool:
    link = graph[sampler]["inputs"].get("latent_image")
    return is_link(link) and graph[link[0]]["class_type"].startswith("Empty")


def _can_start_later(graph: Graph, sampler: str) -> bool:
    node = graph[sampler]
    if _SAMPLERS[node["class_type"]] == "denoise":
        return True
    sigmas = node["inputs"].get("sigmas")
    return is_link(sigmas) and not {"denoise", "steps"}.isdisjoint(graph[sigmas[0]]["inputs"])


def _start_later(graph: Graph, places: _Places, change: list[Any]) -> None:
    """The sampler begins where so much noise is left. A scheduler that knows no share gives its place to one that does, with as
    many steps: of a model's four steps, cutting some off would leave one or none."""
    sampler = graph[places.sampler]
    if _SAMPLERS[sampler["class_type"]] == "denoise":
        sampler["inputs"]["denoise"] = change
        return
    scheduler = sampler["inputs"]["sigmas"][0]
    inputs = graph[scheduler]["inputs"]
    if "denoise" not in inputs:
        graph[scheduler] |= {"class_type": "BasicScheduler"}
        model = graph[places.guide]["inputs"][_MODEL]
        inputs = graph[scheduler]["inputs"] = {
            "model": model,
            "scheduler": "simple",
            "steps": inputs["steps"],
        }
    inputs["denoise"] = change


def _show(graph: Graph, places: _Places, latent: list[Any]) -> None:
    """What is to be seen is said of the picture, too, wherever it goes."""
    guide = graph[places.guide]["inputs"]
    seen = next((guide[name] for name in _SEEN if is_link(guide.get(name))), None)
    if seen is None:
        raise without_start()
    shown = _add(graph, _SHOWS, "Shown", conditioning=seen, latent=latent)
    _relink(graph, seen, [shown, 0], but=shown)


def _soften(graph: Graph, places: _Places) -> None:
    inputs = graph[places.guide]["inputs"]
    inputs[_MODEL] = [
        _add(graph, "DifferentialDiffusion", "Soft edge", model=inputs[_MODEL], strength=1.0),
        0,
    ]


def _paste(graph: Graph, places: _Places, picture: str) -> None:
    """Encoding and decoding changes every pixel a little: those outside of the mask are taken from the picture itself."""
    drawn = [places.decoder, 0]
    pasted = _add(
        graph,
        "ImageCompositeMasked",
        "Into the picture",
        destination=[picture, _IMAGE],
        source=drawn,
        x=0,
        y=0,
        resize_source=False,
        mask=[picture, _MASK],
    )
    _relink(graph, drawn, [pasted, 0], but=pasted)


def _relink(graph: Graph, old: list[Any], new: list[Any], *, but: str = "") -> None:
    for key, node in graph.items():
        if key != but:
            node["inputs"].update({name: new for name, value in node["inputs"].items() if value == old})


def _add(graph: Graph, kind: str, title: str, **inputs: Any) -> str:
    key = str(1 + max((int(key) for key in graph if key.isdecimal()), default=0))
    graph[key] = {"class_type": kind, "inputs": inputs, "_meta": {"title": title}}
    return key


def _of_kind(graph: Graph, kinds: set[str]) -> list[str]:
    return [key for key, node in graph.items() if node["class_type"] in kinds]


def without_start() -> InvalidError:
    """The refusal of what can only begin with nothing."""
    return InvalidError(
        "recipe_without_start",
        "This workflow cannot start from a picture: it needs one sampler with an empty latent, and one VAE Decode.",
        "Choose another workflow, or put Isengard Picture into this one.",
    )
