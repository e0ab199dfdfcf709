"""A character's photos: taken in, described, put aside. Names on disk are ours; the person's file name is only shown."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from ..clock import Clock, iso
from ..errors import ConflictError, InvalidError, NotFoundError, NotReadyError, StorageError, TooLargeError
from ..faces.face_notes import FaceNote
from ..ids import new_id, require_id
from ..paths import DataPaths
from ..photo_decoding.decoder import DecodedPhoto, PhotoDecoder
from ..records.photo import CaptionSource, Photo, PhotoPatch
from ..said import Memory, said
from ..storage.file_moves import carry, noted, rows_first
from ..storage.library import Library
from .character_sidecars import write_sidecar
from .photo_findings import findings_of
from .trash import file_gone, move_photo, photo_files

#: A photo of 60 megapixels as cameras write it has up to 50 MB; what is kept of it is a tenth.
MAX_PHOTO_BYTES = 100 * 1024**2
#: Photos of one character; identity needs 15 to 40.
MAX_PHOTOS = 500
#: Of a character's newest photos, with which a new one is compared.
MAX_COMPARED = 120
_MAX_NAME = 120
_log = logging.getLogger("isengard.photos")


class PhotoStore:
    """Every photo kept here was decoded, stripped and encoded anew by the child."""

    def __init__(self, library: Library, paths: DataPaths, clock: Clock, decoder: PhotoDecoder) -> None:
        self._library = library
        self._paths = paths
        self._clock = clock
        self.decoder = decoder
        #: Of several photos that are read at once, one after the other is compared with those before it, and kept.
        self._keeping = threading.Lock()

    def add(
        self, character_id: str, temp_file: Path, client_name: str, marks: Mapping[str, object] | None = None
    ) -> Photo:
        """Take in an uploaded file, with these fields of its record. Raises with the codes photo_name, photo_empty, photo_too_large, photo_type,
        photo_too_many_pixels, photo_damaged, photo_duplicate, photos_full; the upload stays the caller's to remove."""
        # several are read at once: they stand in the order in which they came
        photo_id, name = new_id("pho"), shown_name(client_name)
        self.require_room(character_id, 1)
        digest = _checked_digest(temp_file)
        self.refuse_twice(character_id, "sha256", digest)
        scratch = self._paths.tmp / secrets.token_hex(8)
        full, thumb = scratch.with_suffix(".full"), scratch.with_suffix(".thumb")
        try:
            decoded = self.decoder.decode(temp_file, full, thumb)
            with self._keeping:
                same_shot = self._same_shot(character_id, thumb)
                of = (photo_id, character_id, name, digest)
                photo = self._keep(of, (decoded, same_shot), files=(full, thumb), marks=marks or {})
        finally:
            full.unlink(missing_ok=True)
            thumb.unlink(missing_ok=True)
        self._note(character_id)
        _log.info("Photo added", extra={"context": {"character_id": character_id, "photo_id": photo.id}})
        return photo

    def _same_shot(self, character_id: str, thumb: Path) -> str:
        """Which of the newest photos shows the same photograph; '' for none, and where the computer is too busy to tell: this is
        advice, for which no photo is refused."""
        others = self.list(character_id)[-MAX_COMPARED:]
        if not others:
            return ""
        folder = self._paths.character(character_id)
        try:
            at = self.decoder.same_shot(thumb, [photo_files(folder, photo)[1] for photo in others])
        except NotReadyError as busy:
            _log.warning("A photo was not compared", extra={"context": {"reason": busy.message}})
            return ""
        return others[at].id if at >= 0 else ""

    def add_drawn(self, character_id: str, number: int) -> Photo:
        """Take in one of the sample character's photos, drawn in the child and taken in like any other."""
        file = self._paths.tmp / f"{secrets.token_hex(12)}.upload"
        try:
            self.decoder.draw(number, file)
            return self.add(character_id, file, f"sample_{number + 1:02d}.jpg")
        finally:
            file.unlink(missing_ok=True)

    def list(self, character_id: str) -> list[Photo]:
        """In the order they were added, a turned one in the place of what it was; those in the trash are left out."""
        self._require_character(character_id)
        rows = self._library.rows(
            "SELECT id, record FROM photo WHERE character_id=? AND deleted_at IS NULL ORDER BY id",
            (character_id,),
        )
        return sorted(self._library.records(Photo, rows), key=lambda photo: photo.place or photo.id)

    def get(self, photo_id: str, *, deleted: bool = False) -> Photo:
        """NotFoundError `photo_not_found`."""
        row = self._library.row("SELECT * FROM photo WHERE id=?", (require_id("pho", photo_id),))
        if row is None or (row["deleted_at"] is not None and not deleted):
            raise NotFoundError(
                "photo_not_found", "There is no such photo.", "It may have been deleted: reload."
            )
        return self._library.record(Photo, row)

    def update(self, photo_id: str, patch: PhotoPatch) -> Photo:
        """Caption, included, held out. A caption written by a person is not overwritten by a plan later."""
        with self._library.transaction():
            photo = edited(self._editable(photo_id), patch)
            self.store(photo)
        self._note(photo.character_id)
        return photo

    def store(self, photo: Photo) -> None:
        """Write the row; callers that change many write the sidecar once afterwards."""
        with self._library.transaction() as database:
            database.execute(
                "UPDATE photo SET deleted_at=?, record=? WHERE id=?",
                (photo.deleted_at, photo.model_dump_json(), photo.id),
            )

    def note_faces(self, character_id: str, noted_faces: Mapping[str, FaceNote]) -> int:
        """Replace what faces told of these photos by what they tell now; how many photos changed."""
        changed = 0
        with self._library.transaction():
            for photo in self.list(character_id):
                note = noted_faces.get(photo.id)
                if note is None:
                    continue
                kept = [finding for finding in photo.findings if finding.code not in note.replaces]
                changes = {"face": note.share, "face_words": note.words, "findings": [*kept, *note.findings]}
                now = photo.model_copy(update=changes)
                if now != photo:
                    self.store(now)
                    changed += 1
        if changed:
            self._note(character_id)
        return changed

    def delete(self, photo_id: str) -> Photo:
        """Into the trash."""
        with self._library.alone():
            before = self._editable(photo_id)
            photo = before.model_copy(update={"deleted_at": iso(self._clock.now())})
            self._move(before, with_originals(self, [photo]))
        return photo

    def restore(self, photo_id: str) -> Photo:
        """Out of the trash, unless the same picture was added again meanwhile, or as many as there may be (ConflictError)."""
        with self._library.alone():
            before = self._editable(photo_id, deleted=True)
            if before.deleted_at is None:
                return before
            self.refuse_twice(before.character_id, "pixel_hash", before.pixel_hash)
            self.require_room(before.character_id, 1)
            photo = before.model_copy(update={"deleted_at": None})
            self._move(before, with_originals(self, [photo]))
        return photo

    def image_path(self, photo: Photo, size: str = "thumb") -> Path:
        """The file to send: `thumb` (256 px) or `full`. Raises NotFoundError `photo_file_missing`."""
        full, thumb = photo_files(self._paths.character(photo.character_id), photo)
        path = thumb if size == "thumb" else full
        if not path.is_file():
            raise file_gone()
        return path

    def _keep(
        self,
        of: tuple[str, str, str, str],
        seen: tuple[DecodedPhoto, str],
        *,
        files: tuple[Path, Path],
        marks: Mapping[str, object],
    ) -> Photo:
        (photo_id, character_id, name, digest), (decoded, same_shot) = of, seen
        photo = Photo(
            id=photo_id,
            character_id=character_id,
            file=f"{photo_id}.{decoded.file_kind}",
            width=decoded.width,
            height=decoded.height,
            sha256=digest,
            pixel_hash=decoded.pixel_hash,
            phash=decoded.phash,
            brightness=decoded.brightness,
            name=name,
            created_at=iso(self._clock.now()),
        ).model_copy(update=dict(marks))
        targets = photo_files(self._paths.character(character_id), photo)
        try:
            with self._library.transaction() as database:
                self.require_room(character_id, 1)  # others may have come while it was read
                self.refuse_twice(character_id, "pixel_hash", decoded.pixel_hash)
                findings = findings_of(decoded, self.list(character_id), same_shot)
                photo = photo.model_copy(update={"findings": findings})
                database.execute(
                    "INSERT INTO photo VALUES (?,?,?,?,?,?)",
                    (photo.id, character_id, digest, photo.pixel_hash, None, photo.model_dump_json()),
                )
                put_files(files, targets)
        except BaseException:
            for target in targets:
                target.unlink(missing_ok=True)
            raise
        return photo

    def refuse_twice(self, character_id: str, column: Literal["sha256", "pixel_hash"], digest: str) -> None:
        """ConflictError `photo_duplicate` where a photo has it already, or is a turned one of that file."""
        for number, photo in enumerate(self.list(character_id), 1):
            if getattr(photo, column) == digest or (column == "sha256" and digest in self._files_of(photo)):
                message = (
                    said(
                        "This is the same picture as photo {number} ({file}).", number=number, file=photo.name
                    )
                    if photo.name
                    else said("This is the same picture as photo {number}.", number=number)
                )
                raise ConflictError("photo_duplicate", message, "It was not added again.")

    def _files_of(self, photo: Photo) -> Iterator[str]:
        """The uploaded bytes that a photo was before it was turned."""
        while photo.place:
            try:
                photo = self.get(photo.made_from, deleted=True)
            except NotFoundError:  # not in the trash any more
                return
            yield photo.sha256

    def require_room(self, character_id: str, photos: int) -> None:
        """ConflictError `photos_full` where so many more are too many."""
        if len(self.list(character_id)) + photos > MAX_PHOTOS:
            raise ConflictError(
                "photos_full",
                said("A person can have at most {photos} photos.", photos=MAX_PHOTOS),
                "Delete some; 15 to 40 good ones are plenty.",
            )

    def _require_character(self, character_id: str) -> None:
        row = self._library.row(
            "SELECT 1 FROM character WHERE id=? AND deleted_at IS NULL", (require_id("chr", character_id),)
        )
        if row is None:
            raise NotFoundError(
                "character_not_found", "There is no such character.", "It may have been deleted: reload."
            )

    def _editable(self, photo_id: str, *, deleted: bool = False) -> Photo:
        photo = self.get(photo_id, deleted=deleted)
        self._require_character(photo.character_id)
        return photo

    def _move(self, before: Photo, rows: Sequence[Photo]) -> None:
        """`rows`: the photo as it is afterwards, then what changes with it."""
        after, *others = rows
        olds = [before, *(self.get(photo.id, deleted=True) for photo in others)]
        folder = self._paths.character(after.character_id)
        rows_first(
            self._library,
            keep=lambda: self._store_all(rows),
            move=lambda: move_photo(self._paths, folder, after, into_trash=after.deleted_at is not None),
            back=lambda: self._store_all(olds),
        )
        self._note(after.character_id)

    def _store_all(self, photos: Sequence[Photo]) -> None:
        for photo in photos:
            self.store(photo)

    def _note(self, character_id: str) -> None:
        noted(lambda: write_sidecar(self._library, self._paths, character_id))


def put_files(files: tuple[Path, Path], targets: tuple[Path, Path]) -> None:
    """Put a photo and its thumbnail in place, durable before the row is: an acknowledged photo survives a power cut."""
    try:
        for file, target in zip(files, targets, strict=True):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with file.open("rb+") as stream:
                os.fsync(stream.fileno())
            carry(file, target)
    except OSError as fault:
        raise not_kept(fault) from fault


def not_kept(fault: OSError) -> StorageError:
    """The refusal of a photo that the disk did not take."""
    return StorageError(
        "photo_not_kept",
        said("The photo could not be written: {reason}.", reason=fault.strerror or str(fault)),
        "Free some disk space, then add it again.",
    )


def shown_name(client_name: str) -> str:
    """The person's file name for showing. A name with folders in it is refused: InvalidError `photo_name`."""
    if any(mark in client_name for mark in ("/", "\\", "\x00")) or client_name in (".", ".."):
        raise InvalidError("photo_name", "The file's name holds a folder.", "Send plain file names only.")
    return "".join(letter for letter in client_name if letter.isprintable())[:_MAX_NAME]


def edited(photo: Photo, patch: PhotoPatch) -> Photo:
    """The photo as a person wants it. InvalidError `caption_placeholder`."""
    changes = {
        name: value for name, value in patch.model_dump(exclude_unset=True).items() if value is not None
    }
    if "caption" in changes:
        changes["caption"] = clean_caption(changes["caption"])
        written: CaptionSource = "user" if changes["caption"] else ""
        changes.setdefault("caption_source", written)
    return photo.model_copy(update=changes)


def clean_caption(caption: str) -> str:
    """Stripped; InvalidError `caption_placeholder` for `${`, which AI-Toolkit would fill from the environment."""
    if "${" in caption:
        raise InvalidError(
            "caption_placeholder",
            "A caption cannot hold '${'.",
            "Write it without the dollar sign and brace.",
        )
    return caption.strip()


def _checked_digest(file: Path) -> str:
    size = file.stat().st_size
    if size == 0:
        raise InvalidError(
            "photo_empty", "This file is empty.", "Choose the photo again; its download may be unfinished."
        )
    if size > MAX_PHOTO_BYTES:
        raise TooLargeError(
            "photo_too_large",
            said(
                "This photo is {size}; the limit is {most}.", size=Memory(size), most=Memory(MAX_PHOTO_BYTES)
            ),
            "Save it as a JPEG photo, then add that.",
        )
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()


def with_originals(photos: PhotoStore, moved: Sequence[Photo]) -> list[Photo]:
    """Add to photos that go into the trash or come back, as they are afterwards, those that crops among them stand for: trained on again
    with the last such crop gone, and no longer once it is back. A crop whose original is trained on by hand stands for nothing more.
    """
    after = {photo.id: photo for photo in moved}
    for crop in moved:
        original = _stood_for(photos, crop)
        if original is None or (crop.deleted_at is not None and _has_other(photos, original, after)):
            continue
        if crop.deleted_at is None or not original.included:
            shown = after.get(original.id, original)
            after[shown.id] = shown.model_copy(update={"included": crop.deleted_at is not None})
        elif crop.crop is not None:
            ended = crop.crop.model_copy(update={"replaces": False})
            after[crop.id] = crop.model_copy(update={"crop": ended})
    return list(after.values())


def turned_of(photos: PhotoStore, photo: Photo) -> Photo:
    """The photo that is in its place now: itself, or what it was turned into."""
    turned = {one.made_from: one for one in photos.list(photo.character_id) if one.place}
    while photo.deleted_at is not None and photo.id in turned:
        photo = turned[photo.id]
    return photo


def _stood_for(photos: PhotoStore, photo: Photo) -> Photo | None:
    """The photo that is not trained on since this crop, or what it was turned from, was made; None for any other photo."""
    try:
        while photo.place and photo.crop and not photo.crop.replaces:
            photo = photos.get(photo.made_from, deleted=True)
        replaces = photo.crop is not None and photo.crop.replaces
        return turned_of(photos, photos.get(photo.made_from, deleted=True)) if replaces else None
    except NotFoundError:
        return None


def _has_other(photos: PhotoStore, original: Photo, after: Mapping[str, Photo]) -> bool:
    """Whether a crop that stays stands for it as well."""
    staying = [photo for photo in photos.list(original.character_id) if photo.id not in after and photo.crop]
    found = (_stood_for(photos, photo) for photo in staying)
    return any(one is not None and one.id == original.id for one in found)
