"""A picture's prompt, shortened for one face of it. Pure: no language model, what stays are parts that say how the picture looks or what
is on the face; the scene would be drawn into it."""

from __future__ import annotations

import re

from ...core.diagnosis.hiding_words import distant
from ...core.faces.drawing_words import asks_for_drawing

#: Parts that stay at most: with more the face itself counts for little.
MOST_PARTS = 8
_LOOK = re.compile(
    r"\b(?:photos?|photograph\w*|film|cinematic|light\w*|lit|sun\w*|moonlit|golden hour|blue hour|dusk|dawn|night|neon|candle\w*|shadows?"
    r"|grain\w*|lens|\d+ ?mm|bokeh|depth of field|black and white|monochrome|sepia|colou?rs?|contrast|studio|softbox|flash|backdrop"
    r"|rendered|3d|faded|analog|polaroid|texture|strokes?|style)\b",
    re.IGNORECASE,
)
_FACE = re.compile(
    r"\b(?:faces?|eyes?|hair\w*|beard\w*|moustache|smil\w*|laugh\w*|grin\w*|frown\w*|serious|glasses|sunglasses|hats?|caps?|hood\w*|helmets?"
    r"|scarf|scarves|headscarf|hijab|veils?|masks?|crown|earrings?|make-?up|freckles?|lipstick|expression|tears?|crying|bald|braid\w*"
    r"|ponytail|tattoos?|piercings?|wet|old|young|aged|elderly)\b",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[,;.\n]+(?![^(]*\))")
_CALLED = re.compile(r"\{trigger\d?\}")
#: What stands before the person: "oil painting of", "a photo of".
_MEDIUM = re.compile(r"^(?:an? )?(.{2,60}?) (?:of|showing)(?: an?| the)?$", re.IGNORECASE)


def face_prompt(prompt: str, who: str, template: str) -> str:
    """Fill a family's template: `who` is the person in the words of the LoRA, `prompt` what the picture was asked for with."""
    look = ", ".join(_kept(prompt)[:MOST_PARTS])
    filled = template.replace("{who}", who).replace("{look}", look)
    return re.sub(r"(?:,\s*)+(?=$|\.)|(?:,\s*)+(?=,)", "", filled).strip(" ,")


def _kept(prompt: str) -> list[str]:
    parts = [_of_face(part.strip()) for part in _SEPARATOR.split(prompt)]
    return list(dict.fromkeys(part for part in parts if part))


def _of_face(part: str) -> str:
    """What of a part stays: of one that names somebody the medium before the name, of others all where they speak of look or face."""
    called = _CALLED.search(part)
    if called is not None:
        medium = _MEDIUM.match(_near(part[: called.start()].strip()))
        return medium.group(1) if medium is not None else ""
    part = _near(part)
    return part if _LOOK.search(part) or _FACE.search(part) or asks_for_drawing(part) else ""


def _near(part: str) -> str:
    """The part without the words that ask for a small face."""
    for words in distant(part):
        part = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", "", part, flags=re.IGNORECASE)
    return " ".join(part.split())
