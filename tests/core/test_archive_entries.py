"""A person's file: what it says of its photos beside the manifest, and its own list of what is in it."""

from __future__ import annotations

import struct
import tracemalloc

import pytest
from isengard.core.characters.character_archive import Stores, read_archive, write_archive
from isengard.core.errors import IsengardError
from isengard.core.loras.versions import VersionStore
from isengard.core.records.checkpoint import Proof
from support.pictures import add


@pytest.fixture
def stores(paths, characters, photos, clock):
    return Stores(paths, characters, photos, VersionStore(paths, clock))


def sound(file, told):
    return Proof()


def test_what_a_model_drew_and_what_is_a_reference_stay_so(photos, paths, ann, stores, tmp_path):
    """A picture that a model drew came in as a photo, and no photo stood for the likeness any more."""
    kept = [add(photos, paths, ann, number) for number in range(3)]
    photos.store(kept[1].model_copy(update={"generated": True}))
    photos.store(kept[2].model_copy(update={"reference": True, "included": False}))
    file = tmp_path / "ann.zip"
    write_archive(file, ann, stores)
    there = photos.list(read_archive(file, stores, sound).character.id)
    assert [photo.generated for photo in there] == [False, True, False]
    assert [photo.reference for photo in there] == [False, False, True]
    assert [photo.included for photo in there] == [True, True, False]


def test_a_list_of_a_million_entries_is_never_read(stores, tmp_path):
    """zipfile reads the whole list before anybody counts its entries: of 2 GB it makes more than ten in memory."""
    entries = 100_000
    numbers = (20, 20, 0, 0, 0, 33, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0)
    listed = b"".join(
        b"PK\x01\x02" + struct.pack("<6H3I5H2I", *numbers) + b"%06d" % n for n in range(entries)
    )
    end = struct.pack("<4H2IH", 0, 0, entries & 0xFFFF, entries & 0xFFFF, len(listed), 0, 0)
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(listed + b"PK\x05\x06" + end)
    tracemalloc.start()
    try:
        with pytest.raises(IsengardError) as caught:
            read_archive(bomb, stores, sound)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.code == "archive_too_large" and most < 1024**2
