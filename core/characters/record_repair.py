"""Single damaged rows of isengard.db come back from the files beside what they describe: one flipped byte costs nothing.

At a start every row is looked at, later those that cannot be read. What a row said is kept (core/storage/set_aside.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from pydantic import ValidationError

from ..clock import Clock, iso
from ..generations import generation_sidecars
from ..paths import DataPaths
from ..records.character import Character
from ..records.generation import Generation
from ..records.photo import Photo
from ..storage.library import Library, R
from ..storage.set_aside import set_aside
from . import character_sidecars

#: What a row says beside its record, by table; each is in the record too.
_COLUMNS = {
    "character": ("slug", "deleted_at"),
    "photo": ("character_id", "sha256", "pixel_hash", "deleted_at"),
    "generation": ("recipe", "state", "purpose", "deleted_at"),
}
_Any = Character | Photo | Generation
_Rebuild = Callable[[str], _Any | None]


def mend(library: Library, paths: DataPaths, clock: Clock) -> None:
    """Rows that are damaged now come back, and from now on those that are met."""
    sources: dict[str, _Rebuild] = {
        "character": lambda record_id: character_sidecars.kept_character(paths, record_id, iso(clock.now())),
        "photo": lambda record_id: character_sidecars.kept_photo(library, paths, record_id),
        "generation": lambda record_id: generation_sidecars.kept_generation(
            paths, record_id, iso(clock.now())
        ),
    }
    kinds: dict[str, type[_Any]] = {"character": Character, "photo": Photo, "generation": Generation}
    for table, rebuild in sources.items():
        library.menders[table] = _mender(library, paths, clock, kinds[table], rebuild)
    _look_through(library, Character)
    _look_through(library, Photo)
    _look_through(library, Generation)


def _mender(
    library: Library, paths: DataPaths, clock: Clock, kind: type[_Any], rebuild: _Rebuild
) -> Callable[[str], bool]:
    table = kind.__name__.lower()
    sql = f"SELECT * FROM {table} WHERE id=?"  # noqa: S608 - ours

    def mended(record_id: str) -> bool:
        row, kept = library.row(sql, (record_id,)), rebuild(record_id)
        if row is not None and kept is not None:
            with library.transaction():
                row = library.row(sql, (record_id,))
                if row is not None and not _is_hit(kind, row):
                    return True  # somebody has written it meanwhile, newer than its file says
                if row is not None:
                    _put_back(library, table, kept)
        if row is None:
            return False
        came_back = kept is not None
        set_aside(paths, clock, table=table, record_id=record_id, text=row["record"], came_back=came_back)
        return came_back

    return mended


def _is_hit(kind: type[_Any], row: sqlite3.Row) -> bool:
    """Whether it cannot be read, or says something else than the columns beside it."""
    try:
        record = kind.model_validate_json(row["record"])
    except (ValidationError, TypeError):
        return True
    return record.id != row["id"] or not _agrees(record, row)


def _put_back(library: Library, table: str, kept: _Any) -> None:
    columns = _COLUMNS[table]
    marks = ", ".join(f"{column}=?" for column in columns)
    with library.transaction() as database:
        database.execute(
            f"UPDATE {table} SET {marks}, record=? WHERE id=?",  # noqa: S608 - ours
            (*(_column(kept, column) for column in columns), kept.document(), kept.id),
        )


def _look_through(library: Library, kind: type[R]) -> None:
    """Records that cannot be read, and those that say something else than the columns beside them."""
    table = kind.__name__.lower()
    rows = library.rows(f"SELECT * FROM {table}")  # noqa: S608 - ours
    records = {record.id: record for record in library.records(kind, rows)}
    for row in rows:
        record = records.get(row["id"])
        if record is not None and not _agrees(record, row) and not library.menders[table](record.id):
            _put_back(library, table, record)


def _agrees(record: _Any, row: sqlite3.Row) -> bool:
    return all(row[name] == _column(record, name) for name in _COLUMNS[type(record).__name__.lower()])


def _column(record: _Any, name: str) -> object:
    value = getattr(record, name)
    return getattr(value, "value", value)
