"""The CHARACTER value that travels between our nodes, and finding characters and versions by what a node was given.

Every string is checked again here: a prompt may come from anybody who reaches ComfyUI.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InvalidError
from ..core.ids import is_id
from ..core.said import said
from .fields.telling import in_words
from .people import called

if TYPE_CHECKING:
    from ..core.records.character import Character
    from ..core.records.checkpoint import Version
    from .context import NodeContext

MAX_STRENGTH = 2.0
CHECKPOINT = re.compile(r"best|last|\d{1,9}|[a-z0-9-]{1,60}/[A-Za-z0-9_-]{1,160}\.safetensors")


def find_character(context: NodeContext, name: object) -> Character:
    """Find a character by id, short name, name or trigger word. NotFoundError, InvalidError (nodes/people.py)."""
    return context.characters.get(str(name)) if is_id("chr", name) else called(context, name)


def value_of(character: Character) -> dict[str, Any]:
    """The CHARACTER value (DESIGN section 8)."""
    fields = {"step", "file", "sha256", "base_sha256", "family"}
    return {
        "id": character.id,
        "slug": character.slug,
        "trigger": character.trigger_word,
        "class_word": character.class_word,
        "versions": [version.model_dump(include=fields) for version in character.versions],
    }


def known(context: NodeContext, value: object) -> Character:
    """The person behind what came into a node: a CHARACTER value, which may have been forged, or a text that names somebody.

    InvalidError, NotFoundError.
    """
    if isinstance(value, str):
        return find_character(context, value)
    if not isinstance(value, dict) or not is_id("chr", value.get("id")):
        raise InvalidError(
            "character_unknown",
            "This isn't a person from Isengard.",
            "Connect Isengard Character, or a text with their name.",
        )
    return context.characters.get(value["id"])


def find_versions(context: NodeContext, value: object, checkpoint: object) -> list[Version]:
    """The versions a node may mean by `best`, `last`, a step or a file of this character: one for each family they were
    trained for, the likeliest first. Which of them it is the connected model decides.
    """
    if not isinstance(checkpoint, str) or not CHECKPOINT.fullmatch(checkpoint):
        raise InvalidError("checkpoint_unknown", "This isn't a checkpoint.", "Use best, last or a step.")
    character = known(context, value)
    versions = context.versions.candidates(character.slug, checkpoint)
    if not versions:
        # a graph of another computer, or a version that was deleted since: others of this person are there
        others = context.versions.candidates(character.slug, "last")
        raise InvalidError(
            "not_trained_yet",
            said("{name} has no such trained LoRA.", name=character.name),
            "Use best, last or a step." if others else "Train first.",
        )
    usable = [version for version in versions if context.settings.fast_test or not version.placeholder]
    if not usable:
        raise InvalidError(
            "placeholder_in_production",
            "This LoRA is a placeholder from practice mode.",
            "Train this person again, this time for real.",
        )
    return usable


def checkpoint_sense(checkpoint: Any) -> bool | str:
    """Answer ComfyUI's `validate_inputs`: True, or why this is not a checkpoint. A link's value is not known yet: None."""
    if checkpoint is None or (isinstance(checkpoint, str) and CHECKPOINT.fullmatch(checkpoint)):
        return True
    return in_words(said("checkpoint must be best, last or a step."))


def require_strength(strength: Any) -> None:
    """InvalidError `strength_out_of_range`."""
    if not 0.0 <= float(strength) <= MAX_STRENGTH:
        raise InvalidError("strength_out_of_range", "The strength must be between 0 and 2.", "Use about 1.")


def stamp(path: Path) -> str:
    """Changes when the file does; '' when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}"
