"""Slugs and trigger words made from a person's name."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Container

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_MAX_SLUG = 40
#: No file or folder can be called so on Windows, and a person can.
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
_STEM = 4


def slug_of(name: str, taken: Container[str]) -> str:
    """`[a-z0-9-]`, unique; a name in another script becomes `character`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MAX_SLUG].strip("-") or "character"
    number, slug = 1, base
    while slug in taken or slug in DEVICES:
        number += 1
        slug = f"{base}-{number}"
    return slug


def invented_trigger(name: str) -> str:
    """A word no text encoder knows: the name's consonants and three random ones, letters only.

    Made-up words bind better than real names or rare tokens with digits (facts: identity-training section 5).
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = "".join(letter for letter in plain if letter in _CONSONANTS)[:_STEM]
    return stem + "".join(secrets.choice(_CONSONANTS) for _ in range(3 if stem else 6))
