"""What to say about a person and their photos before training; numbers from identity-training section 5."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.characters.caption_lint import leaks
from ...core.characters.photo_findings import NOTES
from ...core.characters.trigger_words import is_ordinary
from ...core.records.photo import Photo
from ...core.records.training import Finding
from .facts import Person

MIN_PHOTOS = 1
FEW_PHOTOS = 10
GOOD_PHOTOS = 20
MANY_PHOTOS = 60


def photo_findings(photos: Sequence[Photo], trigger: str = "", class_word: str = "") -> list[Finding]:
    """Findings about number and quality of the included photos."""
    included = [photo for photo in photos if photo.included]
    count = len(included)
    if count < MIN_PHOTOS:
        message = "There are no photos to train on." if not photos else "Every photo is switched off."
        return [Finding(severity="error", code="no_photos", message=message, fix="add_photos")]
    if all(photo.held_out for photo in included):
        message = "Every photo is held back to compare with: none is left to train on."
        return [Finding(severity="error", code="no_photos", message=message, fix="show_photos")]
    found = []
    if count < FEW_PHOTOS:
        few = "One photo is too" if count == 1 else f"{count} photos are"
        message = f"{few} few: 20 varied ones give a much better likeness."
        found.append(Finding(severity="warning", code="few_photos", message=message, fix="add_photos"))
    elif count < GOOD_PHOTOS:
        message = f"{count} photos work; 20 varied ones work better."
        found.append(Finding(severity="info", code="more_photos", message=message, fix="add_photos"))
    elif count > MANY_PHOTOS:
        message = f"{count} photos are a lot: 25 varied ones usually do as well in less time."
        found.append(Finding(severity="info", code="many_photos", message=message))
    found += _caption_findings(included, trigger, class_word)
    troubled = [photo for photo in included if any(one.code not in NOTES for one in photo.findings)]
    if len(troubled) * 3 > count:
        message = (
            f"{len(troubled)} of {count} photos are small, dark, too bright, blurred or near-duplicates."
        )
        found.append(Finding(severity="warning", code="weak_photos", message=message, fix="show_photos"))
    return found


def _caption_findings(included: Sequence[Photo], trigger: str, class_word: str) -> list[Finding]:
    """Captions that describe the person, and a trigger word with digits (letters alone worked better: Phosphene#62)."""
    found = []
    leaking = {photo.id: leaks(photo.caption, (trigger, class_word)) for photo in included if photo.caption}
    words = sorted({leak.word.lower() for photo_leaks in leaking.values() for leak in photo_leaks})
    if words:
        count = sum(1 for photo_leaks in leaking.values() if photo_leaks)
        whose = "One caption describes" if count == 1 else f"{count} captions describe"
        message = (
            f"{whose} the person ({', '.join(words[:5])}). What a caption names is not learned as part of them: "
            "describe place, clothes, pose and light instead."
        )
        found.append(Finding(severity="warning", code="caption_leaks", message=message, fix="show_captions"))
    if trigger and is_ordinary(trigger, class_word):
        message = (
            f"The trigger word {trigger} is an ordinary word: the model knows it already, so it would call others too, and "
            "training changes what it means. A made-up word binds better."
        )
        found.append(
            Finding(severity="warning", code="trigger_ordinary", message=message, fix="change_trigger")
        )
    if any(letter.isdigit() for letter in trigger):
        message = f"The trigger word {trigger} holds digits; words of letters alone are learned better."
        found.append(Finding(severity="info", code="trigger_digits", message=message))
    return found


def person_findings(person: Person, *, practice: bool) -> list[Finding]:
    """Permission is asked for what can really be recognised: in practice mode nothing of the photos is learned."""
    character, found = person.character, []
    if not (character.consent or practice):
        message = (
            f"Nobody has confirmed yet that you may use {character.name}'s photos. Confirm it to train them."
        )
        found.append(
            Finding(severity="error", code="consent_missing", message=message, fix="confirm_consent")
        )
    if person.namesakes:
        message = (
            f"{person.namesakes[0]} has the trigger word {character.trigger_word} too: in one picture it would call both. "
            "Give one of them another word before you train."
        )
        found.append(
            Finding(severity="warning", code="trigger_shared", message=message, fix="change_trigger")
        )
    return found
