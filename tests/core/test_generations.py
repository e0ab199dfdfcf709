"""Generations on disk and in the database: states, pictures, trash, and coming back from their files."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from isengard.core.errors import (
    ConflictError,
    IllegalTransitionError,
    InvalidError,
    NotFoundError,
    StorageError,
)
from isengard.core.generations import generation_store
from isengard.core.generations.generation_files import RECORD_FILE
from isengard.core.generations.generation_sidecars import PROOF_MARK, UNKEPT_MARK
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.ids import new_id
from isengard.core.records.character import CharacterDraft
from isengard.core.records.generation import GeneratedImage, Generation, GenerationProgress, MadeFrom
from isengard.core.records.generation_states import TRANSITIONS, GenerationState
from isengard.core.records.job import JobError
from isengard.core.said import State
from isengard.core.storage.library import Library
from support.generation_records import draft, picture

S = GenerationState


@pytest.fixture
def store(library, paths, clock):
    return GenerationStore(library, paths, clock)


@pytest.fixture
def one(store, ann):
    return store.create(draft(ann.id), [{"1": {"class_type": "X"}}])


def test_what_is_kept_is_in_the_file_too(store, paths, one):
    picture(store, paths, one.id)
    store.note_progress(one.id, GenerationProgress(step=3, total_steps=9))
    changed = store.advance(one.id, S.RUNNING)
    on_disk = json.loads((paths.generation(one.id) / RECORD_FILE).read_text())
    assert Generation.model_validate(on_disk) == changed == store.get(one.id)
    assert store.prompts(one.id) == [{"1": {"class_type": "X"}}]


@pytest.mark.parametrize("before", list(S))
@pytest.mark.parametrize("after", list(S))
def test_states_change_by_the_table_alone(store, ann, before, after):
    one = store.create(draft(ann.id, state=before), [])
    if after in TRANSITIONS[before]:
        assert store.advance(one.id, after).state is after
    else:
        with pytest.raises(IllegalTransitionError) as refusal:
            store.advance(one.id, after)
        assert store.get(one.id).state is before
        assert refusal.value.message.values == {"before": State(before.value), "after": State(after.value)}, (
            "words of the panel's language"
        )


def test_an_end_has_a_time_and_a_reason(store, one):
    error = JobError(code="c", message="m", hint="h")
    failed = store.advance(one.id, S.FAILED, error)
    assert failed.error == error and datetime.fromisoformat(failed.finished_at.replace("Z", "+00:00"))


def test_lists_are_newest_first_in_pages_and_by_person_and_recipe(store, ann, characters):
    from isengard.core.records.character import CharacterDraft

    bob = characters.create(CharacterDraft(name="Bob"))
    ids = sorted((new_id("gen") for _ in range(5)), reverse=True)
    for number, identifier in enumerate(ids):
        person = ann if number % 2 else bob
        store.create(draft(person.id, id=identifier, recipe="a" if number < 2 else "fast-test"), [])
    store.create(draft(ann.id, purpose="proof"), [])
    first = store.list(2)
    second = store.list(2, first.next_cursor)
    third = store.list(2, second.next_cursor)
    assert [g.id for page in (first, second, third) for g in page.items] == ids and third.next_cursor is None
    assert [g.id for g in store.list(character_id=ann.id).items] == ids[1::2]
    assert [g.id for g in store.list(recipe="a").items] == ids[:2]


def test_a_picture_twice_is_one_picture(store, paths, one):
    picture(store, paths, one.id, 1), picture(store, paths, one.id, 0), picture(store, paths, one.id, 1)
    assert [image.n for image in store.get(one.id).images] == [0, 1]
    assert store.image_path(one.id, 1).read_bytes() == b"png"


def test_one_picture_may_go(store, paths, one):
    picture(store, paths, one.id, 0), picture(store, paths, one.id, 1)
    store.delete_image(one.id, 0)
    for number in (0, 7):
        with pytest.raises(NotFoundError) as caught:
            store.image_path(one.id, number)
        assert caught.value.code == "image_not_found"
    assert store.image_path(one.id, 1).is_file()
    assert (paths.trash / f"{one.id}-0000.png").is_file()


def test_trash_and_back(store, paths, one):
    picture(store, paths, one.id)
    with pytest.raises(ConflictError) as caught:
        store.delete(one.id)
    assert caught.value.code == "generation_running"
    store.advance(one.id, S.COMPLETED)
    for _ in range(2):
        assert store.delete(one.id).deleted_at and not paths.generation(one.id).exists()
        with pytest.raises(NotFoundError):
            store.get(one.id)
        assert [g.id for g in store.list(deleted=True).items] == [one.id] and store.list().items == []
        assert store.restore(one.id).deleted_at is None and store.image_path(one.id, 0).is_file()
    assert store.restore(one.id).deleted_at is None


def test_an_order_with_a_picture_in_the_trash_is_among_the_deleted_and_among_those_that_are_here(
    store, paths, ann, one
):
    picture(store, paths, one.id)
    picture(store, paths, one.id)
    store.advance(one.id, S.COMPLETED)
    store.create(draft(ann.id, state=S.COMPLETED), [])
    assert store.list(deleted=True).items == []
    store.delete_image(one.id, 0)
    (listed,) = store.list(deleted=True).items
    assert listed.id == one.id and listed.deleted_at is None and listed.images[0].deleted_at
    assert one.id in {known.id for known in store.list().items}
    store.restore_image(one.id, 0)
    assert store.list(deleted=True).items == []


@pytest.mark.parametrize("bad", ["", "gen_x", "../x", "chr_" + "0" * 26, "gen_" + "0" * 25 + "/"])
def test_ids_that_are_none(store, bad):
    with pytest.raises((InvalidError, NotFoundError)):
        store.get(bad)


def test_a_picture_whose_name_leads_outside_is_refused(store, ann):
    image = GeneratedImage(n=0, file="../../isengard.db", width=1, height=1, seed=0)
    one = store.create(draft(ann.id, images=[image]), [])
    with pytest.raises(InvalidError) as caught:
        store.image_path(one.id, 0)
    assert caught.value.code == "bad_path"


def test_unfinished_ones_are_those_to_take_up_again(store, ann, one):
    done = store.create(draft(ann.id, state=S.COMPLETED), [])
    halfway = store.create(draft(ann.id, state=S.CANCELLING), [])
    assert {g.id for g in store.unfinished()} == {one.id, halfway.id} and done.id not in store.unfinished()


def test_rows_come_back_from_the_files(store, library, paths, clock, ann, one):
    picture(store, paths, one.id)
    gone = store.create(draft(ann.id, state=S.COMPLETED), [])
    store.delete(gone.id)
    before = store.get(one.id)
    broken, foreign = paths.generation(new_id("gen")), paths.generation(new_id("gen"))
    for folder in (broken, foreign):
        folder.mkdir()
    (broken / RECORD_FILE).write_text("{")
    (foreign / RECORD_FILE).write_text(before.model_dump_json())
    library.close()
    for file in paths.root.glob("isengard.db*"):
        file.unlink()
    again = Library(paths)
    store = GenerationStore(again, paths, clock)
    assert store.settle() == 2 and store.settle() == 0
    assert store.get(one.id) == before
    assert [g.id for g in store.list(character_id=ann.id).items] == [one.id]
    assert [g.id for g in store.list(deleted=True).items] == [gone.id]
    assert store.restore(gone.id).deleted_at is None
    again.close()


def test_settling_removes_what_a_crash_left_of_proofs(store, paths, one):
    left = paths.generation(new_id("gen"))
    left.mkdir()
    (left / PROOF_MARK).touch()
    assert store.settle() == 0 and not left.exists() and paths.generation(one.id).exists()


def test_pictures_of_a_proof_that_are_in_use_go_at_the_next_start(store, paths, monkeypatch):
    """The mark went before them, and pictures of a person that no row knows stayed."""
    left, unlink = paths.generation(new_id("gen")), Path.unlink
    (left / "thumbs").mkdir(parents=True)
    for name in ("0000.png", PROOF_MARK, "thumbs/0000.jpg"):
        (left / name).touch()

    def unlinked(file, **_):
        if file.name == "0000.png":
            raise PermissionError(13, "in use", str(file))
        unlink(file)

    def but_the_one_in_use(folder, **_):
        for file in [file for file in folder.rglob("*") if file.is_file() and file.name != "0000.png"]:
            unlink(file)

    with monkeypatch.context() as windows:
        windows.setattr(Path, "unlink", unlinked)
        windows.setattr(shutil, "rmtree", but_the_one_in_use)
        store.settle()
    assert (left / "0000.png").is_file()
    store.settle()
    assert not left.exists()


def test_settling_removes_what_a_crash_left_before_its_row_was_kept(store, paths, one):
    """Photos and prompts lay in a folder that no row knew: forgetting their person never found them."""
    marked, foreign, known = (paths.generation(one_id) for one_id in (new_id("gen"), new_id("gen"), one.id))
    for folder in (marked, foreign):
        (folder / "from").mkdir(parents=True)
        (folder / "from" / "picture.jpg").touch()
    for folder in (marked, known):
        (folder / UNKEPT_MARK).touch()
    store.settle()
    assert not marked.exists() and foreign.exists(), "never what does not carry our mark"
    assert store.prompts(one.id) and not (known / UNKEPT_MARK).exists()


def test_what_cannot_be_kept_leaves_nothing(store, paths, ann, tmp_path, monkeypatch):
    def full(*_):
        raise StorageError("library_unavailable", "full", "")

    photo, wish = tmp_path / "photo.jpg", draft(ann.id)
    photo.write_bytes(b"photo of Ann")
    ticket = store.tickets.issue(wish.id, 1)
    with monkeypatch.context() as patch, pytest.raises(StorageError):
        patch.setattr(generation_store, "insert", full)
        store.create(wish, [{"text": "Ann"}], (photo, None))
    assert not paths.generation(wish.id).exists() and store.tickets.redeem(ticket) is None and photo.exists()
    store.create(wish, [{"text": "Ann"}], (photo, None))
    assert sorted(file.name for file in paths.generation(wish.id).iterdir()) == [
        "from",
        RECORD_FILE,
        "prompts.json",
    ]


def test_adopting_names_everybody(store, library, paths, characters, ann):
    one = draft(ann.id, purpose="nodes")
    paths.generation(one.id).mkdir()
    others = [characters.create(CharacterDraft(name=f"P{n}")) for n in range(6)]
    everybody = {ann.id, *(other.id for other in others)}
    store.adopt(one, sorted(everybody))
    sql = "SELECT character_id FROM generation_character WHERE generation_id=?"
    assert {row[0] for row in library.rows(sql, (one.id,))} == everybody
    with library.transaction() as database:
        database.execute("DELETE FROM generation")
    assert store.settle() == 1
    assert {row[0] for row in library.rows(sql, (one.id,))} == everybody, "a request names four at most"


def test_what_was_made_to_compare_is_listed_by_its_purpose(store, ann):
    bench = store.create(draft(ann.id, purpose="bench"), [])
    grid = store.create(draft(ann.id, purpose="grid"), [])
    liked = store.create(draft(ann.id, favourite=True), [])
    plain = store.create(draft(ann.id), [])
    assert [g.id for g in store.list(purpose="bench").items] == [bench.id]
    assert [g.id for g in store.list(purpose="grid").items] == [grid.id]
    assert {g.id for g in store.list().items} == {liked.id, plain.id}
    assert [g.id for g in store.list(favourite=True).items] == [liked.id]


def test_each_picture_is_a_favourite_by_itself(store, paths, one):
    picture(store, paths, one.id, 0), picture(store, paths, one.id, 1)

    def marks(made):
        return made.favourite, [image.favourite for image in made.images]

    assert marks(store.set_favourite_image(one.id, 1, True)) == (True, [False, True])
    assert marks(store.set_favourite_image(one.id, 1, False)) == (False, [False, False])
    assert marks(store.set_favourite(one.id, True)) == (True, [True, True])


def test_favourites_of_before_were_all_pictures_of_an_order(store, paths, ann):
    liked = store.create(draft(ann.id, favourite=True), [])
    picture(store, paths, liked.id, 0), picture(store, paths, liked.id, 1)
    kept = store.set_favourite_image(liked.id, 0, False)
    assert (kept.favourite, [image.favourite for image in kept.images]) == (True, [False, True])


def test_one_picture_may_come_back(store, paths, one):
    picture(store, paths, one.id, 0), picture(store, paths, one.id, 1)
    store.delete_image(one.id, 0)
    assert [image.deleted_at for image in store.restore_image(one.id, 0).images] == [None, None]
    assert store.image_path(one.id, 0).read_bytes() == b"png" and not list(paths.trash.glob("gen_*.png"))
    assert store.restore_image(one.id, 0).images[0].deleted_at is None
    store.delete_image(one.id, 1)
    (paths.trash / f"{one.id}-0001.png").unlink()
    for number in (1, 9):
        with pytest.raises(NotFoundError):
            store.restore_image(one.id, number)


def test_what_a_picture_was_made_from_is_kept_and_records_of_before_have_none(
    store, library, paths, ann, one
):
    made_from = MadeFrom(generation_id=one.id, n=1, how="variation")
    made = store.create(draft(ann.id, made_from=made_from), [])
    assert store.get(made.id).made_from == made_from
    before = json.loads((paths.generation(one.id) / RECORD_FILE).read_text())
    assert before.pop("made_from") is None
    assert Generation.model_validate(before) == one
    told = made.as_told()["generation"]["made_from"]
    assert told == {"generation_id": one.id, "n": 1, "how": "variation"}
