"""Generations from request to pictures: built, kept, sent, followed, cancelled, taken up again after a restart."""

from __future__ import annotations

import asyncio
import logging
import secrets
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..core.characters.character_store import CharacterStore
from ..core.clock import Clock, iso
from ..core.correlation import correlated
from ..core.errors import ConflictError, IsengardError, NotFoundError, NotReadyError
from ..core.executor import in_thread
from ..core.generations.generation_store import GenerationStore
from ..core.ids import new_id
from ..core.loras.versions import VersionStore
from ..core.marks.source_types import edits
from ..core.plugins import ForeignFault, foreign_code
from ..core.records.generation import (
    GeneratedImage,
    Generation,
    GenerationProgress,
    GenerationRequest,
    Purpose,
)
from ..core.records.generation_states import ENDED, GenerationState
from ..core.records.job import JobError
from ..core.said import said
from ..core.storage.server_turn import NobodyElse, Turn
from .casting import Casting, drawn_with
from .comparison_line import ComparisonLine
from .image.from_picture.rewiring import without_start
from .image.from_picture.start import Start, StartsFromPictures
from .image.interface import NOT_FINITE, Frame, ImagePipeline, Person, Prompt, RecipeInfo, Sign
from .request_rules import (
    RESTARTED,
    as_job_error,
    error_of,
    metadata_of,
    overflow_of,
    proofs_of,
    require_usable,
    wanted_for,
    words_of,
)
from .thumbnails import prepare_thumbnail
from .until_written import told_if_it_can, until_written

#: (event type, generation id, data, correlation id): how the service tells what happened.
Emit = Callable[[str, str, dict[str, Any], str], None]
MAX_SEED = 2**32 - 1
_log = logging.getLogger("isengard.generation")
_S = GenerationState


@dataclass
class GenerationService:
    """Runs on the server's event loop; everything that touches a disk runs in a thread."""

    store: GenerationStore
    characters: CharacterStore
    versions: VersionStore
    pipelines: Callable[[], Sequence[ImagePipeline]]
    emit: Emit
    clock: Clock
    allow_placeholder: bool
    turn: Turn = field(default_factory=NobodyElse)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _frames: dict[str, Frame] = field(default_factory=dict)
    _line: ComparisonLine = field(default_factory=ComparisonLine)

    @property
    def casting(self) -> Casting:
        """Whoever finds the people and files of a request."""
        return Casting(self.characters, self.versions, self.allow_placeholder)

    async def recipes(self) -> list[dict[str, Any]]:
        """List every recipe of every pipeline."""
        pipelines = await in_thread(self.pipelines)
        return [info.model_dump(mode="json") for pipeline in pipelines for info in await pipeline.recipes()]

    async def recipe(self, name: str) -> RecipeInfo:
        """NotFoundError `recipe_unknown`."""
        return (await self.resolve(name))[1]

    async def create(
        self,
        request: GenerationRequest,
        correlation_id: str,
        purpose: Purpose = "user",
        resolved: tuple[ImagePipeline, RecipeInfo] | None = None,
        *,
        generation_id: str = "",
        album_id: str = "",
        start: Start | None = None,
        people: list[Person] | None = None,
    ) -> Generation:
        """Keep the request with its prompts, then send them; the answer comes before the first picture. `resolved`: its recipe where
        the caller has looked it up; `generation_id`: one that the caller has noted before, so that a crash in between loses no order;
        `start`: the picture that it is made from; `people`: where the very files that draw them are known."""
        if request.seed is None:
            request = request.model_copy(update={"seed": secrets.randbelow(MAX_SEED)})
        generation_id = generation_id or new_id("gen")
        pipeline, recipe = resolved or await self.resolve(request.recipe)
        require_usable(recipe)
        if people is None:
            people = await in_thread(self.casting.people, request.characters, recipe)
        prompts = await in_thread(self._prompts, pipeline, request, people, generation_id, start)
        generation = Generation(
            id=generation_id,
            prompt_ids=[str(uuid.uuid4()) for _ in prompts],
            recipe=request.recipe,
            request=request,
            **drawn_with(recipe, people),
            **({} if start is None else start.as_kept()),
            **wanted_for(request, purpose),
            album_id=album_id,
            progress=GenerationProgress(count=len(prompts)),
            correlation_id=correlation_id,
            created_at=iso(self.clock.now()),
        )
        await in_thread(self._note_and_store, generation, prompts, start)
        await told_if_it_can(self._tell(generation), generation_id)
        self._start(generation, pipeline, self._drive(generation, pipeline, prompts))
        return generation

    def _note_and_store(self, generation: Generation, prompts: list[Prompt], start: Start | None) -> None:
        self.turn.note(generation.id)
        self.store.create(generation, prompts, None if start is None else start.files)

    def _prompts(
        self,
        pipeline: ImagePipeline,
        request: GenerationRequest,
        people: list[Person],
        generation_id: str,
        start: Start | None,
    ) -> list[Prompt]:
        """Their save nodes hold a ticket for this generation; one that cannot be built leaves none behind."""
        try:
            ticket = self.store.tickets.issue(generation_id, request.count)
            if start is None:
                return pipeline.build(request, people, ticket)
            if not isinstance(pipeline, StartsFromPictures):
                raise without_start()
            return pipeline.build_from(request, people, ticket, start)
        except BaseException:
            self.store.tickets.void(generation_id)
            raise

    async def cancel(self, generation_id: str) -> Generation:
        """Take what waits out of ComfyUI's queue and interrupt what runs; finished pictures stay.

        It may have ended by the time this answers."""
        generation = await in_thread(self.store.get, generation_id)
        if generation.state in ENDED:
            raise ConflictError(
                "generation_ended", "These pictures are already done.", "Nothing needs to be done."
            )
        if generation.state is not _S.CANCELLING:
            generation = await self._advance(generation, _S.CANCELLING)
        self._line.leave(generation.id)
        await self._withdraw(generation, await self._pipeline_of(generation))
        return await in_thread(self.store.get, generation_id)

    async def recover(self) -> None:
        """After a start clear up, where nobody else is at it, and take up what is not done."""
        if self.turn.alone:
            await in_thread(self.store.settle)
        await self.take_up()

    async def take_up(self) -> None:
        """Follow what no server that lives follows and ComfyUI may still know, end the rest with a reason."""
        for generation in await in_thread(self.store.unfinished):
            if generation.id in self._tasks or await in_thread(self.turn.is_being_drawn, generation.id):
                continue
            await in_thread(self.turn.note, generation.id)
            try:
                pipeline = await self._pipeline_of(generation)
            except IsengardError as error:
                self._go_on(generation.id, self._end(generation, _S.FAILED, as_job_error(error)))
                continue
            if generation.state is _S.CANCELLING:
                await self._withdraw(generation, pipeline)
            self._start(generation, pipeline, self._follow_all(generation, pipeline))

    async def _pipeline_of(self, generation: Generation) -> ImagePipeline:
        """Also where its recipe was deleted meanwhile: any pipeline of this house reaches the same ComfyUI."""
        try:
            return (await self.resolve(generation.recipe))[0]
        except NotFoundError:
            pipelines = await in_thread(self.pipelines)
            if not pipelines:
                raise
            return pipelines[0]

    async def resolve(self, recipe: str) -> tuple[ImagePipeline, RecipeInfo]:
        """The pipeline that makes pictures by this recipe, and what it says of it. NotFoundError `recipe_unknown`."""
        for pipeline in await in_thread(self.pipelines):
            for info in await pipeline.recipes():
                if info.name == recipe:
                    return pipeline, info
        raise NotFoundError(
            "recipe_unknown",
            said("There is no workflow called '{name}' here.", name=recipe[:60]),
            "Choose another workflow.",
        )

    def frame(self, generation_id: str) -> Frame | None:
        """The newest preview of the picture being made."""
        return self._frames.get(generation_id)

    def _start(self, generation: Generation, pipeline: ImagePipeline, work: Awaitable[None]) -> None:
        self._go_on(generation.id, self._to_an_end(generation, pipeline, work))

    def _go_on(self, generation_id: str, work: Coroutine[Any, Any, None]) -> None:
        task = self._tasks[generation_id] = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._finished(generation_id, done))

    async def _to_an_end(
        self, generation: Generation, pipeline: ImagePipeline, work: Awaitable[None]
    ) -> None:
        """A full disk, or a fault of a pipeline of another pack, ends it in words: nobody would follow it any more."""
        try:
            with foreign_code():
                await work
        except ForeignFault as broken:
            context = {"generation_id": generation.id}
            _log.exception("Following a generation broke", extra={"context": context})
            try:  # first: its end may wait until a disk has room
                await self._withdraw(generation, pipeline)
            finally:
                await self._end(generation, _S.FAILED, as_job_error(broken.fault))

    def _finished(self, generation_id: str, done: asyncio.Task[None]) -> None:
        self._tasks.pop(generation_id, None)
        self._frames.pop(generation_id, None)
        if not done.cancelled() and done.exception() is not None:
            _log.error(
                "A generation could not be ended",
                exc_info=done.exception(),
                extra={"context": {"generation_id": generation_id}},
            )

    async def _drive(self, generation: Generation, pipeline: ImagePipeline, prompts: list[Prompt]) -> None:
        """Send every prompt at once when it is their turn, then follow them one after the other; a cancel may come between any two."""

        async def given_up() -> bool:
            return await self._is_cancelling(generation)

        with correlated(generation.correlation_id):
            async with self._line.turn(generation.id, generation.purpose, given_up):
                try:
                    await self._send(generation, pipeline, prompts)
                except IsengardError as error:
                    await self._withdraw(generation, pipeline)
                    await self._end(generation, _S.FAILED, as_job_error(error))
                    return
                if await given_up():
                    await self._withdraw(generation, pipeline)
                await self._follow_all(generation, pipeline)

    async def _send(self, generation: Generation, pipeline: ImagePipeline, prompts: list[Prompt]) -> None:
        edited = await in_thread(edits, generation, self.store.get)
        for number, (prompt, prompt_id) in enumerate(zip(prompts, generation.prompt_ids, strict=True)):
            if await self._is_cancelling(generation):
                return
            words = words_of(pipeline, generation.request, number)
            metadata = {"isengard": metadata_of(generation, words, edits=edited)}
            await pipeline.submit(prompt, prompt_id, metadata)

    async def _follow_all(self, generation: Generation, pipeline: ImagePipeline) -> None:
        with correlated(generation.correlation_id):
            for number, prompt_id in enumerate(generation.prompt_ids):
                if any(image.n == number for image in generation.images):
                    continue
                last = await self._follow(generation, pipeline, number, prompt_id)
                if last.kind != "done":
                    await self._withdraw(generation, pipeline)
                    await self._end_by(generation, last)
                    return
            await self._end(generation, _S.COMPLETED)

    async def _is_cancelling(self, generation: Generation) -> bool:
        current = await in_thread(self.store.get, generation.id, deleted=True)
        return current.state is _S.CANCELLING

    async def _withdraw(self, generation: Generation, pipeline: ImagePipeline) -> None:
        """Leave nothing of it in ComfyUI's queue: the last first, or an interrupted one would let the next begin."""
        try:
            for prompt_id in reversed(generation.prompt_ids):
                await pipeline.cancel(prompt_id)
        except NotReadyError as away:
            context = {"generation_id": generation.id, "reason": away.message}
            _log.warning("Prompts could not be withdrawn", extra={"context": context})

    async def _follow(
        self, generation: Generation, pipeline: ImagePipeline, number: int, prompt_id: str
    ) -> Sign:
        shown: GenerationProgress | None = None
        last = Sign("lost")
        async for sign in pipeline.follow(prompt_id):
            last = sign
            if sign.kind == "running":
                await self._note_running(generation)
            if sign.kind in ("running", "waiting"):
                progress = self._progress(generation, number, sign)
                if progress != shown:
                    shown = progress
                    await in_thread(self.store.note_progress, generation.id, progress)
                    data = {"progress": progress.model_dump(mode="json")}
                    await self._emit("generation.progress", generation, data)
            if sign.kind == "done":
                await self._keep(generation, pipeline, number, sign)
        return last

    def _progress(self, generation: Generation, number: int, sign: Sign) -> GenerationProgress:
        if sign.frame is not None:
            self._frames[generation.id] = sign.frame
        else:
            self._frames.pop(generation.id, None)
        return sign.progress(number, len(generation.prompt_ids))

    async def _note_running(self, generation: Generation) -> None:
        current = await in_thread(self.store.get, generation.id, deleted=True)
        if current.state is _S.QUEUED:
            await self._advance(current, _S.RUNNING)

    async def _keep(self, generation: Generation, pipeline: ImagePipeline, number: int, sign: Sign) -> None:
        seed = (generation.request.seed or 0) + number
        saved = sign.saved[0]
        image = GeneratedImage(
            n=number,
            file=saved.file,
            width=saved.width,
            height=saved.height,
            seed=seed,
            look=saved.look,
            prompt=words_of(pipeline, generation.request, number),
        )
        kept = await in_thread(self.store.add_image, generation.id, image)
        await in_thread(prepare_thumbnail, self.store, generation.id, number)
        await self._tell(kept)

    async def _end_by(self, generation: Generation, sign: Sign) -> None:
        current = await in_thread(self.store.get, generation.id, deleted=True)
        if current.state is _S.CANCELLING:
            await self._end(generation, _S.CANCELLED)
        elif sign.kind == "cancelled":  # by somebody else: our own cancel has been noted before
            await self._advance(current, _S.CANCELLING)
            await self._end(generation, _S.CANCELLED, error_of(sign) if sign.code else None)
        elif sign.kind == "lost":
            await self._end(generation, _S.FAILED, RESTARTED)
        else:
            error = error_of(sign)
            if sign.code == NOT_FINITE:
                error = overflow_of(await in_thread(proofs_of, generation, self.versions)) or error
            await self._end(generation, _S.FAILED, error)

    async def _end(
        self, generation: Generation, state: GenerationState, error: JobError | None = None
    ) -> None:
        """However full the disk is: nobody would do it later, and pictures that never end keep much else waiting."""
        try:
            ended = await until_written(partial(self._ended, generation.id, state, error), generation.id)
            await until_written(partial(self._emit_now, "generation.state", ended, ended.as_told()), ended.id)
        finally:
            await in_thread(self.turn.over, generation.id)
        context = {"generation_id": generation.id, "state": state.value, "code": error.code if error else ""}
        _log.info("Generation ended", extra={"context": context})

    def _ended(self, generation_id: str, state: GenerationState, error: JobError | None) -> Generation:
        current = self.store.get(generation_id, deleted=True)
        if current.state is _S.CANCELLING and state is _S.FAILED:
            state, error = _S.CANCELLED, None
        return self.store.advance(generation_id, state, error)

    async def _advance(
        self, generation: Generation, state: GenerationState, error: JobError | None = None
    ) -> Generation:
        changed = await in_thread(self.store.advance, generation.id, state, error)
        await self._tell(changed)
        return changed

    async def _tell(self, generation: Generation) -> None:
        await self._emit("generation.state", generation, generation.as_told())

    async def _emit(self, kind: str, generation: Generation, data: dict[str, Any]) -> None:
        await in_thread(self._emit_now, kind, generation, data)

    def _emit_now(self, kind: str, generation: Generation, data: dict[str, Any]) -> None:
        self.emit(kind, generation.id, data, generation.correlation_id)
