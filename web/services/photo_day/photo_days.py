"""Photo days as the routes use them: begun, shown, paused, taken up again, ended."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from ....core.errors import ConflictError
from ....core.executor import in_thread
from ....core.generations.albums import AlbumStore
from ....core.generations.photo_days import PhotoDayStore
from ....core.jobs.ledger import Ledger
from ....core.records.photo_day import DayEnd, PhotoDay, PhotoDayOrder, PictureChoice, PictureState
from ....generation.photo_days.looks import PictureLooks
from ..gpu_lender import GpuLender
from ..likeness.measurer import LikenessMeasurer
from ..notifications import tell_photo_day
from ..stopping.save_drawer import SaveDrawer
from .albums import DayContent, PhotoDayAlbums
from .planner import PhotoDayPlanner
from .runner import DayDrawer, PhotoDayRunner


@dataclass(frozen=True)
class PhotoDays:
    """The photo days of one data folder; what is changed here is told to every open page, and wakes the runner by that."""

    store: PhotoDayStore
    planner: PhotoDayPlanner
    albums: PhotoDayAlbums
    runner: PhotoDayRunner
    ledger: Ledger

    async def begin(self, order: PhotoDayOrder) -> PhotoDay:
        """Begin a day; it is drawn from now on. Raises as `PhotoDayPlanner.plan`."""
        day = await self.planner.begin(order)
        await in_thread(tell_photo_day, self.ledger, day)
        return day

    def view(self, day: PhotoDay) -> dict[str, Any]:
        """Show a day: its record, with what was found of each picture, and `order`, the best first."""
        content = self.albums.content(day)
        return {
            **day.model_dump(mode="json"),
            "pictures": [_shown(content, picture.n) for picture in day.pictures],
            "order": content.ranking.order,
            "seconds_each": self.planner.seconds_each(day),
            "waits_for": self.runner.waits_for.get(day.id, "") if day.state == "running" else "",
            "measures": self.albums.faces.is_ready(),
        }

    def pause(self, day_id: str) -> PhotoDay:
        """Let nothing more be drawn; the picture that is being drawn is finished."""
        return self._change(day_id, _paused)

    def resume(self, day_id: str) -> PhotoDay:
        """Go on with what is left, and once more with what failed."""
        return self._go_on(day_id, _resumed)

    def end(self, day_id: str) -> PhotoDay:
        """End a photo day; what is drawn stays; the day is done."""
        return self._change(day_id, _ended)

    def undo_end(self, day_id: str) -> PhotoDay:
        """Draw what an end has left out after all. ConflictError `nothing_to_undo`."""
        return self._go_on(day_id, _end_undone)

    def choose(self, day_id: str, n: int, choice: PictureChoice) -> PhotoDay:
        """Keep what a person says of a picture. NotFoundError `image_not_found`."""
        day = self.albums.choose(day_id, n, choice)
        tell_photo_day(self.ledger, day)
        return day

    def remove(self, day_id: str) -> PhotoDay:
        """Remove a day's plan. What is being drawn of it is finished; pictures and album stay."""
        day = self.store.remove(day_id)
        self.ledger.forget_events([day.id])  # whoever forgets its person later does not know of it
        return day

    def _go_on(self, day_id: str, change: Callable[[PhotoDay], PhotoDay]) -> PhotoDay:
        day = self._change(day_id, change)
        if day.left and day.taken_out:
            self.albums.bring_back(day)
        return day

    def _change(self, day_id: str, change: Callable[[PhotoDay], PhotoDay]) -> PhotoDay:
        return self.store.change(day_id, change, partial(tell_photo_day, self.ledger))


def _shown(content: DayContent, n: int) -> dict[str, Any]:
    planned = next(one for one in content.day.pictures if one.n == n)
    found, aside = content.drawn.get(n), content.aside(n)
    return {
        **planned.model_dump(mode="json"),
        "image": found.image.model_dump(mode="json") if found else None,
        "aside": aside.reason,
        "twin_of": aside.of,
    }


def _paused(day: PhotoDay) -> PhotoDay:
    return day.model_copy(update={"state": "paused"}) if day.state == "running" else day


def _resumed(day: PhotoDay) -> PhotoDay:
    pictures = [
        one.model_copy(update={"state": "waiting", "error": None}) if one.state == "failed" else one
        for one in day.pictures
    ]
    again = day.model_copy(update={"pictures": pictures, "error": None})
    return again.model_copy(update={"state": "running", "finished_at": None}) if again.left else day


def _ended(day: PhotoDay) -> PhotoDay:
    if day.state == "done":
        return day
    waiting = [one.n for one in day.pictures if one.state == "waiting"]
    ended = DayEnd(pictures=waiting, before=day.state)
    left_out = _turned(day, waiting, "skipped")
    return left_out.model_copy(update={"state": "running", "error": None, "ended": ended})


def _end_undone(day: PhotoDay) -> PhotoDay:
    if day.ended is None:
        raise ConflictError("nothing_to_undo", "This photo day is no longer stopped.", "Reload this page.")
    skipped = [one.n for one in day.pictures if one.state == "skipped" and one.n in day.ended.pictures]
    changes = {"state": day.ended.before, "finished_at": None, "ended": None}
    return _turned(day, skipped, "waiting").model_copy(update=changes)


def _turned(day: PhotoDay, numbers: Collection[int], state: PictureState) -> PhotoDay:
    pictures = [one.model_copy(update={"state": state}) if one.n in numbers else one for one in day.pictures]
    return day.model_copy(update={"pictures": pictures})


def open_photo_days(
    days: PhotoDayStore,
    drawer: SaveDrawer,
    lender: GpuLender,
    likeness: LikenessMeasurer,
    asked: DayDrawer,
) -> PhotoDays:
    """Put the photo days of one data folder together; they are drawn by what draws saves of trainings."""
    generations, paths, clock, ledger = drawer.generations, lender.paths, lender.clock, lender.ledger
    looks = PictureLooks(generations.store)
    albums = PhotoDayAlbums(days, generations.store, likeness.faces, looks, ledger)
    planner = PhotoDayPlanner(days, AlbumStore(paths, clock), generations, clock)
    runner = PhotoDayRunner(
        paths, clock, days, albums, generations, ledger, drawer.publisher, lender, likeness, asked
    )
    return PhotoDays(days, planner, albums, runner, ledger)
