"""Make a family's cut models once and keep them: ComfyUI's files with the host's Python, the hub's folders with the trainer's.

`python -m hosts.depth_cut.build FAMILY FOLDER` writes ComfyUI's files alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..comfyui import comfyui_folder
from ..environments import HOST, READY, cache_root, exclusive, say

TESTS = Path(__file__).resolve().parents[2]
SOURCES = (
    *(
        Path(__file__).with_name(f"{name}.py")
        for name in ("encoders", "families", "hub", "layouts", "tensors", "trainer_parts", "trainer_side")
    ),
    TESTS / "hosts" / "tiny_models.py",
    TESTS / "support" / "full_depth.py",
    TESTS / "support" / "unet_shapes.py",
)


def models(family: str) -> Path:
    """A folder like ComfyUI's `models` with the family's files under the names of its record. ~1-3 GB."""
    return _made(
        f"depth-cut-{family}-{_version()}", [str(HOST.ensure()), "-m", "hosts.depth_cut.build", family]
    )


def hub(family: str, python: Path) -> Path:
    """A folder for HF_HOME with what the trainer (run by `python`) reads of the hub for the family."""
    base = base_file(family, models(family))
    tokenizer = comfyui_folder() / "comfy" / "sd1_tokenizer"
    command = [
        str(python),
        "-m",
        "hosts.depth_cut.trainer_side",
        family,
        str(base),
        "{folder}",
        str(tokenizer),
    ]
    return _made(f"depth-cut-hub-{family}-{_version(str(python))}", command)


def link_models(family: str, base: Path) -> None:
    """Put the files among the models of a ComfyUI's base folder."""
    made = models(family)
    for file in made.rglob("*.safetensors"):
        link = base / "models" / file.relative_to(made)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(file)


def base_file(family: str, folder: Path) -> Path:
    """The file that a LoRA is put onto."""
    from isengard.core.families.families import BASE_ROLES, Families

    [file] = [one for one in Families().get(family).files if one.role in BASE_ROLES]
    return folder / file.folder / file.name


def _made(name: str, command: list[str]) -> Path:
    folder = cache_root() / name
    with exclusive(cache_root() / "depth-cut.lock"):
        if not (folder / READY).exists():
            say(f"making {folder.name}")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            filled = [str(folder) if word == "{folder}" else word for word in command]
            command = filled if "{folder}" in command else [*filled, str(folder)]
            subprocess.run(command, cwd=TESTS, check=True, env={**os.environ, "PYTHONPATH": str(TESTS)})
            (folder / READY).write_text("{}")
    return folder


def _version(more: str = "") -> str:
    content = b"".join(file.read_bytes() for file in sorted(SOURCES))
    return hashlib.sha256(content + more.encode()).hexdigest()[:12]


def write_models(family: str, folder: Path) -> None:
    """Write every file of the family's record, cut."""
    from isengard.core.families.families import BASE_ROLES, Families

    from .families import CUTS
    from .tensors import write

    cut = CUTS[family]
    for file in Families().get(family).files:
        tensors = cut.base() if file.role in BASE_ROLES else cut.beside[file.role]()
        write(folder / file.folder / file.name, tensors)


if __name__ == "__main__":
    import conftest  # noqa: F401 - makes this checkout the package `isengard`

    write_models(sys.argv[1], Path(sys.argv[2]))
