"""Where a family's missing model files would go, and what is told of its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...core.families.base_choice import RankedBase
from ...core.families.families import Families, Family
from ...core.records.spoken import told
from ...core.records.training import TrainingRequest
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


def missing_for(
    host: Host, base_models: ComfyBaseModels, families: Families, request: TrainingRequest
) -> list[Missing]:
    """The same of the family that a training is asked for. InvalidError `family_unknown`."""
    return missing_models(host, base_models, families.get(request.family))


def unreadable_models(base_models: ComfyBaseModels, folder: str) -> list[dict[str, str]]:
    """Files of one of ComfyUI's folders that are not whole models, each with the reason."""
    faults = base_models.unreadable(folder)
    return [told({"file": name, "folder": folder, "reason": why}) for name, why in faults.items()]


def checkpoints(models: ComfyBaseModels, family: Family) -> list[dict[str, Any]]:
    """List what people of a family can be trained on, for one that is trained from a file: the recommended one first, last those
    that no training can start from, each with the reason."""
    if family.trains_from != "file":
        return []
    choices = models.choices(family)
    recommended = next((base for base, refused in choices if base.taken and not refused), None)
    ordered = sorted(choices, key=lambda choice: bool(choice[1]))
    return [_shown(base, refused, recommended=base is recommended) for base, refused in ordered]


def _shown(base: RankedBase, refused: str, *, recommended: bool) -> dict[str, Any]:
    traits = base.file.traits
    shown = {
        "file": base.name,
        "size": base.file.size,
        "recommended": recommended,
        "why": base.why,
        "label": base.label,
        "style": traits.style,
        "style_from": traits.style_from,
        "prediction": traits.prediction,
        "prediction_from": traits.prediction_from,
        "refused": refused,
        "quantised": bool(refused and traits.quantised and not traits.lacks),
    }
    return told(shown)
