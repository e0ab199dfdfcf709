"""The word that somebody is to be forgotten: a file in run/, there from the first step of forgetting them until after the last."""

from __future__ import annotations

from pathlib import Path

from ..paths import DataPaths, contained

#: Before the id in the name of the file.
FORGET = "forget-"


def to_forget(paths: DataPaths, character_id: str) -> Path:
    """The file that is there while somebody is being forgotten (core/privacy/erasure.py)."""
    return contained(paths.run, f"{FORGET}{character_id}.json")
