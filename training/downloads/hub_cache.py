"""Whether a model of the hub is already on this computer, in the cache that the hub's library shares with the trainer."""

from __future__ import annotations

import os
import time
from pathlib import Path

#: Seconds without a new byte after which an unfinished file is nobody's: the hub's library gives up after ten.
_ABANDONED_S = 3600.0


def hub_has(hub_id: str, hf_home: str = "") -> bool:
    """True when a finished snapshot of `owner/name` is there; nothing is asked of the network."""
    if not is_hub_id(hub_id):
        return False
    folder = repository_folder(cache_folder(hf_home), hub_id)
    blobs = folder / "blobs"
    unfinished = any(map(_wanted, blobs.glob("*.incomplete"))) if blobs.is_dir() else True
    return not unfinished and any((folder / "snapshots").glob("*/*"))


def _wanted(unfinished: Path) -> bool:
    """Whether its content is not there yet: since 1.23 the hub's library begins a file of its own each time, called
    `<blob>.<random>.incomplete`, and what a killed download leaves is never taken up again."""
    return not unfinished.with_name(unfinished.name.split(".")[0]).exists()


def clear_abandoned(cache: Path, hub_id: str) -> None:
    """Remove what killed downloads left of a model: gigabytes that are never taken up again. Files named as older
    libraries do it (`<blob>.incomplete`) are continued by them, and stay."""
    for file in (repository_folder(cache, hub_id) / "blobs").glob("*.*.incomplete"):
        try:
            if time.time() - file.stat().st_mtime > _ABANDONED_S:
                file.unlink()
        except OSError:  # in use (Windows), or just finished
            continue


def is_hub_id(name: str) -> bool:
    """`owner/name`; not a file or a folder of this computer."""
    return name.count("/") == 1 and not Path(name).is_absolute()


def repository_folder(cache: Path, hub_id: str) -> Path:
    """Folder in which the hub's library keeps a model: blobs/ with the content, snapshots/ with its names."""
    return cache / f"models--{hub_id.replace('/', '--')}"


def cache_folder(hf_home: str) -> Path:
    """Find the cache folder as the hub's library decides it."""
    explicit = os.environ.get("HF_HUB_CACHE")
    if explicit:
        return Path(explicit)
    home = hf_home or os.environ.get("HF_HOME")
    return (Path(home) if home else Path.home() / ".cache" / "huggingface") / "hub"
