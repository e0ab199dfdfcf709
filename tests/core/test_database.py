from __future__ import annotations

import os
import sqlite3
from pathlib import PureWindowsPath

import pytest
from isengard.core.errors import StorageError
from isengard.core.storage import database as module
from isengard.core.storage.database import address_of, open_database

FIRST = ("0001_first", "CREATE TABLE a (x INTEGER);\nCREATE TABLE b (y INTEGER)")
SECOND = ("0002_second", "ALTER TABLE a ADD COLUMN z TEXT")


def test_migrations_run_once_in_order(tmp_path):
    path = tmp_path / "t.db"
    open_database(path, [FIRST]).close()
    database = open_database(path, [FIRST, SECOND])
    database.execute("INSERT INTO a (x, z) VALUES (1, 'q')")
    assert [row[0] for row in database.execute("SELECT name FROM migration ORDER BY rowid")] == [
        FIRST[0],
        SECOND[0],
    ]
    assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert database.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_a_migration_that_fails_changes_nothing(tmp_path):
    path = tmp_path / "t.db"
    open_database(path, [FIRST]).close()
    with pytest.raises(StorageError):
        open_database(path, [FIRST, ("0002_bad", "CREATE TABLE c (x);\nALTER TABLE nothing ADD COLUMN q")])
    tables = {
        row[0] for row in sqlite3.connect(path).execute("SELECT name FROM sqlite_master WHERE type='table'")
    }
    assert tables == {"migration", "a", "b"}


def test_a_newer_schema_is_refused_and_untouched(tmp_path):
    path = tmp_path / "t.db"
    open_database(path, [FIRST, SECOND]).close()
    before = path.read_bytes()
    with pytest.raises(StorageError) as caught:
        open_database(path, [FIRST])
    assert caught.value.code == "schema_newer" and path.read_bytes() == before


@pytest.mark.parametrize(
    "damage", [b"this is not a database at all" * 40, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_damaged_database_is_kept_aside(tmp_path, damage):
    path = tmp_path / "t.db"
    path.write_bytes(damage)
    database = open_database(path, [FIRST])
    assert database.execute("SELECT count(*) FROM a").fetchone()[0] == 0
    (kept,) = tmp_path.glob("t.db.corrupt-*")
    assert kept.read_bytes() == damage


def test_a_damaged_database_that_another_process_has_open_is_said_to_be_in_use(tmp_path, monkeypatch):
    """Windows renames no such file; the other process finds the damage too, and then it works."""
    path = tmp_path / "t.db"
    path.write_bytes(b"this is not a database at all" * 40)
    real, uses = os.replace, ["a worker"]

    def rename(source, target):
        if uses:
            raise PermissionError(13, "The process cannot access the file", str(source))
        real(source, target)

    monkeypatch.setattr(os, "replace", rename)
    with pytest.raises(StorageError) as caught:
        open_database(path, [FIRST])
    assert caught.value.code == "database_busy" and "t.db is in use" in caught.value.message
    uses.clear()
    assert open_database(path, [FIRST]).execute("SELECT count(*) FROM a").fetchone()[0] == 0
    assert len([*tmp_path.glob("t.db.corrupt-*")]) == 1


@pytest.mark.parametrize(
    ("path", "address"),
    [
        (r"\\server\share\data 1\job.db", "file:////server/share/data%201/job.db"),
        (r"C:\data\job.db", "file:///C:/data/job.db"),
    ],
)
def test_the_server_of_a_shared_folder_is_part_of_its_path(path, address):
    """`file://server/share` is refused as "invalid uri authority"."""
    assert module._address(PureWindowsPath(path)) == address


def test_an_address_with_four_slashes_is_the_file_that_it_names(tmp_path):
    path = tmp_path / "100% ?.db"
    open_database(path, [FIRST]).close()
    for address in (address_of(path), address_of(path).replace("file:///", "file:////")):
        database = sqlite3.connect(f"{address}?mode=ro", uri=True)
        assert database.execute("SELECT count(*) FROM a").fetchone()[0] == 0
        database.close()


def test_nothing_of_deleted_rows_stays_in_the_library(library, paths):
    """As a pack of long before deleted them: their bytes lay in unused pages."""
    other = sqlite3.connect(paths.library_db, isolation_level=None)
    other.execute("PRAGMA secure_delete=OFF")
    other.execute("INSERT INTO character VALUES ('chr_1', 'ann', NULL, ?)", ("annqvx" * 2000,))
    other.execute("DELETE FROM character")
    other.close()
    files = [paths.library_db, paths.library_db.with_name("isengard.db-wal")]
    assert any(b"annqvx" in file.read_bytes() for file in files)
    library.scrub()
    assert not any(b"annqvx" in file.read_bytes() for file in files)
