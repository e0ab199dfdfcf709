"""IsengardApplyIdentity: a trained person onto MODEL and CLIP, the way ComfyUI's own LoraLoader does it."""

from __future__ import annotations

import logging
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from comfy_api.latest import io

from ..core.errors import InvalidError
from ..core.loras.fit import judged
from ..core.said import listed, said
from . import identity, people
from .character import checkpoint_input, person_input, strength_input
from .context import NodeContext, current
from .fields.telling import tell, telling
from .newer_fields import PERSON, newer

if TYPE_CHECKING:
    from ..core.families.families import Families
    from ..core.records.checkpoint import Fit, Version

_log = logging.getLogger("isengard.nodes")
UNCHECKED = said(
    "Whether this person fits the model cannot be checked: its loader keeps the weights in a form of its own. If pictures show somebody else, load the model with ComfyUI's own loader."
)
_LOGGED: dict[Fit, str] = {
    "wrong": "A LoRA of another kind of model was not used",
    "partial": "Part of the LoRA does not fit this model",
    "unchecked": "Whether the LoRA fits this model cannot be checked",
}
#: What is not for a base model, while that model lives: a person trained for several is not tried again each time.
_refused: WeakKeyDictionary[Any, set[tuple[str, str]]] = WeakKeyDictionary()
#: Whose base a model is, while it lives: all its weights are looked at for it.
_families_by_base: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class IsengardApplyIdentity(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardApplyIdentity",
            display_name="Isengard Apply Identity",
            category="Isengard",
            description="Puts a trained person into the model. Chain several for several people.",
            **newer(io.Schema, search_aliases=[*PERSON, "load LoRA"]),
            inputs=[
                io.Model.Input("model", tooltip="The base model the person was trained for."),
                io.Clip.Input(
                    "clip", optional=True, tooltip="Only needed if the text encoder was trained too."
                ),
                person_input(),
                checkpoint_input(),
                strength_input("How strongly the person is drawn: 0.8 to 1.0 is usual. 0 switches it off."),
            ],
            outputs=[
                io.Model.Output("model_out", display_name="model"),
                io.Clip.Output("clip_out", display_name="clip"),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def fingerprint_inputs(cls, **_: Any) -> str:
        return people.library_print()

    @classmethod
    def validate_inputs(cls, checkpoint: Any = "best") -> bool | str:
        return identity.checkpoint_sense(checkpoint)

    @classmethod
    @telling
    def execute(
        cls, model: Any, character: Any, checkpoint: str = "best", strength: float = 1.0, clip: Any = None
    ) -> io.NodeOutput:
        context = current()
        identity.require_strength(strength)
        versions = identity.find_versions(context, character, checkpoint)
        if float(strength) == 0.0:
            return io.NodeOutput(model, clip)
        version, fit = fitted(context, model, clip, versions)
        node_id = cls.hidden.unique_id if cls.hidden else None
        if fit.unread:
            tell(context.host, UNCHECKED, node_id)
        _tell_beyond(context, version, float(strength), node_id)
        return io.NodeOutput(*context.host.apply_lora(model, clip, fit, float(strength)))


def fitted(context: NodeContext, model: Any, clip: Any, versions: list[Version]) -> tuple[Version, Any]:
    """The first version that is for this kind of model, with its LoRA's places in it; where the model's loader lets nothing be said,
    the first that may be.

    InvalidError `wrong_base` where none is: ComfyUI would run it and change nothing, or rubbish.
    """
    refused = _refused.setdefault(context.host.base_of(model), set())
    drawn = _families_of(context, model)
    possible: list[tuple[Version, Any]] = []
    for version in versions:
        path = context.versions.path(version)
        attempt = (str(path), identity.stamp(path))
        if attempt in refused or _is_of_others(version, drawn):
            continue
        fit = context.host.fit_lora(model, clip, context.host.read_lora(path))
        verdict = _verdict(version, fit)
        if verdict == "unchecked":
            possible.append((version, fit))
        elif verdict != "wrong":
            return version, fit
        else:
            refused.add(attempt)
    if possible:
        return possible[0]
    kinds = listed(sorted({version.family for version in versions}))
    raise InvalidError(
        "wrong_base",
        said("This person was trained for another kind of model ({kinds}).", kinds=kinds),
        "Load the base model they were trained on, or train them for this one.",
    )


@cache
def _families() -> Families:
    """The records, read where a LoRA is put on for the first time: ComfyUI's start waits for no file of ours."""
    from ..core.families.families import Families

    return Families()


def _families_of(context: NodeContext, model: Any) -> set[str]:
    """The families whose base this is by its weights; empty for one that no record knows."""
    base = context.host.base_of(model)
    if base not in _families_by_base:
        weights = context.host.weights_of(model)
        _families_by_base[base] = {family.key for family in _families().all() if family.recognises(weights)}
    return _families_by_base[base]


def _is_of_others(version: Version, drawn: Collection[str]) -> bool:
    """Whether the base is another family's. Layers alone do not tell: all of a Chroma LoRA have a place in FLUX.1."""
    return bool(drawn) and version.family not in drawn and version.family in _families()


def _tell_beyond(context: NodeContext, version: Version, strength: float, node_id: str | None) -> None:
    """A graph may ask for more than the model bears: it is told, at the node and in the log, and drawn."""
    if version.family not in _families():
        return
    family = _families().get(version.family)
    if family.bounds.bears("strength", strength):
        return
    most = family.bounds.of("strength")[1]
    words = said(
        "{model} takes a strength of up to {most}; at {strength} pictures often burn.",
        model=family.label,
        most=most,
        strength=strength,
    )
    _log.warning(words, extra={"context": {"file": version.file, "strength": strength}})
    tell(context.host, words, node_id)


def _verdict(version: Version, fit: Any) -> Fit:
    """Whether the LoRA belongs to this kind of model; what it lacks there, or cannot be told, stands in the log."""
    verdict = judged(fit.taken - fit.misshaped, fit.modules, misshaped=fit.misshaped, unread=fit.unread)
    counted = {name: getattr(fit, name) for name in ("taken", "modules", "misshaped", "unread")}
    if words := _LOGGED.get(verdict):
        _log.warning(words, extra={"context": {"file": version.file, **counted}})
    return verdict
