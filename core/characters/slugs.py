"""Slugs and trigger words made from a person's name."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Container

from anyascii import anyascii

#: Of a name without a letter, such as an emoji.
GENERIC_SLUG = "character"
_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_MAX_SLUG = 40
#: No file or folder can be called so on Windows, and a person can.
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
_STEM = 4


def slug_of(name: str, taken: Container[str]) -> str:
    """`[a-z0-9-]`, unique: the name in Latin letters, `character` where there are none in it."""
    base = re.sub(r"[^a-z0-9]+", "-", _latin(name)).strip("-")[:_MAX_SLUG].strip("-") or GENERIC_SLUG
    number, slug = 1, base
    while slug in taken or slug in DEVICES:
        number += 1
        slug = f"{base}-{number}"
    return slug


def is_generic_slug(slug: str) -> bool:
    """Whether it says nothing of the name: before names of other scripts were transliterated, theirs did not."""
    return re.fullmatch(rf"{GENERIC_SLUG}(-\d+)?", slug) is not None


def _latin(name: str) -> str:
    """In Latin small letters: `xiaomei`, `anna karenina`. Library data, the same on every machine."""
    return anyascii(unicodedata.normalize("NFKC", name)).lower()


def invented_trigger(name: str) -> str:
    """A word no text encoder knows: the name's consonants and three random ones, letters only.

    Made-up words bind better than real names or rare tokens with digits (facts: identity-training section 5).
    """
    stem = "".join(letter for letter in _latin(name) if letter in _CONSONANTS)[:_STEM]
    return stem + "".join(secrets.choice(_CONSONANTS) for _ in range(3 if stem else 6))
