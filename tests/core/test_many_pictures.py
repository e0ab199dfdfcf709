"""Many pictures changed at once: together where they were made together, and each for itself where one is refused."""

from __future__ import annotations

import pytest
from isengard.core.errors import StorageError
from isengard.core.generations import generation_store
from isengard.core.generations.albums import AlbumStore
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.generations.many_pictures import ManyPictures
from isengard.core.ids import new_id
from isengard.core.records.generation import PicturePatch
from isengard.core.records.generation_states import GenerationState
from support.generation_records import draft, picture


@pytest.fixture
def many(library, paths, clock):
    return ManyPictures(paths, GenerationStore(library, paths, clock), AlbumStore(paths, clock))


@pytest.fixture
def made(many, paths, ann):
    """Three orders of one, two and three pictures."""
    orders = []
    for count in (1, 2, 3):
        one = many.generations.create(draft(ann.id, id=new_id("gen"), state=GenerationState.COMPLETED), [])
        for number in range(count):
            one = picture(many.generations, paths, one.id, number)
        orders.append(one)
    return orders


def patches(places, **changes):
    return [PicturePatch(generation_id=one.id, n=n, **changes) for one, n in places]


def there(many):
    """How many pictures of each order are to be seen, the oldest first; nothing of one that is in the trash."""
    listed = sorted(many.generations.list().items, key=lambda one: one.id)
    return [sum(image.deleted_at is None for image in one.images) for one in listed]


def test_they_go_together_and_come_back_together(many, made):
    one, two, three = made
    chosen = [(one, 0), (two, 0), (two, 1), (three, 1)]
    gone = many.change(patches(chosen, deleted=True))
    assert gone.refused == [] and [known.id for known in gone.generations] == [known.id for known in made]
    assert there(many) == [2], "of what is chosen as a whole the order goes"
    back = many.change(patches(chosen, deleted=False))
    assert back.refused == [] and there(many) == [1, 2, 3]
    assert all(many.generations.image_path(known.id, n).is_file() for known, n in chosen)


def test_what_went_before_stays_away(many, made):
    _, two, _ = made
    many.change(patches([(two, 0)], deleted=True))
    many.change(patches([(two, 1)], deleted=True))
    many.change(patches([(two, 1)], deleted=False))
    assert there(many) == [1, 1, 3]


def test_each_says_what_becomes_of_it(many, made):
    one, two, three = made
    album = many.albums.create("Best").id
    wanted = [
        *patches([(one, 0), (three, 2)], favourite=True),
        *patches([(two, 0)], album_id=album, favourite=True),
        *patches([(three, 0)], deleted=True),
    ]
    changed = many.change(wanted)
    assert changed.refused == []
    found = {known.id: known for known in changed.generations}
    assert [image.favourite for image in found[three.id].images] == [False, False, True]
    assert (found[two.id].album_id, found[one.id].favourite) == (album, True) and there(many) == [1, 2, 2]
    assert many.change(patches([(two, 0)], album_id="")).generations[0].album_id == ""


def test_one_that_is_refused_keeps_no_other(many, made, ann):
    one, two, three = made
    running = many.generations.create(draft(ann.id), [])
    wanted = [
        PicturePatch(generation_id=new_id("gen"), n=0, favourite=True),
        *patches([(two, 7), (two, 1)], favourite=True),
        *patches([(three, 0)], album_id=new_id("alb")),
        *patches([(running, 0)], deleted=True),
        *patches([(one, 0)], deleted=True),
    ]
    changed = many.change(wanted)
    assert [(patch.n, reason.code) for patch, reason in changed.refused] == [
        (0, "generation_not_found"),
        (7, "image_not_found"),
        (0, "album_not_found"),
        (0, "image_not_found"),
    ]
    assert {known.id for known in changed.generations} == {two.id, one.id} and there(many) == [2, 3, 0]


@pytest.mark.parametrize("changes", [{"favourite": True}, {"deleted": True}])
def test_all_rows_are_kept_in_one_transaction(library, many, made, changes):
    """Each was one by itself, with a wait for the disk: five hundred took seconds."""
    done = []
    library._connection.set_trace_callback(lambda sql: done.append(sql) if sql == "COMMIT" else None)
    assert len(many.change(patches([(one, 0) for one in made], **changes)).generations) == 3
    library._connection.set_trace_callback(None)
    assert len(done) == 1


def test_more_than_go_together_are_all_changed(many, made, monkeypatch):
    monkeypatch.setattr(generation_store, "TOGETHER", 2)
    changed = many.change(patches([(one, 0) for one in made], favourite=True))
    assert [one.id for one in changed.generations] == [one.id for one in made] and changed.refused == []
    assert all(many.generations.get(one.id).images[0].favourite for one in made)


def test_files_that_are_in_use_keep_their_row_and_no_other(many, made, monkeypatch):
    one, two, three = made
    real = generation_store.follow

    def in_use(paths, before, after):
        if after.id == two.id:
            raise StorageError("files_in_use", "The files could not be moved: x.", "y")
        real(paths, before, after)

    monkeypatch.setattr(generation_store, "follow", in_use)
    changed = many.change(patches([(one, 0), (two, 0), (two, 1), (three, 1)], deleted=True))
    assert [(patch.generation_id, patch.n, reason.code) for patch, reason in changed.refused] == [
        (two.id, 0, "files_in_use"),
        (two.id, 1, "files_in_use"),
    ]
    assert [known.id for known in changed.generations] == [one.id, three.id] and there(many) == [2, 2]


def test_what_a_full_disk_refuses_is_told_of_each(library, many, made):
    """Nothing of a transaction that fails is kept."""
    full = StorageError("library_unavailable", "The disk is full.", "Free some space.")

    class Full:
        def __enter__(self):
            raise full

        def __exit__(self, *_):
            return False

    one, two, _ = made
    library.transaction = Full
    changed = many.change(patches([(one, 0), (two, 9)], favourite=True))
    del library.transaction
    assert changed.generations == [] and [reason for _, reason in changed.refused] == [full, full]
    assert not many.generations.get(one.id).favourite
