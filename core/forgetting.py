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
from .library import Library
from .paths import DataPaths, contained
from .sidecars import TRASHED_CHARACTERS

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
    """Remove the character for good. The caller has ended its jobs and removes their rows from the ledger."""
    character = characters.get(character_id, deleted=True)
    report = ForgetReport(jobs=len(job_ids), versions=len(character.versions))
    photos = [row[0] for row in library.rows("SELECT id FROM photo WHERE character_id=?", (character_id,))]
    pictures = [
        row[0]
        for row in library.rows(
            "SELECT generation_id FROM generation_character WHERE character_id=?", (character_id,)
        )
    ]
    report.photos = len(photos)
    folders = [
        paths.character(character_id),
        contained(paths.trash, TRASHED_CHARACTERS, character_id),
        paths.character_models(character.slug),
        *(paths.job(job_id) for job_id in job_ids),
        *(paths.generation(generation_id) for generation_id in pictures),
        *(contained(paths.trash, "generations", generation_id) for generation_id in pictures),
    ]
    for folder in folders:
        report.images += _pictures_in(folder) if folder.name in pictures else 0
        report.bytes += _remove(folder)
    for photo in photos:
        for file in (paths.trash / "photos").glob(f"{photo}.*"):
            report.bytes += _remove(file)
    with library.transaction() as database:
        for generation_id in pictures:
            database.execute("DELETE FROM generation WHERE id=?", (generation_id,))
        database.execute("DELETE FROM character WHERE id=?", (character_id,))
    words = {character_id, *photos, *pictures, *job_ids, f"{character.slug}/"}
    report.logs = _forget_lines(paths.logs, words)
    _log.info("A person was forgotten", extra={"context": report.as_dict()})
    return report


def _pictures_in(folder: Path) -> int:
    return sum(1 for file in folder.glob("*.png")) if folder.is_dir() else 0


def _remove(target: Path) -> int:
    """Delete a file or folder of ours; its size in bytes. A link is removed, never what it points to."""
    if target.is_symlink() or target.is_file():
        size = target.lstat().st_size
        target.unlink()
        return size
    if not target.is_dir():
        return 0
    size = sum(file.lstat().st_size for file in target.rglob("*") if file.is_file())
    shutil.rmtree(target)
    return size


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
