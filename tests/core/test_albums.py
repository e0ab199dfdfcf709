"""Albums: kept in files of their own, taken away and brought back without touching a picture."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from isengard.core.errors import NotFoundError
from isengard.core.generations.albums import KEPT_DAYS, AlbumStore, albums_of
from isengard.core.generations.generation_store import GenerationStore
from support.generation_records import draft


@pytest.fixture
def albums(paths, clock):
    return AlbumStore(paths, clock)


def test_an_album_is_named_renamed_taken_away_and_brought_back(albums):
    one, other = albums.create("Spring"), albums.create("Ann, 30 November", "chr_" + "0" * 26)
    assert {album.id for album in albums.all()} == {one.id, other.id}
    assert albums.rename(one.id, "Summer").name == "Summer" == albums.get(one.id).name
    albums.delete(one.id)
    assert albums.all() == [other]
    with pytest.raises(NotFoundError):
        albums.get(one.id)
    assert albums.restore(one.id).name == "Summer" and len(albums.all()) == 2


def test_a_damaged_file_and_one_from_elsewhere_are_left_out(albums, paths):
    kept = albums.create("Kept")
    (paths.albums / f"alb_{'1' * 26}.json").write_text("{")
    (paths.albums / f"alb_{'2' * 26}.json").write_text(json.dumps(kept.model_dump(mode="json")))
    assert albums.all() == [kept]


def test_what_was_taken_away_goes_after_thirty_days(albums, paths, clock):
    kept, gone = albums.create("Kept"), albums.create("Gone")
    albums.delete(gone.id)
    clock.advance(timedelta(days=KEPT_DAYS - 1).total_seconds())
    assert albums.purge() == 0
    clock.advance(timedelta(days=2).total_seconds())
    assert albums.purge() == 1 and [file.stem for file in paths.albums.iterdir()] == [kept.id]


def test_pictures_are_listed_by_their_album_and_old_records_have_none(library, paths, clock, ann):
    store = GenerationStore(library, paths, clock)
    before = draft(ann.id).model_dump(mode="json")
    del before["album_id"]
    one, other = store.create(draft(ann.id), []), store.create(draft(ann.id), [])
    store.set_album(one.id, "alb_" + "0" * 26)
    assert [made.id for made in store.list(album_id="alb_" + "0" * 26).items] == [one.id]
    assert [made.id for made in store.in_albums()] == [one.id]
    assert store.set_album(one.id, "").album_id == "" and store.in_albums() == []
    assert type(other).model_validate(before).album_id == ""


def test_the_albums_of_a_persons_photo_days_are_theirs(albums, paths, ann):
    mine, taken, by_hand = albums.create("Ann", ann.id), albums.create("Ann 2", ann.id), albums.create("Ann")
    albums.delete(taken.id)
    assert {file.stem for file in albums_of(paths, ann.id)} == {mine.id, taken.id}
    assert by_hand in albums.all()


def test_an_album_that_is_brought_back_while_the_trash_is_emptied_stays(paths, clock):
    albums = AlbumStore(paths, clock)
    back, gone = albums.create("Summer"), albums.create("Winter")
    for album in (back, gone):
        albums.delete(album.id)
    clock.advance(31 * 86_400)
    told = []

    def meanwhile(ids):
        told.extend(ids)
        albums.restore(back.id)

    assert albums.purge(30, meanwhile) == 1 and sorted(told) == sorted([back.id, gone.id])
    assert [album.id for album in albums.all()] == [back.id]
