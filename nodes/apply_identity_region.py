"""IsengardApplyIdentityRegion: a trained person in a part of the picture, with ComfyUI's hooks and conditioning areas."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..core.errors import InvalidError
from . import identity, people
from .apply_identity import fitted
from .character import checkpoint_input, person_input, strength_input
from .context import current
from .fields.telling import telling
from .newer_fields import PERSON, newer

#: Narrower parts hold nobody.
LEAST_WIDTH = 0.1
MAX_TEXT = 4000


class IsengardApplyIdentityRegion(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardApplyIdentityRegion",
            display_name="Isengard Apply Identity in Region",
            category="Isengard",
            description="Puts a trained person into one part of the picture, from left to right. One node for each person.",
            **newer(io.Schema, search_aliases=[*PERSON, "two people", "couple", "region"]),
            inputs=_inputs(),
            outputs=[io.Conditioning.Output("positive_out", display_name="positive")],
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
        cls,
        positive: Any,
        model: Any,
        clip: Any,
        character: Any,
        checkpoint: str = "best",
        strength: float = 1.0,
        text: str = "{trigger}, {class}",
        left: float = 0.0,
        right: float = 0.5,
    ) -> io.NodeOutput:
        context = current()
        _require_sense(left, right, strength)
        versions = identity.find_versions(context, character, checkpoint)
        person = identity.known(context, character)
        version, fit = fitted(context, model, clip, versions)
        if float(strength) and not context.host.takes_hooks(model, clip, fit):
            raise InvalidError(
                "quantised_region",
                "A quantised model (GGUF), or one from another pack's loader, can't draw a person in only one part of the picture.",
                "Load the model with ComfyUI's own loader, or use Isengard Apply Identity for the whole picture.",
            )
        trigger = version.trigger_word or person.trigger_word
        words = str(text)[:MAX_TEXT].replace("{trigger}", trigger).replace("{class}", person.class_word)
        part = {"left": float(left), "right": float(right), "strength": float(strength)}
        return io.NodeOutput([*positive, *context.host.encode_region(clip, fit, words, **part)])


def _require_sense(left: float, right: float, strength: float) -> None:
    identity.require_strength(strength)
    if not 0.0 <= float(left) < float(right) <= 1.0 or float(right) - float(left) < LEAST_WIDTH:
        raise InvalidError(
            "region_out_of_range", "left must be smaller than right, both between 0 and 1.", "Use 0 and 0.5."
        )


def _inputs() -> list[Any]:
    edge: dict[str, Any] = {"min": 0.0, "max": 1.0, "step": 0.01}
    return [
        io.Conditioning.Input(
            "positive", tooltip="The encoded scene, or the output of another person's node."
        ),
        io.Model.Input(
            "model", tooltip="The base model, to check that the person fits it. It stays unchanged."
        ),
        io.Clip.Input("clip", tooltip="The base model's text encoder."),
        person_input(),
        checkpoint_input(),
        strength_input("How strongly the person is drawn: 0.8 to 1.0 is usual."),
        io.String.Input(
            "text",
            multiline=True,
            default="{trigger}, {class}",
            tooltip="What this part shows. {trigger} and {class} are the person's.",
        ),
        io.Float.Input("left", default=0.0, tooltip="Left edge, 0 to 1.", **edge),
        io.Float.Input("right", default=0.5, tooltip="Right edge, 0 to 1.", **edge),
    ]
