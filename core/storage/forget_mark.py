"""The word that somebody is to be forgotten: a file in run/, there from the first step of forgetting them until after the last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import NotFoundError
from ..paths import DataPaths, contained
from .library import Library

#: Before the id in the name of the file.
FORGET = "forget-"


def to_forget(paths: DataPaths, character_id: str) -> Path:
    """The file that is there while somebody is being forgotten (core/privacy/erasure.py)."""
    return contained(paths.run, f"{FORGET}{character_id}.json")


def is_kept(library: Library, paths: DataPaths, character_id: str) -> bool:
    """Whether there is such a person, and nobody has begun to forget them. The word is looked for first: their row goes before it."""
    if to_forget(paths, character_id).exists():
        return False
    return library.row("SELECT 1 FROM character WHERE id=?", (character_id,)) is not None


@contextmanager
def written_for(library: Library, paths: DataPaths, character_id: str, folder: Path) -> Iterator[None]:
    """Take back what is written of somebody into `folder` inside where they are forgotten meanwhile: forgetting that has removed
    the folder does not look again, and one that begins later finds it. NotFoundError `character_not_found` then."""
    before = _files_in(folder)
    try:
        yield
    finally:
        if not is_kept(library, paths, character_id):
            for file in _files_in(folder) - before:
                file.unlink(missing_ok=True)
            with suppress(OSError):  # somebody else's files are in it, or it has gone
                folder.rmdir()
            raise _nobody()


def require_kept(library: Library, paths: DataPaths, character_id: str) -> None:
    """Require that nobody has begun to forget somebody. NotFoundError `character_not_found`."""
    if not is_kept(library, paths, character_id):
        raise _nobody()


def _nobody() -> NotFoundError:
    return NotFoundError(
        "character_not_found", "There is no such character.", "It may have been deleted: reload."
    )


def _files_in(folder: Path) -> set[Path]:
    try:
        return {*folder.iterdir()}
    except OSError:
        return set()
