"""Words of a prompt that keep a face from being seen: it is covered, turned away, or too far for anybody to be known by it."""

from __future__ import annotations

import re

_COVERED = (
    r"(?:face |ski |gas |surgical |hockey |carnival |venetian )?masks?|masked|balaclavas?|helmets?|visors?|burqas?|niqabs?"
    r"|veil(?:s|ed)?|sun ?glasses|dark glasses|goggles|blindfold(?:ed)?|face paint(?:ed|ing)?|hood over (?:the|her|his) (?:face|eyes)"
    r"|(?:face|head) (?:is )?(?:covered|hidden|obscured)|(?:covering|hiding) (?:the|her|his|their) (?:face|eyes)"
    r"|hands? (?:over|in front of) (?:the|her|his|their) face|silhouettes?|faceless|backlit"
)
_TURNED = (
    r"from behind|from the back|back view|rear view|seen from above|back (?:turned )?to (?:the )?(?:camera|viewer)"
    r"|(?:looking|facing|turned|turning) away|back of (?:the|her|his|their) head|(?:in |full |side )profile|side view"
)
_FAR = (
    r"full[ -](?:body|length|figure)|whole body|head to toe|(?:extreme |very )?wide[ -](?:shot|angle)|long shot|far away|in the distance"
    r"|distant|tiny figure|aerial(?: view)?|drone shot|bird'?s[ -]eye view|landscape photo|in a crowd"
)
#: Glasses pushed up, a mask taken off: the words are there and the face is seen.
_NOT_THERE = (
    r"(?<!\w)(?:no|not|without(?: an?| any)?|removing(?: the| her| his)?|taking off(?: the| her| his)?)\s+$"
)


def hiding(prompt: str) -> list[str]:
    """Words of a prompt that hide the face, as they stand there."""
    return _found(prompt, rf"{_COVERED}|{_TURNED}")


def distant(prompt: str) -> list[str]:
    """Words of a prompt that make the face small."""
    return _found(prompt, _FAR)


def _found(prompt: str, words: str) -> list[str]:
    found = re.finditer(rf"(?<!\w)(?:{words})(?!\w)", prompt, re.IGNORECASE)
    there = [match for match in found if not re.search(_NOT_THERE, prompt[: match.start()], re.IGNORECASE)]
    return list(dict.fromkeys(match.group().lower() for match in there))
