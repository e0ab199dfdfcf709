"""Prompts of before: found by their words and the people's names, kept as favourites by the server, gone with who they name."""

from __future__ import annotations

import pytest
from isengard.core.errors import ConflictError
from isengard.core.generations import prompt_book
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.generations.prompt_book import PromptBook
from isengard.core.ids import new_id
from isengard.core.privacy import erasure, personal_data
from isengard.core.records.character import CharacterDraft
from isengard.core.records.generation_states import GenerationState
from isengard.core.storage.library import Library
from support.generation_records import draft, picture


@pytest.fixture
def store(library, paths, clock):
    return GenerationStore(library, paths, clock)


@pytest.fixture
def book(library, paths, clock):
    return PromptBook(library, paths, clock)


def made(store, paths, person, prompt, at, *, pictures=1, **changes):
    """An order with pictures; `at` is the minute."""
    one = draft(person.id, created_at=f"2026-01-02T03:{at:02}:05.000Z", **changes)
    one = store.create(
        one.model_copy(update={"request": one.request.model_copy(update={"prompt": prompt})}), []
    )
    for number in range(pictures):
        picture(store, paths, one.id, number)
    return one


def listed(book, *people, **asked):
    page = book.page(50, names={person.id: person.name for person in people}, **asked)
    return [past.prompt for past in page.items]


def test_each_text_is_listed_once_with_its_newest_picture(book, store, paths, ann):
    made(store, paths, ann, "{trigger} at sea", 1)
    made(store, paths, ann, "{trigger} at home", 2)
    newest = made(store, paths, ann, "{trigger} at sea", 3, pictures=2)
    store.delete_image(newest.id, 0)
    made(store, paths, ann, "{trigger} failed", 4, pictures=0)
    made(store, paths, ann, "{trigger} compared", 5, purpose="bench")
    first, second = book.page(50, names={}).items
    assert (first.prompt, first.orders, first.generation_id, first.n) == ("{trigger} at sea", 2, newest.id, 1)
    assert (second.prompt, second.favourite, second.characters) == ("{trigger} at home", False, [ann.id])


def test_words_and_names_find_a_prompt_whatever_their_case_and_script(
    book, store, paths, ann, library, characters
):
    made(store, paths, ann, "{trigger} on a Beach at dusk", 1)
    made(store, paths, ann, "{trigger} auf der Straße", 2)
    name = ann.name.split()[0].upper()
    assert listed(book, ann, search="dusk beach") == ["{trigger} on a Beach at dusk"]
    assert listed(book, ann, search="STRASSE") == ["{trigger} auf der Straße"]
    made(store, paths, ann, "{trigger} im Café", 3)
    assert listed(book, ann, search="cafe\u0301") == ["{trigger} im Café"], "as a Mac's file has it"
    assert len(listed(book, ann, search=name)) == 3 and listed(book, ann, search="nobody") == []
    assert listed(book, search=name) == [], "without the names the words alone are searched"


def test_pages_join_without_a_gap(book, store, paths, ann):
    for minute in range(7):
        made(store, paths, ann, f"prompt {minute}", minute // 2)
    seen, cursor = [], None
    while True:
        page = book.page(2, cursor, names={})
        seen += [past.prompt for past in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == [f"prompt {minute}" for minute in range(7)]


def test_a_favourite_outlives_its_pictures_and_a_restart(book, store, paths, ann, library, clock):
    one = made(store, paths, ann, "{trigger} at sea", 1)
    book.mark("{trigger} at sea", True)
    book.mark("never made", True)
    store.advance(one.id, GenerationState.RUNNING), store.advance(one.id, GenerationState.COMPLETED)
    again = PromptBook(library, paths, clock)
    assert {p.prompt: p.generation_id for p in again.page(9, names={}, favourite=True).items} == {
        "{trigger} at sea": one.id,
        "never made": "",
    }
    assert again.page(9, names={}).items[0].favourite
    store.delete(one.id)
    assert set(listed(again, favourite=True)) == {"{trigger} at sea", "never made"} and listed(again) == []
    again.mark("never made", False), again.mark("never made", False)
    assert listed(again, favourite=True) == ["{trigger} at sea"]


def test_a_damaged_favourite_is_left_out_and_stays(book, paths, logged):
    book.mark("kept", True)
    (paths.prompts / "0.json").write_text("{")
    assert listed(book, favourite=True) == ["kept"]
    assert (paths.prompts / "0.json").exists() and "A favourite prompt cannot be read" in logged.text


def test_more_than_the_limit_is_refused_in_words(book, monkeypatch):
    monkeypatch.setattr(prompt_book, "MOST_FAVOURITES", 1)
    book.mark("one", True), book.mark("one", True)
    with pytest.raises(ConflictError, match="1 favourite prompts") as caught:
        book.mark("two", True)
    assert caught.value.code == "favourites_full" and caught.value.hint


def test_forgetting_takes_the_favourites_that_name_the_person(book, paths, library, characters):
    zoe = characters.create(CharacterDraft(name="Zoe Example", trigger_word="zoeqvx", class_word="woman"))
    for text in ("Zoe Example at sea", "photo of zoeqvx", "{trigger} at sea"):
        book.mark(text, True)
    theirs = personal_data.find(library, paths, characters, zoe.id, job_ids=[])
    erasure.begin(paths, characters, theirs)
    erasure.remove(paths, theirs)
    assert listed(book, favourite=True) == ["{trigger} at sea"]


def test_thousands_of_orders_are_read_once_and_followed_from_then_on(
    book, store, library, paths, clock, ann, monkeypatch
):
    """Each look at the list read every order's record again: half a second of the processor for 25,000."""
    with library.transaction() as database:
        pattern = store.get(made(store, paths, ann, "", 1).id)
        for number in range(1500):
            request = pattern.request.model_copy(update={"prompt": f"{{trigger}} in room {number % 1400}"})
            one = pattern.model_copy(update={"id": new_id("gen"), "request": request})
            row = (one.id, one.recipe, "completed", "user", None, one.document())
            database.execute("INSERT INTO generation VALUES (?,?,?,?,?,?)", row)
    first = book.page(50, names={})
    read = []
    for name in ("rows", "own_rows"):
        real = getattr(library, name)
        monkeypatch.setattr(
            library, name, lambda *asked, real=real: read.extend(rows := real(*asked)) or rows
        )
    assert book.page(50, names={}) == first and len(read) < 700
    orders, cursor = {}, None
    while page := book.page(200, cursor, names={}):
        orders |= {past.prompt: past.orders for past in page.items}
        if (cursor := page.next_cursor) is None:
            break
    assert len(orders) == 1401  # with the pattern
    assert [orders[f"{{trigger}} in room {number}"] for number in (0, 99, 100, 1399)] == [2, 2, 1, 1]
    one = made(store, paths, ann, "{trigger} at sea", 59)
    assert listed(book, search="sea") == ["{trigger} at sea"]
    store.advance(one.id, GenerationState.CANCELLED)
    store.delete(one.id)
    assert listed(book, search="sea") == []
    other = Library(paths)  # of another program
    with other.transaction() as database:
        database.execute("UPDATE generation SET deleted_at=NULL WHERE id=?", (one.id,))
    assert listed(book, search="sea") == ["{trigger} at sea"]
    other.close()
