"""What is already done in an installation folder of ours; without this file a folder is not ours to touch."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from .....core import atomic
from .....core.storage.documents import known

MARKER = "isengard-install.json"
HOME = "ai-toolkit"
STEPS = ("source", "python", "packages", "check")


@dataclass
class Marker:
    """Steps already done in an installation folder of ours; without it a folder is not ours to touch."""

    environment: str
    version: str
    done: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return all(step in self.done for step in STEPS)

    @classmethod
    def read(cls, folder: Path) -> Marker | None:
        try:
            return cls(**known(cls, json.loads((folder / MARKER).read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        atomic.write_json(
            folder / MARKER, {"environment": self.environment, "version": self.version, "done": self.done}
        )


def is_complete(folder: Path) -> bool:
    marker = Marker.read(folder)
    return marker is not None and marker.complete
