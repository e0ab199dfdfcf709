"""A character as one file: out, in, and what strangers may put into it."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from isengard.core import character_archive as archive
from isengard.core.errors import IsengardError, StorageError
from isengard.core.records.character import CharacterDraft, CharacterPatch
from isengard.core.records.photo import PhotoPatch
from pictures import add

DRAFT = {"name": "Eve", "trigger_word": "evqxz", "class_word": "woman", "notes": "", "consent": True}


@pytest.fixture
def take(paths, characters, photos):
    """What came of a ZIP with these entries; `manifest` replaces the good one."""

    def take(entries=(), **manifest):
        content = {"format": archive.FORMAT, "version": 1, "character": DRAFT, "photos": [], **manifest}
        file = paths.root / "x.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("manifest.json", json.dumps(content))
            for name, data in entries:
                packed.writestr(name, data)
        return archive.read_archive(file, paths, characters, photos)

    return take


def picture(seed=0) -> bytes:
    from PIL import Image

    encoded = io.BytesIO()
    Image.effect_noise((320, 320), 30 + 40 * seed).convert("RGB").save(encoded, "JPEG")
    return encoded.getvalue()


def test_out_and_in_again(photos, paths, characters, tmp_path):
    ann = characters.create(
        CharacterDraft(name="Ann \u00c4", trigger_word="annqvx", class_word="woman", consent=True)
    )
    first, second = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    photos.update(first.id, PhotoPatch(caption="annqvx on a bench", held_out=True))
    photos.update(second.id, PhotoPatch(included=False))
    characters.update(ann.id, CharacterPatch(cover_photo_id=second.id))
    file = tmp_path / "ann.zip"
    archive.write_archive(file, characters.get(ann.id), photos.list(ann.id), photos)
    text = file.read_bytes()
    for private in (ann.id, first.id, first.sha256, first.pixel_hash, str(paths.root), first.name):
        assert private.encode() not in text
    copy, refused = archive.read_archive(file, paths, characters, photos)
    assert refused == [] and copy.id != ann.id and copy.slug != ann.slug
    assert (copy.name, copy.trigger_word, copy.class_word, copy.consent) == (
        "Ann \u00c4",
        "annqvx",
        "woman",
        True,
    )
    one, two = photos.list(copy.id)
    assert (one.caption, one.caption_source, one.held_out, two.included) == (
        "annqvx on a bench",
        "user",
        True,
        False,
    )
    assert copy.cover_photo_id == two.id and (one.width, one.height) == (first.width, first.height)
    sidecar = json.loads((paths.character(copy.id) / "character.json").read_text())
    assert sidecar["photos"][0]["caption"] == "annqvx on a bench"
    assert list(paths.tmp.glob("*.upload")) == []


@pytest.mark.parametrize(
    "entry",
    [
        "../../evil.jpg",
        "/etc/x.jpg",
        "photos/../../x.jpg",
        "photos\\0001.jpg",
        "photos/1.jpg",
        "photos/0001.py",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_before_anything_is_written(take, characters, paths, entry):
    with pytest.raises(IsengardError) as caught:
        take([(entry, picture())], photos=[{"file": entry}])
    assert caught.value.code == "archive_unknown" and characters.list().items == []
    assert not [file for file in paths.root.rglob("*evil*")]


def test_files_the_manifest_does_not_name_are_never_unpacked(take, photos, paths):
    character, _ = take(
        [("../evil.py", b"print()"), ("photos/0002.jpg", picture(1)), ("photos/0001.jpg", picture())],
        photos=[{"file": "photos/0001.jpg"}],
    )
    assert len(photos.list(character.id)) == 1 and not list(paths.root.rglob("*evil*"))


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"extra": 1},
        {"photos": [{"file": "photos/0001.jpg", "url": "http://x"}]},
        {"character": {**DRAFT, "slug": "x"}},
        {"character": {**DRAFT, "name": "a\nb"}},
        {"cover": -1},
        {"character": {**DRAFT, "trigger_word": "../x"}},
        {"photos": [{"file": "photos/0001.jpg"}] * 501},
    ],
)
def test_a_manifest_that_is_not_ours_is_refused(take, characters, change):
    with pytest.raises(IsengardError) as caught:
        take(**change)
    assert caught.value.code == "archive_unknown" and caught.value.hint and characters.list().items == []


def test_pictures_that_are_none_are_told_and_the_others_kept(take, photos):
    twice = picture()
    entries = [("photos/0001.jpg", b"<svg/>"), ("photos/0002.jpg", twice), ("photos/0003.jpg", twice),
               ("photos/0005.jpg", picture(1))]  # fmt: skip
    named = [{"file": f"photos/000{n}.jpg", "caption": "${HOME}" if n == 5 else ""} for n in (1, 2, 3, 4, 5)]
    character, refused = take(entries, photos=named, cover=0)
    codes = [refusal.code for refusal in refused]
    assert codes == ["photo_type", "photo_duplicate", "archive_photo_missing", "caption_placeholder"]
    assert len(photos.list(character.id)) == 1


def test_a_bomb_is_stopped_while_it_unpacks(take, characters, monkeypatch, paths):
    with pytest.raises(IsengardError) as caught:
        take(
            [("photos/0001.jpg", b"\xff\xd8\xff" + bytes(archive.MAX_PHOTO_BYTES))],
            photos=[{"file": "photos/0001.jpg"}],
        )
    assert caught.value.code == "archive_too_large"
    monkeypatch.setattr(archive, "MAX_ARCHIVE_BYTES", 1000)
    with pytest.raises(IsengardError) as caught:
        take([("photos/0001.jpg", picture())], photos=[{"file": "photos/0001.jpg"}])
    assert caught.value.code == "archive_too_large"
    assert (
        characters.list().items == []
        and list(paths.uploads.iterdir()) == []
        and list(paths.tmp.glob("*")) == []
    )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"\xff\xd8\xff\xe0 a picture", bytes(1000)])
def test_what_is_no_zip_is_refused(paths, characters, photos, content):
    file = paths.root / "x.zip"
    file.write_bytes(content)
    with pytest.raises(IsengardError) as caught:
        archive.read_archive(file, paths, characters, photos)
    assert caught.value.code == "archive_damaged"


def test_a_full_disk_leaves_nothing_half_imported(take, characters, photos, monkeypatch, paths):
    def full(*_):
        raise StorageError("photo_not_kept", "The disk is full.", "")

    monkeypatch.setattr(photos, "add", full)
    with pytest.raises(StorageError):
        take([("photos/0001.jpg", picture())], photos=[{"file": "photos/0001.jpg"}])
    assert characters.list().items == [] and list(paths.uploads.iterdir()) == []


def test_the_same_character_gives_the_same_file(photos, paths, ann, tmp_path):
    add(photos, paths, ann, 0)
    files = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for file in files:
        archive.write_archive(file, ann, photos.list(ann.id), photos)
    assert files[0].read_bytes() == files[1].read_bytes()
