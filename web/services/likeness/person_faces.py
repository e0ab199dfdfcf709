"""The faces that pictures are held against: of a person's photos, and of what a version was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ....core.characters.photo_store import PhotoStore
from ....core.characters.trash import photo_files
from ....core.faces.face import Face
from ....core.faces.likeness import portraits
from ....core.faces.reader import FaceReader
from ....core.faces.yardstick import TrainedOn, Yardstick, yardstick_of
from ....core.paths import DataPaths
from ....core.records.character import Character
from ....core.records.checkpoint import Version
from ....training.job_folder.dataset import DATASET, HELD_OUT

#: Photos of a person, and of a training, that are looked at at most: 0.17 s each, once; the reader remembers 512 pictures.
MOST_PHOTOS, MOST_TRAINED = 100, 150


@dataclass(frozen=True)
class PersonFaces:
    """A finder of faces; they are read from files and kept in the reader's memory only."""

    paths: DataPaths
    photos: PhotoStore
    reader: FaceReader

    def of(self, character: Character, versions: Sequence[Version]) -> tuple[Yardstick, dict[str, TrainedOn]]:
        """Find what pictures of these versions are measured by (of none for pictures made without a LoRA), and what each training was
        trained on, by its job."""
        photos = self._clear(character)
        job_ids = dict.fromkeys(version.job_id for version in versions)
        trainings = {job_id: self._trained_on(job_id, photos) for job_id in job_ids}
        return yardstick_of(photos, list(trainings.values())), trainings

    def _trained_on(self, job_id: str, photos: Sequence[Face]) -> TrainedOn:
        """Of a training whose folder is gone, or that came from elsewhere, all of the person's photos may have been trained on."""
        folder = self.paths.job(job_id)
        held_out = self._portraits(_pictures(folder / HELD_OUT))
        dataset = folder / DATASET
        trained = self._portraits(_pictures(dataset)) if dataset.is_dir() else photos
        return TrainedOn(trained, held_out)

    def _clear(self, character: Character) -> list[Face]:
        photos = [photo for photo in self.photos.list(character.id) if photo.included]
        photos.sort(key=lambda photo: (photo.id != character.cover_photo_id, len(photo.findings)))
        folder = self.paths.character(character.id)
        return self._portraits([photo_files(folder, photo)[0] for photo in photos[:MOST_PHOTOS]])

    def _portraits(self, files: Sequence[Path]) -> list[Face]:
        return portraits(map(self._seen, files[:MOST_TRAINED]))

    def _seen(self, file: Path) -> Sequence[Face]:
        """None in a photo whose file is gone, perhaps just now: the others are measured by all the same."""
        try:
            return self.reader.faces(file)
        except FileNotFoundError:
            return ()


def _pictures(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.[jp][pn]g"))
