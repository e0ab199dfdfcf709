"""IsengardCharacterBatch: several people one after the other, so that one graph makes a picture of each."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..core.errors import IsengardError
from . import identity, people
from .character import CharacterType, trigger_of
from .context import current
from .fields.telling import reason_in_words, telling
from .newer_fields import PERSON, newer


class IsengardCharacterBatch(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardCharacterBatch",
            display_name="Isengard Character Batch",
            category="Isengard",
            description="Several people, one after another: the nodes after this one run once for each person.",
            **newer(io.Schema, search_aliases=[*PERSON, "people", "list", "batch", "trigger word"]),
            inputs=[
                io.String.Input(
                    "names",
                    multiline=True,
                    default="",
                    tooltip="One person per line, or separated by commas: name, short name or trigger word.",
                )
            ],
            outputs=[
                CharacterType.Output("character_out", display_name="character", is_output_list=True),
                io.String.Output("trigger", display_name="trigger", is_output_list=True),
                io.String.Output("class_word", display_name="class", is_output_list=True),
                io.String.Output("name", display_name="name", is_output_list=True),
            ],
        )

    @classmethod
    def validate_inputs(cls, names: Any = None) -> bool | str:
        """A link's value is not known yet and comes as None."""
        if names is None:
            return True
        try:
            people.named_in(current(), names)
        except IsengardError as error:
            return reason_in_words(error)
        return True

    @classmethod
    def fingerprint_inputs(cls, **_: Any) -> str:
        return people.library_print()

    @classmethod
    @telling
    def execute(cls, names: str) -> io.NodeOutput:
        context = current()
        found = people.named_in(context, names)
        return io.NodeOutput(
            [identity.value_of(person) for person in found],
            [trigger_of(context, person) for person in found],
            [person.class_word for person in found],
            [person.name for person in found],
        )
