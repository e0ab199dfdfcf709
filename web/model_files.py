"""Which of a family's model files ComfyUI has, and where the others would go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..training.family_records import Family
from ..training.models import Missing, missing_of
from .services import Services


def shown_models(services: Services, family: Family) -> dict[str, Sequence[str]]:
    """The names ComfyUI's loaders show, by kind of file."""
    return {file.folder: services.host.model_names(file.folder) for file in family.files}


def missing_models(services: Services, family: Family) -> list[Missing]:
    """Each goes into the first of ComfyUI's folders for its kind."""
    folders: dict[str, Path] = {}
    for file in family.files:
        found = services.host.model_folders(file.folder)
        if found:
            folders[file.folder] = found[0]
    return missing_of(family, folders, shown_models(services, family))
