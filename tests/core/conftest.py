"""The stores over one temporary library and one decoding child a session."""

from __future__ import annotations

import pytest
from support.stored_pictures import one, store  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def decoder():
    from isengard.core.photo_decoding.decoder import PhotoDecoder

    decoder = PhotoDecoder()
    yield decoder
    decoder.close()


@pytest.fixture
def library(paths):
    from isengard.core.storage.library import Library

    library = Library(paths)
    yield library
    library.close()


@pytest.fixture
def characters(library, paths, clock):
    from isengard.core.characters.character_store import CharacterStore

    return CharacterStore(library, paths, clock)


@pytest.fixture
def photos(library, paths, clock, decoder):
    from isengard.core.characters.photo_store import PhotoStore

    return PhotoStore(library, paths, clock, decoder)


@pytest.fixture
def ann(characters):
    from isengard.core.records.character import CharacterDraft

    return characters.create(CharacterDraft(name="Ann", trigger_word="annqvx"))
