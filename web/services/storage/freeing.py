"""Freeing disk space: what lies in the trash, small copies, what a trainer prepared, and models that Isengard downloaded."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

from ....core.executor import in_thread
from ....core.jobs.ledger import JobFilter, Ledger, every_job
from ....core.paths import DataPaths
from ....core.privacy.personal_data import size_of
from ....core.records.job_states import ENDED
from ....core.storage.file_moves import removed
from ....training.job_folder.working_files import working_folders
from ..housekeeping import Housekeeping
from .model_use import ModelShelf
from .storage_meter import THUMBNAILS

Freed = Literal["trash", "thumbnails", "caches", "model"]
_log = logging.getLogger("isengard.storage")


@dataclass(frozen=True)
class SpaceFreer:
    """Each is final: whoever asks has confirmed it."""

    paths: DataPaths
    ledger: Ledger
    housekeeping: Housekeeping
    shelf: ModelShelf

    async def free(self, what: Freed, model: str = "") -> int:
        """Bytes that went. Raises what ModelShelf.free raises."""
        if what == "trash":
            freed = await self._trash()
        elif what == "thumbnails":
            freed = await in_thread(self._thumbnails)
        elif what == "caches":
            freed = await in_thread(self._working_files)
        else:
            freed = await in_thread(self.shelf.free, model)
        _log.info("Space was freed", extra={"context": {"what": what, "bytes": freed}})
        return freed

    async def _trash(self) -> int:
        """People in it are forgotten with all that is theirs, wherever it lies; counted is what lay in the trash."""
        before = await in_thread(size_of, self.paths.trash)
        await self.housekeeping.empty_trash(kept_days=0)
        return max(0, before - await in_thread(size_of, self.paths.trash))

    def _thumbnails(self) -> int:
        """One that is given out just now is read to its end; the next who looks makes it anew."""
        freed = 0
        for file in self.paths.outputs.glob(f"*/{THUMBNAILS}/*.jpg"):
            size = size_of(file)
            freed += size if removed(file) else 0
        return freed

    def _working_files(self) -> int:
        freed = 0
        for job in every_job(self.ledger, JobFilter(states=sorted(ENDED), kinds=["training"])):
            for folder in working_folders(self.paths.job(job.id)):
                size = size_of(folder)
                freed += size if removed(folder) else 0
        return freed
