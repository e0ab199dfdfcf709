"""Lists of pictures by what somebody looks for, in the order they want: over pages, and whatever is damaged."""

from __future__ import annotations

import sqlite3

import pytest
from isengard.core.generations.generation_sidecars import insert
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.generations.listing import Wanted, query_of
from isengard.core.ids import new_id
from isengard.core.records.character import CharacterDraft, CharacterPatch
from isengard.core.records.generation import CharacterUse, GeneratedImage, GenerationRequest
from isengard.core.records.generation_states import GenerationState
from isengard.core.records.likeness import Likeness
from support.generation_records import draft

#: prompt, who, seed, score of its pictures, LoRA
MADE = [
    ("{trigger} on a Rainy street", "ann", 991253, (0.4,), "ann/1.safetensors"),
    ("{trigger} im STRASSENCAFÉ", "ben", 7, (0.2, 0.9), "ben/1.safetensors"),
    ("100% {trigger}_x", "ann", 12, (), "ann/2.safetensors"),
    ("{trigger} im Regen", "elise", 1253, (0.6,), "elise/1.safetensors"),
]


@pytest.fixture
def store(library, paths, clock):
    return GenerationStore(library, paths, clock)


@pytest.fixture
def listed(store, library, characters):
    """`listed(**wanted)`: which of MADE a list holds, in its order."""
    people = {
        name: characters.create(CharacterDraft(name=name.title() if name != "elise" else "Élise"))
        for name in ("ann", "ben", "elise")
    }
    numbers = {}
    for number, (prompt, who, seed, scores, version) in enumerate(MADE):
        request = GenerationRequest(recipe="x", characters=[CharacterUse(id=people[who].id)], prompt=prompt)
        images = [
            GeneratedImage(
                n=n,
                file=f"{n}.png",
                width=8,
                height=8,
                seed=seed + n,
                likeness=Likeness(verdict="good", score=score),
            )
            for n, score in enumerate(scores or (None,))
        ]
        made = draft(people[who].id, id=new_id("gen"), request=request, images=images, versions=[version])
        insert(library, made)
        numbers[made.id] = number

    def listed(**wanted) -> list[int]:
        found, cursor = [], None
        while True:
            page = store.list(2, cursor, **wanted)
            found += [numbers[generation.id] for generation in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return found

    return listed


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("rainy", [0]),
        ("RAINY Ann", [0]),
        ("strassencafé", [1]),
        ("straßencafé", [1]),
        ("im", [3, 1]),
        ("élise", [3]),
        ("ÉLISE regen", [3]),
        ("e\u0301lise", [3]),  # as a Mac's file has it
        ("STRASSENCAFE\u0301", [1]),
        ("1253", [3, 0]),
        ("253 rainy", [0]),
        ("100%", [2]),
        ("_x", [2]),
        ("%", [2]),
        ("nowhere", []),
        ("trigger'); DROP TABLE generation; --", []),
        ("", [3, 2, 1, 0]),
    ],
)
def test_a_search_finds_words_names_and_digits_of_a_seed(listed, search, found):
    assert listed(search=search) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [3, 2, 1, 0]),
        ({"sort": "likeness"}, [1, 3, 0, 2]),
        ({"sort": "person"}, [2, 0, 1, 3]),
        ({"sort": "likeness", "search": "im"}, [1, 3]),
        ({"version": "ann/2.safetensors"}, [2]),
        ({"version": "ann/3.safetensors"}, []),
    ],
)
def test_the_order_and_the_version_hold_over_pages(listed, wanted, found):
    assert listed(**wanted) == found


def test_a_damaged_row_is_nowhere_and_stops_nobody(listed, library):
    with library.transaction() as database:
        database.execute("UPDATE generation SET record='{half' WHERE record LIKE '%Regen%'")
    for wanted in (
        {"search": "im"},
        {"sort": "person"},
        {"sort": "likeness"},
        {"version": "ben/1.safetensors"},
    ):
        assert 1 in listed(**wanted)


def test_the_places_of_sorted_lists_follow_every_change(listed, store, library, characters, paths):
    """By whichever way it comes: a new name, a measurement, the trash, a row that goes, another program."""

    def orders():
        return listed(sort="person"), listed(sort="likeness")

    assert orders() == ([2, 0, 1, 3], [1, 3, 0, 2])
    ids = {number: made.id for number, made in enumerate(reversed(store.list(10).items))}
    people = {known.name: known for known in characters.list().items}
    characters.update(people["Ann"].id, CharacterPatch(name="Zoe"))
    store.note_likeness(ids[2], 0, Likeness(verdict="good", score=0.95), {})
    assert orders() == ([1, 2, 0, 3], [2, 1, 3, 0])
    store.advance(ids[3], GenerationState.RUNNING), store.advance(ids[3], GenerationState.COMPLETED)
    store.delete(ids[3])
    assert orders() == ([1, 2, 0], [2, 1, 0])
    store.restore(ids[3])
    with library.transaction() as database:
        database.execute("DELETE FROM generation WHERE id=?", (ids[1],))
    assert orders() == ([2, 0, 3], [2, 3, 0])
    other = sqlite3.connect(paths.library_db)
    with other:
        other.execute("DELETE FROM generation WHERE id=?", (ids[0],))
    other.close()
    assert orders() == ([2, 3], [2, 3])
    library.scrub()
    assert orders() == ([2, 3], [2, 3])


@pytest.mark.parametrize("sort", ["person", "likeness"])
def test_a_sorted_list_is_read_along_its_order(listed, library, sort):
    """Ten thousand records were read for every page of it, while nobody else could read or write: a quarter of a second."""
    listed(sort=sort)
    sql, values = query_of(Wanted(sort=sort), None, 60)
    plan = [row["detail"] for row in library.rows(f"EXPLAIN QUERY PLAN {sql}", values)]
    print(plan)
    assert len(plan) == 2 and f"place_by_{sort} (listed=? AND away=?)" in plan[0], plan
    assert plan[1].startswith("SEARCH generation USING INDEX") and "(id=?)" in plan[1]
