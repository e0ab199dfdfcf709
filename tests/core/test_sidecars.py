"""A lost database comes back from the sidecars; hand-made ones are not trusted."""

from __future__ import annotations

import json

import pytest
from isengard.core import atomic
from isengard.core.characters.caption_undo import undo_captions, write_captions
from isengard.core.characters.character_sidecars import SIDECAR, open_library
from isengard.core.characters.character_store import CharacterStore
from isengard.core.characters.photo_store import PhotoStore
from isengard.core.clock import SystemClock
from isengard.core.errors import StorageError
from isengard.core.faces.face import Face
from isengard.core.faces.face_notes import face_notes
from isengard.core.generations.generation_files import RECORD_FILE
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.records.character import CharacterDraft, CharacterPatch
from isengard.core.records.photo import PhotoPatch
from support.generation_records import draft
from support.pictures import add


def reopened(library, paths):
    library.close()
    paths.library_db.write_bytes(b"garbage" * 500)
    return open_library(paths, SystemClock())


def test_photos_captions_and_the_trash_come_back(photos, paths, ann, library, characters, clock, decoder):
    kept, gone = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    kept = photos.update(kept.id, PhotoPatch(caption="annqvx smiles"))
    photos.delete(gone.id)
    characters.delete(ann.id)
    fresh = reopened(library, paths)
    again, photos = CharacterStore(fresh, paths, clock), PhotoStore(fresh, paths, clock, decoder)
    assert again.list().items == [] and again.restore(ann.id).photo_count == 1
    assert photos.list(ann.id) == [kept] and photos.restore(gone.id).id == gone.id
    fresh.close()


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["character"].update(id="../../evil"),
        lambda c: c["character"].update(id="chr_" + "0" * 26),
        lambda c: c["photos"][0].update(file="../../../evil.jpg"),
        lambda c: c["photos"][0].update(character_id="chr_" + "0" * 26),
        lambda c: c["photos"][0].update(id="pho_x"),
        lambda c: c.pop("photos"),
        lambda c: c["character"].pop("slug"),
    ],
)
def test_a_sidecar_that_is_not_ours_is_left_alone(change, photos, paths, ann, library, clock):
    add(photos, paths, ann)
    file = paths.character(ann.id) / SIDECAR
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))
    before = file.read_text()
    fresh = reopened(library, paths)
    assert CharacterStore(fresh, paths, clock).list().items == [] and file.read_text() == before
    fresh.close()


@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on device"), StorageError("database_busy", "busy")]
)
def test_what_is_stored_is_never_told_as_a_failure(
    characters, photos, library, paths, ann, monkeypatch, fault
):
    """The row was kept, the sidecar found no room: the request failed, and sent again it was a duplicate."""
    photo, written = add(photos, paths, ann, 0), atomic.write_json

    def full(path, value):
        if path.name in (SIDECAR, RECORD_FILE):
            raise fault
        written(path, value)

    monkeypatch.setattr(atomic, "write_json", full)
    second = add(photos, paths, ann, 1)
    assert photos.update(photo.id, PhotoPatch(caption="one")) == photos.get(photo.id)
    assert photos.note_faces(ann.id, face_notes({photo.id: [Face(200, 0.5, (0.0,) * 128)]})) == 1
    assert characters.update(ann.id, CharacterPatch(notes="new")).notes == "new"
    beside = {"photos": photos, "library": library, "paths": paths}
    told = write_captions(ann.id, {second.id: ("two", "user")}, **beside)
    assert [one.caption for one in told] == ["one", "two"]
    assert [one.caption for one in undo_captions(ann.id, **beside)] == ["one", ""]
    with pytest.raises(type(fault)):
        characters.create(CharacterDraft(name="Half"))
    assert [one.id for one in characters.list().items] == [ann.id]
    store = GenerationStore(library, paths, characters._clock)
    made = draft(ann.id)
    paths.generation(made.id).mkdir()
    assert store.adopt(made, ()).id == store.get(made.id).id
