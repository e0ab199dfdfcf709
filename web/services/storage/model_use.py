"""Models on the disk by family: ComfyUI's files, those among them that Isengard downloaded, and what trainers read of the hub."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ....core.errors import ConflictError, StorageError
from ....core.families.families import Families, Family
from ....core.jobs.ledger import JobFilter, Ledger, every_job
from ....core.paths import DataPaths
from ....core.records.job import Job
from ....core.records.job_states import ENDED, UNFINISHED, JobState
from ....core.said import said
from ....core.settings import Settings
from ....training.downloads.http_fetch import PART
from ....training.downloads.hub_cache import cache_folder, repository_folder
from ....training.downloads.model_files import fetched_files
from ...host import Host
from .use_records import ModelUse

_log = logging.getLogger("isengard.storage")


@dataclass(frozen=True)
class ModelShelf:
    """Only what a download of ours has put there is ever deleted, and only while no training of its family goes on."""

    paths: DataPaths
    settings: Settings
    families: Families
    ledger: Ledger
    host: Host

    def models(self) -> list[ModelUse]:
        """Families with files here, the largest first."""
        ours, uses = self._ours(), list[ModelUse]()
        for family in self.families.all():
            files, begun = self._files(family), sum(map(_size, self._begun(family.key)))
            if files or begun:
                freed = sum(
                    size for file, size in files.items() if file in ours and file in self._own(family)
                )
                used, freed = sum(files.values()) + begun, freed + begun
                uses.append(ModelUse(key=family.key, label=family.label, bytes=used, freed_bytes=freed))
        return sorted(uses, key=lambda use: -use.bytes)

    def free(self, key: str) -> int:
        """Delete what Isengard downloaded of a family and no other needs, and what downloads that were given up have left of it; bytes. InvalidError `family_unknown`, ConflictError
        `model_in_use`, StorageError `model_not_deleted`."""
        family, ours = self.families.get(key), self._ours()
        if any(job.family == key for job in self._jobs(UNFINISHED, "training")):
            raise ConflictError(
                "model_in_use",
                said("A training with {model} is in progress.", model=family.label),
                "Wait until it has ended, or cancel it.",
            )
        whole = [file for file in self._own(family) if file in ours]
        return sum(_deleted(file) for file in (*whole, *self._begun(key)))

    def hub_folders(self) -> Iterator[Path]:
        """List what trainers read of the hub, in the cache that other programs share."""
        cache = cache_folder(self.settings.hf_home)
        parts = (part for family in self.families.all() for part in family.hub_parts)
        hubs = {part.hub for part in parts}
        yield from (folder for hub in sorted(hubs) if (folder := repository_folder(cache, hub)).is_dir())

    def _files(self, family: Family) -> dict[Path, int]:
        found = [self.host.model_path(file.folder, file.name) for file in family.files]
        return {file: size for file in found if file is not None and (size := _size(file))}

    def _own(self, family: Family) -> set[Path]:
        """Its files that no other family names."""
        named = Counter((file.folder, file.name) for other in self.families.all() for file in other.files)
        alone = [file for file in family.files if named[file.folder, file.name] == 1]
        return {path for file in alone if (path := self.host.model_path(file.folder, file.name)) is not None}

    def _begun(self, key: str) -> list[Path]:
        """Unfinished files of a family's downloads that have ended: nobody continues them unless somebody presses Retry."""
        going = {file for job in self._jobs(UNFINISHED, "model_download") for file in self._planned(job)}
        ended = (job for job in self._jobs(ENDED, "model_download") if job.family == key)
        left = {file for job in ended for file in self._planned(job)} - going
        parts = (file.with_name(f"{file.name}{PART}") for file in sorted(left))
        return [part for part in parts if part.is_file()]

    def _planned(self, job: Job) -> dict[Path, int]:
        return fetched_files(self.paths.job(job.id))

    def _ours(self) -> set[Path]:
        """Files that a download has put there, as large as it left them."""
        done = self._jobs([JobState.COMPLETED], "model_download")
        plans = [self._planned(job) for job in done]
        return {file for plan in plans for file, size in plan.items() if _size(file) == size}

    def _jobs(self, states: Collection[JobState], kind: str) -> Iterator[Job]:
        return every_job(self.ledger, JobFilter(states=states, kinds=[kind]))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _deleted(file: Path) -> int:
    size = _size(file)
    try:
        file.unlink()
    except OSError as fault:
        raise StorageError(
            "model_not_deleted",
            said(
                "{file} could not be deleted: {reason}.", file=file.name, reason=str(fault.strerror or fault)
            ),
            "ComfyUI may hold it: free its models, then try again.",
        ) from fault
    _log.info("A downloaded model was deleted", extra={"context": {"file": file.name, "bytes": size}})
    return size
