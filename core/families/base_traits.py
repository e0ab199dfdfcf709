"""What is known of a checkpoint besides the sizes of its tensors: how it predicts, what it is made to draw, whether it is whole.

Each answer says where it comes from; what nothing tells is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from .families import Family

#: What told it, the surest first; '' where nothing did.
Source = Literal["tensors", "metadata", "name", ""]
Prediction = Literal["epsilon", "v"]
Style = Literal["photographic", "illustrated", "unknown"]
#: ModelSpec's entry, and ComfyUI's own name for it when it saves a checkpoint.
PREDICTION_ENTRIES = ("modelspec.prediction_type", "modelspec.predict_key")
#: Entries in which authors say what their model draws.
STYLE_ENTRIES = ("modelspec.title", "modelspec.tags")
#: ComfyUI's own tensors: velocity instead of noise, and noise up to the very end.
V_PRED, ZERO_SNR = "v_pred", "ztsnr"
_VELOCITY = {"v", "v_prediction", "v-prediction", "vpred", "velocity"}
#: Words in names and titles of well-known checkpoints. One that has words of both kinds is of neither, as far as we know.
_PHOTOGRAPHIC = re.compile(r"photo|realis|realvis|realit|juggernaut|epicreal|analog")
_ILLUSTRATED = re.compile(
    r"anim[ea]|pony|illustr|noobai|manga|toon|comic|waifu|counterfeit|meina|abyssorange|hassaku|anything[-_ ]?v\d"
)


@dataclass(frozen=True)
class Traits:
    """`lacks`: parts that a whole checkpoint has and this one does not; `quantised`: the format of its weights, '' for plain ones.
    `comfyui_is_told`: ComfyUI does not see by itself that it predicts velocity."""

    prediction: Prediction = "epsilon"
    prediction_from: Source = ""
    comfyui_is_told: bool = False
    zero_snr: bool = False
    style: Style = "unknown"
    style_from: Source = ""
    lacks: tuple[str, ...] = ()
    quantised: str = ""


def traits_of(
    family: Family, name: str, tensors: Collection[str], metadata: Mapping[str, str], quantised: str = ""
) -> Traits:
    """Tell what a file of the family says of itself by its tensors, its metadata, and last by its name."""
    prediction, told_by = _prediction(family, name, tensors, metadata)
    style, style_told_by = _style(name, metadata)
    velocity = family.v_prediction
    seen = velocity is not None and velocity.comfyui_reads and V_PRED in tensors
    return Traits(
        prediction=prediction,
        prediction_from=told_by,
        comfyui_is_told=prediction == "v" and not seen,
        zero_snr=prediction == "v" and ZERO_SNR in tensors,
        style=style,
        style_from=style_told_by,
        lacks=tuple(part.label for part in family.parts if tensors and not part.is_in(tensors)),
        quantised=quantised,
    )


def _prediction(
    family: Family, name: str, tensors: Collection[str], metadata: Mapping[str, str]
) -> tuple[Prediction, Source]:
    if family.v_prediction is None:
        return "epsilon", ""
    if V_PRED in tensors or ZERO_SNR in tensors:
        return "v", "tensors"
    said = next((metadata[entry].strip().lower() for entry in PREDICTION_ENTRIES if metadata.get(entry)), "")
    if said:
        return ("v" if said in _VELOCITY else "epsilon"), "metadata"
    return ("v", "name") if family.v_prediction.is_named(name) else ("epsilon", "")


def _style(name: str, metadata: Mapping[str, str]) -> tuple[Style, Source]:
    texts: list[tuple[str, Source]] = [
        (name, "name"),
        (" ".join(metadata.get(entry, "") for entry in STYLE_ENTRIES), "metadata"),
    ]
    for text, source in texts:
        photographic, illustrated = _PHOTOGRAPHIC.search(text.lower()), _ILLUSTRATED.search(text.lower())
        if photographic and illustrated:
            return "unknown", ""
        if photographic or illustrated:
            return ("photographic" if photographic else "illustrated"), source
    return "unknown", ""
