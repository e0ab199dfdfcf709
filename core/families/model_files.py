"""Files of models as a family's record names them, and what stands for them under another name in ComfyUI's folders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from pydantic import Field, model_validator

from ..records.base import Record
from ..version import numbers


class HubFile(Record):
    """A model on the hub: repository id and, where one file is enough, its name."""

    hub: str
    file: str = ""
    sha256: str = ""


class ModelFile(Record):
    """A file that training or generating needs, for one of ComfyUI's model folders. `size` in bytes.

    `role` says which loader of a recipe reads it; `patterns` are other names of the same thing, the best first; `newer` those of
    them that only a newer ComfyUI can load than the family's recipes need, with its release.
    """

    hub: str
    revision: str = "main"
    file: str
    folder: str
    size: int = Field(gt=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    role: str = Field(default="", pattern="^(|checkpoint|diffusion_model|text_encoder|text_encoder_2|vae)$")
    patterns: list[str] = Field(default_factory=list)
    newer: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _newer_are_patterns(self) -> ModelFile:
        wrong = [
            name for name, release in self.newer.items() if name not in self.patterns or not numbers(release)
        ]
        if wrong:
            raise ValueError(f"newer: {wrong[0]} is not one of the patterns, or its release not a version")
        return self

    @property
    def name(self) -> str:
        """The file's name as ComfyUI's loaders show it, without folders."""
        return PurePosixPath(self.file).name

    def among(self, shown: Iterable[str]) -> list[str]:
        """Choose from ComfyUI's names those that are this file or stand for it, the best first."""
        ranked = [(self.rank(name), number, name) for number, name in enumerate(shown)]
        return [name for rank, _, name in sorted(ranked) if rank <= len(self.patterns)]

    def release_for(self, shown: str, comfyui_version: str) -> str:
        """The release of ComfyUI that this name needs, '' where the given one can load it or is not known."""
        have, base = numbers(comfyui_version), bare_name(shown)
        needed = (release for name, release in self.newer.items() if fnmatchcase(base, name))
        return next((release for release in needed if have and have < numbers(release)), "")

    def rank(self, shown: str) -> int:
        """Rank a name: 0 for the very file, then by pattern; beyond the last one it is another file."""
        base = bare_name(shown)
        tests = [base == self.name.lower(), *(fnmatchcase(base, pattern) for pattern in self.patterns)]
        return tests.index(True) if True in tests else len(tests)


def bare_name(shown: str) -> str:
    """Give ComfyUI's name for a file without its folders, in small letters."""
    return re.split(r"[/\\]", shown.lower())[-1]
