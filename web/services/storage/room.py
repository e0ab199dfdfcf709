"""Whether the disk has room for what is going on: trainings, downloads, pictures that are being made, photos that come in."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass

from ....core.errors import IsengardError
from ....core.families.families import Families
from ....core.jobs.ledger import JobFilter, Ledger, every_job
from ....core.paths import DataPaths
from ....core.records.generation import Generation
from ....core.records.job import Job
from ....core.records.job_states import UNFINISHED
from ....generation.service import GenerationService
from ....training.job_folder.job_folder import frozen_training
from ....training.planning.estimates import disk_left
from .use_records import Room

#: A photograph as PNG takes 1.5 to 2 bytes a pixel, with its workflow and its small copy.
_PICTURE_BYTES = 2.1
#: A photo is kept as JPEG 95: one that came as HEIC or WebP grows to about that.
_PHOTO_GROWTH = 2.5
#: Below that a training pauses (training/worker/disk_space.py), and estimates are as rough as preflight's.
_LEAST_BYTES, _ROUGHLY = 64 * 1024**2, 1.05


def room(free: int, *, pictures: float = 0, photos: int = 0, trainings: int = 0, downloads: int = 0) -> Room:
    """Pixels of pictures that are still to be made, bytes of photos as they are sent, and bytes of the others."""
    needed = int(pictures * _PICTURE_BYTES + photos * _PHOTO_GROWTH + trainings + downloads)
    low = needed > 0 and free < needed * _ROUGHLY + _LEAST_BYTES
    return Room(free_bytes=free, needed_bytes=needed, low=low)


@dataclass(frozen=True)
class RoomWatch:
    """Watch over one data folder: what is going on in it, and the room on its disk."""

    paths: DataPaths
    ledger: Ledger
    families: Families
    generations: GenerationService

    def now(self, incoming: int = 0) -> Room:
        """`incoming`: bytes of photos that a page is about to send."""
        jobs = list(every_job(self.ledger, JobFilter(states=UNFINISHED)))
        return room(
            shutil.disk_usage(self.paths.root).free,
            pictures=sum(map(_pixels_left, self.generations.store.unfinished())),
            photos=incoming,
            trainings=sum(self._of_training(job) for job in jobs if job.kind == "training"),
            downloads=_of_downloads(job for job in jobs if job.kind != "training"),
        )

    def _of_training(self, job: Job) -> int:
        try:
            return disk_left(
                self.families.get(job.family), frozen_training(self.paths, job), job.progress.step
            )
        except IsengardError:  # of a family, or in a folder, that is no longer there: it fails by itself
            return 0


def _pixels_left(generation: Generation) -> int:
    asked = generation.request
    return max(0, asked.count - len(generation.images)) * asked.width * asked.height


def _of_downloads(jobs: Iterable[Job]) -> int:
    """Of what has begun: before that the size is not told here, and every download asks for its own room."""
    told = [(job.progress.bytes_total or 0, job.progress.bytes_done or 0) for job in jobs]
    return sum(max(0, total - done) for total, done in told)
