"""IsengardCharacter: a person of the library as a value for other nodes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from ..core.errors import IsengardError
from . import identity
from .context import NodeContext, current
from .fields import choices
from .fields.telling import reason_in_words, telling
from .newer_fields import PERSON, newer
from .pictures import reference_photos

if TYPE_CHECKING:
    from ..core.records.character import Character

CharacterType = io.Custom("ISENGARD_CHARACTER")
PersonType = io.Custom("ISENGARD_CHARACTER,STRING")
SIDE = 1024


def person_input() -> Any:
    """The person that a node is for: what IsengardCharacter gives out, or any text with their name."""
    return PersonType.Input("character", tooltip="From Isengard Character, or any text that names a person.")


def checkpoint_input() -> Any:
    """Which of the person's versions a node takes."""
    return io.String.Input(
        "checkpoint",
        default="best",
        tooltip="best, last, or a step number.",
        **newer(io.String.Input, advanced=True),
    )


def strength_input(tooltip: str) -> Any:
    """How strongly the person is put on."""
    return io.Float.Input(
        "strength", default=1.0, min=0.0, max=identity.MAX_STRENGTH, step=0.05, tooltip=tooltip
    )


class IsengardCharacter(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardCharacter",
            display_name="Isengard Character",
            category="Isengard",
            description="A person from the Isengard tab.",
            **newer(io.Schema, search_aliases=[*PERSON, "people", "trigger word"]),
            inputs=[
                choices.named_combo(
                    "character",
                    choices.people_by_short_name(),
                    tooltip="The person. The newest is chosen first.",
                )
            ],
            outputs=[
                CharacterType.Output("character_out", display_name="character"),
                io.String.Output("trigger", display_name="trigger"),
                io.String.Output("class_word", display_name="class"),
                io.Image.Output("reference_photos", display_name="reference photos"),
            ],
        )

    @classmethod
    def validate_inputs(cls, character: Any = None) -> bool | str:
        """A link's value is not known yet and comes as None."""
        if character is None:
            return True
        try:
            identity.find_character(current(), character)
        except IsengardError as error:
            return reason_in_words(error)
        return True

    @classmethod
    def fingerprint_inputs(cls, character: Any = None) -> str:
        """Changes with the versions, with which of them is the best, and with the photos, for all nodes behind this one.

        Those cannot tell by themselves: ComfyUI does not know a link's value when it asks for fingerprints. Nor is it
        known who a link will name: then it is everybody's.
        """
        try:
            context = current()
            people = (
                context.characters.all()
                if character is None
                else [identity.find_character(context, character)]
            )
            return json.dumps([_print_of(context, person) for person in people], sort_keys=True)
        except IsengardError as error:
            return error.code

    @classmethod
    @telling
    def execute(cls, character: str) -> io.NodeOutput:
        context = current()
        person = identity.find_character(context, character)
        return io.NodeOutput(
            identity.value_of(person),
            trigger_of(context, person),
            person.class_word,
            _references(context, person),
        )


def _print_of(context: NodeContext, person: Character) -> list[Any]:
    best = [version.file for version in context.versions.candidates(person.slug, "best")]
    photos = [file.name for file in reference_photos.files(context, person)]
    return [identity.value_of(person), best, photos]


def trigger_of(context: NodeContext, person: Character) -> str:
    """The word their best version was trained with: their own may have been changed since, and it would call a stranger."""
    best = context.versions.best(person.slug)
    return (best.trigger_word if best is not None else "") or person.trigger_word


def _references(context: NodeContext, found: Character) -> Any:
    """Up to four photos as one batch (n, 1024, 1024, 3); a black pixel where there are none or they may not go out."""
    import torch

    files = reference_photos.files(context, found)[: reference_photos.MOST]
    if not files or not reference_photos.allowed(context):
        return torch.zeros((1, 8, 8, 3))
    return torch.cat([reference_photos.square(file, SIDE) for file in files])
