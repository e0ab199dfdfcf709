"""The real face tools as packages in a folder, with a lock that names their hashes: an index that needs no network."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable
from pathlib import Path

from isengard.core.faces.tools import DESCRIBER, LANDMARKS, MODELS_PACKAGE
from isengard.core.loras.safetensors_file import sha256_of


def offered(
    tools: Path, index: Path, locks: Path, models: Iterable[str] = (LANDMARKS, DESCRIBER)
) -> dict[str, str]:
    """Write the packages into `index` and `faces.txt` into `locks`; the environment in which pip finds nothing else."""
    for folder in (index, locks):
        folder.mkdir(exist_ok=True)
    library = tools / "library"
    wanted = {
        "dlib-bin==20.0.1.post1": library.glob("_dlib_pybind11*"),
        "face_recognition_models==0.1.3": [library / MODELS_PACKAGE / "models" / name for name in models],
    }
    lines = [f"{name} --hash=sha256:{_wheel(index, name, library, files)}" for name, files in wanted.items()]
    (locks / "faces.txt").write_text("\n".join(lines) + "\n")
    passed = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE")
    }
    return {**passed, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}


def _wheel(index: Path, requirement: str, root: Path, files: Iterable[Path]) -> str:
    """Its SHA-256."""
    name, version = requirement.replace("-", "_").split("==")
    wheel, about = index / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in files:
            archive.write(file, file.relative_to(root))
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return sha256_of(wheel)
