"""Published LoRAs in the trash: trash/loras/<slug>/, each file with the time before its name, and the way back to models/<slug>/."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..clock import Clock
from ..paths import DataPaths, contained
from ..records.checkpoint import Version
from ..storage.file_moves import move
from ..storage.kept_in_trash import KEPT_DAYS, name_of, purge_stamped, stamped
from ..storage.seen_in_trash import Ripe, always

FOLDER = "loras"


@dataclass(frozen=True)
class TrashedLoras:
    """The LoRA itself moves first: a sidecar without one is no version, wherever a crash leaves it."""

    paths: DataPaths
    clock: Clock

    def put_away(self, version: Version) -> None:
        """Move the version's two files. StorageError `files_in_use`."""
        slug, _, name = version.file.partition("/")
        trash = self._folder(slug)
        for file in _both(contained(self.paths.models, slug, name)):
            move(file, contained(trash, stamped(file.name, self.clock.now())))

    def bring_back(self, file: str) -> bool:
        """Move both files of `<slug>/<name>` back; whether there were any. InvalidError `bad_path`, StorageError `files_in_use`."""
        slug, _, name = file.partition("/")
        sidecar_first = reversed(_both(contained(self.paths.models, slug, name)))
        trashed = sorted(self._folder(slug).glob("*-*"))
        found = [(one, target) for target in sidecar_first for one in trashed if name_of(one) == target.name]
        return any([move(one, target) for one, target in found])

    def purge(self, kept_days: int = KEPT_DAYS, ripe: Ripe = always) -> int:
        """Remove what has lain there for so long; how many files."""
        return purge_stamped(self.files(), self.clock.now(), kept_days, ripe)

    def files(self) -> list[Path]:
        return list((self.paths.trash / FOLDER).glob("*/*-*"))

    def _folder(self, slug: str) -> Path:
        return contained(self.paths.trash, FOLDER, slug)


def _both(lora: Path) -> tuple[Path, Path]:
    return lora, lora.with_suffix(".json")
