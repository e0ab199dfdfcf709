"""What a model is made of besides the file that is trained: its text encoder and its VAE, looked for in ComfyUI's folders by the family's record."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ....core.families.families import BASE_ROLES, Family
from ....core.families.model_files import ModelFile
from ....core.model_headers import header


def beside(family: Family, folders: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], list[str]]:
    """(role -> file, the names of those that are nowhere). None of a family that is one file."""
    found: dict[str, str] = {}
    lacking: list[str] = []
    for wanted in family.files:
        if not wanted.role or wanted.role in BASE_ROLES:
            continue
        file = _best(wanted, folders.get(wanted.folder, ()))
        if file is None:
            lacking.append(wanted.name)
        else:
            found[wanted.role] = str(file)
    return found, lacking


def _best(wanted: ModelFile, folders: Sequence[str]) -> Path | None:
    """The file itself, or what stands for it; in the order in which ComfyUI looks through its folders."""
    files = {file.name: file for folder in reversed(folders) for file in _below(Path(folder))}
    return next((files[name] for name in wanted.among(files)), None)


def _below(folder: Path) -> list[Path]:
    paths = [Path(at, name) for at, _, names in os.walk(folder, followlinks=True) for name in names]
    return [path for path in sorted(paths) if path.is_file() and header.is_safetensors(path)]
