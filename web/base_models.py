"""Which base a training and its pictures use: by a name in ComfyUI's folders or the owner's file, never by a path."""

from __future__ import annotations

import threading
from pathlib import Path

from ..core.errors import InvalidError
from ..core.settings import Settings
from ..training.family_records import Family
from ..training.lora_file import read_header
from ..training.submission import BaseModel
from .services import Host


class ComfyBaseModels:
    """Implements training.submission.BaseModels over ComfyUI's folders. A file's family is read from its header, once."""

    def __init__(self, host: Host, settings: Settings) -> None:
        self._host = host
        self._settings = settings
        self._shapes: dict[tuple[str, int, int], dict[str, tuple[int, ...]]] = {}
        self._lock = threading.Lock()

    def resolve(self, name: str | None, family: Family) -> BaseModel:
        """See the port. Raises InvalidError `base_model_unknown` or `base_model_wrong_family`."""
        names = self.names(family)
        generate = names[0] if names else ""
        if name is None or name == family.key:
            return self._default(family, generate)
        if name in self._settings.base_models:
            return BaseModel(self._settings.base_models[name], generate)
        path = self._host.model_path(family.comfy_folder, name)
        if path is None:
            raise InvalidError(
                "base_model_unknown", f"ComfyUI has no model called {name!r}.", "Choose one from the list."
            )
        if name not in names:
            raise InvalidError(
                "base_model_wrong_family",
                f"{name} is not a {family.label} model.",
                "Choose one from the list.",
            )
        return BaseModel(str(path), name) if family.trains_from == "file" else self._default(family, name)

    def names(self, family: Family) -> list[str]:
        """The bases of this family that ComfyUI has, as its loaders call them; the one the record names first."""
        shown = self._host.model_names(family.comfy_folder)
        found = [name for name in shown if self.is_base(family, family.comfy_folder, name)]
        wanted = family.base_file
        return sorted(found, key=wanted.rank) if wanted is not None else found

    def is_base(self, family: Family, folder: str, name: str) -> bool:
        """Whether this file of ComfyUI's is a base of the family, by its tensors."""
        path = self._host.model_path(folder, name) if folder == family.comfy_folder else None
        return path is not None and family.recognises(self._header(path))

    def _default(self, family: Family, generate: str) -> BaseModel:
        if family.trains_from == "hub":
            return BaseModel(family.training_base.hub, generate)
        path = self._host.model_path(family.comfy_folder, generate) if generate else None
        return BaseModel(str(path) if path else "", generate)

    def _header(self, path: Path) -> dict[str, tuple[int, ...]]:
        """Shapes by tensor name; empty for what is no safetensors file."""
        if path.suffix != ".safetensors":
            return {}
        try:
            status = path.stat()
            key = (str(path), status.st_size, status.st_mtime_ns)
            with self._lock:
                if key not in self._shapes:
                    self._shapes[key] = read_header(path, base=True).shapes
                return self._shapes[key]
        except (OSError, InvalidError):
            return {}
