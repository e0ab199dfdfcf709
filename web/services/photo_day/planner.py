"""Makes a photo day of an order: which pictures, with which version, and about how long they take here."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from ....core import correlation
from ....core.clock import Clock, iso
from ....core.errors import InvalidError
from ....core.executor import in_thread
from ....core.generations.albums import AlbumStore
from ....core.generations.photo_days import PhotoDayStore
from ....core.ids import new_id
from ....core.records.character import Character
from ....core.records.checkpoint import Version
from ....core.records.generation import CharacterUse, Generation, GenerationRequest
from ....core.records.photo_day import MOST_PICTURES, PhotoDay, PhotoDayOrder, PlannedPicture
from ....generation.image.interface import ImagePipeline, RecipeInfo
from ....generation.photo_days.duration import seconds_per_picture
from ....generation.photo_days.plan import planned
from ....generation.request_rules import require_usable
from ....generation.service import MAX_SEED, GenerationService

#: How many of the newest orders of each purpose are asked how long they took.
MADE_BEFORE = 60
_STEPS = 20.0


@dataclass(frozen=True)
class Plan:
    """A plan before anything is kept; `seconds_each` None where it is not known how long a picture takes."""

    character: Character
    person: CharacterUse
    pictures: list[PlannedPicture]
    seconds_each: float | None


@dataclass(frozen=True)
class PhotoDayPlanner:
    """A planner of the photo days of one data folder."""

    days: PhotoDayStore
    albums: AlbumStore
    generations: GenerationService
    clock: Clock

    async def plan(self, order: PhotoDayOrder) -> Plan:
        """Plan an order. NotFoundError for who or what is not there; InvalidError as for one picture of it."""
        pipeline, recipe = await self.generations.resolve(order.recipe)
        require_usable(recipe)
        if recipe.people != 1:
            raise InvalidError(
                "wrong_number_of_people",
                "A photo day is for one person.",
                "Choose a workflow for one person.",
            )
        return await in_thread(self._plan, order, pipeline, recipe)

    async def begin(self, order: PhotoDayOrder) -> PhotoDay:
        """Keep the plan of an order and its album; whoever draws days goes on from there. Raises as `plan`."""
        return await in_thread(self._begin, order, await self.plan(order))

    def seconds_each(self, day: PhotoDay) -> float | None:
        """How long a picture of a day takes, by those of the same model that were made here."""
        character = self.generations.characters.get(day.character_id)
        version = next((v for v in reversed(character.versions) if _draws(v, day.person)), None)
        return self._seconds(day.recipe, version, day.pictures, day.steps or _STEPS)

    def _plan(self, order: PhotoDayOrder, pipeline: ImagePipeline, recipe: RecipeInfo) -> Plan:
        person = self.generations.casting.people([order.person], recipe)[0]
        family = person.version.family if person.version else ""
        defaults = {**recipe.defaults, **recipe.family_defaults.get(family, {})}
        seed = secrets.randbelow(MAX_SEED - MOST_PICTURES) if order.seed is None else order.seed
        pictures = planned(order, seed, defaults)
        use = CharacterUse.model_validate(order.person.model_dump())
        if person.version is not None:  # what is best may change while the day lasts
            drawn = {"checkpoint": person.version.step, "job_id": person.version.job_id}
            use = use.model_copy(update=drawn)
        # refused now, not at the picture that it is wrong for
        requests = [request_of(order.recipe, use, order, picture) for picture in pictures]
        pipeline.build(requests[0], [person], "")
        steps = order.steps or defaults.get("steps", _STEPS)
        return Plan(
            person.character, use, pictures, self._seconds(order.recipe, person.version, pictures, steps)
        )

    def _begin(self, order: PhotoDayOrder, plan: Plan) -> PhotoDay:
        today = self.clock.now().astimezone()
        name = f"{plan.character.name}, {today.day} {today:%B %Y}"
        album = self.albums.create(name, plan.character.id)
        return self.days.create(
            PhotoDay(
                id=new_id("day"),
                name=name,
                character_id=plan.character.id,
                album_id=album.id,
                recipe=order.recipe,
                person=plan.person,
                negative=order.negative,
                steps=order.steps,
                pictures=plan.pictures,
                correlation_id=correlation.current(),
                created_at=iso(self.clock.now()),
            )
        )

    def _seconds(
        self, recipe: str, version: Version | None, pictures: Sequence[PlannedPicture], steps: float
    ) -> float | None:
        store = self.generations.store
        made = [
            one
            for purpose in ("user", "grid", "bench")
            for one in store.list(MADE_BEFORE, recipe=recipe, purpose=purpose).items
        ]
        if version is not None:
            files = self._files_of(version.family)
            made = [one for one in made if _is_of(one, files)]
        return seconds_per_picture(made, fmean(one.width * one.height for one in pictures), steps)

    def _files_of(self, family: str) -> set[str]:
        people = self.generations.characters.all()
        return {version.file for one in people for version in one.versions if version.family == family}


def request_of(
    recipe: str, person: CharacterUse, said: PhotoDay | PhotoDayOrder, picture: PlannedPicture
) -> GenerationRequest:
    """The request of one picture of a day; `said` is what is the same for all."""
    return GenerationRequest(
        recipe=recipe,
        characters=[person],
        prompt=picture.prompt,
        negative=said.negative,
        steps=said.steps,
        width=picture.width,
        height=picture.height,
        count=1,
        seed=picture.seed,
    )


def _is_of(made: Generation, files: set[str]) -> bool:
    return any(file in files for file in made.versions)


def _draws(version: Version, use: CharacterUse) -> bool:
    """Tell whether it is the version that a day names; one planned before trainings were named says the step alone."""
    return version.step == use.checkpoint and use.job_id in (None, version.job_id)
