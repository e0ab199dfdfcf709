"""What recipes load, by the family records over ComfyUI's folders."""

from __future__ import annotations

from ..core.settings import Settings
from ..generation.image.describing import numbers
from ..generation.image.model_files import BASE_ROLES, FOLDERS, FamilyFiles, Part
from ..training.family_records import Families, Family, ModelFile
from .base_models import ComfyBaseModels
from .services import Host


class ComfyModelFiles:
    """Implements generation.image.model_files.ModelFiles."""

    def __init__(self, host: Host, settings: Settings) -> None:
        self._host = host
        self._downloads = settings.allow_setup
        self._models = ComfyBaseModels(host, settings)
        self._families = Families()

    @property
    def comfyui(self) -> str:
        return self._host.version

    def families(self, recipe: str) -> list[FamilyFiles]:
        return [self._files(family) for family in self._families.all() if recipe in family.recipes]

    def recognised(self, role: str, file: str) -> list[FamilyFiles]:
        folder = FOLDERS.get(role, "")
        known = [family for family in self._families.all() if self._models.is_base(family, folder, file)]
        return [self._files(family) for family in known or self._families.all()]

    def _files(self, family: Family) -> FamilyFiles:
        here, needed = numbers(self._host.version), numbers(family.min_comfyui)
        sampling = family.sampling.model_dump(include={"steps", "guidance", "width", "height"})
        return FamilyFiles(
            key=family.key,
            label=family.label,
            parts=[self._part(family, file) for file in family.files if file.role],
            min_comfyui=family.min_comfyui,
            too_old=bool(here) and here < needed,
            defaults={name: float(value) for name, value in sampling.items()},
        )

    def _part(self, family: Family, file: ModelFile) -> Part:
        """A base is known by its tensors, whatever it is called; the other files by their names."""
        if file.role in BASE_ROLES:
            here = self._models.names(family)
        else:
            here = file.among(self._host.model_names(file.folder))
        return Part(file.role, file.name, here, file.size, self._downloads)
