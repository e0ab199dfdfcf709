"""The third step of a training: its folder with everything in it, then its job in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...core import atomic
from ...core.characters.character_store import CharacterStore
from ...core.characters.photo_store import PhotoStore
from ...core.characters.trash import require_files
from ...core.clock import Clock, iso
from ...core.errors import InvalidError
from ...core.ids import new_id
from ...core.jobs.ledger import Ledger
from ...core.paths import DataPaths
from ...core.records.job import Job
from ...core.storage.crash_cleanup import JOB_FILE
from ..interface import TRAINING_FILE
from ..job_folder.dataset import freeze as freeze_photos
from ..job_folder.job_folder import new_job_folder, submit
from .decision import Plan


@dataclass(frozen=True)
class Freezer:
    """The writer of plans, into a job's folder and the ledger."""

    paths: DataPaths
    ledger: Ledger
    characters: CharacterStore
    photos: PhotoStore
    clock: Clock

    def freeze(self, plan: Plan, correlation_id: str, after: Sequence[str] = ()) -> Job:
        """A queued job whose folder is complete; it is not begun before those of `after` are completed. InvalidError with the code
        of the first finding that forbids it, NotFoundError `photo_file_missing`."""
        require_unblocked(plan)
        character, selection = plan.facts.person.character, plan.selection
        needed = {photo.id for photo in (*selection.trained, *selection.held_out)}
        require_files(self.paths, self.photos.list(character.id), needed)
        job = _job(plan, correlation_id, iso(self.clock.now()), list(after))
        with new_job_folder(self.paths, self.characters, job) as job_dir:
            freeze_photos(job_dir, character, selection, self.photos)
            training = replace(plan.training, job_id=job.id)
            atomic.write_json(job_dir / TRAINING_FILE, training.to_json())
            atomic.write_json(job_dir / JOB_FILE, job.model_dump(mode="json"))
            return submit(self.ledger, self.characters, job)


def require_unblocked(plan: Plan) -> None:
    """InvalidError with the code of the first finding that forbids this training."""
    first = next((finding for finding in plan.findings if finding.severity == "error"), None)
    if first is not None:
        raise InvalidError(first.code, first.message, "Press Check again to see everything that is missing.")


def _job(plan: Plan, correlation_id: str, now: str, after: list[str]) -> Job:
    training, capabilities = plan.training, plan.facts.trainer.capabilities
    return Job(
        id=new_id("job"),
        kind="training",
        needs=capabilities.needs,
        request=plan.facts.request.model_dump(mode="json"),
        resolution=training.resolution,
        quantize=training.quantize,
        low_vram=training.low_vram,
        offload=training.offload,
        bits=training.bits,
        character_id=training.character_id,
        backend=capabilities.name,
        family=training.family,
        placeholder=capabilities.placeholder,
        after=after,
        correlation_id=correlation_id,
        created_at=now,
        updated_at=now,
    )
