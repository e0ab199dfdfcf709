"""What a trainer writes beside the frozen photos of a training: prepared pictures and texts, which it makes again where they are gone."""

from __future__ import annotations

from pathlib import Path

from .dataset import DATASET, HELD_OUT

#: AI-Toolkit's (facts: ai-toolkit).
CACHES = frozenset({"_latent_cache", "_t_e_cache", "_clip_vision_cache", "_controls"})


def working_folders(job_dir: Path) -> list[Path]:
    """List those that are there. Whoever removes them sees to it that the training has ended."""
    places = [job_dir / place / name for place in (DATASET, HELD_OUT) for name in sorted(CACHES)]
    return [folder for folder in places if folder.is_dir()]
