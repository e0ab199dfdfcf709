"""What is a person's: every folder, file and row of ours that holds something of them, found without touching it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .library import Library
from .paths import DataPaths, contained
from .records.character import Character
from .records.photo import Photo
from .trash import trashed_character, trashed_photo_files


@dataclass
class ForgetReport:
    """What goes or went; `logs` are lines, `bytes` what is freed, `elsewhere` files of ComfyUI that we did not make."""

    photos: int = 0
    captions: int = 0
    jobs: int = 0
    samples: int = 0
    versions: int = 0
    images: int = 0
    logs: int = 0
    bytes: int = 0
    elsewhere: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Belongings:
    """`pictures` are ids of generations they are in, `words` what must be found nowhere afterwards."""

    character: Character
    photos: tuple[Photo, ...]
    job_ids: tuple[str, ...]
    pictures: tuple[str, ...]
    folders: tuple[Path, ...]
    files: tuple[Path, ...]

    @property
    def ids(self) -> set[str]:
        return {self.character.id, *(photo.id for photo in self.photos), *self.pictures, *self.job_ids}

    @property
    def words(self) -> set[str]:
        """Name, trigger word and hashes; each is looked for as a whole word."""
        hashes = {value for photo in self.photos for value in (photo.sha256, photo.pixel_hash)}
        return {self.character.name, self.character.trigger_word, self.character.slug, *hashes}

    def counted(self) -> ForgetReport:
        """How much of each kind there is now; logs are counted when they go."""
        jobs = [folder for folder in self.folders if folder.name in self.job_ids]
        shown = [folder for folder in self.folders if folder.name in self.pictures]
        return ForgetReport(
            photos=len(self.photos),
            captions=sum(1 for photo in self.photos if photo.caption),
            jobs=len(self.job_ids),
            samples=sum(_count(folder / "samples") for folder in jobs),
            versions=len(self.character.versions),
            images=sum(_count(folder, "*.png") for folder in shown)
            + sum(1 for file in self.files if file.name.startswith("gen_")),
            bytes=sum(size_of(target) for target in (*self.folders, *self.files)),
        )


def belongings_of(
    library: Library, paths: DataPaths, character: Character, job_ids: Collection[str]
) -> Belongings:
    """Everything of `character`, in the trash too."""
    rows = library.rows("SELECT id, record FROM photo WHERE character_id=?", (character.id,))
    photos = tuple(library.records(Photo, rows))
    sql = "SELECT generation_id FROM generation_character WHERE character_id=?"
    pictures = tuple(row[0] for row in library.rows(sql, (character.id,)))
    folders = (
        paths.character(character.id),
        trashed_character(paths, character.id),
        paths.character_models(character.slug),
        *(paths.job(job_id) for job_id in job_ids),
        *(paths.generation(generation_id) for generation_id in pictures),
        *(contained(paths.trash, "generations", generation_id) for generation_id in pictures),
    )
    files = [file for photo in photos for file in trashed_photo_files(paths, photo.id)]
    files += [file for picture in pictures for file in paths.trash.glob(f"{picture}-*")]
    return Belongings(character, photos, tuple(job_ids), pictures, folders, tuple(files))


def size_of(target: Path) -> int:
    """Bytes of a file or folder; a link counts as itself."""
    if target.is_symlink() or target.is_file():
        return target.lstat().st_size
    if not target.is_dir():
        return 0
    return sum(file.lstat().st_size for file in target.rglob("*") if file.is_file())


def _count(folder: Path, pattern: str = "*") -> int:
    return sum(1 for file in folder.glob(pattern) if file.is_file()) if folder.is_dir() else 0
