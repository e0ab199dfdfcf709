"""An order of two pictures that has ended, in a store of its own, for tests of what happens to its files."""

from __future__ import annotations

import pytest
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.records.generation_states import GenerationState

from .generation_records import draft, picture


@pytest.fixture
def store(library, paths, clock):
    return GenerationStore(library, paths, clock)


@pytest.fixture
def one(store, paths, ann):
    generation = store.create(draft(ann.id), [])
    for number in range(2):
        picture(store, paths, generation.id, number)
    return store.advance(generation.id, GenerationState.CANCELLED)
