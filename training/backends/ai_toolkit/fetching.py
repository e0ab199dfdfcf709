"""What AI-Toolkit fetches of its models while it loads: it tells no bytes, the hub's cache does."""

from __future__ import annotations

from pathlib import Path

from ....core.families.families import Family
from ....core.families.hub_parts import parts_for
from ....core.records.job import Progress
from ...downloads.hub_cache import cache_folder, clear_abandoned, is_hub_id
from ...downloads.hub_growth import HubGrowth


class Fetching:
    """Downloads of each training that this worker runs."""

    def __init__(self) -> None:
        self._growth: dict[Path, HubGrowth] = {}

    def begin(self, job_dir: Path, base: str, family: Family, hf_home: str) -> None:
        """Begin before the trainer starts, so that what is there already is not counted."""
        self._growth.pop(job_dir, None)
        if not is_hub_id(base):
            return
        is_family_base = base == family.training_base.hub
        total = family.training_bytes if is_family_base else 0
        cache, repositories = cache_folder(hf_home), [part.hub for part in parts_for(family, base)]
        for name in repositories:
            clear_abandoned(cache, name)
        self._growth[job_dir] = HubGrowth(cache, repositories, total)

    def told(self, job_dir: Path, progress: Progress) -> Progress:
        """The progress with its bytes; while a file grows it is a download, whatever the trainer calls it."""
        growth = self._growth.get(job_dir)
        if growth is None or progress.phase not in ("loading", "downloading"):
            return progress
        fetched = growth.look()
        if not fetched.fetching and (progress.phase == "loading" or not fetched.done):
            return progress
        bytes_total = fetched.total or None
        more = {"phase": "downloading", "bytes_done": fetched.done, "bytes_total": bytes_total}
        return progress.model_copy(update=more)
