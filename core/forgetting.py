"""Forgetting a person: everything of theirs that we made, bypassing the trash, with a report of what went."""

from __future__ import annotations

import gzip
import json
import logging
import shutil
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from . import atomic
from .characters import CharacterStore
from .errors import StorageError
from .library import Library
from .paths import DataPaths, contained
from .trash import trashed_character, trashed_photo_files

_log = logging.getLogger("isengard.forgetting")


@dataclass
class ForgetReport:
    """What went; `logs` are lines, `bytes` what was freed on disk."""

    photos: int = 0
    jobs: int = 0
    versions: int = 0
    images: int = 0
    logs: int = 0
    bytes: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def forget(
    library: Library,
    paths: DataPaths,
    characters: CharacterStore,
    character_id: str,
    job_ids: Collection[str],
) -> ForgetReport:
    """Remove the character for good. The caller has ended its jobs and removes their rows from the ledger.

    Raises StorageError `forget_incomplete` when a file is held open; the row goes last, so it can be done again.
    """
    character = characters.get(character_id, deleted=True)
    photos = _column(library, "SELECT id FROM photo WHERE character_id=?", character_id)
    sql = "SELECT generation_id FROM generation_character WHERE character_id=?"
    pictures = _column(library, sql, character_id)
    report = ForgetReport(photos=len(photos), jobs=len(job_ids), versions=len(character.versions))
    folders = [
        paths.character(character_id),
        trashed_character(paths, character_id),
        paths.character_models(character.slug),
        *(paths.job(job_id) for job_id in job_ids),
        *(paths.generation(generation_id) for generation_id in pictures),
        *(contained(paths.trash, "generations", generation_id) for generation_id in pictures),
    ]
    for folder in folders:
        report.images += _pictures_in(folder) if folder.name in pictures else 0
        report.bytes += _remove(folder)
    files = [file for photo in photos for file in trashed_photo_files(paths, photo)]
    single = [file for picture in pictures for file in paths.trash.glob(f"{picture}-*")]
    report.images += len(single)
    for file in files + single:
        report.bytes += _remove(file)
    _forget_rows(library, character_id, pictures)
    report.bytes += _forget_damaged_databases(paths.root, character_id.encode())
    words = {character_id, *photos, *pictures, *job_ids, f"{character.slug}/"}
    report.logs = _forget_lines(paths.logs, words)
    _log.info("A person was forgotten", extra={"context": report.as_dict()})
    return report


def _column(library: Library, sql: str, character_id: str) -> list[str]:
    return [row[0] for row in library.rows(sql, (character_id,))]


def _forget_rows(library: Library, character_id: str, pictures: Collection[str]) -> None:
    with library.transaction() as database:
        for generation_id in pictures:
            database.execute("DELETE FROM generation WHERE id=?", (generation_id,))
        database.execute("DELETE FROM character WHERE id=?", (character_id,))
    library.scrub()


def _pictures_in(folder: Path) -> int:
    return sum(1 for file in folder.glob("*.png")) if folder.is_dir() else 0


def _remove(target: Path) -> int:
    """Delete a file or folder of ours; its size in bytes. A link is removed, never what it points to."""
    try:
        return _removed_bytes(target)
    except OSError as fault:
        raise StorageError(
            "forget_incomplete",
            f"{target.name} could not be deleted: {fault.strerror or fault}.",
            "Close other programs that use it (ComfyUI may hold a LoRA: free its models), then forget again.",
        ) from fault


def _removed_bytes(target: Path) -> int:
    if target.is_symlink() or target.is_file():
        size = target.lstat().st_size
        target.unlink()
        return size
    if not target.is_dir():
        return 0
    size = sum(file.lstat().st_size for file in target.rglob("*") if file.is_file())
    shutil.rmtree(target)
    return size


def _forget_damaged_databases(root: Path, needle: bytes) -> int:
    """Databases moved aside as damaged hold old rows; those that name the person go too."""
    found = [file for file in root.glob("*.corrupt-*") if needle in file.read_bytes()]
    return sum(_remove(file) for file in found)


def _forget_lines(logs: Path, words: Collection[str]) -> int:
    """Drop the log lines that mention any of `words`; how many. Logs of today are rewritten too."""
    dropped = 0
    for file in sorted(logs.glob("*/*.log*")):
        packed = file.suffix == ".gz"
        data = gzip.decompress(file.read_bytes()) if packed else file.read_bytes()
        lines = data.decode("utf-8", errors="replace").splitlines(keepends=True)
        kept = [line for line in lines if not _mentions(line, words)]
        if len(kept) < len(lines):
            dropped += len(lines) - len(kept)
            rest = "".join(kept).encode("utf-8")
            atomic.write_bytes(file, gzip.compress(rest) if packed else rest)
    return dropped


def _mentions(line: str, words: Collection[str]) -> bool:
    try:
        text = json.dumps(json.loads(line), ensure_ascii=False)
    except ValueError:
        text = line
    return any(word in text for word in words)
