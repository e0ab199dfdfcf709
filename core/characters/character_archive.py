"""One file that holds a character: what is written by hand, the pictures, and where wanted the trained LoRAs. Data only.

A ZIP with manifest.json, photos/0001.jpg … and loras/0001.safetensors … in the manifest's order, stored as they are; with
crops.json where photos are crops of others, and marks.json where a model drew some or some are references: beside the manifest, in
which an older Isengard refuses what it does not know.
What comes in is somebody else's: names in the ZIP are never used as paths, sizes are counted while reading, every picture
goes through the decoding child like any upload, and every LoRA is checked like one that was just trained.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from .. import atomic
from ..errors import ConflictError, InvalidError, IsengardError, TooLargeError, UnsupportedMediaError
from ..faces.calibration import DLIB
from ..ids import new_id
from ..loras.safetensors_file import read_header
from ..loras.versions import BASE_ENTRY, VersionStore
from ..paths import DataPaths
from ..records.base import Line, Record, Whole
from ..records.character import Character, CharacterDraft, CharacterPatch
from ..records.checkpoint import Checkpoint, Proof, Version
from ..records.photo import Caption, CaptionSource, Crop, Photo
from ..said import said
from .archive_zip import MAX_ARCHIVE_BYTES, ArchiveReader, opened, too_large
from .character_store import CharacterStore
from .photo_findings import OF_TWO
from .photo_store import MAX_PHOTO_BYTES, MAX_PHOTOS, PhotoStore, clean_caption
from .slugs import invented_trigger
from .trash import require_files
from .trigger_words import word_pattern

FORMAT: Literal["isengard-character"] = "isengard-character"
MANIFEST, CROPS, MARKS = "manifest.json", "crops.json", "marks.json"
SUFFIX = ".isengard.zip"
MAX_MANIFEST_BYTES = 4 * 1024**2
#: One LoRA of each model family is exported; there are fewer families than this.
MAX_LORAS = 32
#: Longest name of a checkpoint that is believed.
MAX_BASE_NAME = 400
_HASH = r"^[0-9a-f]{64}$"
_log = logging.getLogger("isengard.archive")


class ArchivedPhoto(Record):
    """`file` is the name inside the ZIP: ours, and checked to be."""

    file: str = Field(pattern=r"^photos/\d{4}\.(jpg|png)$")
    caption: Caption = ""
    caption_source: CaptionSource = ""
    included: bool = True
    held_out: bool = False
    name: Annotated[Line, Field(max_length=120)] = ""


class ArchivedCrop(Record):
    """Says of the photo `at` that it was cut from the photo `of`, both by their place in the manifest; a number beyond it is
    a photo that is gone."""

    at: Whole = Field(ge=0, lt=MAX_PHOTOS)
    of: Whole = Field(ge=0, lt=2 * MAX_PHOTOS)
    crop: Crop


class ArchivedCrops(Record):
    """All crops of a file."""

    crops: list[ArchivedCrop] = Field(max_length=MAX_PHOTOS)


class ArchivedMark(Record):
    """Says of the photo `at` that a model drew it, or that it is shown to models as the likeness though it is not trained on."""

    at: Whole = Field(ge=0, lt=MAX_PHOTOS)
    generated: bool = False
    reference: bool = False


class ArchivedMarks(Record):
    """All marks of a file."""

    marks: list[ArchivedMark] = Field(max_length=MAX_PHOTOS)


class ArchivedLora(Record):
    """A version without its ids and names on disk; `proof` and `scores` are what was found where it was trained."""

    file: str = Field(pattern=r"^loras/\d{4}\.safetensors$")
    step: int = Field(ge=0, le=10**9)
    family: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    sha256: str = Field(pattern=_HASH)
    base_sha256: str | None = Field(default=None, pattern=_HASH)
    trigger_word: Annotated[Line, Field(max_length=200)] = ""
    proof: Proof = Field(default_factory=Proof)
    scores: dict[str, float] = Field(default_factory=dict, max_length=20)
    placeholder: bool = False
    picked: bool = False
    trained_at: Annotated[Line, Field(max_length=40)] = ""


class Manifest(Record):
    """Version 2 is written where there are LoRAs, so that an older Isengard takes what it can and refuses what it cannot."""

    format: Literal["isengard-character"]
    version: Literal[1, 2]
    character: CharacterDraft
    cover: int | None = Field(default=None, ge=0)
    photos: list[ArchivedPhoto] = Field(max_length=MAX_PHOTOS)
    loras: list[ArchivedLora] = Field(default_factory=list, max_length=MAX_LORAS)

    @model_validator(mode="after")
    def _refuse_repetition(self) -> Manifest:
        """One entry named 500 times would be unpacked 500 times."""
        names = [*(photo.file for photo in self.photos), *(lora.file for lora in self.loras)]
        if len(set(names)) < len(names):
            raise ValueError("an entry is named twice")
        return self


#: What proves a LoRA that came in, as after a training. InvalidError where it is none, or fits nothing.
Prove = Callable[[Path, ArchivedLora], Proof]


@dataclass(frozen=True)
class Stores:
    """The stores that a character comes from and goes to."""

    paths: DataPaths
    characters: CharacterStore
    photos: PhotoStore
    versions: VersionStore


@dataclass(frozen=True)
class Imported:
    """`former_trigger`: the file's, where somebody here has it already; theirs is a new one."""

    character: Character
    refused: list[IsengardError]
    former_trigger: str = ""


def exported_loras(stores: Stores, character: Character) -> list[Version]:
    """The best of each family."""
    return list(stores.versions.candidates(character.slug, "best"))


def write_archive(
    target: Path, character: Character, stores: Stores, *, loras: Sequence[Version] = ()
) -> None:
    """The character without ids, hashes of photos, dates and slug. Raises `archive_too_large`, `photo_file_missing`."""
    fields = ("name", "trigger_word", "class_word", "notes", "consent")
    draft = CharacterDraft(**{name: getattr(character, name) for name in fields})
    photos = stores.photos.list(character.id)
    require_files(stores.paths, photos, {photo.id for photo in photos})
    entries = [
        ArchivedPhoto(
            file=f"photos/{number:04d}.{photo.file.rsplit('.', 1)[1]}",
            caption=photo.caption,
            caption_source=photo.caption_source,
            included=photo.included,
            held_out=photo.held_out,
        )
        for number, photo in enumerate(photos, 1)
    ]
    trained = [_archived(number, version) for number, version in enumerate(loras, 1)]
    cover = next((at for at, photo in enumerate(photos) if photo.id == character.cover_photo_id), None)
    manifest = Manifest(
        format=FORMAT,
        version=2 if trained else 1,
        character=draft,
        cover=cover,
        photos=entries,
        loras=trained,
    )
    copied = [stores.photos.image_path(photo, "full") for photo in photos]
    files = dict(zip((entry.file for entry in entries), copied, strict=True))
    files |= {
        entry.file: stores.versions.path(version) for entry, version in zip(trained, loras, strict=True)
    }
    crops, marks = _archived_crops(photos), _archived_marks(photos)
    beside = {CROPS: crops if crops.crops else None, MARKS: marks if marks.marks else None}
    _write(target, manifest, files, {name: told for name, told in beside.items() if told is not None})


def _archived_marks(photos: Sequence[Photo]) -> ArchivedMarks:
    marked = [(at, photo) for at, photo in enumerate(photos) if photo.generated or photo.reference]
    marks = [ArchivedMark(at=at, generated=one.generated, reference=one.reference) for at, one in marked]
    return ArchivedMarks(marks=marks)


def _archived_crops(photos: Sequence[Photo]) -> ArchivedCrops:
    gone = {photo.made_from for photo in photos} - {photo.id for photo in photos}
    places = {photo_id: at for at, photo_id in enumerate([*(photo.id for photo in photos), *sorted(gone)])}
    return ArchivedCrops(
        crops=[
            ArchivedCrop(at=at, of=places[photo.made_from], crop=photo.crop)
            for at, photo in enumerate(photos)
            if photo.crop
        ]
    )


def _archived(number: int, version: Version) -> ArchivedLora:
    """A file does not say by which model its numbers were measured: those of another than dlib would be taken for dlib's."""
    others = version.measured_by not in ("", DLIB.model)
    carried = set(ArchivedLora.model_fields) - {"file"} - ({"scores"} if others else set())
    return ArchivedLora(file=f"loras/{number:04d}.safetensors", **version.model_dump(include=carried))


def _write(target: Path, manifest: Manifest, files: dict[str, Path], beside: Mapping[str, Record]) -> None:
    if sum(file.stat().st_size for file in files.values()) > MAX_ARCHIVE_BYTES - MAX_MANIFEST_BYTES:
        raise TooLargeError(
            "archive_too_large",
            "The file would be larger than 2 GB.",
            "Export without the trained LoRA, or fewer photos.",
        )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        without = {"loras"} if manifest.version == 1 else None
        archive.writestr(_entry(MANIFEST), manifest.model_dump_json(indent=1, exclude=without))
        for name, told in beside.items():
            archive.writestr(_entry(name), told.model_dump_json(indent=1))
        for name, file in files.items():
            with file.open("rb") as source, archive.open(_entry(name), "w") as packed:
                shutil.copyfileobj(source, packed)


def _entry(name: str) -> zipfile.ZipInfo:
    """Always the same date: the same character gives the same file."""
    return zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))


def read_archive(source: Path, stores: Stores, prove: Prove) -> Imported:
    """A new character from the file, and why some of its pictures or LoRAs were refused. After a kill nothing is kept.

    Raises InvalidError `archive_damaged` or `archive_unknown`, TooLargeError `archive_too_large`; then nothing is kept.
    """
    with opened(source, MAX_PHOTOS + MAX_LORAS + len((MANIFEST, CROPS, MARKS))) as reader:
        manifest = _manifest(reader)
        draft, former = _with_own_trigger(stores, manifest.character)
        with stores.characters.filling(draft) as character:
            added, refused = _photos(reader, manifest, character, stores, former=former)
            added |= _marks(reader, added, stores)
            added |= _crops(reader, added, stores)
            refused += _loras(reader, manifest, character, stores, prove=prove)
            cover = added.get(manifest.cover if manifest.cover is not None else -1)
            patch = CharacterPatch(cover_photo_id=cover.id) if cover else CharacterPatch()
            done = stores.characters.update(character.id, patch)
    context = {
        "character_id": done.id,
        "photos": len(added),
        "loras": len(done.versions),
        "refused": len(refused),
    }
    _log.info("Character imported", extra={"context": context})
    return Imported(done, refused, former)


def _with_own_trigger(stores: Stores, draft: CharacterDraft) -> tuple[CharacterDraft, str]:
    """A new trigger word where somebody here has this one: in one picture both would be called. LoRAs keep the one that they
    were trained with."""
    trigger = draft.trigger_word or ""
    if not trigger or not stores.characters.called(trigger):
        return draft, ""
    return draft.model_copy(update={"trigger_word": invented_trigger(draft.name)}), trigger


def _manifest(reader: ArchiveReader) -> Manifest:
    try:
        return Manifest.model_validate_json(reader.read(MANIFEST, MAX_MANIFEST_BYTES))
    except (KeyError, ValidationError) as fault:
        raise InvalidError(
            "archive_unknown",
            "This is not a character that Isengard exported.",
            said(
                "Choose a file that ends in {ending}; add other pictures as photos. If a newer Isengard made the file, update this one.",
                ending=SUFFIX,
            ),
        ) from fault


def _photos(
    reader: ArchiveReader, manifest: Manifest, character: Character, stores: Stores, *, former: str
) -> tuple[dict[int, Photo], list[IsengardError]]:
    """Those that were taken, by their place in the manifest."""
    added: dict[int, Photo] = {}
    refused: list[IsengardError] = []
    for at, entry in enumerate(manifest.photos):
        with _told(refused), _unpacked(reader, entry.file, stores.paths, limit=MAX_PHOTO_BYTES) as file:
            clean_caption(entry.caption)
            photo = stores.photos.add(character.id, file, entry.name)
            fields = entry.model_dump(include={"caption", "caption_source", "included", "held_out"})
            if former:
                fields["caption"] = word_pattern(former).sub(character.trigger_word, entry.caption)
            added[at] = photo.model_copy(update=fields)
            stores.photos.store(added[at])
    return added, refused


def _crops(reader: ArchiveReader, added: dict[int, Photo], stores: Stores) -> dict[int, Photo]:
    """The photos that are crops, and now say so. Of a file that says nothing of crops, or nothing that we understand, none."""
    try:
        told = ArchivedCrops.model_validate_json(reader.read(CROPS, MAX_MANIFEST_BYTES)).crops
    except (KeyError, ValidationError):
        return {}
    sources = {at: photo.id for at, photo in added.items()}
    crops = {}
    for one in told:
        photo, source = added.get(one.at), sources.setdefault(one.of, new_id("pho"))
        if photo is not None and photo.id != source:
            findings = [found for found in photo.findings if found.code not in OF_TWO]
            told_of = {"made_from": source, "crop": one.crop, "findings": findings}
            crops[one.at] = photo.model_copy(update=told_of)
            stores.photos.store(crops[one.at])
    return crops


def _marks(reader: ArchiveReader, added: dict[int, Photo], stores: Stores) -> dict[int, Photo]:
    """The photos that are marked, and now say so."""
    try:
        told = ArchivedMarks.model_validate_json(reader.read(MARKS, MAX_MANIFEST_BYTES)).marks
    except (KeyError, ValidationError):
        return {}
    marked = {}
    for one in told:
        if one.at in added:
            said_of = {"generated": one.generated, "reference": one.reference}
            marked[one.at] = added[one.at].model_copy(update=said_of)
            stores.photos.store(marked[one.at])
    return marked


def _loras(
    reader: ArchiveReader, manifest: Manifest, character: Character, stores: Stores, *, prove: Prove
) -> list[IsengardError]:
    """Each as a version of its own training; why some were refused."""
    refused: list[IsengardError] = []
    for entry in sorted(manifest.loras, key=lambda entry: entry.trained_at):
        with _told(refused), _unpacked(reader, entry.file, stores.paths, limit=MAX_ARCHIVE_BYTES) as file:
            proof = prove(file, entry)
            facts = entry.model_dump(exclude={"file", "proof", "picked", "trained_at", "trigger_word"})
            version = stores.versions.publish(
                character.slug,
                character_id=character.id,
                job_id=new_id("job"),
                checkpoint=Checkpoint(**facts, file=entry.file, size=file.stat().st_size, proof=proof),
                source_file=file,
                base_model=read_header(file).metadata.get(BASE_ENTRY, "")[:MAX_BASE_NAME],
                trigger_word=entry.trigger_word,
            )
            kept = {"picked": entry.picked, "trained_at": entry.trained_at}
            stores.versions.update(version, partial(Version.model_copy, update=kept))
    return refused


@contextmanager
def _told(refused: list[IsengardError]) -> Iterator[None]:
    """One that cannot be taken is told; the others are."""
    try:
        yield
    except (InvalidError, ConflictError, UnsupportedMediaError, TooLargeError) as refusal:
        if refusal.code == too_large().code:
            raise
        refused.append(refusal)


@contextmanager
def _unpacked(reader: ArchiveReader, name: str, paths: DataPaths, *, limit: int) -> Iterator[Path]:
    file = paths.tmp / f"{secrets.token_hex(12)}.upload"
    try:
        _unpack(reader, name, file, limit)
        yield file
    finally:
        file.unlink(missing_ok=True)


def _unpack(reader: ArchiveReader, name: str, file: Path, limit: int) -> None:
    try:
        atomic.write_with(file, lambda stream: reader.unpack(name, stream, limit))
    except KeyError as missing:
        raise _missing(name) from missing


def _missing(name: str) -> InvalidError:
    message, hint = said("{name} is missing in this file.", name=name), "Export the character again."
    if name.startswith("loras/"):
        return InvalidError("archive_lora_missing", message, hint)
    return InvalidError("archive_photo_missing", message, hint)
