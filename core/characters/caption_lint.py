"""Words in captions that describe the person: whatever a caption names is not learned as part of the trigger word.

Source: identity-training section 5 (LDS guide; PortOS#1320 is a failure of the opposite).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: By what they give away. Clothes, places, poses, light and expressions of the moment are welcome in captions.
LEAKS: dict[str, tuple[str, ...]] = {
    "face": (
        *(
            "face",
            "facial",
            "cheek",
            "cheeks",
            "cheekbones",
            "jaw",
            "jawline",
            "chin",
            "forehead",
            "nose",
            "lips",
            "ears",
        ),
        *(
            "freckles",
            "freckled",
            "mole",
            "scar",
            "dimples",
            "wrinkles",
            "beautiful",
            "handsome",
            "attractive",
            "pretty",
        ),
    ),
    "eyes": ("eye", "eyes", "eyebrow", "eyebrows", "eyelashes", "blue-eyed", "brown-eyed", "green-eyed"),
    "skin": (
        "skin",
        "complexion",
        "pale",
        "tanned",
        "fair-skinned",
        "dark-skinned",
        "light-skinned",
        "ethnicity",
    ),
    "hair": (
        *(
            "hair",
            "haired",
            "hairstyle",
            "blonde",
            "blond",
            "brunette",
            "redhead",
            "bald",
            "ponytail",
            "bangs",
        ),
        *("beard", "bearded", "moustache", "mustache", "stubble", "curly", "curls"),
    ),
    "age": ("young", "old", "elderly", "middle-aged", "teenage", "teenager", "aged", "youthful"),
}
_WORD = re.compile(r"[A-Za-z][A-Za-z-]*")
_KIND = {word: kind for kind, words in LEAKS.items() for word in words}


@dataclass(frozen=True)
class Leak:
    """A word of a caption and what it gives away; `at` is where it begins."""

    word: str
    kind: str
    at: int


def leaks(caption: str, allowed: Iterable[str] = ()) -> list[Leak]:
    """The leaks of a caption; `allowed` are the trigger and class words."""
    passed = {part.lower() for text in allowed for part in _WORD.findall(text)}
    marked = []
    for match in _WORD.finditer(caption):
        word = match.group().lower()
        kind = _KIND.get(word) or _KIND.get(word.rsplit("-", 1)[-1])
        if kind and word not in passed:
            marked.append(Leak(match.group(), kind, match.start()))
    return marked
