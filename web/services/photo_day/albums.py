"""What is in a photo day and in its album: its pictures with what was found of each, in the order in which they are worth seeing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ....core.errors import ConflictError, NotFoundError
from ....core.faces.reader import FaceReader
from ....core.generations.generation_store import GenerationStore
from ....core.generations.photo_days import PhotoDayStore
from ....core.generations.picture_changes import Edit, here, raise_others
from ....core.jobs.ledger import Ledger
from ....core.records.generation import GeneratedImage, Generation
from ....core.records.photo_day import PhotoDay, PictureChoice, PlannedPicture
from ....generation.photo_days.looks import PictureLooks
from ....generation.photo_days.ranking import Aside, Candidate, Ranking, ranked
from ....generation.picture_names import named_apart, picture_name
from ..notifications import tell_generation, tell_generations


@dataclass(frozen=True)
class DrawnPicture:
    """A picture of a day that is there."""

    planned: PlannedPicture
    generation: Generation
    image: GeneratedImage


@dataclass(frozen=True)
class DayContent:
    """A day as somebody looks at it: what is there by its number in the plan, and what was found."""

    day: PhotoDay
    drawn: Mapping[int, DrawnPicture]
    ranking: Ranking

    def aside(self, n: int) -> Aside:
        return self.ranking.aside.get(n, Aside(""))


@dataclass(frozen=True)
class PhotoDayAlbums:
    """A looker at the days of one data folder."""

    days: PhotoDayStore
    store: GenerationStore
    faces: FaceReader
    looks: PictureLooks
    ledger: Ledger

    def content(self, day: PhotoDay) -> DayContent:
        """Look at every picture of a day that is there."""
        found = [self._drawn(picture) for picture in day.pictures if picture.state == "drawn"]
        drawn = {one.planned.n: one for one in found if one is not None}
        return DayContent(day, drawn, ranked([self._candidate(one) for one in drawn.values()]))

    def is_unmeasured(self, day: PhotoDay) -> bool:
        """Tell whether faces can be measured and some of its pictures were not yet."""
        if not self.faces.is_ready():
            return False
        found = [self._drawn(picture) for picture in day.pictures if picture.state == "drawn"]
        return any(one is not None and one.image.likeness is None for one in found)

    def settle(self, day: PhotoDay) -> None:
        """Take what is put aside out of the day's album; it stays in the gallery and in the day, which knows what was taken out."""
        content = self.content(day)
        aside = [content.drawn[n] for n in content.ranking.aside]
        out = [one for one in aside if one.generation.album_id == day.album_id]
        taken = {one.planned.n for one in out}
        self.days.change(day.id, lambda known: _noted(known, taken.union(known.taken_out)))
        self._moved(out, partial(_taken_out, day.album_id))

    def bring_back(self, day: PhotoDay) -> None:
        """Put what was taken out of a day's album in again, since the day goes on: what is wrong with a picture is judged anew at its
        end, and until then all that is drawn is there. What a person has rejected stays out, or in another album."""
        known = [
            self._drawn(one) for one in day.pictures if one.n in day.taken_out and one.choice != "reject"
        ]
        back = [one for one in known if one is not None and not one.generation.album_id]
        self._moved(back, partial(_put_in, day.album_id))
        self.days.change(day.id, lambda now: _noted(now, set(now.taken_out).difference(day.taken_out)))

    def _moved(self, pictures: Sequence[DrawnPicture], move: Edit) -> None:
        changed, refused = self.store.change_all({one.generation.id: move for one in pictures})
        tell_generations(self.ledger, changed)
        raise_others(refused, NotFoundError)

    def choose(self, day_id: str, n: int, choice: PictureChoice) -> PhotoDay:
        """Keep what a person says of a picture: whatever is rejected leaves the album, whatever is kept or brought back is in it.

        NotFoundError `image_not_found` where there is no such picture."""
        wanted = choice.model_dump(exclude_none=True)
        day = self.days.get(day_id)
        found = next((self._drawn(one) for one in day.pictures if one.n == n), None)
        if found is None:
            raise NotFoundError("image_not_found", "There is no such picture.", "Reload this page.")
        changed = self.days.change(day_id, lambda known: known.with_picture(n, **wanted))
        planned = next(one for one in changed.pictures if one.n == n)
        is_aside = n in self.content(changed).ranking.aside
        stays = planned.choice == "keep" or (planned.choice == "" and not is_aside)
        self._move(found.generation, day.album_id, into=stays)
        return changed

    def export(self, day: PhotoDay, name: str) -> list[tuple[str, Path]]:
        """The keepers of a day, or where nobody has chosen any all that is neither put aside nor rejected, the best first, by names for
        people. ConflictError `photo_day_empty`."""
        content = self.content(day)
        order = [content.drawn[n] for n in content.ranking.order]
        kept = [one for one in order if one.planned.choice == "keep"]  # what is kept is never put aside
        chosen = kept or [one for one in order if one.planned.choice != "reject"]
        if not chosen:
            raise ConflictError(
                "photo_day_empty",
                "This photo day has no pictures to export yet.",
                "Wait until the first picture is drawn, or keep one that you rejected.",
            )
        return named_apart(
            (
                picture_name([name], one.planned.scene or one.planned.style, one.image.seed),
                self.store.image_path(one.generation.id, one.image.n),
            )
            for one in chosen
        )

    def _drawn(self, picture: PlannedPicture) -> DrawnPicture | None:
        """None for one that was deleted."""
        try:
            generation = self.store.get(picture.generation_id)
        except NotFoundError:
            return None
        image = next((image for image in generation.images if image.deleted_at is None), None)
        return DrawnPicture(picture, generation, image) if image else None

    def _candidate(self, one: DrawnPicture) -> Candidate:
        scene = self.looks.of(one.generation.id, one.image.n)
        back = one.planned.back or one.planned.choice == "keep"
        return Candidate(one.planned.n, one.image.look, one.image.likeness, scene, back)

    def _move(self, generation: Generation, album_id: str, *, into: bool) -> None:
        """A picture that a person has put into another album stays there."""
        wanted = generation.album_id
        if into and not wanted:
            wanted = album_id
        elif not into and wanted == album_id:
            wanted = ""
        if wanted != generation.album_id:
            tell_generation(self.ledger, self.store.set_album(generation.id, wanted))


def _noted(day: PhotoDay, taken_out: Collection[int]) -> PhotoDay:
    return day.model_copy(update={"taken_out": sorted(taken_out)})


def _put_in(album_id: str, generation: Generation, _at: str) -> Generation:
    """A picture that a person has put into another album stays there."""
    is_in_another = bool(here(generation).album_id)
    return generation if is_in_another else generation.model_copy(update={"album_id": album_id})


def _taken_out(album_id: str, generation: Generation, _at: str) -> Generation:
    """A picture that a person has put into another album stays there."""
    is_in = here(generation).album_id == album_id
    return generation.model_copy(update={"album_id": ""}) if is_in else generation
