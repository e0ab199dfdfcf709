"""Captions for all photos of a character at once; what a person wrote stays unless they say otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import InvalidError, NotFoundError
from ..paths import DataPaths
from ..records.character import Character
from ..records.photo import CaptionEdits, CaptionPlan, CaptionSource, Photo
from ..said import said
from ..storage.library import Library
from .caption_undo import undo_captions, write_captions
from .photo_store import PhotoStore, clean_caption
from .trigger_words import holds, spelled


def apply_plan(
    plan: CaptionPlan, character: Character, *, photos: PhotoStore, library: Library, paths: DataPaths
) -> Sequence[Photo]:
    """All photos with their captions afterwards; a `captioner` is a job of its own.

    Raises InvalidError `caption_placeholder`, ConflictError `nothing_to_undo`.
    """
    if plan.plan == "undo":
        return undo_captions(character.id, photos=photos, library=library, paths=paths)
    text = character.trigger_word if plan.plan == "trigger" else filled(plan.template, character)
    source: CaptionSource = "trigger" if plan.plan == "trigger" else "template"
    chosen = {
        photo.id: (text, source)
        for photo in photos.list(character.id)
        if plan.overwrite or photo.caption_source != "user"
    }
    return write_captions(character.id, chosen, photos=photos, library=library, paths=paths)


def apply_edits(
    edits: CaptionEdits, character_id: str, *, photos: PhotoStore, library: Library, paths: DataPaths
) -> Sequence[Photo]:
    """All photos afterwards; nothing is written unless every id is one of this character's photos.

    Raises NotFoundError `photo_not_found`, InvalidError `caption_placeholder`.
    """
    photo_ids = {photo.id for photo in photos.list(character_id)}
    if not photo_ids.issuperset(edits.captions):
        raise NotFoundError("photo_not_found", "This character has no such photo.", "Reload this page.")
    chosen: dict[str, tuple[str, CaptionSource]] = {}
    for photo_id, edit in edits.captions.items():
        text = clean_caption(edit.caption)
        chosen[photo_id] = (text, edit.caption_source if text else "")
    return write_captions(character_id, chosen, photos=photos, library=library, paths=paths)


def filled(template: str, character: Character) -> str:
    """The template with {trigger}, {class} and {name} filled in; anything else in braces is refused."""
    clean_caption(template)
    values = {"trigger": character.trigger_word, "class": character.class_word, "name": character.name}
    for word in re.findall(r"\{([^{}]*)\}", template):
        if word not in values:
            raise InvalidError(
                "caption_placeholder",
                said("The template holds {gap}, which isn't a placeholder here.", gap=f"{{{word}}}"),
                "Use {trigger}, {class} or {name}.",
            )
    text = clean_caption(re.sub(r"\{(\w+)\}", lambda match: values[match.group(1)], template))
    if not text:
        raise InvalidError("caption_empty", "The template is empty.", "Write at least {trigger}.")
    return text


def fallback(trigger: str, class_word: str) -> str:
    """For a photo of which nothing is said."""
    return f"{trigger}, {class_word}"


def training_caption(photo: Photo, character: Character) -> str:
    """The caption that a photo is trained with, never empty, always with the trigger word, once for each time it was meant."""
    trigger = character.trigger_word
    if not photo.caption:
        return fallback(trigger, character.class_word)
    caption = spelled(photo.caption, trigger)
    return caption if holds(caption, trigger) else f"{trigger}, {caption}"
