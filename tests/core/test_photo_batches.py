"""Many photos changed at once, all or none, and taken back; photos turned in their places."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest
from isengard.core.characters import photo_store
from isengard.core.characters.photo_batches import PhotoBatches
from isengard.core.characters.photo_crops import PhotoCropper
from isengard.core.characters.photo_turns import PhotoTurner
from isengard.core.errors import ConflictError, InvalidError, NotFoundError
from isengard.core.records.character import CharacterDraft, CharacterPatch
from isengard.core.records.photo import CropOrder, PhotoEdit, PhotoPatch
from isengard.core.storage.file_moves import StorageError
from isengard.training.job_folder.dataset import select
from PIL import Image
from support.pictures import add, drawing, saved


@pytest.fixture
def batches(library, paths, clock, photos):
    return PhotoBatches(library, paths, clock, photos)


@pytest.fixture
def cropper(library, paths, clock, photos):
    return PhotoCropper(library, paths, clock, photos)


@pytest.fixture
def turner(characters, cropper, batches):
    return PhotoTurner(characters, cropper, batches)


@pytest.fixture
def four(photos, paths, ann):
    return [add(photos, paths, ann, seed, format="PNG") for seed in range(4)]


def ids(photos, ann):
    return [photo.id for photo in photos.list(ann.id)]


def test_many_are_changed_each_as_it_is_told_and_put_back_the_same_way(photos, batches, ann, four):
    photos.update(four[0].id, PhotoPatch(caption="by hand"))
    before = {photo.id: photo for photo in photos.list(ann.id)}
    wanted = {
        four[0].id: PhotoEdit(caption="in a garden"),
        four[1].id: PhotoEdit(included=False),
        four[2].id: PhotoEdit(held_out=True, caption="drawn", caption_source="template"),
    }
    changed = {photo.id: photo for photo in batches.edit(ann.id, wanted)}
    assert changed[four[0].id].caption_source == "user" and not changed[four[1].id].included
    assert changed[four[2].id].held_out and changed[four[2].id].caption_source == "template"
    assert changed[four[3].id] == before[four[3].id]
    names = ("caption", "caption_source", "included", "held_out")
    back = {key: PhotoEdit(**{name: getattr(photo, name) for name in names}) for key, photo in before.items()}
    assert batches.edit(ann.id, back) == list(before.values())


def test_all_are_changed_or_none(photos, batches, characters, paths, ann, four):
    stranger = characters.create(CharacterDraft(name="Ben"))
    theirs = add(photos, paths, stranger, 9)
    before = photos.list(ann.id)
    for wrong, fault in (
        ({four[0].id: PhotoEdit(included=False), theirs.id: PhotoEdit(included=False)}, NotFoundError),
        ({four[0].id: PhotoEdit(included=False), four[1].id: PhotoEdit(caption="${x}")}, InvalidError),
    ):
        with pytest.raises(fault):
            batches.edit(ann.id, wrong)
    for method in (batches.delete, batches.restore):
        with pytest.raises(NotFoundError):
            method(ann.id, [four[0].id, theirs.id])
    assert photos.list(ann.id) == before and photos.list(stranger.id) == [theirs]


def test_many_go_into_the_trash_with_their_files_and_come_back(photos, batches, paths, ann, four):
    gone = [four[0].id, four[2].id, four[0].id]
    assert [photo.id for photo in batches.delete(ann.id, gone)] == [four[1].id, four[3].id]
    assert len(list((paths.trash / "photos").iterdir())) == 4
    assert batches.restore(ann.id, gone) == four
    assert batches.restore(ann.id, gone) == four, "none of them is in the trash"
    assert all(photos.image_path(photo, "full").exists() for photo in four)


def test_files_that_cannot_be_moved_leave_all_as_it_was(photos, batches, paths, ann, four, monkeypatch):
    import isengard.core.characters.photo_batches as module

    real, moved = module.move_photo, []

    def held(paths, folder, photo, *, into_trash):
        if into_trash and len(moved) == 2:
            raise StorageError("files_in_use", "held", "")
        moved.append(photo.id)
        return real(paths, folder, photo, into_trash=into_trash)

    monkeypatch.setattr(module, "move_photo", held)
    with pytest.raises(StorageError):
        batches.delete(ann.id, [photo.id for photo in four])
    assert photos.list(ann.id) == four
    assert all(photos.image_path(photo, "full").exists() for photo in four)


def test_what_was_added_again_meanwhile_keeps_all_from_coming_back(photos, batches, paths, ann, four):
    batches.delete(ann.id, [four[0].id, four[1].id])
    again = add(photos, paths, ann, 1, format="PNG")
    with pytest.raises(ConflictError):
        batches.restore(ann.id, [four[0].id, four[1].id])
    assert ids(photos, ann) == [four[2].id, four[3].id, again.id]


def pixels(photos, photo):
    return numpy.asarray(Image.open(photos.image_path(photo, "full")).convert("RGB"))


def test_a_turned_photo_stands_where_it_stood_with_all_that_was_said_of_it(
    photos, characters, turner, paths, ann, four
):
    twin = photos.add(ann.id, saved(paths, drawing(1), format="JPEG", quality=60), "twin.jpg")
    assert [found.other for found in twin.findings] == [four[1].id]
    said = PhotoPatch(caption="annqvx on a beach", included=False, held_out=True)
    photos.update(four[1].id, said)
    characters.update(ann.id, CharacterPatch(cover_photo_id=four[1].id))
    before, was = photos.list(ann.id), pixels(photos, four[1])
    batch, now = turner.turn(ann.id, [four[1].id, four[3].id], 90)
    assert [photo.id for photo in now][::2] == [four[0].id, four[2].id, twin.id]
    turned = now[1]
    assert numpy.array_equal(pixels(photos, turned), numpy.rot90(was, 3))
    assert (turned.width, turned.height, turned.name) == (700, 900, "IMG_1.jpg")
    assert (turned.caption, turned.caption_source) == ("annqvx on a beach", "user")
    assert turned.held_out and not turned.included and now[3].included
    assert characters.get(ann.id).cover_photo_id == turned.id
    assert [found.other for found in now[4].findings] == [turned.id], "it looks like the turned one now"
    photos.update(turned.id, PhotoPatch(caption="since"))
    back = turner.undo(ann.id, batch)
    assert [photo.id for photo in back] == [photo.id for photo in before]
    assert numpy.array_equal(pixels(photos, back[1]), was) and back[1].caption == "since"
    assert back[4].findings == twin.findings and characters.get(ann.id).cover_photo_id == four[1].id
    with pytest.raises(ConflictError) as caught:
        turner.undo(ann.id, batch)
    assert caught.value.code == "nothing_to_undo"


def test_turned_again_and_again_it_keeps_its_place_and_its_file_is_still_known(
    photos, turner, paths, ann, four
):
    batches = []
    for _ in range(4):
        batch, now = turner.turn(ann.id, [photos.list(ann.id)[0].id], 90)
        batches.append(batch)
        assert [photo.id for photo in now[1:]] == [photo.id for photo in four[1:]]
    assert numpy.array_equal(pixels(photos, now[0]), pixels_of_drawing())
    with pytest.raises(ConflictError):
        add(photos, paths, ann, 0, format="PNG")  # the folder is dropped once more
    for batch in reversed(batches):
        turner.undo(ann.id, batch)
    assert ids(photos, ann) == [photo.id for photo in four]


def pixels_of_drawing():
    return numpy.asarray(drawing(0))


def test_a_turned_photo_is_not_taken_for_a_crop(photos, cropper, turner, ann, four):
    """Neither the button that takes back the last crops nor the choice of what is trained on."""
    _, [crop] = cropper.cut(ann.id, [CropOrder(photo_id=four[0].id, box=(0, 0, 600, 600))])
    newest = cropper.newest_batch(ann.id)
    turner.turn(ann.id, [four[2].id], 180)
    assert cropper.newest_batch(ann.id) == newest == crop.crop.batch
    cropper.undo(ann.id)
    assert len(select(photos.list(ann.id)).trained) == 4


def test_a_cover_that_nobody_chose_is_turned_too(characters, turner, ann, four):
    assert characters.get(ann.id).cover_photo_id == four[0].id
    _, now = turner.turn(ann.id, [four[0].id], 270)
    assert characters.get(ann.id).cover_photo_id == now[0].id


def test_deleted_photos_are_listed_deleted_last_first_and_each_photo_once(
    photos, batches, turner, paths, clock, ann, four
):
    one, two, three, four_ = (photo.id for photo in four)

    def listed():
        return [photo.id for photo in batches.deleted(ann.id)]

    assert listed() == []
    turned, _ = turner.turn(ann.id, [two], 90)
    assert listed() == []  # it is there, rotated
    turner.undo(ann.id, turned)
    assert listed() == []  # and as it was
    turner.turn(ann.id, [two], 180)
    new = next(photo.id for photo in photos.list(ann.id) if photo.place)
    for photo_id in (three, one, new):
        clock.advance(60)
        batches.delete(ann.id, [photo_id])
    assert listed() == [new, one, three]
    again = add(photos, paths, ann, 0, format="PNG")  # the same pixels as the first
    assert listed() == [new, three]
    clock.advance(60)
    photos.delete(again.id)
    assert listed() == [again.id, new, three]
    batches.restore(ann.id, [again.id, new, three])
    assert listed() == [] and set(ids(photos, ann)) == {again.id, new, three, four_}


def test_what_comes_back_needs_room(photos, batches, paths, ann, four, monkeypatch):
    batches.delete(ann.id, [four[0].id, four[1].id])
    add(photos, paths, ann, 7)
    monkeypatch.setattr(photo_store, "MAX_PHOTOS", 4)
    for back in (
        lambda: batches.restore(ann.id, [four[0].id, four[1].id]),
        lambda: [photos.restore(photo.id) for photo in four[:2]],
    ):
        with pytest.raises(ConflictError) as caught:
            back()
        assert caught.value.code == "photos_full"
    assert len(ids(photos, ann)) == 4


def test_no_more_come_in_whichever_way_than_there_may_be(
    photos, paths, batches, cropper, turner, ann, four, monkeypatch
):
    """Whoever had more could not be exported, nor all their photos changed; a turned one takes nobody's room."""
    monkeypatch.setattr(photo_store, "MAX_PHOTOS", 4)
    gone = [photo.id for photo in four[:2]]
    batches.delete(ann.id, gone)
    uploads = [saved(paths, drawing(7 + n), f"{n}.upload", format="PNG") for n in range(4)]
    decode, all_are_read = photos.decoder.decode, threading.Barrier(len(uploads), timeout=60)

    def read(*files):
        found = decode(*files)
        all_are_read.wait()
        return found

    monkeypatch.setattr(photos.decoder, "decode", read)
    with ThreadPoolExecutor(len(uploads)) as threads:
        coming = [threads.submit(photos.add, ann.id, file, "a.png") for file in uploads]
    refused = [one.exception().code for one in coming if one.exception()]
    assert refused == ["photos_full"] * 2 and len(ids(photos, ann)) == 4
    part = CropOrder(photo_id=four[2].id, box=(0, 0, 600, 600), replaces=False)
    for come in (
        lambda: batches.restore(ann.id, gone),
        lambda: photos.restore(gone[0]),
        lambda: cropper.cut(ann.id, [part]),
    ):
        with pytest.raises(ConflictError) as full:
            come()
        assert full.value.code == "photos_full"
    _, now = turner.turn(ann.id, ids(photos, ann), 90)
    assert len(now) == 4 == len(ids(photos, ann))
