"""The ComfyUI that is started for training: the one that Isengard lives in, as run/server.json tells of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ....core.paths import DataPaths
from ....core.records.worker import BackendState
from ....core.said import said
from ....core.version import numbers
from ...gpu.comfyui_memory import SERVER_FILE

#: The release whose training nodes do what is asked of them here; what earlier ones lack, docs/add-a-trainer.md says.
MIN_COMFYUI = "0.3.75"
NAME = "comfyui_native"


@dataclass(frozen=True)
class Installation:
    """A ComfyUI that can be started: Python and its switches, the script with its words, and the folder these are meant from.
    `options` say what it computes on, `device` what that is; `models` where it looks for each kind of model."""

    python: str
    flags: list[str]
    script: list[str]
    options: list[str]
    folder: str
    version: str
    device: str
    models: dict[str, list[str]] = field(default_factory=dict)

    @property
    def on_cpu(self) -> bool:
        return "--cpu" in self.options or self.device == "cpu"


def find(paths: DataPaths) -> tuple[Installation | None, BackendState]:
    """The ComfyUI of this machine, where it can train, and what to tell about it."""
    known = _told(paths)
    if known is None:
        detail = "It is not known how ComfyUI is started on this machine, so a second one cannot be started for training. Restart ComfyUI."
        return None, BackendState(name=NAME, state="unsupported", detail=detail)
    if not (Path(known.python).is_file() and Path(known.folder, known.script[0]).is_file()):
        detail = "The ComfyUI that trains is not on this machine. Train where ComfyUI runs, or with another trainer."
        return None, BackendState(name=NAME, state="unsupported", detail=detail)
    have = numbers(known.version)
    if not have or have < numbers(MIN_COMFYUI):
        detail = said(
            "Training without a set-up needs ComfyUI {needed}; this is {comfyui}. Update ComfyUI, or use another trainer.",
            needed=MIN_COMFYUI,
            comfyui=known.version,
        )
        return None, BackendState(name=NAME, version=known.version, state="unsupported", detail=detail)
    return known, BackendState(name=NAME, version=known.version)


def _told(paths: DataPaths) -> Installation | None:
    try:
        left: Any = json.loads((paths.run / SERVER_FILE).read_text(encoding="utf-8"))
        start = left["start"]
        known = Installation(
            python=str(start["python"]),
            flags=[str(word) for word in start["flags"]],
            script=[str(word) for word in start["script"]],
            options=[str(word) for word in start["options"]],
            folder=str(start["folder"]),
            version=str(left["comfyui"]["version"]),
            device=str(start["device"]),
            models={kind: list(map(str, folders)) for kind, folders in start.get("models", {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return known if known.script else None
