"""Files that follow their rows: a row is kept first, then its files move; where both places hold something they are merged."""

from __future__ import annotations

import errno
import filecmp
import logging
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .. import atomic
from ..errors import IsengardError, StorageError, reason_of
from ..paths import is_link
from ..said import said
from .library import Library

#: Written from rows, and again after every move: of two that differ neither is a loss.
FROM_ROWS = frozenset({"character.json", "generation.json"})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_log = logging.getLogger("isengard.moves")


def rows_first(
    library: Library, *, keep: Callable[[], object], move: Callable[[], object], back: Callable[[], object]
) -> None:
    """`keep` the rows, then `move` their files. What `move` raises is raised after the rows were put `back`: files stayed.

    Files that move before a full disk refuses their rows lie where no row looks for them. What a crash prevents here, and
    rows that could not be put back, are mended at the next start.
    """
    with library.alone():
        with library.transaction():
            keep()
        try:
            move()
        except (IsengardError, OSError):
            put_back(library, back)
            raise


def put_back(library: Library, back: Callable[[], object]) -> None:
    """Keep the rows as they were before files that stayed, by whoever is alone with the library."""
    try:
        with library.transaction():
            back()
    except StorageError as fault:
        context = {"reason": fault.message}
        _log.error("Files did not follow their row; the next start moves them", extra={"context": context})


@contextmanager
def left_for_later(**context: str) -> Iterator[None]:
    """Leave files that are in use where they are until the next start: they keep nothing else from settling."""
    try:
        yield
    except (IsengardError, OSError) as fault:
        details = {**context, "reason": reason_of(fault)}
        _log.warning("Files stay for now where their row does not say", extra={"context": details})


def removed(place: Path) -> bool:
    """Remove a file or folder of ours as far as it can be; whether it is gone. A link goes, never what it leads to."""
    if place.is_dir() and not is_link(place):
        shutil.rmtree(place, ignore_errors=True)
    else:
        with suppress(OSError):
            place.unlink()
    return not os.path.lexists(place)


@contextmanager
def deleting(folder: Path) -> Iterator[None]:
    """Delete something of ours within: StorageError `files_in_use` names what cannot be. A disk that takes no writes stays an OSError."""
    try:
        yield
    except OSError as fault:
        if fault.errno == errno.EROFS:
            raise
        raise StorageError(
            "files_in_use",
            said(
                "{file} could not be deleted: {reason}.",
                file=Path(os.fsdecode(fault.filename or folder)).name,
                reason=fault.strerror or str(fault),
            ),
            "Close other programs that show them, then try again.",
        ) from fault


def noted(write: Callable[[], object]) -> None:
    """Write what is told beside the files of rows that are kept: where that fails the rows still say everything."""
    try:
        write()
    except (StorageError, OSError) as fault:
        context = {"reason": reason_of(fault)}
        _log.warning(
            "A file beside its row is behind it until it is next written", extra={"context": context}
        )


def move(source: Path, target: Path) -> bool:
    """Move a file or folder, into what is there already where something is; whether there was anything to move.

    Raises StorageError `files_in_use`.
    """
    if not source.exists():
        return False
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _merge(source, target)
    except OSError as fault:
        raise StorageError(
            "files_in_use",
            said("The files could not be moved: {reason}.", reason=fault.strerror or str(fault)),
            "Close other programs that show them, then try again."
            if fault.errno not in _FULL
            else "Free some disk space, then try again. Nothing was lost.",
        ) from fault
    return True


def carry(source: Path, target: Path) -> None:
    """Rename a file or folder to where nothing is; where that lies on another disk (outputs/ or models/ may be a link to one), copy it
    whole, and take the source away once the copy is safe. OSError."""
    try:
        atomic.replace(source, target)
    except OSError as fault:
        if fault.errno != errno.EXDEV:
            raise
        _copy_over(source, target)


def _copy_over(source: Path, target: Path) -> None:
    """What a crash leaves of it is a copy without a name, or both: those are merged."""
    half = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}{atomic.TEMP_SUFFIX}")
    try:
        _copy(source, half)
        atomic.replace(half, target)
    finally:
        if os.path.lexists(half):
            removed(half)
    if not removed(source):
        _log.warning(
            "What was copied to another disk stays here too", extra={"context": {"file": source.name}}
        )


def _copy(source: Path, target: Path) -> None:
    """Durable, with its times; a link is copied as one. The first fault ends it."""
    if source.is_dir() and not is_link(source):
        target.mkdir(mode=0o700)
        for entry in source.iterdir():
            _copy(entry, target / entry.name)
        shutil.copystat(source, target)
        atomic.sync_folder(target)
        return
    shutil.copy2(source, target, follow_symlinks=False)
    if not is_link(target):
        with target.open("rb+") as stream:
            os.fsync(stream.fileno())


def _merge(source: Path, target: Path) -> None:
    """Nothing is lost: what differs stays where it is."""
    if not target.exists():
        carry(source, target)
    elif source.is_dir() and target.is_dir():
        for entry in sorted(source.iterdir()):
            _merge(entry, target / entry.name)
        if not any(source.iterdir()):
            source.rmdir()
    elif source.name in FROM_ROWS or filecmp.cmp(source, target, shallow=False):
        source.unlink()
    else:
        _log.warning("Two files of one name differ; both stay", extra={"context": {"file": source.name}})
