"""Thirty days of undo, and files that follow their rows after a crash."""

from __future__ import annotations

import json

import pytest
from isengard.core import atomic
from isengard.core.characters import trash
from isengard.core.characters.folder_settling import settle
from isengard.core.errors import NotFoundError, StorageError
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.records.generation_states import GenerationState
from isengard.core.storage.seen_in_trash import STATE_FILE, always, look
from isengard.generation.image.user_recipes import UserRecipes
from support.generation_records import draft, picture
from support.pictures import add

DAY_S = 86_400


def test_photos_leave_the_trash_after_thirty_days(photos, paths, ann, library, clock):
    old, young, kept = (add(photos, paths, ann, n) for n in range(3))
    photos.delete(old.id)
    clock.advance(20 * DAY_S)
    photos.delete(young.id)
    clock.advance(10 * DAY_S + 1)
    assert trash.purge_photos(library, paths, clock) == 1
    with pytest.raises(NotFoundError):
        photos.get(old.id, deleted=True)
    assert trash.trashed_photo_files(paths, old.id) == [] and photos.restore(young.id).deleted_at is None
    assert {photo.id for photo in photos.list(ann.id)} == {young.id, kept.id}
    assert trash.purge_photos(library, paths, clock) == 0


@pytest.mark.parametrize("kind", ["photo", "generation", "picture"])
def test_what_is_brought_back_while_the_trash_is_emptied_stays(
    photos, paths, ann, library, clock, monkeypatch, kind
):
    """What was due was looked for once; whatever came back before its turn was erased all the same."""
    store = GenerationStore(library, paths, clock)
    if kind == "photo":
        one = add(photos, paths, ann, 0)
        photos.delete(one.id)
        back, empty = lambda: photos.restore(one.id), trash.purge_photos
    else:
        one = made(store, paths, ann.id)
        whole = kind == "generation"
        store.delete(one.id) if whole else store.delete_image(one.id, 0)
        back = (lambda: store.restore(one.id)) if whole else (lambda: store.restore_image(one.id, 0))
        empty = trash.purge_pictures
    clock.advance(31 * DAY_S)
    due = trash._due

    def meanwhile(*args):
        found = due(*args)
        back()
        return found

    monkeypatch.setattr(trash, "_due", meanwhile)
    assert empty(library, paths, clock) == 0
    if kind == "photo":
        assert photos.image_path(photos.get(one.id), "full").exists()
    else:
        assert store.image_path(one.id, 0).exists()


def test_what_goes_for_good_is_told_before_it_goes(photos, paths, ann, library, clock):
    store, told = GenerationStore(library, paths, clock), []
    photo, pictures = add(photos, paths, ann, 0), made(store, paths, ann.id)
    photos.delete(photo.id)
    store.delete(pictures.id)
    trash.purge_photos(library, paths, clock, 30, told.extend)
    trash.purge_pictures(library, paths, clock, 30, told.extend)
    assert told == []
    clock.advance(31 * DAY_S)
    trash.purge_photos(library, paths, clock, 30, told.extend)
    trash.purge_pictures(library, paths, clock, 30, told.extend)
    assert told == [photo.id, pictures.id]


def test_workflows_leave_the_trash_after_thirty_days(paths, clock):
    own = UserRecipes(paths, clock)
    for name in ("old", "young"):
        (paths.recipes / f"{name}.json").write_text("{}")
    own.remove("old")
    clock.advance(20 * DAY_S)
    own.remove("young")
    clock.advance(10 * DAY_S + 1)
    assert trash.purge_recipes(paths, clock) == 1
    own.restore("young")
    with pytest.raises(NotFoundError):
        own.restore("old")


def test_characters_are_due_after_thirty_days(ann, characters, library, clock):
    characters.delete(ann.id)
    clock.advance(30 * DAY_S - 1)
    assert trash.due_characters(library, clock) == []
    clock.advance(2)
    assert trash.due_characters(library, clock) == [ann.id]


def test_a_move_that_a_crash_prevented_is_done_at_the_next_start(photos, paths, ann, library, characters):
    gone, kept = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    photos.delete(gone.id)
    folder = paths.character(ann.id)
    trash.move_photo(paths, folder, gone, into_trash=False)  # as if the rename had been lost
    trash.move_photo(paths, folder, kept, into_trash=True)
    settle(library, paths)
    assert photos.image_path(kept, "full").exists() and photos.image_path(kept).exists()
    assert not (folder / gone.file).exists() and len(trash.trashed_photo_files(paths, gone.id)) == 2
    characters.delete(ann.id)
    trash.move_character(paths, ann.id, into_trash=False)
    settle(library, paths)
    assert not folder.exists()
    characters.restore(ann.id)
    trash.move_character(paths, ann.id, into_trash=True)
    settle(library, paths)
    settle(library, paths)
    assert photos.image_path(photos.list(ann.id)[0], "full").exists()


def test_a_folder_in_use_keeps_the_character(ann, characters, paths, monkeypatch):
    def refuse(source, target):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(atomic, "replace", refuse)
    with pytest.raises(StorageError) as caught:
        characters.delete(ann.id)
    assert caught.value.code == "files_in_use" and characters.get(ann.id).deleted_at is None


def test_pictures_leave_the_trash_after_thirty_days(ann, library, paths, clock):
    store = GenerationStore(library, paths, clock)
    whole, part, kept = (made(store, paths, ann.id) for _ in range(3))
    store.delete(whole.id)
    store.delete_image(part.id, 0)
    clock.advance(29 * DAY_S)
    assert trash.purge_pictures(library, paths, clock) == 0
    store.delete_image(kept.id, 1)
    clock.advance(2 * DAY_S)
    assert trash.purge_pictures(library, paths, clock) == 2
    assert not (paths.trash / "generations" / whole.id).exists()
    with pytest.raises(NotFoundError):
        store.get(whole.id, deleted=True)
    assert [file.name for file in paths.trash.glob("gen_*")] == [f"{kept.id}-0001.png"]
    assert store.image_path(part.id, 1).exists() and store.image_path(kept.id, 0).exists()


def made(store, paths, character_id):
    generation = store.create(draft(character_id), [])
    for number in range(2):
        picture(store, paths, generation.id, number)
    return store.advance(generation.id, GenerationState.CANCELLED)


@pytest.mark.parametrize("years", [-26, 26])
def test_a_clock_that_was_wrong_empties_nothing(photos, paths, ann, library, clock, years):
    """One without a battery begins in 2000, and is set an hour later; or it is the other way round."""

    def purged():
        ripe = look(paths, clock, trash.names_in_trash(library, paths), 30)
        return trash.purge_photos(library, paths, clock, 30, ripe=ripe)

    jump_s = years * 365 * DAY_S
    before = add(photos, paths, ann, 0)
    assert purged() == 0
    photos.delete(before.id)
    assert purged() == 0
    clock.advance(jump_s)
    meanwhile = add(photos, paths, ann, 1)
    photos.delete(meanwhile.id)
    for _ in range(3):
        assert purged() == 0
        clock.advance(DAY_S)
    clock.advance(-jump_s)
    for day in range(26):
        assert purged() == 0, day
        clock.advance(DAY_S)
    clock.advance(5 * DAY_S)
    assert purged() == (2 if years < 0 else 1)


def test_who_was_away_for_a_month_finds_the_trash_emptied(photos, paths, ann, library, clock):
    photo = add(photos, paths, ann, 0)
    photos.delete(photo.id)
    look(paths, clock, trash.names_in_trash(library, paths), 30)
    clock.advance(31 * DAY_S)
    later = look(paths, clock, trash.names_in_trash(library, paths), 30)
    assert later(photo.id) and trash.purge_photos(library, paths, clock, 30, ripe=later) == 1
    assert photo.id not in (paths.run / STATE_FILE).read_text(), "neither names nor ids"
    look(paths, clock, trash.names_in_trash(library, paths), 30)
    assert json.loads((paths.run / STATE_FILE).read_text())["since"] == {}


def test_before_anything_was_counted_and_where_the_count_is_damaged_its_own_time_decides(
    photos, paths, ann, library, clock
):
    photo = add(photos, paths, ann, 0)
    photos.delete(photo.id)
    for damage in (None, b"{", b'{"at": 1}'):
        if damage is not None:
            (paths.run / STATE_FILE).write_bytes(damage)
        assert look(paths, clock, trash.names_in_trash(library, paths), 30)(photo.id)
    assert trash.purge_photos(library, paths, clock, 30, ripe=always) == 0
