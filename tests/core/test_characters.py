from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from isengard.core.characters.character_sidecars import rebuild_from_sidecars
from isengard.core.characters.character_store import CharacterStore
from isengard.core.errors import ConflictError, NotFoundError
from isengard.core.records.character import TRIGGER_PATTERN, CharacterDraft, CharacterPatch
from isengard.core.storage.library import Library
from pydantic import ValidationError


@pytest.fixture
def store(characters):
    return characters


def test_a_new_character_gets_a_slug_and_an_invented_trigger(store):
    import re

    first, second = (
        store.create(CharacterDraft(name="Zoë Müller")),
        store.create(CharacterDraft(name="Zoe Muller")),
    )
    assert (first.slug, second.slug) == ("zoe-muller", "zoe-muller-2")
    assert re.fullmatch(TRIGGER_PATTERN, first.trigger_word) and first.trigger_word != second.trigger_word
    assert store.get(first.id) == first


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("\u5c0f\u7f8e", "xiaomei"),
        ("\u0410\u043d\u043d\u0430 \u041a\u0430\u0440\u0435\u043d\u0438\u043d\u0430", "anna-karenina"),
        ("\u0141ukasz \u00d8deg\u00e5rd", "lukasz-odegard"),
        ("\u3055\u304f\u3089", "sakura"),
        ("\ubbfc\uc218", "minsu"),
        ("\U0001f98a", "fox"),
        ("?!", "character"),
        ("CON", "con-2"),
    ],
)
def test_names_of_every_script_can_be_told_apart_on_the_canvas(store, name, slug):
    made = store.create(CharacterDraft(name=name))
    assert made.slug == slug and made.name == name
    assert store.update(made.id, CharacterPatch(name="Somebody else")).slug == slug, "the slug never changes"
    assert store.create(CharacterDraft(name=name)).slug != slug


@pytest.mark.parametrize(
    "name", ["", "  ", "\u200b", "\u200b\u2060\ufeff", "\u3164", "\u2800", "\u0301", "\u202e"]
)
def test_a_name_that_nobody_can_see_is_refused(name):
    words = "can be seen" if name.strip() else "must not be empty"
    with pytest.raises(ValidationError, match=words):
        CharacterDraft(name=name)


def test_what_somebody_was_called_before_is_remembered(store, paths):
    made = store.create(CharacterDraft(name="Ann", trigger_word="annqvx"))
    store.update(made.id, CharacterPatch(name="Anna", trigger_word="anqvxa"))
    store.update(made.id, CharacterPatch(notes="n"))
    store.update(made.id, CharacterPatch(name="Ann"))
    assert store.get(made.id).former_words == ["annqvx", "Anna"]


def test_pages_run_from_new_to_old_without_a_gap(store):
    made = [store.create(CharacterDraft(name=f"Person {n}")).id for n in range(7)]
    seen, cursor = [], None
    while True:
        page = store.list(3, cursor)
        seen += [character.id for character in page.items]
        if not (cursor := page.next_cursor):
            break
    assert seen == sorted(made, reverse=True)


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 81, "a\x00"])
def test_names_that_cannot_be_are_refused(name):
    with pytest.raises(ValidationError):
        CharacterDraft(name=name)


@pytest.mark.parametrize("trigger", ["a1", "two words", "x", "${HF_TOKEN}", "ab-c"])
def test_triggers_are_letters_only(trigger):
    with pytest.raises(ValidationError):
        CharacterDraft(name="Ann", trigger_word=trigger)


def test_editing_keeps_the_slug_and_what_is_not_named(store):
    character = store.create(CharacterDraft(name="Ann", notes="hello"))
    changed = store.update(character.id, CharacterPatch(name="Anna", class_word="woman"))
    assert (changed.name, changed.slug, changed.class_word, changed.notes) == (
        "Anna",
        "ann",
        "woman",
        "hello",
    )
    with pytest.raises(NotFoundError) as caught:
        store.update(character.id, CharacterPatch(cover_photo_id="pho_" + "0" * 26))
    assert caught.value.code == "cover_photo_unknown"


def test_the_trash_gives_everything_back(store, paths):
    character = store.create(CharacterDraft(name="Ann"))
    folder = paths.character(character.id)
    (folder / "x.jpg").write_bytes(b"x")
    assert store.delete(character.id).deleted_at
    assert not folder.exists() and store.list().items == [] and len(store.list(deleted=True).items) == 1
    with pytest.raises(NotFoundError):
        store.get(character.id)
    assert store.restore(character.id).deleted_at is None and (folder / "x.jpg").read_bytes() == b"x"
    with pytest.raises(ConflictError):
        store.restore(character.id)


def test_the_library_is_rebuilt_from_its_sidecars(store, paths, library, clock):
    kept = store.create(CharacterDraft(name="Ann", notes="n"))
    trashed = store.create(CharacterDraft(name="Bob"))
    store.delete(trashed.id)
    broken = store.create(CharacterDraft(name="Cid"))
    (paths.character(broken.id) / "character.json").write_text("{ half")
    library.close()
    paths.library_db.write_bytes(b"garbage" * 500)
    fresh = Library(paths)
    assert rebuild_from_sidecars(fresh, paths, clock) == 2
    again = CharacterStore(fresh, paths, clock)
    assert again.get(kept.id) == kept
    assert (paths.character(broken.id) / "character.json").read_text() == "{ half"
    assert rebuild_from_sidecars(fresh, paths, clock) == 0


def test_the_sidecar_says_what_the_row_says(store, paths):
    character = store.create(CharacterDraft(name="Ann"))
    store.update(character.id, CharacterPatch(notes="new"))
    content = json.loads((paths.character(character.id) / "character.json").read_text())
    assert content["character"]["notes"] == "new" and content["photos"] == []


def test_the_folder_of_somebody_elses_loras_is_never_taken_over(store, paths):
    paths.character_models("ann").mkdir()
    assert store.create(CharacterDraft(name="Ann")).slug == "ann-2"


def test_pages_have_a_sane_size(store):
    store.create(CharacterDraft(name="Ann"))
    assert len(store.list(-5).items) == 1 and len(store.list(10**9).items) == 1


def test_deleted_and_brought_back_at_once_it_lies_in_one_place(store, paths):
    """A sidecar written between two moves made a second folder, and the photos in the first never came back."""
    character = store.create(CharacterDraft(name="Ann"))
    (paths.character(character.id) / "x.jpg").write_bytes(b"x")

    def go(number):
        with contextlib.suppress(NotFoundError, ConflictError):
            (store.delete if number % 2 else store.restore)(character.id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(go, range(80)))
    if store.get(character.id, deleted=True).deleted_at:
        store.restore(character.id)
    assert [file.parent for file in paths.root.rglob("x.jpg")] == [paths.character(character.id)]
    assert not list((paths.trash / "characters").iterdir())
