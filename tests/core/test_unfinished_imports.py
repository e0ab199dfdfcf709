"""Somebody who is filled in one go is there wholly or not at all: rows, photos, LoRAs, whatever ends it and whatever is held open."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from isengard.core.characters import unfinished_imports as unfinished
from isengard.core.characters.folder_settling import settle
from isengard.core.loras.versions import VersionStore
from isengard.core.records.character import CharacterDraft
from support.loras import publish
from support.pictures import add

EVE = CharacterDraft(name="Eve")


class Killed(BaseException):
    """The server ends here."""


@pytest.fixture
def fill(characters, photos, paths, clock):
    """Somebody with a photo and a LoRA, whose filling ends with `fault`."""

    def fill(fault):
        with pytest.raises(type(fault)), characters.filling(EVE) as eve:
            add(photos, paths, eve)
            publish(VersionStore(paths, clock), eve.model_dump(), 700)
            raise fault
        return eve

    return fill


@pytest.fixture
def left(paths):
    """What is there of anybody."""

    def left():
        places = (paths.uploads, paths.models, paths.trash / "characters")
        return [entry for place in places if place.is_dir() for entry in place.iterdir()]

    return left


@pytest.fixture
def held(monkeypatch):
    """As on Windows: endings of files that are open in another program."""
    held: set[str] = set()
    unlink, rmtree = Path.unlink, shutil.rmtree

    def refused(file, **options):
        if file.suffix in held:
            raise PermissionError(13, "in use", str(file))
        unlink(file, **options)

    def but_the_held(folder, **options):
        files = [file for file in Path(folder).rglob("*") if file.is_file()]
        for file in files:
            if file.suffix not in held:
                unlink(file)
        if not any(file.suffix in held for file in files):
            rmtree(folder, **options)

    monkeypatch.setattr(Path, "unlink", refused)
    monkeypatch.setattr(shutil, "rmtree", but_the_held)
    return held


def test_a_failed_import_leaves_no_lora(fill, left, characters, paths):
    fill(OSError(28, "No space left on device"))
    assert characters.list().items == [] and left() == []
    assert not [file for file in paths.tmp.iterdir() if file.suffix == ".filling"]


def test_a_killed_import_leaves_no_lora_after_the_next_start(fill, left, library, paths, monkeypatch):
    with monkeypatch.context() as dead:  # a killed process runs no code of ours any more
        dead.setattr("isengard.core.characters.character_store.discard", lambda *_: None)
        fill(Killed())
    settle(library, paths)
    assert left() == []


@pytest.mark.parametrize("ending", [".jpg", ".safetensors"])
def test_what_is_held_open_goes_at_the_next_start(fill, held, left, library, characters, paths, ending):
    held.add(ending)
    fill(OSError(28, "No space left on device"))
    assert characters.list().items == [] and left()
    settle(library, paths)
    assert left(), "it is still held"
    held.clear()
    settle(library, paths)
    assert left() == [] and list(paths.tmp.glob("*.filling")) == []


def test_a_name_that_somebody_else_has_by_then_is_theirs(fill, held, left, library, characters, paths, clock):
    held.add(".jpg")
    fill(OSError(28, "No space left on device"))
    again = characters.create(EVE)
    version = publish(VersionStore(paths, clock), again.model_dump(), 900)
    held.clear()
    settle(library, paths)
    assert again.slug == "eve" and (paths.models / version.file).is_file()
    assert sorted(entry.name for entry in left()) == sorted([again.id, "eve"])


def test_whoever_is_complete_stays_though_the_word_of_it_is_held(held, characters, photos, library, paths):
    held |= {".filling", ".filled"}
    with characters.filling(EVE) as eve:
        add(photos, paths, eve)
    held.clear()
    settle(library, paths)
    assert [one.id for one in characters.list().items] == [eve.id] and characters.get(eve.id).photo_count == 1


def test_the_word_of_an_older_version_says_no_slug(fill, left, library, paths, monkeypatch):
    with monkeypatch.context() as dead:
        dead.setattr("isengard.core.characters.character_store.discard", lambda *_: None)
        eve = fill(Killed())
    unfinished._mark(paths, eve.id).write_bytes(b"")
    settle(library, paths)
    assert left() == []
