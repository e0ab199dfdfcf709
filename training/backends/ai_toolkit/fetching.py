"""What AI-Toolkit reads of the hub: brought before it starts, and how far that is where it fetches by itself."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path

from ....core.errors import ForbiddenError, NotReadyError
from ....core.families.families import Family
from ....core.families.hub_parts import HubPart, is_described, is_hub_id
from ....core.paths import DataPaths
from ....core.records.job import Progress
from ....core.said import listed, said
from ....core.settings import Settings, current_token
from ...downloads.http_fetch import need_room, not_written
from ...downloads.hub_cache import cache_folder, clear_abandoned, hub_offline, lacking_in
from ...downloads.hub_fetch import fetch_parts
from ...downloads.hub_growth import HubGrowth
from ...tasks.task import Task


def bring(task: Task, parts: Sequence[HubPart], settings: Settings, paths: DataPaths) -> None:
    """Fetch what is not here of these. ForbiddenError `setup_switched_off`, NotReadyError `hub_cache_unusable`; the others of
    `fetch_parts`."""
    cache = cache_folder(settings.hf_home)
    try:
        _bring(task, parts, settings, paths, cache)
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT):
            raise not_written(fault, cache) from fault  # it pauses, and resumes once there is room
        raise NotReadyError(
            "hub_cache_unusable",
            said(
                "Models can't be saved in {folder}: {reason}.",
                folder=str(cache),
                reason=fault.strerror or str(fault),
            ),
            "Check that folder's disk and permissions, then press Retry.",
        ) from fault


def _bring(task: Task, parts: Sequence[HubPart], settings: Settings, paths: DataPaths, cache: Path) -> None:
    missing = lacking_in(cache, parts)
    parts_missing = {one.part.hub: one.part for one in reversed(missing)}
    names = listed(
        said("{part} ({hub})", part=said(part.label), hub=hub)
        for hub, part in reversed(parts_missing.items())
    )
    if missing and (hub_offline() or not settings.allow_setup):
        raise ForbiddenError(
            "setup_switched_off",
            said(
                "Not on this computer, and whoever set it up has switched downloads off: {names}.",
                names=names,
            ),
            "Ask them to allow downloads, or put it into the hub's cache, then press Retry.",
        )
    need_room(cache, sum(one.size for one in missing), why=said("The download of the {names}", names=names))
    fetch_parts(task, parts, cache, current_token(settings, paths))


class Fetching:
    """Downloads of the trainings whose base no record describes: AI-Toolkit fetches it by itself and tells no bytes, the hub's cache
    does."""

    def __init__(self) -> None:
        self._growth: dict[Path, HubGrowth] = {}

    def begin(self, job_dir: Path, base: str, family: Family, hf_home: str) -> None:
        """Begin before the trainer starts, so that what is there already is not counted."""
        self._growth.pop(job_dir, None)
        if is_described(family, base) or not is_hub_id(base):
            return
        cache = cache_folder(hf_home)
        clear_abandoned(cache, base)
        self._growth[job_dir] = HubGrowth(cache, [base])

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
