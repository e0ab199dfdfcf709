"""Photo days on disk: with their person, wherever that one goes."""

from __future__ import annotations

import threading

import pytest
from isengard.core.errors import NotFoundError
from isengard.core.generations.photo_days import FOLDER, PhotoDayStore
from isengard.core.ids import new_id
from isengard.core.records.generation import CharacterUse
from isengard.core.records.photo_day import PhotoDay, PlannedPicture


@pytest.fixture
def days(paths):
    return PhotoDayStore(paths)


def day_of(ann, pictures=2) -> PhotoDay:
    plan = [PlannedPicture(n=n, prompt="x", width=64, height=64, seed=n) for n in range(pictures)]
    return PhotoDay(
        id=new_id("day"),
        name="Ann",
        character_id=ann.id,
        album_id=new_id("alb"),
        recipe="r",
        person=CharacterUse(id=ann.id),
        pictures=plan,
        created_at="2026-01-02T03:04:05.000Z",
    )


def test_a_day_is_kept_changed_and_removed(days, ann):
    day, other = days.create(day_of(ann)), days.create(day_of(ann))
    assert days.get(day.id) == day and {one.id for one in days.all(ann.id)} == {day.id, other.id}
    changed = days.change(day.id, lambda known: known.with_picture(1, state="drawn"))
    assert (changed.drawn, changed.left) == (1, 1) and days.get(day.id) == changed
    days.remove(day.id)
    assert days.all() == [other]


def test_changes_of_two_threads_are_both_kept(days, ann):
    day = days.create(day_of(ann, 20))

    def draw(n):
        days.change(day.id, lambda known: known.with_picture(n, state="drawn"))

    threads = [threading.Thread(target=draw, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert days.get(day.id).drawn == 20


def test_a_day_goes_into_the_trash_with_its_person_and_comes_back(days, ann, characters):
    day = days.create(day_of(ann))
    characters.delete(ann.id)
    assert days.all() == []
    with pytest.raises(NotFoundError):
        days.change(day.id, lambda known: known.with_picture(0, state="drawn"))
    characters.restore(ann.id)
    assert days.all() == [day]


def test_a_damaged_file_and_one_from_elsewhere_are_left_out(days, ann, paths):
    day = days.create(day_of(ann))
    folder = paths.character(ann.id) / FOLDER
    (folder / f"day_{'1' * 26}.json").write_text("{")
    (folder / f"day_{'2' * 26}.json").write_text((folder / f"{day.id}.json").read_text())
    assert days.all() == [day]


def test_nothing_more_is_drawn_of_somebody_who_is_being_forgotten(days, ann):
    day = days.create(day_of(ann))
    days.pause_of(ann.id)
    assert days.get(day.id).state == "paused"
