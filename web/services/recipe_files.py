"""What recipes load, by the family records over ComfyUI's folders."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.families.families import Families, Family
from ...core.families.model_files import ModelFile
from ...core.version import numbers
from ...generation.image.model_files import FOLDERS, FamilyFiles, Part
from ..host import Host
from .base_models import ComfyBaseModels


class ComfyModelFiles:
    """Implements generation.image.model_files.ModelFiles."""

    def __init__(self, host: Host, models: ComfyBaseModels, *, downloads: bool) -> None:
        self._host = host
        self._downloads = downloads
        self._models = models
        self._families = Families()

    @property
    def comfyui(self) -> str:
        return self._host.version

    def families(self, recipe: str) -> list[FamilyFiles]:
        named = [family for family in self._families.all() if recipe in family.recipes]
        return [self._files(family.for_recipe(recipe), family.files) for family in named]

    def recognised(self, role: str, file: str) -> list[FamilyFiles]:
        folder = FOLDERS.get(role, "")
        fitting = [family for family in self._families.all() if self._models.is_base(family, folder, file)]
        return [self._files(family, family.files) for family in fitting or self._families.all()]

    def fault(self, role: str, file: str) -> str:
        return self._models.fault(FOLDERS.get(role, ""), file)

    def upscalers(self) -> list[str]:
        return self._host.model_names("upscale_models")

    def _files(self, family: Family, fetched: Sequence[ModelFile]) -> FamilyFiles:
        """`fetched`: what the download of the family brings; the base of a single recipe is not among it."""
        here, needed = numbers(self._host.version), numbers(family.min_comfyui)
        sampling = family.sampling.model_dump(include={"steps", "guidance", "width", "height"})
        return FamilyFiles(
            key=family.key,
            label=family.label,
            parts=[
                Part(
                    state.file.role,
                    state.file.name,
                    state.names,
                    state.file.size,
                    self._downloads and state.file in fetched,
                    state.fault,
                    state.bases,
                )
                for state in self._models.files(family)
                if state.file.role
            ],
            min_comfyui=family.min_comfyui,
            too_old=bool(here) and here < needed,
            defaults={name: float(value) for name, value in sampling.items()},
            bounds=family.bounds,
            prompting=family.prompting,
            edits=family.edits_pictures,
        )
