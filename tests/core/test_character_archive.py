"""A character as one file: out, in, and what strangers may put into it."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile

import numpy as np
import pytest
from isengard.core.characters import archive_zip
from isengard.core.characters import character_archive as archive
from isengard.core.characters import character_store as module_of_characters
from isengard.core.characters.folder_settling import settle
from isengard.core.errors import InvalidError, IsengardError, StorageError
from isengard.core.loras.versions import VersionStore
from isengard.core.records.character import CharacterDraft, CharacterPatch
from isengard.core.records.checkpoint import Proof
from isengard.core.records.photo import PhotoPatch
from isengard.training.loras.lora_fit import prove
from safetensors.numpy import save
from support.loras import TINY, publish, tensors
from support.pictures import add

DRAFT = {"name": "Eve", "trigger_word": "evqxz", "class_word": "woman", "notes": "", "consent": True}


@pytest.fixture
def stores(paths, characters, photos, clock):
    return archive.Stores(paths, characters, photos, VersionStore(paths, clock))


def sound(file, told):
    """As the server proves it where no base is here to compare with."""
    proof, digest = prove(file, "")
    if digest != told.sha256 or not (proof.header and proof.finite and proof.nonzero):
        raise InvalidError("lora_damaged", "Another file.", "")
    return proof.model_copy(update={"image": told.proof.image})


@pytest.fixture
def take(paths, stores):
    """What came of a ZIP with these entries; `manifest` replaces the good one."""

    def take(entries=(), **manifest):
        content = {"format": archive.FORMAT, "version": 1, "character": DRAFT, "photos": [], **manifest}
        file = paths.root / "x.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("manifest.json", json.dumps(content))
            for name, data in entries:
                packed.writestr(name, data)
        done = archive.read_archive(file, stores, sound)
        return done.character, done.refused

    return take


def picture(seed=0) -> bytes:
    from PIL import Image

    encoded = io.BytesIO()
    Image.effect_noise((320, 320), 30 + 40 * seed).convert("RGB").save(encoded, "JPEG")
    return encoded.getvalue()


def test_out_and_in_again(photos, paths, characters, stores, tmp_path):
    ann = characters.create(
        CharacterDraft(name="Ann \u00c4", trigger_word="annqvx", class_word="woman", consent=True)
    )
    first, second = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    photos.update(first.id, PhotoPatch(caption="annqvx on a bench", held_out=True))
    photos.update(second.id, PhotoPatch(included=False))
    characters.update(ann.id, CharacterPatch(cover_photo_id=second.id))
    file = tmp_path / "ann.zip"
    archive.write_archive(file, characters.get(ann.id), stores)
    text = file.read_bytes()
    for private in (ann.id, first.id, first.sha256, first.pixel_hash, str(paths.root), first.name):
        assert private.encode() not in text
    characters.update(ann.id, CharacterPatch(trigger_word="annnew"))
    done = archive.read_archive(file, stores, sound)
    copy = done.character
    assert done.refused == [] and done.former_trigger == "" and copy.id != ann.id and copy.slug != ann.slug
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
        {"version": 3},
        {"extra": 1},
        {"photos": [{"file": "photos/0001.jpg", "url": "http://x"}]},
        {"character": {**DRAFT, "slug": "x"}},
        {"character": {**DRAFT, "name": "a\nb"}},
        {"cover": -1},
        {"character": {**DRAFT, "trigger_word": "../x"}},
        {"photos": [{"file": "photos/0001.jpg"}] * 501},
        {"photos": [{"file": "photos/0001.jpg"}] * 2},
        {"loras": [{"file": "../x.safetensors", "step": 1, "family": "sd15", "sha256": "0" * 64}]},
        {"loras": [{"file": "loras/0001.ckpt", "step": 1, "family": "sd15", "sha256": "0" * 64}]},
        {"loras": [{"file": "loras/0001.safetensors", "step": 1, "family": "../x", "sha256": "0" * 64}]},
        {
            "loras": [
                {
                    "file": "loras/0001.safetensors",
                    "step": 1,
                    "family": "sd15",
                    "sha256": "0" * 64,
                    "job_id": "x",
                }
            ]
        },
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
    monkeypatch.setattr(archive_zip, "MAX_ARCHIVE_BYTES", 1000)
    with pytest.raises(IsengardError) as caught:
        take([("photos/0001.jpg", picture())], photos=[{"file": "photos/0001.jpg"}])
    assert caught.value.code == "archive_too_large"
    assert (
        characters.list().items == []
        and list(paths.uploads.iterdir()) == []
        and list(paths.tmp.glob("*")) == []
    )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"\xff\xd8\xff\xe0 a picture", bytes(1000)])
def test_what_is_no_zip_is_refused(paths, stores, content):
    file = paths.root / "x.zip"
    file.write_bytes(content)
    with pytest.raises(IsengardError) as caught:
        archive.read_archive(file, stores, sound)
    assert caught.value.code == "archive_damaged"


def test_a_full_disk_leaves_nothing_half_imported(take, characters, photos, monkeypatch, paths):
    def full(*_):
        raise StorageError("photo_not_kept", "The disk is full.", "")

    monkeypatch.setattr(photos, "add", full)
    with pytest.raises(StorageError):
        take([("photos/0001.jpg", picture())], photos=[{"file": "photos/0001.jpg"}])
    assert characters.list().items == [] and list(paths.uploads.iterdir()) == []


def test_the_same_character_gives_the_same_file(photos, paths, ann, stores, tmp_path):
    add(photos, paths, ann, 0)
    files = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for file in files:
        archive.write_archive(file, ann, stores)
    assert files[0].read_bytes() == files[1].read_bytes()


class Killed(BaseException):
    """The server ends here."""


def test_an_import_that_a_kill_cut_off_is_gone_at_the_next_start(
    take, photos, characters, library, paths, monkeypatch
):
    kept = characters.create(CharacterDraft(name="Kept"))
    taken = photos.add

    def killed_at_the_second(character_id, file, name):
        if photos.list(character_id):
            raise Killed
        return taken(character_id, file, name)

    monkeypatch.setattr(photos, "add", killed_at_the_second)
    # a killed process runs no code of ours any more
    monkeypatch.setattr(module_of_characters, "discard", lambda *_: None)
    monkeypatch.setattr(module_of_characters, "end_filling", lambda *_: None)
    entries = [(f"photos/000{n}.jpg", picture(n)) for n in (1, 2)]
    with pytest.raises(Killed):
        take(entries, photos=[{"file": name} for name, _ in entries])
    assert [one.name for one in characters.list().items] == ["Eve", "Kept"]
    (paths.tmp / ".x.upload.0a.isen-tmp").write_bytes(b"half")
    settle(library, paths)
    assert characters.list().items == [kept] and list(paths.tmp.iterdir()) == []
    assert [folder.name for folder in paths.uploads.iterdir()] == [kept.id]


def test_one_entry_under_many_names_is_never_unpacked(take, paths, stores):
    """20 kB that named one entry 500 times cost half a minute and 2 GB."""
    file = paths.root / "x.zip"
    named = [{"file": f"photos/{n:04d}.jpg"} for n in range(1, 501)]
    content = {"format": archive.FORMAT, "version": 1, "character": DRAFT, "photos": named}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", json.dumps(content))
        packed.writestr("photos/0001.jpg", bytes(24 * 1024**2))
        (one,) = [entry for entry in packed.infolist() if entry.filename == "photos/0001.jpg"]
        for n in range(2, 501):
            again = zipfile.ZipInfo(f"photos/{n:04d}.jpg")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(again, name, getattr(one, name))
            packed.filelist.append(again)
    assert file.stat().st_size < 200_000
    used = time.process_time()
    with pytest.raises(IsengardError) as caught:
        archive.read_archive(file, stores, sound)
    assert caught.value.code == "archive_damaged" and time.process_time() - used < 2


def test_what_shrinks_too_well_is_no_set_of_pictures(take, characters):
    """Many entries of zeros, each below its own limit."""
    entries = [(f"photos/000{n}.jpg", bytes(24 * 1024**2)) for n in range(1, 6)]
    with pytest.raises(IsengardError) as caught:
        take(entries, photos=[{"file": name} for name, _ in entries])
    assert caught.value.code == "archive_too_large" and characters.list().items == []


def lora(seed=1) -> bytes:
    return save(tensors(TINY, seed))


def told(data: bytes, **changes) -> dict:
    digest = hashlib.sha256(data).hexdigest()
    return {"file": "loras/0001.safetensors", "step": 700, "family": "sd15", "sha256": digest, **changes}


def test_a_trained_lora_travels_with_its_proofs(photos, characters, stores, ann, tmp_path):
    add(photos, stores.paths, ann, 0)
    early = publish(stores.versions, {"slug": ann.slug, "id": ann.id}, 500)
    late = publish(stores.versions, {"slug": ann.slug, "id": ann.id}, 900, seed=3)
    proof = Proof(header=True, finite=True, nonzero=True, fit="fits", image="changed")
    stores.versions.update(
        early,
        lambda known: known.model_copy(
            update={
                "picked": True,
                "proof": proof,
                "scores": {"likeness": 0.6},
                "trigger_word": "annqvx",
                "trained_at": "2026-01-01T00:00:00.000Z",
            }
        ),
    )
    file = tmp_path / "ann.zip"
    ann = characters.get(ann.id)
    archive.write_archive(file, ann, stores, loras=archive.exported_loras(stores, ann))
    for private in (ann.id, early.job_id, late.sha256, ann.slug + "/"):
        assert private.encode() not in file.read_bytes(), "only the best, and nobody's ids"
    done = archive.read_archive(file, stores, sound)
    (version,) = done.character.versions
    assert done.refused == [] and version.file.startswith(f"{done.character.slug}/")
    assert (version.step, version.sha256, version.picked, version.scores) == (
        500,
        early.sha256,
        True,
        {"likeness": 0.6},
    )
    assert (version.proof.image, version.trained_at, version.trigger_word) == (
        "changed",
        "2026-01-01T00:00:00.000Z",
        "annqvx",
    )
    assert stores.versions.path(version).read_bytes() == stores.versions.path(early).read_bytes()
    best = stores.versions.best(done.character.slug)
    assert version.job_id != early.job_id and (best.file, version.rank) == (version.file, 1)
    assert done.former_trigger == "annqvx" and done.character.trigger_word != "annqvx"


@pytest.mark.parametrize(
    ("model", "kept"), [("", {"likeness": 0.6}), ("dlib_resnet_v1", {"likeness": 0.6}), ("dinov2", {})]
)
def test_numbers_of_another_model_are_not_told_as_dlibs(stores, ann, characters, tmp_path, model, kept):
    """And a LoRA from elsewhere may have a long trigger: its person could not be exported."""
    version = publish(stores.versions, {"slug": ann.slug, "id": ann.id}, 500)
    measured = {"scores": {"likeness": 0.6}, "measured_by": model, "trigger_word": "w" * 200}
    stores.versions.update(version, lambda known: known.model_copy(update=measured))
    file = tmp_path / "ann.zip"
    archive.write_archive(file, ann, stores, loras=archive.exported_loras(stores, ann))
    (came,) = archive.read_archive(file, stores, sound).character.versions
    assert (came.scores, came.measured_by, came.trigger_word) == (kept, "", "w" * 200)


def test_a_lora_that_comes_in_still_knows_the_checkpoint_it_was_trained_on(take):
    """By its own word: an older Isengard reads the file too."""
    data = save(tensors(TINY, 1), {"isengard_base": "mine.safetensors"})
    entry = told(data, base_sha256="a" * 64)
    character, refused = take([("loras/0001.safetensors", data)], version=2, loras=[entry])
    (version,) = character.versions
    assert refused == [] and (version.base_model, version.base_sha256) == ("mine.safetensors", "a" * 64)


def test_without_a_lora_an_older_isengard_can_read_it(photos, stores, ann, tmp_path):
    publish(stores.versions, {"slug": ann.slug, "id": ann.id}, 500)
    file = tmp_path / "ann.zip"
    archive.write_archive(file, ann, stores)
    with zipfile.ZipFile(file) as packed:
        content = json.loads(packed.read("manifest.json"))
    assert content["version"] == 1 and "loras" not in content and packed.namelist() == ["manifest.json"]


@pytest.mark.parametrize("what", ["pickle", "zeros", "another", "cut"])
def test_a_lora_that_is_none_is_told_and_the_rest_kept(take, paths, characters, what):
    good = lora()
    data = {"pickle": b"\x80\x04evil", "another": lora(2), "cut": good[:-10]}.get(what, good)
    entry = told(good if what == "another" else data)
    if what == "zeros":
        data = save({name: np.zeros_like(values) for name, values in tensors(TINY, 1).items()})
        entry = told(data)
    character, refused = take(
        [("photos/0001.jpg", picture()), ("loras/0001.safetensors", data)],
        version=2,
        photos=[{"file": "photos/0001.jpg"}],
        loras=[entry],
    )
    assert [refusal.code for refusal in refused] == ["lora_damaged"]
    assert (
        character.photo_count == 1
        and character.versions == []
        and not list(paths.models.rglob("*.safetensors"))
    )


def test_a_trigger_word_that_somebody_has_is_not_given_twice(take, characters, photos):
    """Both would come into one picture at one word."""
    characters.create(CharacterDraft(name="Evelyn", trigger_word="EVQXZ"))
    character, refused = take(
        [("photos/0001.jpg", picture())],
        photos=[{"file": "photos/0001.jpg", "caption": "evqxz, evqxzs by Evqxz, evqxz\u5728\u516c\u56ed"}],
    )
    assert refused == [] and character.trigger_word.lower() != "evqxz"
    (photo,) = photos.list(character.id)
    own = character.trigger_word
    assert photo.caption == f"{own}, evqxzs by {own}, {own}\u5728\u516c\u56ed"


def test_a_lora_that_is_missing_is_not_called_a_photo(take):
    _, refused = take([], version=2, loras=[told(lora())])
    assert [refusal.code for refusal in refused] == ["archive_lora_missing"]
