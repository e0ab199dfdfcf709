"""What is a person's: every folder, file and row of ours that holds something of them, found without touching it."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import Field, ValidationError

from ..characters.character_store import CharacterStore
from ..characters.trash import trashed_characters, trashed_photo_files
from ..errors import NotFoundError
from ..generations.albums import albums_of
from ..generations.generation_files import trashed_generations
from ..generations.photo_days import FOLDER as PHOTO_DAYS
from ..ids import ids_in
from ..loras.trashed_loras import FOLDER as TRASHED_LORAS
from ..paths import DataPaths, entry_of, is_link
from ..records.base import Stored
from ..records.character import Character
from ..records.photo import Photo
from ..records.spoken import Spoken
from ..storage.forget_mark import to_forget
from ..storage.library import Library
from .text_search import Traces

_log = logging.getLogger("isengard.forgetting")


class FileInWords(Spoken, Stored):
    """A file of ours as whoever reads of it knows it: an album by its name, a picture by who is in it."""

    words: str


@dataclass
class ForgetReport:
    """A report of what goes or went; `logs` are lines, `bytes` what is freed, `elsewhere` files of ComfyUI that we did not make,
    `others` pictures of other people that show this one or mention them in their prompt; `told` says which of both have a better
    name than their file's."""

    photos: int = 0
    captions: int = 0
    jobs: int = 0
    samples: int = 0
    versions: int = 0
    images: int = 0
    logs: int = 0
    bytes: int = 0
    elsewhere: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    told: dict[str, FileInWords] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        return {
            **asdict(self),
            "told": {file: one.model_dump(mode="json") for file, one in self.told.items()},
        }


class Inventory(Stored):
    """A person and the ids of everything that is theirs; `words` must be found nowhere afterwards. Kept while they are being
    forgotten, so that it can be carried on with when their rows are gone."""

    character_id: str
    name: str
    slug: str
    words: list[str]
    photos: list[str] = Field(default_factory=list)
    captions: int = 0
    versions: list[str] = Field(default_factory=list)
    job_ids: list[str] = Field(default_factory=list)
    pictures: list[str] = Field(default_factory=list)
    #: LoRAs of the user's own that were theirs, by ComfyUI's names: told, never touched
    outside: list[str] = Field(default_factory=list)
    days: list[str] = Field(default_factory=list)
    albums: list[str] = Field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        made = [*self.pictures, *self.days, *self.albums]
        return [self.character_id, *self.photos, *made, *self.job_ids]

    @property
    def traces(self) -> Traces:
        """Name, trigger word (those of before, too), hashes, and what their files are called."""
        return Traces(ids=[*self.ids, *self.versions], words=self.words, slug=self.slug)

    def and_before(self, earlier: Inventory) -> Inventory:
        """With what was found when forgetting began: some rows may have gone since."""
        every = {
            name: list(dict.fromkeys([*getattr(earlier, name), *getattr(self, name)]))
            for name in (
                *("words", "photos", "versions", "job_ids", "pictures"),
                *("outside", "days", "albums"),
            )
        }
        return self.model_copy(update=every)

    def folders(self, paths: DataPaths) -> list[Path]:
        """By their names: a link among them goes as one, never what it leads to."""
        return [
            entry_of(paths.uploads, self.character_id),
            entry_of(trashed_characters(paths), self.character_id),
            entry_of(paths.models, self.slug),
            entry_of(paths.trash / TRASHED_LORAS, self.slug),
            *self._job_folders(paths),
            *self._picture_folders(paths),
        ]

    def _job_folders(self, paths: DataPaths) -> list[Path]:
        return [entry_of(paths.jobs, job_id) for job_id in self.job_ids]

    def _picture_folders(self, paths: DataPaths) -> list[Path]:
        places = (paths.outputs, trashed_generations(paths))
        return [entry_of(place, picture) for picture in self.pictures for place in places]

    def files(self, paths: DataPaths) -> list[Path]:
        """Single photos and pictures in the trash, and the albums of their photo days."""
        photos = [file for photo in self.photos for file in trashed_photo_files(paths, photo)]
        return [
            *photos,
            *(entry_of(paths.albums, f"{album}.json") for album in self.albums),
            *(file for picture in self.pictures for file in paths.trash.glob(f"{picture}-*")),
        ]

    def counted(self, paths: DataPaths) -> ForgetReport:
        """How much of each kind there is now; logs are counted when they go."""
        files = self.files(paths)
        jobs, shown = self._job_folders(paths), self._picture_folders(paths)
        return ForgetReport(
            photos=len(self.photos),
            captions=self.captions,
            jobs=len(self.job_ids),
            samples=sum(_count(folder / "samples") for folder in jobs if not is_link(folder)),
            versions=len(self.versions) - len(self.outside),
            images=sum(_count(folder, "*.png") for folder in shown if not is_link(folder))
            + sum(1 for file in files if file.name.startswith("gen_")),
            bytes=sum(size_of(target) for target in (*self.folders(paths), *files)),
        )


def find(
    library: Library,
    paths: DataPaths,
    characters: CharacterStore,
    character_id: str,
    *,
    job_ids: Collection[str],
) -> Inventory:
    """Find what is theirs, and what was when forgetting them began. NotFoundError `character_not_found` where nothing is left."""
    try:
        character = characters.get_anyway(character_id)
    except NotFoundError:
        if (begun := _begun(to_forget(paths, character_id))) is None:
            raise
        return begun
    inventory = _inventory_of(library, paths, character, job_ids)
    begun = _begun(to_forget(paths, character_id))
    return inventory.and_before(begun) if begun is not None else inventory


def photos_of_others(library: Library, paths: DataPaths, inventory: Inventory) -> list[Path]:
    """Copies of pictures in which they are that somebody else has among their photos, in the trash, too: it is theirs to remove them.
    Such a copy names the people of its picture; of those before that its name says from which picture it came."""
    wanted = {inventory.character_id, *inventory.pictures}
    rows = library.rows(
        "SELECT id, character_id, record FROM photo WHERE character_id<>?", (inventory.character_id,)
    )
    shared = [row for row in rows if not wanted.isdisjoint(ids_in(row["record"]))]
    kept = [
        file for row in shared for file in entry_of(paths.uploads, row["character_id"]).glob(f"{row['id']}.*")
    ]
    trashed = [file for row in shared for file in trashed_photo_files(paths, row["id"])]
    return [*kept, *(file for file in trashed if file.suffix != ".thumb")]


def _begun(mark: Path) -> Inventory | None:
    try:
        return Inventory.model_validate_json(mark.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as damage:
        context = {"file": mark.name, "reason": type(damage).__name__}
        _log.error(
            "What is to be forgotten cannot be read; their rows say it again", extra={"context": context}
        )
        return None


def _inventory_of(
    library: Library, paths: DataPaths, character: Character, job_ids: Collection[str]
) -> Inventory:
    """Everything of `character`, in the trash too."""
    rows = library.rows("SELECT id, record FROM photo WHERE character_id=?", (character.id,))
    photos = library.records(Photo, rows)  # for words and counts alone: one that cannot be read goes, too
    sql = "SELECT generation_id FROM generation_character WHERE character_id=?"
    hashes = {value for photo in photos for value in (photo.sha256, photo.pixel_hash)}
    return Inventory(
        character_id=character.id,
        name=character.name,
        slug=character.slug,
        words=[*words_of(character), *sorted(hashes)],
        photos=[row["id"] for row in rows],
        captions=sum(1 for photo in photos if photo.caption),
        versions=[version.file.rpartition("/")[2].partition(".")[0] for version in character.versions],
        job_ids=list(job_ids),
        outside=[version.outside for version in character.versions if version.outside],
        pictures=[row[0] for row in library.rows(sql, (character.id,))],
        days=_days_of(paths, character.id),
        albums=[file.stem for file in albums_of(paths, character.id)],
    )


def _days_of(paths: DataPaths, character_id: str) -> list[str]:
    folders = [entry_of(place, character_id) for place in (paths.uploads, trashed_characters(paths))]
    return [file.stem for folder in folders for file in folder.glob(f"{PHOTO_DAYS}/day_*.json")]


def words_of(person: Character) -> list[str]:
    """The words that a person is called by, those names and trigger words too that a LoRA was trained with before they were changed."""
    trained = [
        version.trigger_word for version in person.versions if version.trigger_word != person.class_word
    ]
    words = [person.name, person.trigger_word, *person.former_words, *trained]
    return list(dict.fromkeys(word for word in words if word))


def size_of(target: Path) -> int:
    """Bytes of a file or folder; a link counts as itself."""
    if is_link(target) or target.is_file():
        return target.lstat().st_size
    if not target.is_dir():
        return 0
    return sum(file.lstat().st_size for file in target.rglob("*") if file.is_file())


def _count(folder: Path, pattern: str = "*") -> int:
    return sum(1 for file in folder.glob(pattern) if file.is_file()) if folder.is_dir() else 0
