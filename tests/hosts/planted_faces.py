"""Face tools that find a face in every picture: the pack's own reader and measurer run as they are, on a stand-in for dlib."""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from isengard.core.faces.tools import DESCRIBER, LANDMARKS, LIBRARY, MODELS_PACKAGE

STANDIN = Path(__file__).resolve().parents[1] / "fakes" / "planted_dlib" / LIBRARY


def put_planted_faces(backends: Path) -> None:
    """Below a data folder's backends/, where the set-up would put the real ones. A package is found before a module beside it."""
    library = backends / "faces" / "library"
    (library / MODELS_PACKAGE / "models").mkdir(parents=True)
    for name in (LANDMARKS, DESCRIBER):
        (library / MODELS_PACKAGE / "models" / name).touch()
    (library / f"{LIBRARY}{EXTENSION_SUFFIXES[0]}").touch()
    (library / LIBRARY).symlink_to(STANDIN)
