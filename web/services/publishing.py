"""Publishing checkpoints: because somebody asked for one, or because a picture is to be drawn with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.characters.character_store import CharacterStore
from ...core.errors import ConflictError, NotFoundError
from ...core.jobs.ledger import JobFilter, Ledger
from ...core.loras.safetensors_file import read_header
from ...core.loras.versions import VersionStore
from ...core.paths import DataPaths
from ...core.records.character import Character
from ...core.records.checkpoint import Checkpoint, Version
from ...core.records.generation import CharacterUse
from ...core.records.job import Job
from ...core.said import said
from ...generation.image.interface import RecipeInfo
from ...training.job_folder.job_folder import frozen_training
from ...training.loras.base_hash import known_hash
from ...training.loras.lora_fit import judge
from ...training.loras.publishing import publish as publish_checkpoint
from .notifications import tell_character

#: How many of a person's trainings are looked through for a step.
TRAININGS = 200


@dataclass(frozen=True)
class Publisher:
    """The publisher of versions of the people of one data folder."""

    paths: DataPaths
    ledger: Ledger
    characters: CharacterStore
    versions: VersionStore
    #: the file that draws a family now, None where ComfyUI has none
    drawing_base: Callable[[str], Path | None]

    def publish(self, job: Job, step: int) -> Version:
        """Make the checkpoint a version of its person and tell every open page.

        NotFoundError `checkpoint_not_found`, and `character_not_found` where they are forgotten meanwhile; ConflictError
        `checkpoint_unsound`; those of `frozen_training` and `VersionStore.publish`.
        """
        checkpoint = next((saved for saved in job.checkpoints if saved.step == step), None)
        if checkpoint is None:
            raise NotFoundError(
                "checkpoint_not_found",
                said("There is no checkpoint of step {step}.", step=step),
                "Reload this page.",
            )
        checkpoint = self._with_fit(job, checkpoint)
        if not checkpoint.proof.holds:
            raise ConflictError(
                "checkpoint_unsound",
                "This checkpoint has no usable weights, or they fit another model.",
                "Use another checkpoint.",
            )
        character = self.characters.get(str(job.character_id))
        training = frozen_training(self.paths, job)
        base_sha256 = training.base_sha256 or known_hash(Path(training.base_path), self.paths)
        proven = checkpoint.model_copy(update={"base_sha256": base_sha256})
        with self.characters.publishing(character):
            version = publish_checkpoint(self.versions, self.paths.job(job.id), training, proven)
        self._note(job.id, checkpoint)
        tell_character(self.ledger, character.id, "updated", self.characters.get(character.id))
        return version

    def _note(self, job_id: str, published: Checkpoint) -> None:
        """On the checkpoint as it is now: its picture may have been proven while its file was copied."""
        for now in self.ledger.get(job_id).checkpoints:
            if now.step == published.step:
                proof = now.proof.model_copy(update={"fit": published.proof.fit})
                self.ledger.annotate(job_id, now.model_copy(update={"published": True, "proof": proof}))

    def _with_fit(self, job: Job, checkpoint: Checkpoint) -> Checkpoint:
        """Where the base that draws came after the training, its fit is judged now."""
        base = self.drawing_base(checkpoint.family) if checkpoint.proof.fit == "unchecked" else None
        file = self.paths.job(job.id) / "out" / checkpoint.file
        if base is None or checkpoint.placeholder or not file.is_file():
            return checkpoint
        fit = judge(read_header(file).shapes, base).fit
        return checkpoint.model_copy(update={"proof": checkpoint.proof.model_copy(update={"fit": fit})})

    def publish_drawn(self, uses: Collection[CharacterUse], recipe: RecipeInfo) -> None:
        """Publish the steps that a picture asks for and that nobody has published yet.

        A step is that of the training which is named, else of the newest one which saved it soundly, first among the models that
        ComfyUI has everything of.
        """
        if recipe.identity != "lora" or not recipe.usable:
            return
        for use in uses:
            if isinstance(use.checkpoint, int):
                character = self.characters.get(use.id)
                self._publish_step(character, use.checkpoint, recipe, self._trainings(use))

    def _trainings(self, use: CharacterUse) -> Sequence[Job]:
        """Those whose step may be meant; none where the named one is not here: what it left may be here all the same."""
        if use.job_id is None:
            return self.ledger.jobs(JobFilter((), ["training"], use.id), limit=TRAININGS).items
        try:
            job = self.ledger.get(use.job_id)
        except NotFoundError:
            return []
        return [job] if job.kind == "training" and job.character_id == use.id else []

    def _publish_step(self, character: Character, step: int, recipe: RecipeInfo, jobs: Sequence[Job]) -> None:
        ready = [family for family in recipe.families if family in recipe.ready]
        for families in (ready, recipe.families):
            job = next((job for job in jobs if _has(job.checkpoints, step, families)), None)
            if job is not None:
                if not any(
                    (version.job_id, version.step) == (job.id, step) for version in character.versions
                ):
                    self.publish(job, step)
                return
            if any(version.step == step and version.family in families for version in character.versions):
                return


def _has(checkpoints: Collection[Checkpoint], step: int, families: Collection[str]) -> bool:
    return any(one.step == step and one.family in families and one.proof.holds for one in checkpoints)
