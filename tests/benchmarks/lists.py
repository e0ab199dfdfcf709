"""1,000 characters with 20 photos each: how long lists take, against reading the same rows with plain sqlite3."""

from __future__ import annotations

import json
import sqlite3
import time
import urllib.request
from pathlib import Path

from hosts.demo import drawings
from hosts.journey import Api

from .measure import Measure, at_most, lowest

CHARACTERS = 1000
PHOTOS = 20
MOST_MS = 50
ROUNDS = 5
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def lists(api: Api, data: Path, work: Path) -> list[Measure]:
    """Fills the library of the server behind `api`, whose data folder is `data`."""
    last = _fill(api, data, work)
    pages = {
        "list of characters, a page of 200": ("/characters?limit=200", _CHARACTERS),
        "list of photos of one": (f"/characters/{last}/photos", _PHOTOS),
    }
    found = []
    for name, (path, sql) in pages.items():
        ours, bare = lowest(
            ROUNDS, lambda path=path: _asked(api, path), lambda sql=sql: _read(data, sql, last)
        )
        found.append(at_most(name, ours, bare, "ms", most=MOST_MS))
    return found


_CHARACTERS = "SELECT record FROM character WHERE deleted_at IS NULL ORDER BY id DESC LIMIT 200"
_PHOTOS = "SELECT record FROM photo WHERE character_id = :id AND deleted_at IS NULL ORDER BY id"


def _asked(api: Api, path: str) -> float:
    began = time.perf_counter()
    with urllib.request.urlopen(f"{api.url}/isengard{path}") as answer:
        answer.read()
    return (time.perf_counter() - began) * 1000


def _read(data: Path, sql: str, character_id: str) -> float:
    began = time.perf_counter()
    connection = sqlite3.connect(data / "isengard.db")
    rows = connection.execute(sql, {"id": character_id}).fetchall()
    json.dumps([json.loads(record) for (record,) in rows])
    connection.close()
    return (time.perf_counter() - began) * 1000


def _fill(api: Api, data: Path, work: Path) -> str:
    """A real character with real photos, copied row by row under new ids; the id of the newest."""
    character = api.post("/characters", {"name": "Ann Example"})
    for photo in drawings(work, PHOTOS):
        api.upload(character["id"], photo)
    with sqlite3.connect(data / "isengard.db") as database:
        database.row_factory = sqlite3.Row
        person = dict(database.execute("SELECT * FROM character WHERE id=?", (character["id"],)).fetchone())
        photos = [
            dict(row)
            for row in database.execute("SELECT * FROM photo WHERE character_id=?", (character["id"],))
        ]
        for number in range(1, CHARACTERS):
            one = _copy(person, person["id"], number, slug=f"ann-{number}")
            _insert(database, "character", one)
            for photo in photos:
                copy = _copy(photo, photo["id"], number, character_id=one["id"])
                _insert(database, "photo", copy)
    database.close()
    return one["id"]


def _copy(row: dict, old: str, number: int, **more: str) -> dict:
    new = old[:-3] + "".join(LETTERS[number // 36**place % 36] for place in (2, 1, 0))
    changed = {**json.loads(row["record"]), "id": new, **more}
    return {**row, "id": new, **more, "record": json.dumps(changed)}


def _insert(database: sqlite3.Connection, table: str, row: dict) -> None:
    database.execute(
        f"INSERT OR IGNORE INTO {table} ({','.join(row)}) VALUES ({','.join('?' * len(row))})",
        list(row.values()),
    )
