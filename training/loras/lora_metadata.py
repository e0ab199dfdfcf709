"""What a published LoRA says about itself: how it was made and on what, never where or of whom.

Keys: `isengard_*` of ours, and the `modelspec.*` fields that other programs show (Stability AI's ModelSpec 1.0.0).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from ...core.families.families import Families, Family
from ...core.loras.versions import BASE_ENTRY
from ...core.records.checkpoint import Checkpoint
from ...core.version import VERSION
from ..interface import ResolvedTraining
from ..job_folder.dataset import DATASET


def said_of(
    job_dir: Path, training: ResolvedTraining, checkpoint: Checkpoint, *, date: str
) -> dict[str, str]:
    """Text by key; `date` as ISO 8601."""
    family = Families().get(training.family).by_frozen_route(training.route)
    entries = {
        "isengard_version": VERSION,
        "isengard_family": training.family,
        "isengard_route": training.route,
        "isengard_preset": training.preset,
        "isengard_backend": training.backend,
        "isengard_trigger": training.trigger_word,
        "isengard_class": training.class_word,
        "isengard_steps": str(checkpoint.step),
        **_method(training),
        "isengard_seed": str(training.seed),
        BASE_ENTRY: Path(base_name(training)).name or family.training_base.hub,
        "isengard_base_sha256": checkpoint.base_sha256 or "",
        "isengard_dataset_sha256": dataset_hash(job_dir / DATASET),
    }
    return {**{name: text for name, text in entries.items() if text}, **_modelspec(family, training, date)}


def _method(training: ResolvedTraining) -> dict[str, str]:
    """How it was trained; a LoRA, which is the usual thing, by its rank alone, as ever."""
    if training.method == "lora":
        return {"isengard_rank": str(training.rank)}
    return {"isengard_method": training.method, "isengard_lokr_factor": str(training.lokr_factor)}


def dataset_hash(folder: Path) -> str:
    """Hash of what was trained on, pictures with their captions, whatever the files are called and however they are ordered."""
    pairs = []
    for caption in folder.glob("*.txt"):
        picture = next(
            (file for file in folder.glob(f"{caption.stem}.*") if file.suffix in (".jpg", ".png")), None
        )
        if picture is not None:
            pairs.append(hashlib.sha256(picture.read_bytes()).digest() + caption.read_bytes())
    return hashlib.sha256(b"\0".join(sorted(pairs))).hexdigest() if pairs else ""


def base_name(training: ResolvedTraining) -> str:
    """Name what was trained on, as ComfyUI's loader does where it has it: the owner's own file may lie elsewhere. For what is
    trained from the hub it is the file that draws."""
    trained, drawn = Path(training.base_path), training.generate_base
    return trained.name if trained.is_file() and trained.name != Path(drawn).name else drawn


def _modelspec(family: Family, training: ResolvedTraining, date: str) -> dict[str, str]:
    entries = {
        "modelspec.sai_model_spec": "1.0.0",
        "modelspec.title": " ".join(filter(None, (family.name_start, training.trigger_word))),
        "modelspec.architecture": family.modelspec,
        "modelspec.implementation": "diffusers",
        "modelspec.prediction_type": "v" if training.v_pred else "",
        "modelspec.trigger_phrase": training.trigger_word,
        "modelspec.license": family.licence,
        "modelspec.resolution": f"{max(training.resolution)}x{max(training.resolution)}",
        "modelspec.date": date,
    }
    return {name: text for name, text in entries.items() if text}
