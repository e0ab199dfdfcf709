"""A hub cache in which what trainers read is there by name: enough for everything that only looks whether it is."""

from __future__ import annotations

from pathlib import Path

from isengard.core.families.families import Families
from isengard.core.families.hub_parts import OR, HubPart
from isengard.training.backends.ai_toolkit.captioner import MODELS
from isengard.training.downloads.hub_cache import repository_folder


def put_part(cache: Path, part: HubPart, *, content: str = "{}") -> Path:
    """The part's files in the commit that the cache takes for the newest; the snapshot's folder."""
    repository = repository_folder(cache, part.hub)
    snapshot = repository / "snapshots" / part.revision
    for names in part.files:
        file = snapshot / names.split(OR)[-1]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    (repository / "blobs").mkdir(exist_ok=True)
    (repository / "refs").mkdir(exist_ok=True)
    (repository / "refs" / "main").write_text(part.revision)
    return snapshot


def put_all(cache: Path) -> Path:
    """All that trainers read of the hub for checkpoints of ComfyUI's, and the captioner's model for a processor; the cache."""
    families = [family for family in Families().all() if family.trains_from == "file"]
    for part in (*(part for family in families for part in family.trainer_hubs), MODELS[-1].part):
        put_part(cache, part)
    return cache
