"""Crops as new photos beside their originals, through the real decoding child; and taking them back."""

from __future__ import annotations

import hashlib
import threading
import zipfile

import numpy
import pytest
from isengard.core.characters import character_archive as archive
from isengard.core.characters.character_sidecars import SIDECAR, rebuild_from_sidecars
from isengard.core.characters.photo_batches import PhotoBatches
from isengard.core.characters.photo_crops import PhotoCropper
from isengard.core.characters.photo_turns import PhotoTurner
from isengard.core.errors import ConflictError, InvalidError, IsengardError, NotFoundError
from isengard.core.loras.versions import VersionStore
from isengard.core.records.photo import CropOrder, Photo, PhotoPatch
from isengard.core.storage.library import Library
from isengard.training.job_folder.dataset import freeze, select
from PIL import Image
from support.pictures import add, drawing


@pytest.fixture
def cropper(library, paths, clock, photos):
    return PhotoCropper(library, paths, clock, photos)


def order(photo, box, **more):
    return CropOrder(photo_id=photo.id, box=box, **more)


def bytes_of(photos, photo):
    return hashlib.sha256(photos.image_path(photo, "full").read_bytes()).hexdigest()


def pixels(photos, photo):
    return numpy.asarray(Image.open(photos.image_path(photo, "full")).convert("RGB"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(("turn", "quarters"), [(0, 0), (90, 3), (180, 2), (270, 1)])
def test_a_crop_has_the_very_pixels_of_its_part_turned_clockwise(
    photos, cropper, paths, ann, kind, turn, quarters
):
    source = add(photos, paths, ann, format=kind)
    before = bytes_of(photos, source)
    _, [crop] = cropper.cut(ann.id, [order(source, (100, 50, 800, 610), turn=turn)])
    assert (crop.width, crop.height) == ((700, 560) if turn in (0, 180) else (560, 700))
    expected = numpy.rot90(pixels(photos, source)[50:610, 100:800], quarters)
    assert numpy.array_equal(pixels(photos, crop), expected), "not as it was there"
    assert max(Image.open(photos.image_path(crop)).size) == 256
    assert bytes_of(photos, source) == before
    assert crop.made_from == source.id and crop.crop.box == (100, 50, 800, 610) and crop.crop.turn == turn


def test_a_large_crop_is_kept_as_a_fine_jpeg(photos, cropper, paths, ann):
    source = photos.add(ann.id, _saved(paths, drawing(3, (2400, 1800))), "large.jpg")
    _, [crop] = cropper.cut(ann.id, [order(source, (0, 0, 2000, 1500))])
    assert crop.file.endswith(".jpg")
    difference = pixels(photos, crop).astype(int) - pixels(photos, source)[:1500, :2000]
    assert float((difference**2).mean()) < 4, "more than 42 dB from the original"


def _saved(paths, image):
    file = paths.tmp / "upload"
    image.save(file, format="JPEG", quality=95)
    return file


def test_what_was_said_of_the_original_holds_for_the_crop_and_it_is_nobodys_twin(photos, cropper, paths, ann):
    source = add(photos, paths, ann)
    photos.update(source.id, PhotoPatch(caption="annqvx on a beach", held_out=True))
    _, [crop] = cropper.cut(ann.id, [order(source, (0, 0, 880, 690))])
    assert (crop.caption, crop.caption_source, crop.held_out, crop.name) == (
        "annqvx on a beach", "user", True, "IMG_0.jpg",
    )  # fmt: skip
    assert crop.included and [found.code for found in crop.findings] == []
    assert [f.code for f in cropper.cut(ann.id, [order(source, (0, 0, 300, 300))])[1][0].findings] == [
        "small"
    ]


def test_a_crop_that_replaces_takes_its_original_out_of_training_and_one_that_adds_does_not(
    photos, cropper, paths, ann
):
    first, second = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    orders = [
        order(first, (0, 0, 600, 600), kind="head"),
        order(second, (0, 0, 600, 600), kind="close", replaces=False),
    ]
    batch, [head, close] = cropper.cut(ann.id, orders)
    assert head.crop.replaces and not close.crop.replaces and {head.crop.batch, close.crop.batch} == {batch}
    assert [(p.id, p.included) for p in photos.list(ann.id)[:2]] == [(first.id, False), (second.id, True)]
    assert {photo.id for photo in photos.list(ann.id)[2:]} == {head.id, close.id}


def test_undo_takes_a_whole_batch_back_and_restores_what_it_took_out(photos, cropper, paths, ann):
    kept = [add(photos, paths, ann, seed) for seed in range(4)]
    photos.update(kept[3].id, PhotoPatch(included=False))
    before = {photo.id: (photo, bytes_of(photos, photo)) for photo in photos.list(ann.id)}
    by_hand, _ = cropper.cut(ann.id, [order(kept[0], (0, 0, 600, 600))])
    batch, crops = cropper.cut(ann.id, [order(photo, (20, 20, 620, 600)) for photo in kept[1:]])
    assert cropper.cut(ann.id, [order(kept[1], (9, 9, 620, 600), replaces=False)], batch)[0] == batch
    after = {photo.id: (photo, bytes_of(photos, photo)) for photo in cropper.undo(ann.id, batch)}
    assert {photo_id: after[photo_id] for photo_id in list(before)[1:]} == dict(list(before.items())[1:])
    assert len(after) == 5 and not after[kept[0].id][0].included, "the other batch stays"
    assert all((paths.trash / "photos" / crop.file).is_file() for crop in crops)
    cropper.undo(ann.id)
    assert {photo.id: (photo, bytes_of(photos, photo)) for photo in photos.list(ann.id)} == before
    for wanted in ("", batch, by_hand):
        with pytest.raises(ConflictError, match="no crops to undo"):
            cropper.undo(ann.id, wanted)


def test_an_original_that_was_deleted_meanwhile_is_trained_on_again_when_it_comes_back(
    photos, cropper, paths, ann
):
    source = add(photos, paths, ann)
    cropper.cut(ann.id, [order(source, (0, 0, 600, 600))])
    photos.delete(source.id)
    cropper.undo(ann.id)
    assert photos.restore(source.id).included


def trained(photos, ann):
    return {photo.id for photo in photos.list(ann.id) if photo.included}


@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_crop_that_is_deleted_by_hand_gives_its_place_back_to_the_original(
    photos, cropper, paths, clock, library, ann, one_by_one
):
    """It stayed "not trained, replaced by crop" with no crop there; the way back restores both."""
    batches = PhotoBatches(library, paths, clock, photos)
    delete = photos.delete if one_by_one else lambda photo_id: batches.delete(ann.id, [photo_id])
    restore = photos.restore if one_by_one else lambda photo_id: batches.restore(ann.id, [photo_id])
    source = add(photos, paths, ann)
    _, [head] = cropper.cut(ann.id, [order(source, (0, 0, 600, 600))])
    _, [added] = cropper.cut(ann.id, [order(source, (9, 9, 600, 600), replaces=False)])
    delete(added.id)
    assert trained(photos, ann) == {head.id}, "it stood for nothing"
    delete(head.id)
    assert trained(photos, ann) == {source.id}
    restore(head.id)
    assert trained(photos, ann) == {head.id}
    photos.update(source.id, PhotoPatch(included=True))
    delete(head.id)
    restore(head.id)
    assert trained(photos, ann) == {source.id, head.id}, "as the person has chosen"


def test_with_two_crops_for_one_photo_the_last_gives_its_place_back(
    photos, cropper, paths, clock, library, ann
):
    source = add(photos, paths, ann)
    orders = [order(source, (0, 0, 600, 600)), order(source, (50, 50, 640, 600))]
    _, crops = cropper.cut(ann.id, orders)
    photos.delete(crops[0].id)
    assert trained(photos, ann) == {crops[1].id}
    photos.restore(crops[0].id)
    batches = PhotoBatches(library, paths, clock, photos)
    both = [crop.id for crop in crops]
    batches.delete(ann.id, both)
    assert trained(photos, ann) == {source.id}
    batches.restore(ann.id, both)
    assert trained(photos, ann) == set(both)
    batches.delete(ann.id, [source.id, *both])
    batches.restore(ann.id, [source.id, *both])
    assert trained(photos, ann) == set(both)


def test_a_crop_and_its_original_that_were_turned_give_place_as_well(
    photos, cropper, paths, clock, library, characters, ann
):
    turner = PhotoTurner(characters, cropper, PhotoBatches(library, paths, clock, photos))
    source = add(photos, paths, ann)
    _, [head] = cropper.cut(ann.id, [order(source, (0, 0, 600, 600))])
    turner.turn(ann.id, [source.id], 90)
    batch, _ = turner.turn(ann.id, [head.id], 90)
    [original, turned] = photos.list(ann.id)
    assert (original.made_from, turned.made_from) == (source.id, head.id)
    photos.delete(turned.id)
    assert trained(photos, ann) == {original.id}
    photos.restore(turned.id)
    assert trained(photos, ann) == {turned.id}
    turner.undo(ann.id, batch)
    cropper.undo(ann.id)
    assert trained(photos, ann) == {original.id}


def test_the_same_crop_again_is_the_one_that_is_there(photos, cropper, paths, ann):
    source = add(photos, paths, ann)
    orders = [order(source, (0, 0, 600, 600))]
    batch, first = cropper.cut(ann.id, orders)
    assert cropper.cut(ann.id, [*orders, *orders], batch) == (batch, first)
    assert len(photos.list(ann.id)) == 2
    cropper.undo(ann.id)
    assert len(cropper.cut(ann.id, orders)[1]) == 1, "one in the trash is no obstacle"


@pytest.mark.parametrize(
    ("box", "code"),
    [
        ((0, 0, 901, 700), "crop_outside"),
        ((500, 0, 500, 700), "crop_outside"),
        ((0, 0, 800, 63), "crop_too_small"),
    ],
)
def test_one_that_cannot_be_made_keeps_the_others_from_being_made(photos, cropper, paths, ann, box, code):
    source = add(photos, paths, ann)
    with pytest.raises(InvalidError) as caught:
        cropper.cut(ann.id, [order(source, (0, 0, 600, 600)), order(source, box)])
    assert caught.value.code == code
    assert photos.list(ann.id) == [source] and list(paths.tmp.iterdir()) == [paths.tmp / "upload"]


def test_a_photo_whose_file_is_gone_keeps_the_others_from_being_made(photos, cropper, paths, ann):
    first, second = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    photos.image_path(second, "full").unlink()
    with pytest.raises(NotFoundError, match="file is gone"):
        cropper.cut(ann.id, [order(one, (0, 0, 600, 600)) for one in (first, second)])
    assert photos.list(ann.id) == [first, second] and list(paths.tmp.iterdir()) == [paths.tmp / "upload"]


def test_no_half_batch_is_left_when_the_disk_refuses_one_of_its_files(
    photos, cropper, paths, ann, monkeypatch
):
    from isengard.core.characters import photo_crops

    source = add(photos, paths, ann)
    put, calls = photo_crops.put_files, []

    def fails_at_second(*pairs):
        calls.append(pairs)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        put(*pairs)

    monkeypatch.setattr(photo_crops, "put_files", fails_at_second)
    files = sorted(paths.character(ann.id).rglob("*"))
    with pytest.raises(OSError, match="No space"):
        cropper.cut(ann.id, [order(source, (0, 0, 600, 600)), order(source, (9, 0, 600, 600))])
    assert photos.list(ann.id) == [source] and sorted(paths.character(ann.id).rglob("*")) == files


def test_a_running_training_keeps_the_photos_that_it_began_with(photos, cropper, paths, ann, tmp_path):
    sources = [add(photos, paths, ann, seed) for seed in range(3)]
    (job := tmp_path / "job").mkdir()
    freeze(job, ann, select(photos.list(ann.id)), photos)
    frozen = {file: file.read_bytes() for file in (job / "dataset").iterdir()}
    cropper.cut(ann.id, [order(photo, (0, 0, 600, 600)) for photo in sources])
    cropper.undo(ann.id)
    assert {file: file.read_bytes() for file in (job / "dataset").iterdir()} == frozen and len(frozen) == 6


def test_crops_and_their_undo_survive_the_loss_of_the_database(
    photos, cropper, paths, clock, decoder, ann, library
):
    source = add(photos, paths, ann)
    batch, [crop] = cropper.cut(ann.id, [order(source, (0, 0, 600, 600))])
    library.close()
    paths.library_db.unlink()
    for more in paths.library_db.parent.glob(f"{paths.library_db.name}-*"):
        more.unlink()
    from isengard.core.characters.photo_store import PhotoStore

    again = Library(paths)
    assert (paths.character(ann.id) / SIDECAR).is_file() and rebuild_from_sidecars(again, paths, clock) == 1
    store = PhotoStore(again, paths, clock, decoder)
    assert store.list(ann.id)[1] == crop
    assert [p.included for p in PhotoCropper(again, paths, clock, store).undo(ann.id, batch)] == [True]
    again.close()


def test_two_requests_for_one_crop_make_one(photos, cropper, paths, ann):
    source = add(photos, paths, ann)
    ends = []

    def cut():
        try:
            ends.append(len(cropper.cut(ann.id, [order(source, (0, 0, 600, 600))])[1]))
        except IsengardError as refusal:
            ends.append(refusal.code)

    threads = [threading.Thread(target=cut) for _ in range(3)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(photos.list(ann.id)) == 2 and set(ends) == {1}


def test_a_record_of_before_crops_loads_and_an_older_one_keeps_what_it_does_not_know(
    photos, cropper, paths, ann
):
    source = add(photos, paths, ann)
    old = source.model_dump(mode="json", exclude={"made_from", "crop"})
    assert Photo.model_validate(old) == source
    _, [crop] = cropper.cut(ann.id, [order(source, (0, 0, 600, 600))])

    class OlderPhoto(Photo):
        """As it was before crops."""

    for name in ("made_from", "crop"):
        del OlderPhoto.model_fields[name]
    OlderPhoto.model_rebuild(force=True)
    older = OlderPhoto.model_validate_json(crop.document())
    assert set(older.__pydantic_extra__) == {"made_from", "crop"}
    assert Photo.model_validate_json(older.model_copy(update={"caption": "x"}).document()).crop == crop.crop


def test_a_set_with_crops_travels_with_what_they_are_and_an_older_isengard_takes_its_photos(
    photos, cropper, paths, characters, ann, clock, tmp_path
):
    stores = archive.Stores(paths, characters, photos, VersionStore(paths, clock))
    first, second = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    batch, crops = cropper.cut(ann.id, [order(one, (0, 0, 700, 690)) for one in (first, second, second)[:2]])
    cropper.cut(ann.id, [order(second, (5, 5, 700, 690), replaces=False)], batch)
    photos.delete(second.id)
    archive.write_archive(tmp_path / "ann.zip", ann, stores)
    with zipfile.ZipFile(tmp_path / "ann.zip") as packed:
        assert "crops.json" in packed.namelist() and b"crop" not in packed.read("manifest.json")
    there = archive.read_archive(tmp_path / "ann.zip", stores, None).character
    original, of_first, *of_second = photos.list(there.id)
    assert (original.included, original.crop) == (False, None) and of_first.made_from == original.id
    assert of_first.crop == crops[0].crop and all(not photo.findings for photo in (of_first, *of_second))
    [gone] = {photo.made_from for photo in of_second}
    assert gone not in {original.id, second.id} and len(of_second) == 2
    assert [photo.included for photo in cropper.undo(there.id)] == [True]
    assert photos.list(ann.id)[0].id == first.id, "the other's set is as it was"
    assert len(photos.list(ann.id)) == 4


def test_a_file_whose_crops_cannot_be_read_gives_plain_photos(
    photos, cropper, paths, characters, ann, clock, tmp_path
):
    stores = archive.Stores(paths, characters, photos, VersionStore(paths, clock))
    cropper.cut(ann.id, [order(add(photos, paths, ann, 0), (0, 0, 700, 690))])
    archive.write_archive(tmp_path / "ann.zip", ann, stores)
    with zipfile.ZipFile(tmp_path / "ann.zip") as packed, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        for name in packed.namelist():
            bad.writestr(name, b'{"crops": 7}' if name == "crops.json" else packed.read(name))
    there = archive.read_archive(tmp_path / "bad.zip", stores, None).character
    assert [photo.crop for photo in photos.list(there.id)] == [None, None]
