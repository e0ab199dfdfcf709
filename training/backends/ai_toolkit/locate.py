"""Where AI-Toolkit is: the owner's settings first, then what Isengard installed. It is never imported, only looked at."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from ....core.paths import DataPaths
from ....core.records.worker import BackendState
from ....core.said import said
from ....core.settings import Settings
from .setup.marker import HOME, MARKER, is_complete

#: The dialect this adapter speaks; run and read at 0.12.26 (facts: ai-toolkit).
SPOKEN = "0.12."
_PYTHONS = ("venv", ".venv", "env")


@dataclass(frozen=True)
class Installation:
    """A folder with run.py and version.py, and the Python that runs it."""

    folder: Path
    python: Path
    version: str


def find(settings: Settings, paths: DataPaths) -> tuple[Installation | None, BackendState]:
    """The installation, when it can be used, and what to tell about it."""
    folder = Path(settings.ai_toolkit_dir) if settings.ai_toolkit_dir else _installed(paths)
    if folder is None:
        detail = "AI-Toolkit, which does the training, is not set up yet."
        return None, BackendState(name="ai_toolkit", state="not_installed", detail=detail)
    if not (folder / "run.py").is_file():
        detail = "The folder that was set for AI-Toolkit doesn't hold it: there is no run.py."
        return None, BackendState(name="ai_toolkit", state="broken", detail=detail)
    python = Path(settings.ai_toolkit_python) if settings.ai_toolkit_python else _python_of(folder)
    if python is None or not python.is_file():
        detail = "AI-Toolkit's Python was not found: whoever set up this computer has to say where it is."
        return None, BackendState(name="ai_toolkit", state="broken", detail=detail)
    version = _version_of(folder)
    installation = Installation(folder.absolute(), python.absolute(), version)
    if not version.startswith(SPOKEN):
        detail = said(
            "This AI-Toolkit is version {version}; Isengard was tested with {tried}x.",
            version=version or said("unknown"),
            tried=SPOKEN,
        )
        return installation, BackendState(name="ai_toolkit", version=version, state="ready", detail=detail)
    return installation, BackendState(name="ai_toolkit", version=version)


def _installed(paths: DataPaths) -> Path | None:
    """The newest of our own finished installations, else one of the person's own in a usual place."""
    set_up = [
        marker.parent for marker in (paths.backends / HOME).glob(f"*/{MARKER}") if is_complete(marker.parent)
    ]
    if set_up:
        return max(set_up, key=lambda folder: (folder / MARKER).stat().st_mtime)
    return next(
        (folder for folder in usual_places() if (folder / "run.py").is_file() and _python_of(folder)), None
    )


def usual_places() -> list[Path]:
    """Folders where people put it by hand."""
    home = Path.home()
    return [
        *(home / "ai-toolkit", home / "AI-Toolkit", home / "Documents" / "ai-toolkit"),
        *(Path("/workspace/ai-toolkit"), Path("/app/ai-toolkit"), Path("/opt/ai-toolkit")),
        *(Path(f"{drive}:/ai-toolkit") for drive in "CD" if os.name == "nt"),
    ]


def _python_of(folder: Path) -> Path | None:
    inside = Path("Scripts/python.exe") if os.name == "nt" else Path("bin/python")
    return next((folder / name / inside for name in _PYTHONS if (folder / name / inside).is_file()), None)


def _version_of(folder: Path) -> str:
    try:
        text = (folder / "version.py").read_text(encoding="utf-8")
    except OSError:
        return ""
    match = re.search(r"""VERSION\s*=\s*["']([^"']+)["']""", text)
    return match.group(1) if match else ""
