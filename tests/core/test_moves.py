"""Rows are kept before their files move, and files that a crash or a full disk parted come together again."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from isengard.core import atomic
from isengard.core.characters.character_sidecars import SIDECAR, open_library
from isengard.core.characters.character_store import CharacterStore
from isengard.core.characters.folder_settling import settle
from isengard.core.characters.trash import purge_pictures
from isengard.core.errors import StorageError
from isengard.core.generations.generation_files import thumbnail_path
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.records.character import CharacterDraft, CharacterPatch
from isengard.core.records.generation_states import GenerationState
from isengard.core.storage.crash_cleanup import sweep
from isengard.core.storage.file_moves import move, rows_first
from isengard.core.storage.forget_mark import to_forget
from support.generation_records import draft, picture
from support.pictures import add

DAY_S = 86_400


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def dying(monkeypatch):
    """The process dies at its next rename."""

    def die(source, target):
        raise Killed

    def run(call, *arguments):
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(atomic, "replace", die)
            call(*arguments)

    return run


def photo_count(folder) -> int:
    return len(list(folder.rglob("pho_*")))


def test_a_person_whose_move_was_cut_off_is_in_the_trash_after_the_next_start(
    photos, paths, ann, library, characters, dying
):
    photo = add(photos, paths, ann)
    dying(characters.delete, ann.id)
    assert characters.get(ann.id, deleted=True).deleted_at, "the row is kept before a file moves"
    settle(library, paths)
    assert not paths.character(ann.id).exists()
    dying(characters.restore, ann.id)
    settle(library, paths)
    assert characters.get(ann.id) and photos.image_path(photo, "full").is_file()
    assert not (paths.trash / "characters" / ann.id).exists()


def test_the_half_written_word_of_a_forgetting_goes_at_the_next_start(library, paths, ann):
    """It holds the person's name, and whoever is forgotten after the restart leaves nothing behind."""
    word = to_forget(paths, ann.id)
    half = word.with_name(f".{word.name}.0a1b2c3d{atomic.TEMP_SUFFIX}")
    half.write_text('{"name": "Ann"')
    of_a_worker = paths.run / f".data-mark.0a1b2c3d{atomic.TEMP_SUFFIX}"
    of_a_worker.write_text("it may be writing just now")
    settle(library, paths)
    assert not half.exists() and of_a_worker.exists()


def test_half_written_files_are_swept_wherever_we_write(paths):
    """Logs are written anew without a person's lines; LOG_DIR may lie elsewhere."""
    folders = (paths.logs / "api", paths.trash / "generations" / "gen_1", paths.uploads / "chr_1", paths.run)
    halves = [folder / f".x.0a1b2c3d{atomic.TEMP_SUFFIX}" for folder in folders]
    for half in halves:
        half.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(b"half")
    assert sweep(paths) == 0, "somebody may still write them"
    assert sweep(paths, old_s=-60) == len(halves) and not any(half.exists() for half in halves)


def test_a_photo_whose_move_was_cut_off_is_where_its_row_says(photos, paths, ann, library, dying):
    photo = add(photos, paths, ann)
    dying(photos.delete, photo.id)
    assert photos.get(photo.id, deleted=True).deleted_at
    settle(library, paths)
    assert not (paths.character(ann.id) / photo.file).exists()
    photos.restore(photo.id)
    assert photos.image_path(photo, "full").is_file()


def test_pictures_whose_move_was_cut_off_are_where_their_rows_say(store, paths, one, dying):
    folder, trashed = paths.generation(one.id), paths.trash / "generations" / one.id
    dying(store.delete, one.id)
    assert store.get(one.id, deleted=True).deleted_at
    store.settle()
    assert trashed.is_dir() and not folder.exists()
    dying(store.restore, one.id)
    store.settle()
    assert folder.is_dir() and not trashed.exists()
    dying(store.delete_image, one.id, 1)
    store.settle()
    assert (paths.trash / f"{one.id}-0001.png").is_file() and not (folder / "0001.png").exists()
    dying(store.restore_image, one.id, 1)
    store.settle()
    assert store.image_path(one.id, 1).is_file()


def test_a_folder_in_two_places_is_merged(photos, paths, ann, library):
    """As versions before this one left it: the row said "here", the photos lay in the trash, one more was added."""
    first = add(photos, paths, ann, 0)
    move(paths.character(ann.id), paths.trash / "characters" / ann.id)
    (paths.character(ann.id) / "thumbs").mkdir(parents=True)
    second = add(photos, paths, ann, 1)
    settle(library, paths)
    assert all(
        photos.image_path(photo, size).is_file() for photo in (first, second) for size in ("full", "thumb")
    )
    assert not (paths.trash / "characters" / ann.id).exists()
    told = json.loads((paths.character(ann.id) / SIDECAR).read_text())
    assert [photo["id"] for photo in told["photos"]] == [first.id, second.id]


def test_what_differs_stays_in_both_places(tmp_path):
    for place, content in (("a", b"one"), ("b", b"two")):
        (tmp_path / place).mkdir()
        (tmp_path / place / "same.jpg").write_bytes(content)
        (tmp_path / place / f"{place}.jpg").write_bytes(content)
    assert move(tmp_path / "a", tmp_path / "b")
    assert sorted(file.name for file in (tmp_path / "b").iterdir()) == ["a.jpg", "b.jpg", "same.jpg"]
    assert (tmp_path / "a" / "same.jpg").read_bytes() == b"one" and (
        tmp_path / "b" / "same.jpg"
    ).read_bytes() == b"two"


def test_files_in_use_leave_everything_as_it_was(photos, store, paths, ann, one, characters, monkeypatch):
    photo = add(photos, paths, ann)

    def refuse(source, target):
        raise PermissionError(13, "in use")

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "replace", refuse)
        for call in (
            lambda: photos.delete(photo.id),
            lambda: store.delete(one.id),
            lambda: store.delete_image(one.id, 0),
        ):
            with pytest.raises(StorageError) as caught:
                call()
            assert caught.value.code == "files_in_use"
    assert photos.get(photo.id).deleted_at is None and store.image_path(one.id, 0).is_file()
    characters.delete(ann.id)
    with monkeypatch.context() as patch, pytest.raises(StorageError):
        patch.setattr(atomic, "replace", refuse)
        characters.restore(ann.id)
    assert characters.get(ann.id, deleted=True).deleted_at, "a row without its photos would show nothing"


def test_files_never_move_inside_a_transaction(library, characters, ann):
    with pytest.raises(RuntimeError), library.transaction():
        characters.delete(ann.id)
    assert characters.get(ann.id).deleted_at is None


def test_deleting_and_writing_at_once_never_wait_for_each_other(photos, paths, ann, library, characters):
    """One holds the connection and waits for its turn to write, the other has the turn and waits for the connection."""
    photo = add(photos, paths, ann)

    def delete():
        photos.delete(photo.id)
        photos.restore(photo.id)

    def write(number):
        characters.update(ann.id, CharacterPatch(notes=str(number)))

    began = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        writing = [threads.submit(write, number) for number in range(90)]
        for _ in range(30):
            delete()
        assert [done.result() for done in writing] == [None] * 90
    assert time.monotonic() - began < library._busy_timeout_s and photos.image_path(photo, "full").is_file()


def test_what_was_deleted_yesterday_is_not_purged_after_a_rebuild(store, library, paths, clock, one):
    """generation.json stayed as it was before it was deleted, and its age stood for the time of deleting."""
    clock.advance(40 * DAY_S)
    store.delete(one.id)
    deleted_at = store.get(one.id, deleted=True).deleted_at
    library.close()
    paths.library_db.write_bytes(b"garbage" * 500)
    fresh = open_library(paths, clock)
    again = GenerationStore(fresh, paths, clock)
    assert again.settle() == 1 and again.get(one.id, deleted=True).deleted_at == deleted_at
    clock.advance(DAY_S)
    assert purge_pictures(fresh, paths, clock) == 0 and again.restore(one.id).images
    fresh.close()


def test_without_a_time_of_deleting_it_is_now(store, photos, library, paths, clock, ann, one, characters):
    """Files of versions before this one, or of a crash between the row and its sidecar."""
    add(photos, paths, ann)
    move(paths.generation(one.id), paths.trash / "generations" / one.id)
    move(paths.character(ann.id), paths.trash / "characters" / ann.id)
    clock.advance(100 * DAY_S)
    library.close()
    paths.library_db.write_bytes(b"garbage" * 500)
    fresh = open_library(paths, clock)
    again = GenerationStore(fresh, paths, clock)
    again.settle()
    clock.advance(29 * DAY_S)
    assert purge_pictures(fresh, paths, clock) == 0 and again.get(one.id, deleted=True)
    assert CharacterStore(fresh, paths, clock).restore(ann.id).photo_count == 1
    fresh.close()


def test_single_pictures_outlive_a_row_that_is_missing(store, library, paths, clock, one):
    """Where generation.json cannot be read the row does not come back; the pictures must not go for that."""
    store.delete_image(one.id, 0)
    with library.transaction() as database:
        database.execute("DELETE FROM generation WHERE id=?", (one.id,))
    clock.advance(100 * DAY_S)
    assert purge_pictures(library, paths, clock) == 0
    assert (paths.trash / f"{one.id}-0000.png").is_file()


def test_a_person_without_a_sidecar_is_not_made(characters, paths, monkeypatch):
    from isengard.core.characters import character_store as module

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_sidecar", full)
    with pytest.raises(OSError, match="space"):
        characters.create(CharacterDraft(name="Half"))
    assert characters.list().items == [] and list(paths.uploads.iterdir()) == []


def test_deleting_ends_well_where_only_the_sidecar_finds_no_room(photos, paths, ann, characters, monkeypatch):
    from isengard.core.characters import character_store as module

    add(photos, paths, ann)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_sidecar", full)
        assert characters.delete(ann.id).deleted_at
    assert photo_count(paths.trash / "characters" / ann.id) == 2
    assert characters.restore(ann.id).photo_count == 1


@pytest.fixture
def in_use(monkeypatch):
    """As on Windows: names of files and folders that another program holds, so that they are neither moved nor removed."""
    held: set[str] = set()
    replace, unlink = atomic.replace, Path.unlink

    def refuse(path):
        if path.name in held:
            raise PermissionError(13, "in use", str(path))

    def replaced(source, target):
        refuse(source)
        replace(source, target)

    def unlinked(file, **options):
        refuse(file)
        unlink(file, **options)

    monkeypatch.setattr(atomic, "replace", replaced)
    monkeypatch.setattr(Path, "unlink", unlinked)
    return held


def test_a_picture_in_use_keeps_no_other_from_settling(store, paths, ann, dying, in_use):
    made = []
    for _ in range(3):
        generation = store.create(draft(ann.id), [])
        picture(store, paths, generation.id)
        made.append(store.advance(generation.id, GenerationState.CANCELLED))
        dying(store.delete, generation.id)
    in_use.add(made[0].id)
    store.settle()
    trashed = [(paths.trash / "generations" / generation.id).is_dir() for generation in made]
    assert trashed == [False, True, True]
    in_use.clear()
    store.settle()
    assert (paths.trash / "generations" / made[0].id / "0000.png").is_file()


def test_a_photo_or_a_person_in_use_stops_no_start(
    characters, photos, paths, ann, library, dying, in_use, logged
):
    first, second = (add(photos, paths, ann, number) for number in range(2))
    dying(photos.delete, first.id)
    dying(photos.delete, second.id)
    away = characters.create(CharacterDraft(name="Away"))
    dying(characters.delete, away.id)
    (paths.tmp / "x.upload").write_bytes(b"half")
    in_use |= {first.file, away.id, "x.upload"}
    settle(library, paths)
    assert (paths.trash / "photos" / second.file).is_file() and paths.character(away.id).is_dir()
    assert "stay for now" in logged.text
    in_use.clear()
    settle(library, paths)
    assert (paths.trash / "photos" / first.file).is_file() and not paths.character(away.id).exists()
    assert not (paths.tmp / "x.upload").exists()


def test_a_thumbnail_in_use_does_not_bring_a_picture_back(store, paths, one, in_use):
    thumbnail = thumbnail_path(paths.generation(one.id) / "0000.png")
    thumbnail.parent.mkdir()
    thumbnail.write_bytes(b"small")
    in_use.add(thumbnail.name)
    store.delete_image(one.id, 0)
    assert (paths.trash / f"{one.id}-0000.png").is_file()
    in_use.add(f"{one.id}-0000.png")
    with pytest.raises(StorageError):
        store.restore_image(one.id, 0)
    assert store.get(one.id).images[0].deleted_at


def test_whatever_keeps_files_from_moving_their_rows_come_back(library):
    rows = []

    def refuse():
        raise PermissionError(13, "in use")

    with pytest.raises(PermissionError):
        rows_first(
            library, keep=lambda: rows.append("kept"), move=refuse, back=lambda: rows.append("put back")
        )
    assert rows == ["kept", "put back"]
