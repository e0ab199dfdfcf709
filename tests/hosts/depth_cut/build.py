"""Make a family's cut models once and keep them: ComfyUI's files with the host's Python, the hub's folders with the trainer's.

`python -m hosts.depth_cut.build FAMILY FOLDER` writes ComfyUI's files alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..comfyui import comfyui_folder
from ..environments import HOST, READY, cache_root, exclusive, say
from .hub import pin

TESTS = Path(__file__).resolve().parents[2]
#: Stands for the new folder in a command.
FOLDER = "{folder}"
SOURCES = (
    *(
        Path(__file__).with_name(f"{name}.py")
        for name in (
            "encoders",
            "families",
            "hub",
            "layouts",
            "tensors",
            "trainer_parts",
            "trainer_side",
            "wan_vae",
        )
    ),
    TESTS / "hosts" / "tiny_models.py",
    TESTS / "support" / "full_depth.py",
    TESTS / "support" / "unet_shapes.py",
)


def models(family: str) -> Path:
    """A folder like ComfyUI's `models` with the family's files under the names of its record. 1 to 3 GB."""
    record = _record(family)
    files = [
        f"{file.folder}/{file.name}" for file in (*record.files, *(one.file for one in record.other_bases))
    ]
    return _made(f"depth-cut-{family}-{_version(files)}", HOST.ensure(), "build", [family, FOLDER])


def hub(way: str, python: Path) -> Path:
    """A folder for HF_HOME with what the trainer (run by `python`) reads of the hub for a family, or for `family.route`."""
    family, _, route = way.partition(".")
    base, tokenizer = base_file(family, models(family)), comfyui_folder() / "comfy" / "sd1_tokenizer"
    commits = {part.hub: part.revision for part in _record(family).by_route(route).trainer_hubs}
    name = f"depth-cut-hub-{way}-{_version([str(python), str(commits)])}"
    arguments = [way, str(base), FOLDER, str(tokenizer)]
    return _made(name, python, "trainer_side", arguments, lambda folder: pin(folder, commits))


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
    file = _record(family).base_file
    return folder / file.folder / file.name


def _record(family: str) -> Any:
    from isengard.core.families.families import Families  # once conftest has made it a package

    return Families().get(family)


def _made(
    name: str,
    python: Path,
    module: str,
    arguments: list[str],
    before: Callable[[Path], None] = lambda folder: None,
) -> Path:
    """The folder of that name in the cache; where it is not whole, `module` of this package fills it."""
    folder = cache_root() / name
    with exclusive(cache_root() / "depth-cut.lock"):
        if not (folder / READY).exists():
            say(f"making {folder.name}")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            before(folder)
            words = [str(folder) if word == FOLDER else word for word in arguments]
            command = [str(python), "-m", f"hosts.depth_cut.{module}", *words]
            subprocess.run(command, cwd=TESTS, check=True, env={**os.environ, "PYTHONPATH": str(TESTS)})
            (folder / READY).write_text("{}")
    return folder


def _version(more: list[str]) -> str:
    content = b"".join(file.read_bytes() for file in sorted(SOURCES))
    return hashlib.sha256(content + "".join(more).encode()).hexdigest()[:12]


def write_models(family: str, folder: Path) -> None:
    """Write every file of the family's record, cut."""
    from .families import CUTS
    from .tensors import write

    cut, record = CUTS[family], _record(family)
    for file in record.files:
        tensors = cut.base() if file == record.base_file else cut.beside[file.role]()
        write(folder / file.folder / file.name, tensors)
    for recipe, mark in cut.others.items():
        other = record.for_recipe(recipe).base_file
        write(folder / other.folder / other.name, cut.base() | mark)


if __name__ == "__main__":
    import conftest  # noqa: F401 - makes this checkout the package `isengard`

    write_models(sys.argv[1], Path(sys.argv[2]))
