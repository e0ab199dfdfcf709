"""After forgetting, nothing on disk names the person."""

from __future__ import annotations

import gzip
import json
import logging

import pytest
from isengard.core.characters.folder_settling import settle
from isengard.core.errors import ConflictError, IsengardError, NotFoundError, StorageError
from isengard.core.ids import new_id
from isengard.core.logs import setup_logging
from isengard.core.privacy import erasure, personal_data
from isengard.core.privacy.text_search import Traces, drop_lines
from isengard.core.records.character import CharacterDraft, CharacterPatch
from isengard.core.storage.forget_mark import to_forget
from support.pictures import add


def forget(library, paths, characters, character_id, job_ids):
    """As the server does it, which has the ledger's rows in between."""
    theirs = personal_data.find(library, paths, characters, character_id, job_ids=job_ids)
    erasure.begin(paths, characters, theirs)
    report = erasure.remove(paths, theirs)
    erasure.end(library, paths, theirs)
    return report


@pytest.fixture
def logging_to_disk(paths, clock):
    handler = setup_logging("api", paths.logs, "INFO", clock)
    yield
    logging.getLogger("isengard").removeHandler(handler)


def fill(paths, library, ann):
    """A job, a picture of two persons, a LoRA and old logs; returns the job's and the picture's id."""
    job_id, picture_id = new_id("job"), new_id("gen")
    paths.job(job_id).mkdir()
    (paths.job(job_id) / "training.json").write_text(ann.id)
    paths.generation(picture_id).mkdir()
    (paths.generation(picture_id) / "1.png").write_bytes(b"png")
    (paths.trash / f"{picture_id}-2.png").write_bytes(b"png")
    paths.character_models(ann.slug).mkdir()
    (paths.character_models(ann.slug) / "ann-sd15-000010-aaaaaaaa.safetensors").write_bytes(b"x" * 100)
    with library.transaction() as database:
        database.execute(
            "INSERT INTO generation VALUES (?,?,?,?,?,?)",
            (picture_id, "r", "completed", "user", None, ann.id),
        )
        database.execute("INSERT INTO generation_character VALUES (?,?)", (picture_id, ann.id))
    (paths.logs / "worker").mkdir(parents=True)
    old = f'{{"message": "x", "context": {{"job_id": "{job_id}"}}}}\n{{"message": "kept"}}\n'
    (paths.logs / "worker" / "2026-01-01.log.gz").write_bytes(gzip.compress(old.encode()))
    (paths.root / "isengard.db.corrupt-1").write_bytes(b"old" + ann.id.encode())
    (paths.root / "isengard.db.corrupt-2").write_bytes(b"nobody here")
    return job_id, picture_id


def test_forgetting_leaves_nothing(photos, paths, ann, library, characters, logging_to_disk):
    kept, gone = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    photos.delete(gone.id)
    other = characters.create(CharacterDraft(name="Bob"))
    bobs = add(photos, paths, other, 0)
    job_id, picture_id = fill(paths, library, ann)
    (paths.tmp / "upload").unlink()
    report = forget(library, paths, characters, ann.id, [job_id])
    assert (report.photos, report.jobs, report.images) == (2, 1, 2)
    assert report.bytes > 10_000 and report.logs >= 3
    needles = [name.encode() for name in (ann.id, kept.id, gone.id, job_id, picture_id, "annqvx", "ann-sd15")]
    left = [
        file
        for file in paths.root.rglob("*")
        if file.is_file() and any(n in file.read_bytes() or n.decode() in str(file) for n in needles)
    ]
    assert left == []
    assert not paths.character_models(ann.slug).exists()
    assert gzip.decompress((paths.logs / "worker" / "2026-01-01.log.gz").read_bytes()).count(b"\n") == 1
    assert (paths.root / "isengard.db.corrupt-2").exists()
    assert [c.id for c in characters.list().items] == [other.id] and photos.list(other.id) == [bobs]


def test_somebody_in_the_trash_can_be_forgotten(photos, paths, ann, library, characters):
    add(photos, paths, ann)
    characters.delete(ann.id)
    assert forget(library, paths, characters, ann.id, []).photos == 1
    assert list((paths.trash / "characters").iterdir()) == []
    with pytest.raises(NotFoundError):
        characters.get(ann.id, deleted=True)


def test_a_file_held_open_is_told_and_forgetting_can_be_done_again(
    photos, paths, ann, library, characters, monkeypatch
):
    add(photos, paths, ann)

    def refuse(target):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(erasure.shutil, "rmtree", refuse)
    with pytest.raises(StorageError) as caught:
        forget(library, paths, characters, ann.id, [])
    assert caught.value.code == "forget_incomplete" and caught.value.hint
    monkeypatch.undo()
    assert forget(library, paths, characters, ann.id, []).photos == 1


def test_links_are_removed_and_never_followed(photos, paths, ann, library, characters, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    (paths.character(ann.id) / "link").symlink_to(precious)
    forget(library, paths, characters, ann.id, [])
    assert (precious / "file").read_text() == "mine"


@pytest.mark.parametrize("character_id", ["../..", "", "chr_" + "0" * 25, "job_" + "0" * 26])
def test_only_ids_are_forgotten(paths, library, characters, character_id):
    with pytest.raises(IsengardError) as caught:
        forget(library, paths, characters, character_id, [])
    assert caught.value.code == "bad_id"


class Killed(BaseException):
    """The server ends here."""


STEPS = ["hide", "_remove_files", "_forget_damaged_databases", "drop_lines", "end"]


@pytest.mark.parametrize("step", STEPS)
def test_it_is_carried_on_with_after_a_kill_at_any_step(
    step, photos, paths, ann, library, characters, logging_to_disk, monkeypatch
):
    """The person's row had gone before the job's row and the log lines; then nobody could be asked to be forgotten."""
    photo = add(photos, paths, ann)
    job_id, picture_id = fill(paths, library, ann)
    (paths.tmp / "upload").unlink()

    def killed(*_, **__):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(*((characters, "hide") if step == "hide" else (erasure, step)), killed)
        forget(library, paths, characters, ann.id, [job_id])
    assert erasure.unfinished(paths) == [ann.id] and characters.get(ann.id, deleted=True)
    with pytest.raises(ConflictError) as caught:
        characters.restore(ann.id)
    assert caught.value.code == "being_forgotten"
    settle(library, paths)  # the next start
    report = forget(library, paths, characters, ann.id, [])
    assert report.photos == 1 and report.jobs == 1, (
        "known from before, though the ledger knows the job no more"
    )
    needles = [name.encode() for name in (ann.id, photo.id, job_id, picture_id, "annqvx", "ann-sd15")]
    left = [
        file
        for file in paths.root.rglob("*")
        if file.is_file() and any(n in file.read_bytes() or n.decode() in str(file) for n in needles)
    ]
    assert left == [] and erasure.unfinished(paths) == []


def test_it_is_carried_on_with_when_only_the_row_has_gone(
    photos, paths, ann, library, characters, monkeypatch
):
    add(photos, paths, ann)

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(library, "scrub", killed)
        forget(library, paths, characters, ann.id, [])
    with pytest.raises(NotFoundError):
        characters.get(ann.id, deleted=True)
    assert forget(library, paths, characters, ann.id, []).photos == 1
    with pytest.raises(NotFoundError):
        forget(library, paths, characters, ann.id, [])


def test_a_damaged_note_of_it_is_read_again_from_the_rows(photos, paths, ann, library, characters):
    add(photos, paths, ann)
    to_forget(paths, ann.id).write_text("{ half")
    assert forget(library, paths, characters, ann.id, []).photos == 1
    assert erasure.unfinished(paths) == []


def test_former_names_and_lora_names_are_found_in_logs(paths, library, characters):
    made = characters.create(CharacterDraft(name="Oldquill", trigger_word="oldzorb"))
    characters.update(made.id, CharacterPatch(name="Bo", trigger_word="bonqvx"))
    (paths.logs / "frontend").mkdir(parents=True)
    file = paths.logs / "frontend" / "2026-01-01.log"
    lines = [
        "opened Oldquill",
        "oldzorb",
        "opened Bo",
        "bonqvx",
        "loras/oldquill/x.safetensors",
        "about nobody",
    ]
    file.write_text("".join(json.dumps({"message": line}) + "\n" for line in lines))
    assert forget(library, paths, characters, made.id, []).logs == 5
    assert file.read_text() == '{"message": "about nobody"}\n'


@pytest.mark.parametrize("where", ["models", "uploads", "jobs", "outputs"])
def test_a_folder_that_leads_elsewhere_goes_as_a_link(paths, ann, library, characters, tmp_path, where):
    """Somebody keeps their LoRAs on another disk: that person could never be forgotten (`bad_path`)."""
    job_id, picture_id = fill(paths, library, ann)
    name = {"models": ann.slug, "uploads": ann.id, "jobs": job_id, "outputs": picture_id}[where]
    folder, elsewhere = paths.root / where / name, tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere, target_is_directory=True)
    (elsewhere / "theirs.bin").write_bytes(b"x" * 1000)
    theirs = personal_data.find(library, paths, characters, ann.id, job_ids=[job_id])
    assert theirs.counted(paths).images == (1 if where == "outputs" else 2), "what is elsewhere stays"
    forget(library, paths, characters, ann.id, [job_id])
    assert not folder.is_symlink() and (elsewhere / "theirs.bin").is_file()
    assert characters.list().items == []


@pytest.mark.parametrize("damage", ["cut", "flipped", "no_gzip"])
def test_a_log_that_cannot_be_unpacked_goes(paths, damage):
    """It may tell of them, and nobody can say; one such file kept everybody from ever being forgotten."""
    packed = bytearray(gzip.compress(b"".join(b'{"message":"hello %d"}\n' % n for n in range(5000))))
    if damage == "cut":
        packed = packed[:40]
    else:
        packed[0 if damage == "no_gzip" else 60] ^= 0xFF
    (paths.logs / "api").mkdir(exist_ok=True)
    broken = paths.logs / "api" / "2026-11-01.log.gz"
    broken.write_bytes(packed)
    whole = paths.logs / "api" / "2026-11-02.log.gz"
    whole.write_bytes(gzip.compress(b"Ann\nBob\n"))
    assert drop_lines(paths.logs, Traces(ids=[], words=["Ann"])) == 1
    assert not broken.exists() and gzip.decompress(whole.read_bytes()) == b"Bob\n"
