"""Opening SQLite files: durable, migrated in order, moved aside when damaged."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path, PurePath

from .. import atomic
from ..errors import StorageError
from ..private_files import keep_private, make_private
from ..said import said

#: (name, SQL script). Names are recorded; a recorded name that we do not know means a newer version wrote the file.
Migration = tuple[str, str]

#: A database's own file and its journals.
SUFFIXES = ("", "-wal", "-shm")
BUSY_TIMEOUT_S = 10.0
NETWORK_FILESYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.juicefs", "ceph"}
)
#: What SQLite says of a schema or text that a fault has changed.
_DAMAGE_WORDS = (
    "malformed",
    "no such table",
    "no such column",
    "has no column",
    "Could not decode",
    "unsupported file",
)
_LOG = logging.getLogger("isengard.database")


def open_database(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    """A connection in autocommit mode, safe to hand to several threads under a lock of the caller.

    Raises StorageError `schema_newer` when a newer Isengard wrote the file (nothing is changed then). A damaged file is
    moved aside to `<name>.corrupt-<time>` and a fresh one is made; callers rebuild it from the sidecars when it is empty.
    """
    try:
        return _open(path, migrations)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as damage:
        if not is_damage(damage):
            raise _storage_error(path, damage) from damage
        move_aside(path, str(damage))
        return _open(path, migrations)


def second_connection(
    path: Path, first: sqlite3.Connection, busy_timeout_s: float
) -> sqlite3.Connection | None:
    """A connection that only reads, and never waits for the first one; None where writers and readers keep each other out (no WAL)."""
    if first.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        return None
    connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
    connection.row_factory, connection.text_factory = sqlite3.Row, as_text
    connection.execute("PRAGMA query_only=ON")
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def as_text(data: bytes) -> str:
    """Read what a fault has made of a text all the same: as one that no record, and no name, ever holds."""
    return data.decode("utf-8", "backslashreplace")


def address_of(path: Path) -> str:
    """A database's file as the address that SQLite takes: signs of one (`?`, `#`, `%`) in its path are written out."""
    return _address(path.absolute())


def _address(path: PurePath) -> str:
    """A shared folder of Windows (`\\\\server\\share`) has its server in the path: SQLite takes no host."""
    address = path.as_uri()
    return address if address.startswith("file:///") else address.replace("file://", "file:////", 1)


def is_damage(fault: Exception) -> bool:
    """Tell whether a file's content is to blame, not its disk, its lock or its permissions."""
    if isinstance(fault, sqlite3.OperationalError):
        return any(words in str(fault) for words in _DAMAGE_WORDS)
    if isinstance(fault, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
        return False
    return isinstance(fault, (sqlite3.DatabaseError, UnicodeDecodeError))


def _open(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    make_private(path)  # SQLite gives a journal the mode of its database
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.text_factory = as_text
        _refuse_newer(connection, migrations)
        journal = "TRUNCATE" if on_network_filesystem(path) else "WAL"
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check failed")
        _migrate(connection, migrations)
        for suffix in SUFFIXES:
            with contextlib.suppress(FileNotFoundError):
                keep_private(path.with_name(path.name + suffix))
    except BaseException:
        connection.close()
        raise
    return connection


def _applied(connection: sqlite3.Connection) -> set[str]:
    exists = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type='table' AND name='migration'"
    ).fetchone()
    return {row[0] for row in connection.execute("SELECT name FROM migration")} if exists else set()


def _refuse_newer(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    applied, shipped = _applied(connection), {name for name, _ in migrations}
    if applied - shipped and not applied >= shipped:
        raise sqlite3.DatabaseError("its list of migrations is malformed")
    if applied - shipped:
        raise StorageError(
            "schema_newer",
            "This data was written by a newer version of Isengard.",
            "Update Isengard here, or set another data folder. Nothing was changed.",
        )


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    if {name for name, _ in migrations} <= _applied(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at TEXT NOT NULL)")
        done = _applied(connection)
        for name, script in migrations:
            if name not in done:
                for statement in filter(str.strip, script.split(";\n")):
                    connection.execute(statement)
                connection.execute("INSERT INTO migration VALUES (?, datetime('now'))", (name,))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def move_aside(path: Path, reason: str) -> Path:
    """Rename a damaged database (and its journals) so that nothing is lost; tells it in the log.

    StorageError `database_busy` where another process has it open on Windows: it finds the damage too, and lets go.
    """
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%f")
    target = path.with_name(f"{path.name}.corrupt-{stamp}")
    for suffix in SUFFIXES:
        source = path.with_name(path.name + suffix)
        if source.exists():
            try:
                atomic.replace(source, target.with_name(target.name + suffix))
            except PermissionError as used:
                raise _busy(path) from used
    _LOG.error(
        "Database damaged and moved aside",
        extra={"context": {"file": path.name, "kept_as": target.name, "reason": reason}},
    )
    return target


def moved_aside(path: Path) -> set[str]:
    """The names under which damaged files of this database were kept."""
    names = {kept.name for kept in path.parent.glob(f"{path.name}.corrupt-*")}
    return {name for name in names if not name.endswith(("-wal", "-shm"))}


def on_network_filesystem(path: Path) -> bool:
    """Tell whether `path` lies on a mount where WAL is not allowed; best effort, Linux and Windows."""
    if sys.platform == "win32":
        # a drive's letter may stand for a shared folder, which its real path names
        return os.path.realpath(path.absolute().parent).startswith("\\\\")
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return False
    resolved, best, kind = str(path.absolute()), "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split(" ")
        if len(fields) > 2 and len(fields[1]) >= len(best) and Path(resolved).is_relative_to(fields[1]):
            best, kind = fields[1], fields[2]
    return kind in NETWORK_FILESYSTEMS


def rewrite(connection: sqlite3.Connection) -> None:
    """Write a database anew, so that nothing of deleted rows is left in it: `secure_delete` zeroes what is deleted, not what a page
    still holds of rows that have moved to another one. Its journal is to be emptied afterwards."""
    connection.execute("PRAGMA temp_store=MEMORY")  # the copy that is made on the way is of people, too
    connection.execute("VACUUM")


def empty_journal(connection: sqlite3.Connection) -> bool:
    """Empty the journal of what it has written; False while another reader holds it."""
    return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


def _storage_error(path: Path, cause: Exception) -> StorageError:
    text = str(cause)
    if "full" in text:
        return StorageError("disk_full", "The disk is full.", "Free some space, then try again.")
    if "locked" in text or "busy" in text:
        return _busy(path)
    return StorageError(
        "database_unavailable",
        said("{file} cannot be opened: {text}.", file=path.name, text=text),
        "Check the folder's permissions.",
    )


def _busy(path: Path) -> StorageError:
    return StorageError(
        "database_busy",
        said("{file} is in use by another process.", file=path.name),
        "Try again in a moment.",
    )
