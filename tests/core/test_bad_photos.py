"""What is not a photo is refused with a code and a hint, leaves no file behind, and the next photo works."""

from __future__ import annotations

import pytest
from isengard.core.characters import photo_store as photos_module
from isengard.core.errors import (
    ConflictError,
    InvalidError,
    IsengardError,
    NotFoundError,
    TooLargeError,
    UnsupportedMediaError,
)
from support.bad_pictures import cases, picture

CASES = cases()
CLASSES = {
    "photo_type": UnsupportedMediaError,
    "photo_damaged": InvalidError,
    "photo_empty": InvalidError,
    "photo_too_many_pixels": TooLargeError,
}


def upload(paths, data: bytes):
    file = paths.tmp / "upload"
    file.write_bytes(data)
    return file


def everything(folder):
    return {file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("isengard.db")}


def test_there_are_enough_cases():
    assert len(CASES) >= 60


@pytest.mark.parametrize(("name", "data", "code"), CASES, ids=[case[0] for case in CASES])
def test_it_is_refused(name, data, code, photos, paths, ann):
    file = upload(paths, data)
    before = everything(paths.root.parent)
    with pytest.raises(IsengardError) as caught:
        photos.add(ann.id, file, "photo.jpg")
    assert (caught.value.code, type(caught.value)) == (code, CLASSES[code])
    assert caught.value.message and caught.value.hint
    assert everything(paths.root.parent) == before and photos.list(ann.id) == []


def test_a_good_photo_is_taken_after_all_the_bad_ones(photos, paths, ann):
    for _, data, _ in CASES:
        with pytest.raises(IsengardError):
            photos.add(ann.id, upload(paths, data), "bad.jpg")
    assert photos.add(ann.id, upload(paths, picture()), "good.jpg").width == 320


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..", "a/b.jpg", "..\\..\\x.jpg", "C:\\x.jpg", "x\x00.jpg", "/x"]
)
def test_names_with_folders_are_refused(name, photos, paths, ann):
    with pytest.raises(InvalidError) as caught:
        photos.add(ann.id, upload(paths, picture()), name)
    assert caught.value.code == "photo_name" and caught.value.hint


@pytest.mark.parametrize(
    "name", ["CON.jpg", "ü ß 佐藤.jpg", "x" * 300, "a\nb\x1b[31m.jpg", "", "${HF_TOKEN}.jpg", "con:ads.jpg"]
)
def test_odd_names_are_shown_but_never_used(name, photos, paths, ann):
    photo = photos.add(ann.id, upload(paths, picture()), name)
    assert photo.file == f"{photo.id}.jpg" and photo.name.isprintable() and len(photo.name) <= 120


@pytest.mark.parametrize(
    "character_id", ["../..", "chr_" + "0" * 25 + "/", "job_" + "0" * 26, "", "chr_..", "%2e%2e"]
)
def test_ids_that_are_paths_are_refused(character_id, photos, paths):
    with pytest.raises(InvalidError) as caught:
        photos.add(character_id, upload(paths, picture()), "a.jpg")
    assert caught.value.code == "bad_id"


def test_an_unknown_character_takes_no_photos(photos, paths):
    with pytest.raises(NotFoundError):
        photos.add("chr_" + "0" * 26, upload(paths, picture()), "a.jpg")


def test_too_many_bytes_are_refused_before_decoding(photos, paths, ann):
    file = paths.tmp / "upload"
    with file.open("wb") as stream:
        stream.write(picture())
        stream.truncate(photos_module.MAX_PHOTO_BYTES + 1)
    with pytest.raises(TooLargeError) as caught:
        photos.add(ann.id, file, "a.jpg")
    assert caught.value.code == "photo_too_large"


def test_a_character_has_a_greatest_number_of_photos(photos, paths, ann, monkeypatch):
    monkeypatch.setattr(photos_module, "MAX_PHOTOS", 1)
    photos.add(ann.id, upload(paths, picture()), "a.jpg")
    with pytest.raises(ConflictError) as caught:
        photos.add(ann.id, upload(paths, picture(size=(330, 240))), "b.jpg")
    assert caught.value.code == "photos_full"
