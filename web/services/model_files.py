"""Where a family's missing model files would go, and what is told of its files."""

from __future__ import annotations

from pathlib import Path

from ...core.families.families import Family
from ...training.downloads.model_files import Missing, missing_of
from ..host import Host
from .base_models import ComfyBaseModels


def missing_models(host: Host, base_models: ComfyBaseModels, family: Family) -> list[Missing]:
    """Each goes into the first of ComfyUI's folders for its kind."""
    folders: dict[str, Path] = {}
    for file in family.files:
        places = host.model_folders(file.folder)
        if places:
            folders[file.folder] = places[0]
    return missing_of(base_models.files(family, "training"), folders)


def unreadable_models(base_models: ComfyBaseModels, folder: str) -> list[dict[str, str]]:
    """Files of one of ComfyUI's folders that are not whole models, each with the reason."""
    faults = base_models.unreadable(folder)
    return [{"file": name, "folder": folder, "reason": why} for name, why in faults.items()]
