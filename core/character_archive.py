"""One file that holds a character: what is written by hand, and the pictures. Data only: no path, no code, no LoRA.

A ZIP with manifest.json and photos/0001.jpg … in the manifest's order, stored as they are (pictures do not shrink).
What comes in is somebody else's: names in the ZIP are never used as paths, sizes are counted while reading, and every
picture goes through the decoding child like any upload.
"""

from __future__ import annotations

import logging
import secrets
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from . import atomic
from .characters import CharacterStore
from .errors import ConflictError, InvalidError, IsengardError, TooLargeError, UnsupportedMediaError
from .paths import DataPaths
from .photos import MAX_PHOTO_BYTES, MAX_PHOTOS, PhotoStore, clean_caption
from .records.base import Line, Record
from .records.character import Character, CharacterDraft, CharacterPatch
from .records.photo import Caption, CaptionSource, Photo

FORMAT: Literal["isengard-character"] = "isengard-character"
MANIFEST = "manifest.json"
SUFFIX = ".isengard.zip"
MAX_MANIFEST_BYTES = 4 * 1024**2
MAX_ARCHIVE_BYTES = 2 * 1024**3
_CHUNK = 256 * 1024
#: What zipfile raises for files that are not as they should be, or are encrypted.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
_log = logging.getLogger("isengard.archive")


class ArchivedPhoto(Record):
    """`file` is the name inside the ZIP: ours, and checked to be."""

    file: str = Field(pattern=r"^photos/\d{4}\.(jpg|png)$")
    caption: Caption = ""
    caption_source: CaptionSource = ""
    included: bool = True
    held_out: bool = False
    name: Annotated[Line, Field(max_length=120)] = ""


class Manifest(Record):
    format: Literal["isengard-character"]
    version: Literal[1]
    character: CharacterDraft
    cover: int | None = Field(default=None, ge=0)
    photos: list[ArchivedPhoto] = Field(max_length=MAX_PHOTOS)


def write_archive(target: Path, character: Character, photos: list[Photo], store: PhotoStore) -> None:
    """The character without ids, hashes, dates, slug and trained versions."""
    fields = ("name", "trigger_word", "class_word", "notes", "consent")
    draft = CharacterDraft(**{name: getattr(character, name) for name in fields})
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
    cover = next((at for at, photo in enumerate(photos) if photo.id == character.cover_photo_id), None)
    manifest = Manifest(format=FORMAT, version=1, character=draft, cover=cover, photos=entries)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(MANIFEST), manifest.model_dump_json(indent=1))
        for entry, photo in zip(entries, photos, strict=True):
            archive.writestr(_entry(entry.file), store.image_path(photo, "full").read_bytes())


def _entry(name: str) -> zipfile.ZipInfo:
    """Always the same date: the same character gives the same file."""
    return zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))


def read_archive(
    source: Path, paths: DataPaths, characters: CharacterStore, store: PhotoStore
) -> tuple[Character, list[IsengardError]]:
    """A new character from the file, and why some of its pictures were refused.

    Raises InvalidError `archive_damaged` or `archive_unknown`, TooLargeError `archive_too_large`; then nothing is kept.
    """
    with _opened(source) as archive:
        reader = _Reader(archive)
        manifest = _manifest(reader)
        character = characters.create(manifest.character)
        try:
            added, refused = _photos(reader, manifest, character.id, paths, store=store)
        except BaseException:
            characters.discard(character.id)
            raise
    wanted = added.get(manifest.cover if manifest.cover is not None else -1)
    patch = CharacterPatch(cover_photo_id=wanted.id) if wanted else CharacterPatch()
    context = {"character_id": character.id, "photos": len(added), "refused": len(refused)}
    _log.info("Character imported", extra={"context": context})
    return characters.update(character.id, patch), refused


@dataclass
class _Reader:
    """Unpacks with limits of our own: what the ZIP says of its sizes is not believed."""

    archive: zipfile.ZipFile
    left: int = field(default_factory=lambda: MAX_ARCHIVE_BYTES)

    def read(self, name: str, limit: int) -> bytes:
        """KeyError when there is no such entry, InvalidError `archive_damaged`, TooLargeError `archive_too_large`."""
        data = bytearray()
        try:
            with self.archive.open(name) as stream:
                while chunk := stream.read(_CHUNK):
                    data += chunk
                    self.left -= len(chunk)
                    if len(data) > limit or self.left < 0:
                        raise _too_large()
        except DAMAGE as damage:
            raise _damaged() from damage
        return bytes(data)


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(source)
    except DAMAGE as damage:
        raise _damaged() from damage
    with archive:
        if len(archive.infolist()) > MAX_PHOTOS + 1:
            raise _too_large()
        yield archive


def _manifest(reader: _Reader) -> Manifest:
    try:
        return Manifest.model_validate_json(reader.read(MANIFEST, MAX_MANIFEST_BYTES))
    except (KeyError, ValidationError) as fault:
        raise InvalidError(
            "archive_unknown",
            "This is not a character that Isengard exported.",
            f"Choose a file that ends in {SUFFIX}; other pictures are added as photos.",
        ) from fault


def _photos(
    reader: _Reader, manifest: Manifest, character_id: str, paths: DataPaths, *, store: PhotoStore
) -> tuple[dict[int, Photo], list[IsengardError]]:
    """Those that were taken, by their place in the manifest."""
    added: dict[int, Photo] = {}
    refused: list[IsengardError] = []
    for at, entry in enumerate(manifest.photos):
        try:
            clean_caption(entry.caption)
            photo = _take(reader, entry, character_id, paths, store=store)
        except (InvalidError, ConflictError, UnsupportedMediaError, TooLargeError) as refusal:
            if refusal.code == "archive_too_large":
                raise
            refused.append(refusal)
            continue
        said = entry.model_dump(include={"caption", "caption_source", "included", "held_out"})
        added[at] = photo.model_copy(update=said)
        store.store(added[at])
    return added, refused


def _take(
    reader: _Reader, entry: ArchivedPhoto, character_id: str, paths: DataPaths, *, store: PhotoStore
) -> Photo:
    """Through the decoder, like any upload."""
    file = paths.tmp / f"{secrets.token_hex(12)}.upload"
    try:
        atomic.write_bytes(file, reader.read(entry.file, MAX_PHOTO_BYTES))
        return store.add(character_id, file, entry.name)
    except KeyError as missing:
        raise InvalidError(
            "archive_photo_missing", "A picture is missing in this file.", "Export the character again."
        ) from missing
    finally:
        file.unlink(missing_ok=True)


def _damaged() -> InvalidError:
    return InvalidError(
        "archive_damaged", "This file is damaged or encrypted.", "Export the character again."
    )


def _too_large() -> TooLargeError:
    return TooLargeError(
        "archive_too_large",
        "This file holds more than a character may.",
        f"{MAX_PHOTOS} photos of {MAX_PHOTO_BYTES // 1024**2} MB each are the most.",
    )
