"""Folders of ours by name, and showing one in the file manager of the computer that ComfyUI runs on."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from ....core.characters.character_store import CharacterStore
from ....core.errors import NotFoundError, NotReadyError
from ....core.ids import is_id
from ....core.paths import DataPaths
from ....core.processes import start as programs

#: How long the file manager has to say that it cannot.
_SOON_S = 3.0


def folders(paths: DataPaths) -> dict[str, Path]:
    """The folders that everybody may be shown, by name."""
    return {
        "data": paths.root,
        "models": paths.models,
        "pictures": paths.outputs,
        "recipes": paths.recipes,
        "logs": paths.logs,
    }


def folders_of(paths: DataPaths, characters: CharacterStore, thing: str) -> dict[str, Path]:
    """List those of one thing: `job` of a training, `person` with somebody's LoRAs; all that are nobody's without one. NotFoundError
    `character_not_found`."""
    if is_id("job", thing):
        return {"job": paths.job(thing)}
    if is_id("chr", thing):
        return {"person": paths.character_models(characters.get(thing).slug)}
    return folders(paths)


def opener(env: Mapping[str, str] = os.environ, system: str = sys.platform) -> list[str] | None:
    """The system's own program that shows a folder, by its whole path; None where there is none, or no screen."""
    if system == "win32":
        return [str(Path(env.get("SYSTEMROOT", r"C:\Windows")) / "explorer.exe")]
    if system == "darwin":
        return ["/usr/bin/open"]
    if not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")):
        return None
    found = shutil.which("xdg-open", path=env.get("PATH"))
    return [found] if found else None


def open_folder(folder: Path) -> None:
    """Show it. NotFoundError `folder_missing`, NotReadyError `folder_not_opened`."""
    program = opener()
    if not folder.is_dir():
        raise NotFoundError(
            "folder_missing", "This folder does not exist yet.", "It is made with the first file in it."
        )
    if program is None or not _has_opened([*program, str(folder)]):
        raise NotReadyError(
            "folder_not_opened",
            "This computer has no file manager that could be started.",
            "Copy the path and open it by hand.",
        )


def _has_opened(argv: list[str]) -> bool:
    """Windows' explorer ends with 1 whatever happened; one that goes on is showing it."""
    try:
        process = programs.start(argv, **programs.detached())
        return process.wait(_SOON_S) == 0 or sys.platform == "win32"
    except programs.StillRuns:
        return True
    except OSError:
        return False
