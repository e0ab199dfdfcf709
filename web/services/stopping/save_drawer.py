"""Draws the wall's scenes with saves of a running training, and waits until they were measured."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ....core.executor import in_thread
from ....core.faces.reader import FaceReader
from ....core.families.families import Families
from ....core.records.checkpoint import Version
from ....core.records.generation import Generation, GenerationRequest
from ....core.records.generation_states import ENDED
from ....core.records.job import Job
from ....generation.image.interface import ImagePipeline, RecipeInfo
from ....generation.service import GenerationService
from ..likeness.drawn_with import shows_them
from ..publishing import Publisher
from .measured_saves import is_settled
from .wall_orders import Save, orders_of, orders_without

#: How many of a person's newest pictures of walls are read: those of one training, and more.
MOST = 1000
_LOOK_S = 0.5
#: Measuring takes 0.2 s a picture; where it takes longer than this, somebody has removed the tools.
MEASURED_WITHIN_S = 300.0
Recipe = tuple[ImagePipeline, RecipeInfo]
#: Called between two looks at pictures that are being made.
Meanwhile = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class SaveDrawer:
    """A drawer of saves; with what a person would use for a wall of their own."""

    families: Families
    generations: GenerationService
    publisher: Publisher
    faces: FaceReader

    async def recipe(self, family: str) -> Recipe | None:
        """The family's recipe, where faces can be measured and ComfyUI has all that it needs."""
        if not await in_thread(self.faces.is_ready):
            return None
        return await drawable(self.generations, self.families.get(family).recipe)

    async def draw(self, job: Job, steps: Sequence[int], recipe: Recipe, meanwhile: Meanwhile) -> None:
        """Returns once all pictures have ended and those that were made were measured, or measuring takes too long."""
        versions = [await in_thread(self.publisher.publish, job, step) for step in steps]
        made = [
            await self._order(job, request, recipe)
            for request in await in_thread(self._orders, job, steps, recipe)
        ]
        while not all(one.state in ENDED for one in made):
            await asyncio.sleep(_LOOK_S)
            await meanwhile()
            made = [await in_thread(self.generations.store.get, one.id, deleted=True) for one in made]
        await self._measured(job, versions, made, meanwhile)

    def wall(self, job: Job) -> list[Generation]:
        """Every picture of the person's walls."""
        listed = self.generations.store.list(MOST, character_id=str(job.character_id), purpose="grid")
        return [made for made in listed.items if made.state in ENDED]

    def versions(self, job: Job) -> list[Version]:
        """The saves that are published."""
        character = self.generations.characters.get(str(job.character_id))
        listed = self.generations.versions.list(character.slug)
        return [version for version in listed if version.job_id == job.id]

    def _orders(self, job: Job, steps: Sequence[int], recipe: Recipe) -> list[GenerationRequest]:
        """Those without the LoRA come first, and once for all saves."""
        character = self.generations.characters.get(str(job.character_id))
        name, defaults = recipe[1].name, recipe[1].defaults
        saves = [Save(job.id, step) for step in steps]
        orders = [order for save in saves for order in orders_of(character, name, save, defaults)]
        bare = {
            made.request.seed
            for made in self.wall(job)
            if made.images and not made.request.characters[0].strength and made.recipe == name
        }
        without = orders_without(character, name, saves[-1], defaults)
        return [*(order for order in without if order.seed not in bare), *orders]

    async def _order(self, job: Job, request: GenerationRequest, recipe: Recipe) -> Generation:
        return await self.generations.create(request, job.correlation_id, "grid", recipe)

    async def _measured(
        self, job: Job, versions: Sequence[Version], made: Sequence[Generation], meanwhile: Meanwhile
    ) -> None:
        wanted = {
            version.file: sum(
                len(one.images) for one in made if one.versions[:1] == [version.file] and _shows_likeness(one)
            )
            for version in versions
        }
        for _ in range(int(MEASURED_WITHIN_S / _LOOK_S)):
            now = {version.file: version for version in await in_thread(self.versions, job)}
            if all(file in now and is_settled(now[file], count) for file, count in wanted.items()):
                return
            await asyncio.sleep(_LOOK_S)
            await meanwhile()


async def drawable(generations: GenerationService, recipe: str) -> Recipe | None:
    """A recipe with its pipeline, where pictures can be made with it now."""
    for pipeline in await in_thread(generations.pipelines):
        for info in await pipeline.recipes():
            if info.name == recipe and info.usable:
                return pipeline, info
    return None


def _shows_likeness(made: Generation) -> bool:
    """Neither without the LoRA nor of the stranger."""
    return bool(made.request.characters[0].strength) and shows_them(made)
