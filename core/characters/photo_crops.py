"""New photos cut from a character's own: beside the originals, which never change, and taken back batch by batch."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..clock import Clock, iso
from ..errors import ConflictError, InvalidError, NotFoundError
from ..ids import new_id
from ..paths import DataPaths
from ..photo_decoding.decoder import DecodedPhoto
from ..records.photo import Crop, CropOrder, Photo
from ..said import said
from ..storage.file_moves import noted
from ..storage.library import Library
from .character_sidecars import write_sidecar
from .photo_batches import move_photos
from .photo_findings import findings_of
from .photo_store import PhotoStore, put_files, turned_of
from .trash import photo_files

#: Shorter side of a crop at least; below 512 it has the finding `small` like any photo.
LEAST_SIDE = 64
_log = logging.getLogger("isengard.photos")


@dataclass(frozen=True)
class _Planned:
    source: Photo
    order: CropOrder
    digest: str


@dataclass(frozen=True)
class _Made:
    planned: _Planned
    decoded: DecodedPhoto
    files: tuple[Path, Path]


@dataclass(frozen=True)
class PhotoCropper:
    """A maker of crops. Thread-safe; one batch is written at once or not at all."""

    library: Library
    paths: DataPaths
    clock: Clock
    photos: PhotoStore

    def cut(
        self, character_id: str, orders: Sequence[CropOrder], batch: str = "", *, stay: bool = True
    ) -> tuple[str, list[Photo]]:
        """Make these crops, all or none; the batch and the photos in their order. One that is there already is answered as it is.
        `stay`: their originals are not put away at once.

        Raises NotFoundError `photo_not_found`, InvalidError `crop_outside`, `crop_too_small`, ConflictError `photos_full`,
        `photo_duplicate`, and the decoder's own.
        """
        batch = batch or secrets.token_hex(8)
        here = self.photos.list(character_id)
        planned = _plan(orders, {photo.id: photo for photo in here})
        known = {photo.sha256 for photo in here}
        new = [one for one in planned.values() if one.digest not in known]
        room = len(new) if stay else 0
        self.photos.require_room(character_id, room)
        with self._made(new) as made:
            self._keep(character_id, made, room=room, batch=batch, orders=list(planned.values()))
        self._note(character_id)
        context = {"character_id": character_id, "crops": len(new), "batch": batch}
        _log.info("Photos cropped", extra={"context": context})
        by_digest = {photo.sha256: photo for photo in self.photos.list(character_id)}
        return batch, [by_digest[digest] for digest in planned]

    def undo(self, character_id: str, batch: str = "") -> list[Photo]:
        """Take the crops of a batch, else of the newest, into the trash and train on their originals again; all photos afterwards.
        ConflictError `nothing_to_undo`."""
        with self.library.alone():
            crops = self._of_batch(character_id, batch)
            originals = self._replaced(crops)
            gone = [photo.model_copy(update={"deleted_at": iso(self.clock.now())}) for photo in crops]
            back = [photo.model_copy(update={"included": True}) for photo in originals]
            move_photos(self.library, self.paths, self.photos, [*crops, *originals], [*gone, *back])
            self._note(character_id)
        context = {"character_id": character_id, "crops": len(gone)}
        _log.info("Crops were taken back", extra={"context": context})
        return self.photos.list(character_id)

    def newest_batch(self, character_id: str) -> str:
        """The batch that undo takes back where none is named; empty where there are no crops. A turned photo is none."""
        crops = [photo for photo in self.photos.list(character_id) if not photo.place]
        batches = [photo.crop.batch for photo in crops if photo.crop]
        return batches[-1] if batches else ""

    def _of_batch(self, character_id: str, batch: str) -> list[Photo]:
        wanted = batch or self.newest_batch(character_id)
        found = [
            photo for photo in self.photos.list(character_id) if photo.crop and photo.crop.batch == wanted
        ]
        if not found:
            raise ConflictError(
                "nothing_to_undo", "There are no crops to undo.", "Delete single photos by hand."
            )
        return found

    def _replaced(self, crops: Sequence[Photo]) -> list[Photo]:
        """The originals that these stand for, in the trash too."""
        wanted = dict.fromkeys(photo.made_from for photo in crops if photo.crop and photo.crop.replaces)
        originals = []
        for photo_id in wanted:
            with suppress(NotFoundError):
                original = turned_of(self.photos, self.photos.get(photo_id, deleted=True))
                if not original.included:
                    originals.append(original)
        return originals

    @contextmanager
    def _made(self, planned: Sequence[_Planned]) -> Iterator[list[_Made]]:
        """The crops as files in our scratch folder, which are gone afterwards unless they were moved to their place."""
        made: list[_Made] = []
        written: list[Path] = []
        try:
            for one in planned:
                scratch = self.paths.tmp / secrets.token_hex(8)
                files = (scratch.with_suffix(".full"), scratch.with_suffix(".thumb"))
                written += files
                source = self.photos.image_path(one.source, "full")
                box, turn = one.order.box, one.order.turn
                decoded = self.photos.decoder.cut(source, *files, box=box, turn=turn)
                made.append(_Made(one, decoded, files))
            yield made
        finally:
            for file in written:
                file.unlink(missing_ok=True)

    def _keep(
        self, character_id: str, made: Sequence[_Made], *, room: int, batch: str, orders: Sequence[_Planned]
    ) -> None:
        targets: list[Path] = []
        try:
            with self.library.transaction() as database:
                self.photos.require_room(character_id, room)  # others may have come meanwhile
                known = {
                    photo.sha256 for photo in self.photos.list(character_id)
                }  # another request's, by now
                for one in (one for one in made if one.planned.digest not in known):
                    self.photos.refuse_twice(character_id, "pixel_hash", one.decoded.pixel_hash)
                    photo = self._photo(one, batch)
                    database.execute(
                        "INSERT INTO photo VALUES (?,?,?,?,?,?)",
                        (photo.id, character_id, photo.sha256, photo.pixel_hash, None, photo.document()),
                    )
                    places = photo_files(self.paths.character(character_id), photo)
                    targets += places
                    put_files(one.files, places)
                for planned in orders:
                    if planned.order.replaces:
                        source = self.photos.get(planned.source.id)
                        self.photos.store(source.model_copy(update={"included": False}))
        except BaseException:
            for target in targets:
                target.unlink(missing_ok=True)
            raise

    def _photo(self, made: _Made, batch: str) -> Photo:
        """What was said of the original holds for its crop. It is compared with nobody: that it shows the same is its purpose."""
        order, decoded = made.planned.order, made.decoded
        source = self.photos.get(made.planned.source.id)
        photo_id = new_id("pho")
        return Photo(
            id=photo_id,
            character_id=source.character_id,
            file=f"{photo_id}.{decoded.file_kind}",
            width=decoded.width,
            height=decoded.height,
            sha256=made.planned.digest,
            pixel_hash=decoded.pixel_hash,
            phash=decoded.phash,
            brightness=decoded.brightness,
            name=source.name,
            caption=source.caption,
            caption_source=source.caption_source,
            held_out=source.held_out,
            generated=source.generated,
            people=source.people,
            findings=findings_of(decoded, ()),
            made_from=source.id,
            crop=Crop(
                kind=order.kind,
                box=order.box,
                turn=order.turn,
                replaces=order.replaces and source.included,
                batch=batch,
            ),
            created_at=iso(self.clock.now()),
        )

    def _note(self, character_id: str) -> None:
        noted(lambda: write_sidecar(self.library, self.paths, character_id))


def _plan(orders: Sequence[CropOrder], photos: dict[str, Photo]) -> dict[str, _Planned]:
    """By what tells one crop from another, each once."""
    planned = {}
    for order in orders:
        source = photos.get(order.photo_id)
        if source is None:
            raise NotFoundError("photo_not_found", "This character has no such photo.", "Reload this page.")
        _check(order, source)
        digest = hashlib.sha256(f"{source.sha256}:{order.box}:{order.turn}".encode()).hexdigest()
        planned[digest] = _Planned(source, order, digest)
    return planned


def _check(order: CropOrder, source: Photo) -> None:
    left, top, right, bottom = order.box
    if left >= right or top >= bottom or right > source.width or bottom > source.height:
        raise InvalidError(
            "crop_outside",
            "This crop does not lie within the photo.",
            said("The photo has {width} x {height} pixels.", width=source.width, height=source.height),
        )
    if min(right - left, bottom - top) < LEAST_SIDE:
        raise InvalidError(
            "crop_too_small",
            said(
                "A crop of {width} x {height} pixels shows too little.",
                width=right - left,
                height=bottom - top,
            ),
            "Choose a larger part: 512 pixels or more teach well.",
        )
