"""Reads facts out of records. Pure: the records are given."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from ..characters.caption_lint import leaks
from ..characters.trigger_words import holds
from ..records.character import Character
from ..records.checkpoint import RankedVersion
from ..records.generation import CharacterUse, GeneratedImage, Generation
from ..records.likeness import Likeness
from ..records.photo import Photo
from .facts import PhotoFacts, VersionFacts

_CALLED = re.compile(r"\{trigger\d?\}")


def photo_facts(photos: Iterable[Photo], character: Character) -> PhotoFacts:
    """Facts of the photos that are trained on or held out; the others do no harm."""
    used = [photo for photo in photos if photo.included]
    allowed = (character.trigger_word, character.class_word)
    return PhotoFacts(
        count=len(used),
        faces=[photo.face for photo in used if photo.face],
        found=Counter(code for photo in used for code in {finding.code for finding in photo.findings}),
        telling=sum(1 for photo in used if leaks(photo.caption, allowed)),
    )


def version_facts(version: RankedVersion, character: Character) -> VersionFacts:
    """Facts of a version. The best of its family is the server's choice, or the person's where they picked one."""
    return VersionFacts(
        file=version.file,
        step=version.step,
        family=version.family,
        job_id=version.job_id,
        proof=version.proof,
        placeholder=version.placeholder,
        trigger_word=version.trigger_word or character.trigger_word,
        base=version.base_model if version.base_sha256 else "",
        best=version.rank > 0,
        picked=version.picked,
        faults=list(version.faults),
        scores=version.scores,
    )


def use_of(generation: Generation, character_id: str) -> tuple[int, CharacterUse] | None:
    """Which of a picture's people somebody is, and how they were asked for; None where they are not in it."""
    uses = enumerate(generation.request.characters)
    return next(((place, use) for place, use in uses if use.id == character_id), None)


def drawn_with(generation: Generation, place: int, versions: Sequence[VersionFacts]) -> VersionFacts | None:
    """The version that drew this person; None where it is gone, or the record is too old to say."""
    file = generation.versions[place] if place < len(generation.versions) else ""
    return next((version for version in versions if file and version.file == file), None)


def likeness_of(image: GeneratedImage, character_id: str, place: int) -> Likeness | None:
    """Find what was measured of this person in a picture."""
    return image.likenesses.get(character_id) or (image.likeness if place == 0 else None)


def says_trigger(generation: Generation, trigger: str, sent: str, texts: Collection[str]) -> bool | None:
    """Whether the words that were sent call the person; `sent` is the prompt as it went, `texts` all that stood in the graph.

    None where that cannot be told: a workflow of one's own need not use the prompt, in a picture of several the recipe names each, and
    a picture made to compare may leave it out on purpose.
    """
    prompt = generation.request.prompt
    if _CALLED.search(prompt) or any(holds(text, trigger) for text in (prompt, *texts)):
        return True
    if len(generation.request.characters) > 1 or generation.purpose != "user" or not sent.strip():
        return None
    return False if any(sent.strip() in text for text in texts) else None
