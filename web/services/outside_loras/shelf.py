"""ComfyUI's LoRAs that are not ours, and what each says of itself. They are read, never written, moved or deleted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ....core.errors import NotFoundError
from ....core.families.families import Families, Family
from ....core.loras.lora_facts import LoraFacts, Preview, facts_of, preview_of
from ....core.loras.safetensors_file import read_header
from ....core.model_headers.header import Header, is_safetensors
from ....core.paths import DataPaths
from ....core.said import said
from ....training.loras.lora_fit import judge
from ..base_models import ComfyBaseModels
from ..imported_loras import drawing_base

_FOLDER = "loras"


class LoraFolders(Protocol):
    """The part of ComfyUI that is asked here."""

    def model_names(self, folder: str) -> list[str]: ...

    def model_path(self, folder: str, name: str) -> Path | None: ...


@dataclass(frozen=True)
class FoundLora:
    """A file with what it says; `family` '' where nothing tells it, `fitting` are those of the models here that it fits."""

    file: Path
    header: Header
    said: LoraFacts
    family: str
    fitting: list[str]
    preview: Preview | None


@dataclass(frozen=True)
class LoraShelf:
    """A view of ComfyUI's LoRA folders."""

    paths: DataPaths
    folders: LoraFolders
    families: Families
    base_models: ComfyBaseModels

    def names(self) -> list[str]:
        """ComfyUI's names of LoRAs that Isengard did not put there; formats that can hold programs are left out."""
        models = self.paths.models.resolve()
        found = []
        for name in self.folders.model_names(_FOLDER):
            path = self.folders.model_path(_FOLDER, name)
            if path is not None and is_safetensors(path) and not path.resolve().is_relative_to(models):
                found.append(name)
        return found

    def path(self, name: str) -> Path:
        """The file behind one of `names`. NotFoundError `lora_unknown`."""
        path = self.folders.model_path(_FOLDER, name) if name in self.names() else None
        if path is None:
            raise NotFoundError(
                "lora_unknown",
                said("ComfyUI lists no LoRA called {name}.", name=name),
                "Choose one from the list.",
            )
        return path

    def look(self, name: str) -> FoundLora:
        """Read what a file says of itself. NotFoundError `lora_unknown`, InvalidError `lora_damaged`."""
        file = self.path(name)
        header = read_header(file)
        said = facts_of(file, header.metadata)
        fits = {family.key: self._fits(header, family) for family in self.families.offered()}
        fitting = [key for key, fit in fits.items() if fit]
        family = self._family(said, fits)
        return FoundLora(file, header, said, family, fitting, preview_of(file, header.metadata))

    def preview(self, name: str) -> Preview:
        """A picture of what it draws. NotFoundError `lora_unknown`, `preview_missing`; InvalidError `lora_damaged`."""
        file = self.path(name)
        found = preview_of(file, {}) or preview_of(file, read_header(file).metadata)
        if found is None:
            raise NotFoundError(
                "preview_missing", "No picture lies beside this LoRA.", "Nothing needs to be done."
            )
        return found

    def _family(self, said: LoraFacts, fits: dict[str, bool | None]) -> str:
        """What it calls its base, unless that is here and does not fit; else the one model here that it fits."""
        offered = self.families.offered()
        named = [one.key for base in said.bases for one in offered if one.is_called(base)]
        likely = [key for key in named if fits[key] is not False]
        fitting = [key for key, fit in fits.items() if fit]
        return next(iter(likely), fitting[0] if len(fitting) == 1 else "")

    def _fits(self, header: Header, family: Family) -> bool | None:
        """None where ComfyUI does not have the model."""
        base = drawing_base(self.base_models, self.families, family.key)
        fit = judge(header.shapes, base).fit if base is not None else "unchecked"
        return None if fit == "unchecked" else fit in ("fits", "partial")
