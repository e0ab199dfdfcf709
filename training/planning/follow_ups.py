"""What may follow a job: once more, on after a pause, the same with less memory after it ran out, or more steps."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from pathlib import Path

from ...core import atomic
from ...core.characters.character_store import CharacterStore
from ...core.clock import Clock, iso
from ...core.errors import ConflictError, InvalidError
from ...core.families.families import Families, Family
from ...core.ids import new_id
from ...core.jobs.ledger import Ledger
from ...core.paths import DataPaths
from ...core.plugins import PluginRegistry
from ...core.records.job import Job, Progress
from ...core.records.job_states import ENDED, JobState
from ...core.records.training import MAX_STEPS, TrainingRequest
from ...core.said import said
from ...core.storage.crash_cleanup import JOB_FILE
from ..interface import TRAINING_FILE, ResolvedTraining, TrainingBackend
from ..job_folder.dataset import DATASET, HELD_OUT, MANIFEST, not_copied
from ..job_folder.job_folder import (
    frozen_training,
    new_job_folder,
    require_person,
    require_training,
    submit,
)
from .memory_ladder import ladder
from .presets import Numbers


@dataclass(frozen=True)
class FollowUps:
    """Nobody in the trash is trained on, as with a new training: NotFoundError `character_not_found`."""

    paths: DataPaths
    ledger: Ledger
    characters: CharacterStore
    registry: PluginRegistry
    clock: Clock
    families: Families

    def resume(self, job_id: str) -> Job:
        """A paused job, queued again. ConflictError `wrong_state`."""
        self._job_in({JobState.PAUSED}, job_id, "Only a paused job can be resumed.")
        return self.ledger.requeue(job_id)

    def retry(self, job_id: str) -> Job:
        """A failed or cancelled job, queued again. ConflictError `wrong_state`."""
        return self.ledger.requeue(self._retried(job_id).id)

    def smaller_request(self, job_id: str) -> TrainingRequest:
        """A request for the same training with less memory. ConflictError `wrong_state`; those of `frozen_training` and
        `smaller`."""
        job = self._retried(job_id)
        training = frozen_training(self.paths, job)
        backend: TrainingBackend = self.registry.get("training_backends", job.backend)
        request = TrainingRequest.model_validate(job.request)
        told = backend.capabilities()
        family = told.as_held(self.families.get(training.family))
        return smaller(request, training, family, told.savings)

    def more_steps(self, job_id: str, steps: int, correlation_id: str) -> Job:
        """A new job that goes on from the parent's last checkpoint, with its frozen photos, into a folder of its own, to the very
        last step: who asks for more is not stopped again by what stopped the parent.

        ConflictError `still_running` or `nothing_to_continue`; InvalidError `too_many_steps`, `cannot_continue`; those
        of `frozen_training`.
        """
        parent = self.ledger.get(job_id)
        require_person(self.characters, parent)
        require_training(parent)
        backend = self._backend(parent)
        before_dir = self.paths.job(parent.id)
        before = frozen_training(self.paths, parent)
        total = self._last_step(backend, before_dir, before) + steps
        if total > MAX_STEPS:
            raise InvalidError(
                "too_many_steps",
                said("That would be {total} steps in all.", total=total),
                said("Choose fewer steps: a training has at most {most}.", most=MAX_STEPS),
            )
        job = self._child(parent, total, correlation_id)
        with new_job_folder(self.paths, self.characters, job) as job_dir:
            self._copy_data(before_dir, job_dir)
            training = replace(before, job_id=job.id, steps=total, stop_early=False)
            backend.carry_over(before_dir, before, job_dir, training)
            atomic.write_json(job_dir / TRAINING_FILE, training.to_json())
            atomic.write_json(job_dir / JOB_FILE, job.model_dump(mode="json"))
            return submit(self.ledger, self.characters, job)

    def _retried(self, job_id: str) -> Job:
        states = {JobState.FAILED, JobState.CANCELLED}
        job = self._job_in(states, job_id, "Only a failed or cancelled job can be retried.")
        require_person(self.characters, job)
        return job

    def _job_in(self, states: set[JobState], job_id: str, refusal: str) -> Job:
        job = self.ledger.get(job_id)
        if job.state not in states:
            raise ConflictError("wrong_state", refusal, "Reload: it may have changed in the meantime.")
        return job

    def _backend(self, parent: Job) -> TrainingBackend:
        if parent.state not in ENDED:
            raise ConflictError(
                "still_running", "This training has not ended yet.", "Wait for it, or cancel it."
            )
        backend: TrainingBackend = self.registry.get("training_backends", parent.backend)
        if not backend.capabilities().can_continue:
            raise InvalidError(
                "cannot_continue", "This trainer can't continue a training.", "Train again with more steps."
            )
        return backend

    def _last_step(self, backend: TrainingBackend, job_dir: Path, training: ResolvedTraining) -> int:
        checkpoints = backend.checkpoints(job_dir, training)
        if not checkpoints:
            raise ConflictError(
                "nothing_to_continue", "This training left no checkpoint to continue from.", "Train again."
            )
        return checkpoints[-1].step

    def _child(self, parent: Job, total: int, correlation_id: str) -> Job:
        now = iso(self.clock.now())
        overrides = {**parent.request.get("overrides", {}), "steps": total}
        return Job(
            id=new_id("job"),
            kind=parent.kind,
            needs=parent.needs,
            request={**parent.request, "overrides": overrides, "stop_early": False},
            character_id=parent.character_id,
            backend=parent.backend,
            family=parent.family,
            resolution=parent.resolution,
            quantize=parent.quantize,
            low_vram=parent.low_vram,
            offload=parent.offload,
            bits=parent.bits,
            placeholder=parent.placeholder,
            parent_job_id=parent.id,
            progress=Progress(total_steps=total),
            correlation_id=correlation_id,
            created_at=now,
            updated_at=now,
        )

    def _copy_data(self, source: Path, target: Path) -> None:
        """The photos as they were frozen; what a trainer has cached beside them is made anew. StorageError as of freezing them."""
        try:
            for folder in (DATASET, HELD_OUT):
                files = sorted((source / folder).iterdir()) if (source / folder).is_dir() else []
                if files:
                    (target / folder).mkdir(mode=0o700)
                for file in files:
                    if file.is_file() and not file.name.startswith(("_", ".")):
                        shutil.copyfile(file, target / folder / file.name)
            shutil.copyfile(source / MANIFEST, target / MANIFEST)
        except OSError as fault:
            raise not_copied(fault) from fault


def smaller(
    request: TrainingRequest, training: ResolvedTraining, family: Family, able: Collection[str]
) -> TrainingRequest:
    """The same training one rung further down the ladder. `able`: what the trainer can do to save memory.

    InvalidError `cannot_be_smaller` when there is nothing left to give up.
    """
    before = Numbers(**{one.name: getattr(training, one.name) for one in fields(Numbers)})
    below = ladder(family, before, able)[1:2]
    if not below:
        raise InvalidError(
            "cannot_be_smaller",
            "This training is already as small as it gets.",
            "Use a GPU with more memory.",
        )
    asked = {**request.overrides.model_dump(), **below[0].overrides()}
    return request.model_copy(
        update={
            "overrides": request.overrides.model_validate(asked),
            "base_model": request.base_model or _own_file(training),
        }
    )


def _own_file(training: ResolvedTraining) -> str | None:
    """ComfyUI's name for the checkpoint that was trained on: by now another one may be the recommended one."""
    drawn = training.generate_base
    return drawn if drawn and Path(training.base_path).name == Path(drawn).name else None
