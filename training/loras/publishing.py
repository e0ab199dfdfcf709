"""From a checkpoint in a job's folder to a LoRA that ComfyUI's loaders show."""

from __future__ import annotations

from pathlib import Path

from ...core.clock import SystemClock, iso
from ...core.loras.versions import VersionStore
from ...core.paths import contained
from ...core.records.checkpoint import Checkpoint, Version
from ..interface import ResolvedTraining
from .lora_metadata import base_name, said_of


def publish(
    versions: VersionStore, job_dir: Path, training: ResolvedTraining, checkpoint: Checkpoint
) -> Version:
    """Publish a checkpoint (see VersionStore.publish); the job's frozen training says whose it is and what it was trained on."""
    return versions.publish(
        training.slug,
        character_id=training.character_id,
        job_id=training.job_id,
        checkpoint=checkpoint,
        source_file=contained(job_dir / "out", *Path(checkpoint.file).parts),
        base_model=base_name(training),
        trigger_word=training.trigger_word,
        said=said_of(job_dir, training, checkpoint, date=iso(SystemClock().now())),
    )
