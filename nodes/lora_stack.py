"""IsengardLoRAStack: a trained person for other packs' LoRA nodes, as a stack, and as the plain name that LoRA loaders list."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..core.errors import NotReadyError
from . import identity, people
from .apply_identity import fitted
from .character import checkpoint_input, person_input, strength_input, trigger_of
from .context import NodeContext, current
from .fields.telling import telling
from .newer_fields import PERSON, newer


class _AnyType(str):
    """ComfyUI's `*`, for lists of files of other nodes; releases before 0.4 only ask whether two types differ."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __ne__(self, other: object) -> bool:
        return False


#: What Efficiency Nodes, Comfyroll and others pass on: a list of (file, strength in the model, strength in the text encoder).
StackType = io.Custom("LORA_STACK")
AnyType = io.Custom(_AnyType("*"))


class IsengardLoRAStack(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardLoRAStack",
            display_name="Isengard LoRA Stack",
            category="Isengard",
            description="Passes a trained person to LoRA nodes from other packs. Don't combine it with Apply Identity, which applies the LoRA itself.",
            **newer(io.Schema, search_aliases=[*PERSON, "LoRA stack", "LoRA loader", "trigger word"]),
            inputs=_inputs(),
            outputs=[
                StackType.Output("lora_stack_out", display_name="lora_stack"),
                AnyType.Output("lora_name", display_name="lora_name"),
                io.Float.Output("strength_out", display_name="strength"),
                io.String.Output("trigger", display_name="trigger"),
            ],
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
        character: Any,
        checkpoint: str = "best",
        strength: float = 1.0,
        model: Any = None,
        lora_stack: Any = None,
    ) -> io.NodeOutput:
        context = current()
        identity.require_strength(strength)
        versions = identity.find_versions(context, character, checkpoint)
        version = versions[0] if model is None else fitted(context, model, None, versions)[0]
        name, share = _listed_name(context, version), float(strength)
        stack = [*(lora_stack or []), *([(name, share, share)] if share else [])]
        person = identity.known(context, character)
        trigger = version.trigger_word or trigger_of(context, person)
        return io.NodeOutput(stack, name, share, trigger)


def _listed_name(context: NodeContext, version: Any) -> str:
    """As ComfyUI's loaders list the file. NotReadyError `lora_not_listed`."""
    name = context.host.lora_name(context.versions.path(version))
    if name is None:
        raise NotReadyError(
            "lora_not_listed",
            "ComfyUI does not list this person's LoRA yet.",
            "Restart ComfyUI, then try again.",
        )
    return name


def _inputs() -> list[Any]:
    return [
        person_input(),
        checkpoint_input(),
        strength_input(
            "How strongly the person is drawn: 0.8 to 1.0 is usual. 0 leaves the person out of the stack."
        ),
        io.Model.Input(
            "model",
            optional=True,
            tooltip="Only needed for a person trained for several kinds of model. It chooses the LoRA and stays unchanged.",
        ),
        StackType.Input("lora_stack", optional=True, tooltip="A stack to add the person to."),
    ]
