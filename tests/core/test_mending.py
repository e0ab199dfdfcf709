"""One flipped byte in a stored record of isengard.db: that record comes back from its sidecar, and is told; nothing else is touched."""

from __future__ import annotations

import json
import random
import sqlite3

import pytest
from isengard.core.characters.folder_settling import settle
from isengard.core.characters.record_repair import mend
from isengard.core.errors import StorageError
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.privacy import erasure, personal_data
from isengard.core.records.character import Character, CharacterPatch
from isengard.core.records.generation import Generation
from isengard.core.records.photo import Photo, PhotoPatch
from isengard.core.storage.recovery_notices import Recoveries
from support.generation_records import draft, picture
from support.pictures import drawing

FLIPS = 60
KINDS = {"character": Character, "photo": Photo, "generation": Generation}
WHOLE = [
    ("character", b'"name"', b'"nbme"'),
    ("character", b'"id":"chr_', b'"id":"chr-'),
    ("character", b'"consent":false', b'"consent":falsg'),
    ("photo", b'"caption":"annqvx', b'"caption":"\xe1nnqvx'),
    ("photo", b'"caption_source":"user"', b'"caption_source":"uses"'),
    ("photo", b'"width":', b'"width";'),
    ("photo", b'"sha256"', b'"sha352"'),
    ("generation", b'"favourite":true', b'"favourite":tsue'),
    ("generation", b'"state":"queued"', b'"state":"qteued"'),
    ("generation", b'"prompt":"x"', b'"prompt":"\x80"'),
    ("generation", b"{", b"z"),
]


class House:
    """One of each: what its store says of it, and how a fault hits its row."""

    def __init__(self, library, paths, clock, stores):
        self.library, self.paths, self.clock, self.ids = library, paths, clock, {}
        self.characters, self.photos = stores
        self.generations = GenerationStore(library, paths, clock)

    def stored(self, table, column="record"):
        database = sqlite3.connect(self.paths.library_db)
        database.text_factory = bytes
        sql = f"SELECT {column} FROM {table} WHERE id=?"
        return database.execute(sql, (self.ids[table],)).fetchone()[0]

    def hit(self, table, text, column="record"):
        database = sqlite3.connect(self.paths.library_db, isolation_level=None)
        database.execute(f"UPDATE {table} SET {column}=CAST(? AS TEXT) WHERE id=?", (text, self.ids[table]))
        database.close()

    def said(self, table):
        get = {"character": self.characters.get, "photo": self.photos.get, "generation": self.generations.get}
        lists = {
            "character": lambda: self.characters.list().items,
            "photo": lambda: self.photos.list(self.ids["character"]),
            "generation": lambda: [
                *self.generations.list().items,
                *self.generations.list(favourite=True).items,
            ],
        }
        assert {one.id for one in lists[table]()} == {self.ids[table]}
        return get[table](self.ids[table])

    def start(self):
        mend(self.library, self.paths, self.clock)
        settle(self.library, self.paths)


@pytest.fixture
def house(library, paths, clock, characters, photos, ann, tmp_path):
    house, file = House(library, paths, clock, (characters, photos)), tmp_path / "photo.jpg"
    drawing(0).save(file)
    photo = photos.add(ann.id, file, "photo.jpg")
    photos.update(photo.id, PhotoPatch(caption="annqvx smiles"))
    made = house.generations.create(draft(ann.id), [])
    picture(house.generations, paths, made.id)
    house.generations.set_favourite(made.id, True)
    house.ids = {"character": ann.id, "photo": photo.id, "generation": made.id}
    return house


@pytest.mark.parametrize("table, whole, broken", WHOLE)
@pytest.mark.parametrize("when", ["at a start", "in use"])
def test_what_was_hit_comes_back_and_is_told_once(house, paths, clock, library, table, whole, broken, when):
    before, text = house.said(table), house.stored(table)
    assert whole in text and len(whole) == len(broken)
    if when == "in use":
        house.start()
    hit = text.replace(whole, broken, 1)
    house.hit(table, hit)
    if when == "at a start":
        house.start()
    assert house.said(table) == before and house.said(table) == before
    assert json.loads(house.stored(table)) == json.loads(text)
    (told,) = Recoveries(paths).untold()
    record_id = house.ids[table]
    assert (told.code, told.count, told.file) == ("records_rebuilt", 1, f"record.corrupt-{record_id}.json")
    kept = json.loads((paths.root / told.file).read_text())
    assert kept == {"table": table, "id": record_id, "text": hit.decode("utf-8", "backslashreplace")}
    assert not list(paths.root.glob("isengard.db.corrupt-*")), "everything was thrown away for one"


def bare(record):
    """Without what is counted afresh."""
    counted = {"versions", "photo_count", "cover_photo_id"}
    return {name: value for name, value in record.model_dump().items() if name not in counted}


@pytest.mark.parametrize("table", KINDS)
def test_what_was_set_aside_goes_when_the_person_is_forgotten(house, paths, library, characters, ann, table):
    house.hit(table, house.stored(table).replace(b'"id"', b'"ie"'))
    house.start()
    assert list(paths.root.glob("record.corrupt-*"))
    erasure.remove(paths, personal_data.find(library, paths, characters, ann.id, job_ids=[]))
    assert not list(paths.root.glob("record.corrupt-*"))


@pytest.mark.parametrize("table", KINDS)
def test_any_flipped_bit_costs_nothing_else(house, table):
    """What is still a record of the same shape (a letter of a caption) cannot be told from one; everything else comes back."""
    before, text, chance = house.said(table), house.stored(table), random.Random(8)
    house.start()
    back = 0
    for _ in range(FLIPS):
        hit, at = bytearray(text), chance.randrange(len(text))
        hit[at] ^= 1 << chance.randrange(8)
        house.hit(table, bytes(hit))
        house.start()
        now = house.said(table)
        if now != before:
            assert bare(now) == bare(KINDS[table].model_validate_json(bytes(hit)))
        back += now == before
        house.hit(table, text)
    assert back > FLIPS / 2


@pytest.mark.parametrize("column", ["sha256", "pixel_hash", "deleted_at", "character_id"])
def test_a_column_that_says_something_else_follows_the_sidecar(house, library, column):
    before = house.stored("photo", column)
    house.hit("photo", b"2026-01-01T00:00:00.000Z" if before is None else before, "deleted_at")
    if column not in ("deleted_at", "character_id"):
        house.hit("photo", before[:-1] + b"x", column)
    house.start()
    assert house.stored("photo", column) == before and house.said("photo").deleted_at is None


def test_what_cannot_come_back_is_left_out_and_told(house, paths, ann, characters, photos):
    text = house.stored("photo")
    sidecar = paths.character(ann.id) / "character.json"
    kept = sidecar.read_text()
    sidecar.write_text(kept[:-9])
    house.hit("photo", text.replace(b'"width"', b'"widxh"'))
    house.start()
    assert photos.list(ann.id) == [] and [one.id for one in characters.list().items] == [ann.id]
    with pytest.raises(StorageError) as refused:
        photos.get(house.ids["photo"])
    assert refused.value.code == "record_damaged"
    (told,) = Recoveries(paths).untold()
    assert (told.code, told.count) == ("records_left_out", 1)
    Recoveries(paths).dismiss(told.code)
    house.start()
    assert Recoveries(paths).untold() == [], "it was read already"
    assert house.stored("photo") == text.replace(b'"width"', b'"widxh"'), "what is there is not thrown away"


def test_a_newer_versions_word_is_left_as_it_is(house, paths, photos, characters, ann):
    """An older server must not undo what a newer one has written: it only shows less."""
    newer = house.stored("photo").replace(b'"caption_source":"user"', b'"caption_source":"spoken"')
    house.hit("photo", newer)
    house.start()
    assert photos.list(ann.id) == [] and Recoveries(paths).untold() == []
    assert house.stored("photo") == newer
    characters.update(ann.id, CharacterPatch(notes="written by the older one"))
    kept = json.loads((paths.character(ann.id) / "character.json").read_text())
    assert kept["photos"] == [json.loads(newer)] and kept["character"]["notes"] == "written by the older one"
    house.hit("character", house.stored("character").replace(b'"notes"', b'"nptes"'))
    house.start()
    assert characters.get(ann.id).notes == "written by the older one", "its sidecar could not be read"


@pytest.mark.parametrize("table", KINDS)
def test_a_row_that_was_written_meanwhile_is_not_what_its_file_says(house, paths, library, table):
    """A reader found it damaged, and before it was mended somebody wrote it anew, newer than the sidecar."""
    house.start()
    words = {"character": (b'"name":"Ann"', b'"name":"Eve"'), "photo": (b"smiles", b"frowns")}
    newer = house.stored(table).replace(*words.get(table, (b'"prompt":"x"', b'"prompt":"y"')))
    house.hit(table, newer)
    assert library.menders[table](house.ids[table])
    assert house.stored(table) == newer and Recoveries(paths).untold() == []
