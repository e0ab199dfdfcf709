"""What making pictures needs of the server: ComfyUI's address and models, the service, and proofs after each training."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ...core.characters.character_store import CharacterStore
from ...core.clock import Clock
from ...core.comfyui_http import ask, token_towards
from ...core.correlation import correlated
from ...core.errors import IsengardError, NotReadyError, reason_of
from ...core.executor import in_thread
from ...core.families.families import Families
from ...core.generations.generation_store import GenerationStore
from ...core.jobs.ledger import JobFilter, Ledger
from ...core.loops import spawn
from ...core.loras.versions import VersionStore
from ...core.paths import DataPaths
from ...core.plugins import PluginRegistry
from ...core.records.checkpoint import ImageProof, Version
from ...core.records.event import Subject
from ...core.records.job import Job
from ...core.records.job_states import JobState
from ...core.settings import Settings
from ...core.storage.library import Library
from ...core.storage.server_turn import Turn
from ...generation.image.comfy_client import ComfyClient
from ...generation.image.guarded import pipelines_of
from ...generation.proof import prove_picture
from ...generation.service import GenerationService
from ..host import Host
from ..http.event_stream import EventStream
from .heard import just_completed
from .notifications import tell_character

#: After our start ComfyUI takes prompts by then.
LISTENS_S = 20.0
#: How many of the newest trainings are looked at for a proof that was never made.
LEFT_OVER = 20
_log = logging.getLogger("isengard.pictures")


def client_of(host: Host, settings: Settings) -> ComfyClient:
    """The ComfyUI that makes the pictures: COMFYUI_URL, else this one."""
    return ComfyClient(
        lambda: settings.comfyui_url or host.server_url,
        lambda address: token_towards(address, settings, host.server_url),
    )


def does_comfyui_answer(host: Host, settings: Settings) -> bool:
    """Tell whether the ComfyUI that makes the pictures is there."""
    address = settings.comfyui_url or host.server_url
    try:
        ask("GET", f"{address}/queue", token=token_towards(address, settings, host.server_url))
    except NotReadyError:
        return False
    return True


def open_generations(
    library: Library,
    ledger: Ledger,
    registry: PluginRegistry,
    *,
    clock: Clock,
    characters: CharacterStore,
    versions: VersionStore,
    turn: Turn,
) -> GenerationService:
    settings, paths = registry.context.settings, registry.context.paths

    def emit(kind: Any, generation_id: str, data: dict[str, Any], correlation_id: str) -> None:
        ledger.emit(kind, Subject(kind="generation", id=generation_id), data, correlation_id=correlation_id)

    return GenerationService(
        store=GenerationStore(library, paths, clock),
        characters=characters,
        versions=versions,
        pipelines=lambda: pipelines_of(registry),
        emit=emit,
        clock=clock,
        allow_placeholder=settings.fast_test,
        turn=turn,
    )


@dataclass
class PictureProver:
    """After each training that is no placeholder: three small pictures, then proof.image of version and checkpoint.

    `since`: when the server was started before this time; a training that has ended after that has nobody else.
    """

    paths: DataPaths
    ledger: Ledger
    families: Families
    generations: GenerationService
    events: EventStream
    since: str | None = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """For ever; proofs wait for each other beside the reader, which must not lag."""
        with self.events.reading() as reader:
            for job in await in_thread(self.left_over):
                self._later(job, LISTENS_S)
            while True:
                just = just_completed(await reader.next_event())
                if just is not None:
                    self._later(just, 0)

    def left_over(self) -> list[Job]:
        """Trainings that ended while no server ran, or were being proven when it ended; each is taken up once."""
        if self.since is None:
            return []
        ended = newest_completed(self.ledger, "training", LEFT_OVER)
        late = [job for job in ended if job.checkpoints and (job.finished_at or "") > self.since]
        return [job for job in late if job.checkpoints[-1].proof.image == "pending"]

    def _later(self, job: Job, wait_s: float) -> None:
        spawn(self._tasks, self._in_turn(job, wait_s), "picture proof")

    async def _in_turn(self, job: Job, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        async with self._one_at_a_time:
            with correlated(job.correlation_id):
                await self._prove(job)

    async def _prove(self, job: Job) -> None:
        try:
            version = await in_thread(self._version, job)
            if version is not None:
                await in_thread(self._keep, job, version, await self._verdict(job, version))
        except (IsengardError, OSError, ValueError) as fault:
            context = {"job_id": job.id, "reason": reason_of(fault)}
            _log.warning("Picture proof could not be made", extra={"context": context})

    async def _verdict(self, job: Job, version: Version) -> ImageProof:
        """`skipped` where this ComfyUI cannot make a picture of the family, or the LoRA is a placeholder."""
        family = self.families.get(job.family)
        if version.placeholder:
            return "skipped"
        for pipeline in await in_thread(self.generations.pipelines):
            for recipe in await pipeline.recipes():
                if recipe.name == family.recipe and recipe.usable:
                    character = await in_thread(self.generations.characters.get, str(job.character_id))
                    proof = await prove_picture(pipeline, recipe.name, character, version, self.paths)
                    return proof.verdict
        return "skipped"

    def _version(self, job: Job) -> Version | None:
        character = self.generations.characters.get(str(job.character_id))
        versions = [version for version in character.versions if version.job_id == job.id]
        return versions[-1] if versions else None

    def _keep(self, job: Job, version: Version, verdict: ImageProof) -> None:
        """Onto both as they are now: meanwhile the person may have chosen this version, or its likeness was measured."""
        slug = version.file.partition("/")[0]
        fresh = next((one for one in self.generations.versions.list(slug) if one.file == version.file), None)
        if fresh is None:
            return
        proof = self.generations.versions.update(fresh, partial(_proven, verdict=verdict)).proof
        for checkpoint in self.ledger.get(job.id).checkpoints:
            if checkpoint.step == version.step:
                self.ledger.annotate(job.id, checkpoint.model_copy(update={"proof": proof}))
        character = self.generations.characters.get(str(job.character_id))
        tell_character(self.ledger, character.id, "updated", character)


def _proven(version: Version, *, verdict: ImageProof) -> Version:
    return version.model_copy(update={"proof": version.proof.model_copy(update={"image": verdict})})


def newest_completed(ledger: Ledger, kind: str, most: int) -> Sequence[Job]:
    """For what looks after them at a start; none while the ledger is away, which must not end it for good."""
    try:
        return ledger.jobs(JobFilter([JobState.COMPLETED], [kind]), limit=most).items
    except (IsengardError, OSError) as fault:
        context = {"kind": kind, "reason": reason_of(fault)}
        _log.warning("Jobs of before cannot be read", extra={"context": context})
        return []
