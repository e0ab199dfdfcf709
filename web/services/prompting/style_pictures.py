"""What each style looks like with somebody's own model: small pictures of them, made one after the other by one press.

They lie in the person's own folder (uploads/<id>/styles), so that they go into the trash and are forgotten with the person. Only the
small copy is kept; the picture itself is a passing one.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ....core import atomic
from ....core.errors import ConflictError, IsengardError, NotFoundError, NotReadyError
from ....core.executor import in_thread
from ....core.paths import DataPaths, contained
from ....core.records.character import Character
from ....core.records.generation import CharacterUse, GenerationRequest
from ....core.records.job import JobError
from ....generation.image.interface import NOT_FINITE, ImagePipeline, Person, RecipeInfo
from ....generation.passing_pictures import draw, passing_folder
from ....generation.request_rules import as_job_error, require_usable
from ....generation.service import GenerationService
from ....generation.styles import load_styles
from ....generation.thumbnails import small_jpeg
from .style_records import StyleMaking, StylePicture, StylePictureList, StylePictureOrder

FOLDER = "styles"
#: Pixels of the small copy, and the most of the picture it is made of.
SIDE = 256
MOST_PIXELS = 768
#: The same for all: what differs is the style.
SEED = 20261130
SUBJECT = "portrait of {{trigger}}, {class_word}"
#: Pictures that somebody has asked for go first; looked for so often.
LOOK_S = 0.5
_log = logging.getLogger("isengard.styles")


@dataclass(frozen=True)
class _Style:
    name: str
    prompt: str
    file: Path


@dataclass
class _Work:
    """What was asked for last, and how far it is."""

    character_id: str
    order: StylePictureOrder
    count: int
    done: int = 0
    error: JobError | None = None
    task: asyncio.Task[None] | None = None

    @property
    def is_going(self) -> bool:
        return self.task is not None and not self.task.done()


@dataclass
class StylePictures:
    """Make one set at a time: ComfyUI draws one picture after the other anyway."""

    paths: DataPaths
    generations: GenerationService
    _work: _Work | None = field(default=None)

    @property
    def is_making(self) -> bool:
        """Whether some are drawn, or wait for a moment in which nothing else is."""
        return self._work is not None and self._work.is_going

    def of(self, character_id: str, order: StylePictureOrder) -> StylePictureList:
        """List the pictures that there are. NotFoundError `character_not_found`."""
        character = self.generations.characters.get(character_id)
        items = [
            StylePicture(
                name=style.name,
                picture=f"/characters/{character.id}/styles/{style.file.name}"
                if style.file.is_file()
                else None,
            )
            for style in self._styles(character, order)
        ]
        work = self._work
        if work is None or (work.character_id, work.order) != (character_id, order):
            return StylePictureList(items=items)
        making = StyleMaking(done=work.done, count=work.count) if work.is_going else None
        return StylePictureList(items=items, making=making, error=work.error)

    async def make(self, character_id: str, order: StylePictureOrder) -> StylePictureList:
        """Begin with those that are missing, with all anew where none is. ConflictError `styles_being_made`, and what refuses any
        picture."""
        self._require_idle()
        pipeline, recipe = await self.generations.resolve(order.recipe)
        require_usable(recipe)
        character = await in_thread(self.generations.characters.get, character_id)
        people = await in_thread(self.generations.casting.people, [CharacterUse(id=character.id)], recipe)
        styles = await in_thread(self._styles, character, order)
        due = [style for style in styles if not style.file.is_file()] or styles
        size = _sized(recipe)
        # refused before the first is waited for
        await in_thread(pipeline.build, _request(character, order, due[0], size), [*people], "")
        self._require_idle()  # somebody else may have pressed meanwhile
        work = self._work = _Work(character_id, order, len(due))
        work.task = asyncio.create_task(self._all(work, pipeline, people, due, size))
        return await in_thread(self.of, character_id, order)

    def _require_idle(self) -> None:
        if self._work is not None and self._work.is_going:
            raise ConflictError(
                "styles_being_made",
                "Pictures of styles are being made already.",
                "Wait until they are done, or stop them.",
            )

    async def stop(self, character_id: str) -> None:
        """Stop those of a person; what is drawn at this moment is taken out of ComfyUI. Nothing happens where none are made."""
        work = self._work
        if work is None or work.character_id != character_id or work.task is None:
            return
        work.task.cancel()  # of no effect on one that has ended
        await asyncio.wait([work.task])

    def file(self, character_id: str, name: str) -> Path:
        """Find a picture by its file's name. NotFoundError `image_not_found`."""
        character = self.generations.characters.get(character_id)
        file = contained(self._folder(character), name)
        if file.suffix != ".jpg" or not file.is_file():
            raise NotFoundError("image_not_found", "There is no such picture.", "Reload this page.")
        return file

    def _styles(self, character: Character, order: StylePictureOrder) -> list[_Style]:
        """A style that was written anew has no picture yet, and neither has one with another model."""
        model = _mark(order.recipe, order.base_model or "")
        folder = self._folder(character)
        return [
            _Style(
                style["name"],
                style["prompt"],
                folder / f"{model}-{_mark(style['name'], style['prompt'])}.jpg",
            )
            for style in load_styles(self.paths.root)
            if style["kind"] == "style"
        ]

    def _folder(self, character: Character) -> Path:
        return contained(self.paths.character(character.id), FOLDER)

    async def _all(
        self,
        work: _Work,
        pipeline: ImagePipeline,
        people: Sequence[Person],
        styles: Sequence[_Style],
        size: tuple[int, int],
    ) -> None:
        try:
            for style in styles:
                while await in_thread(self.generations.store.unfinished):
                    await asyncio.sleep(LOOK_S)
                await self._one(work, pipeline, people, style, size)
                work.done += 1
        except (IsengardError, OSError) as fault:
            work.error = as_job_error(fault)
            _log.warning(
                "The pictures of styles end early", extra={"context": {"reason": work.error.message}}
            )

    async def _one(
        self,
        work: _Work,
        pipeline: ImagePipeline,
        people: Sequence[Person],
        style: _Style,
        size: tuple[int, int],
    ) -> None:
        character = await in_thread(self.generations.characters.get, work.character_id)
        request = _request(character, work.order, style, size)
        async with passing_folder(self.paths, 1) as passing:
            prompts = await in_thread(pipeline.build, request, [*people], passing.ticket)
            picture = await draw(pipeline, prompts[0], passing.folder)
            if picture.look == NOT_FINITE:
                raise NotReadyError(
                    NOT_FINITE,
                    "The picture came out black (NaN).",
                    "Use another version of the LoRA, or another model.",
                )
            await in_thread(self._keep, character, style, picture.file)

    def _keep(self, character: Character, style: _Style, picture: Path) -> None:
        """Their own folder is not made for it: whoever was forgotten meanwhile leaves nothing."""
        self.generations.characters.get(character.id)
        style.file.parent.mkdir(mode=0o700, exist_ok=True)
        atomic.write_bytes(style.file, small_jpeg(picture, SIDE))


def _request(
    character: Character, order: StylePictureOrder, style: _Style, size: tuple[int, int]
) -> GenerationRequest:
    subject = SUBJECT.format(class_word=character.class_word)
    return GenerationRequest(
        recipe=order.recipe,
        base_model=order.base_model,
        characters=[CharacterUse(id=character.id)],
        prompt=style.prompt.replace("{prompt}", subject),
        width=size[0],
        height=size[1],
        seed=SEED,
    )


def _sized(recipe: RecipeInfo) -> tuple[int, int]:
    """The recipe's own size, made smaller where it is large."""
    width, height = recipe.defaults.get("width", 512.0), recipe.defaults.get("height", 512.0)
    share = min(1.0, MOST_PIXELS / max(width, height))
    return int(width * share) // 64 * 64, int(height * share) // 64 * 64


def _mark(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8")).hexdigest()[:12]
