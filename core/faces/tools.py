"""Where the face tools lie: dlib (a compiled library) and two model files.

Either Isengard's set-up put them below backends/faces/, or somebody installed the `identity` extra into ComfyUI's Python.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from ..paths import DataPaths

#: What they are called among tools, in jobs and events, and their folder below backends/.
NAME = "faces"
LIBRARY = "_dlib_pybind11"
#: 68 landmarks to turn a face upright, and the network that describes it by 128 numbers.
LANDMARKS = "shape_predictor_68_face_landmarks.dat"
DESCRIBER = "dlib_face_recognition_resnet_model_v1.dat"
MODELS_PACKAGE = "face_recognition_models"


@dataclass(frozen=True)
class FaceTools:
    """`library`: the folder to import dlib from. `ours` when the set-up made it, so that it may remove it."""

    library: Path
    landmarks: Path
    describer: Path
    ours: bool

    @property
    def files(self) -> dict[str, str]:
        """Name the model files as the adapter asks for them."""
        return {"landmarks": str(self.landmarks), "describer": str(self.describer)}


def find_tools(paths: DataPaths) -> FaceTools | None:
    """Find the tools; None where something of them is missing."""
    set_up = paths.backends / NAME / "library"
    if _is_library(set_up):
        return _complete(set_up, set_up / MODELS_PACKAGE, ours=True)
    library, package = _installed(LIBRARY), _installed(MODELS_PACKAGE)
    return _complete(library, package, ours=False) if library and package else None


def _complete(library: Path, package: Path, *, ours: bool) -> FaceTools | None:
    landmarks, describer = package / "models" / LANDMARKS, package / "models" / DESCRIBER
    there = landmarks.is_file() and describer.is_file()
    return FaceTools(library, landmarks, describer, ours) if there else None


def _is_library(folder: Path) -> bool:
    """For this very Python: after an update of it another file is needed."""
    return any((folder / f"{LIBRARY}{suffix}").is_file() for suffix in EXTENSION_SUFFIXES)


def _installed(name: str) -> Path | None:
    """The folder of a package or of a module in this Python; nothing of it is run (facts: its __init__ would fail)."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin else None
