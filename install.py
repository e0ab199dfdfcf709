"""What ComfyUI-Manager runs after downloading the pack: looks, explains, installs nothing, and never fails an install.

Standard library only: the Manager may run it before the requirements are there.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from importlib import metadata
from pathlib import Path

PACK = Path(__file__).absolute().parent
MINIMUM_PYTHON = (3, 10)
#: Photos, data sets, a LoRA every few hundred steps: what a first training comfortably takes.
ROOMY_BYTES = 5 * 1024**3


def missing_requirements(requirements: Path) -> list[str]:
    """The lines of requirements.txt whose package is not installed, or older than the line wants."""
    missing = []
    for line in requirements.read_text(encoding="utf-8").splitlines():
        wanted = re.match(r"([A-Za-z0-9._-]+)(?:>=([\d.]+))?", line)
        if wanted is None or not _for_this_python(line):
            continue
        try:
            there = metadata.version(wanted[1])
        except metadata.PackageNotFoundError:
            there = ""
        if not there or _numbers(there) < _numbers(wanted[2] or ""):
            missing.append(line.strip())
    return missing


def _for_this_python(line: str) -> bool:
    """Whether a line's marker (`; python_version < "3.14"` or `>=`, all that requirements.txt uses) takes this Python."""
    marker = re.search(r';\s*python_version\s*(<|>=)\s*"([\d.]+)"', line)
    if marker is None:
        return True
    older = sys.version_info[:2] < _numbers(marker[2])
    return older if marker[1] == "<" else not older


def old_comfyui(comfyui: Path, pyproject: Path) -> str:
    """This ComfyUI's version when it is older than the pack wants, else nothing."""
    floor = re.search(r'requires-comfyui = ">=([\d.]+)"', pyproject.read_text(encoding="utf-8"))
    try:
        said = re.search(r'"([\d.]+)', (comfyui / "comfyui_version.py").read_text(encoding="utf-8"))
    except OSError:
        return ""
    return said[1] if said and floor and _numbers(said[1]) < _numbers(floor[1]) else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def data_folder() -> Path:
    """The folder in which Isengard will keep its data when ComfyUI starts it from here (docs/settings.md has all the rules)."""
    if os.environ.get("DATA_DIR"):
        return Path(os.environ["DATA_DIR"]).expanduser().absolute()
    if os.environ.get("RUNPOD_POD_ID"):
        for volume in (Path("/runpod-volume"), Path("/workspace")):
            if volume.is_dir():
                return volume / "isengard"
    comfyui = PACK.parent.parent
    return comfyui / "user" / "__isengard" if (comfyui / "main.py").is_file() else Path("data").absolute()


def free_bytes(folder: Path) -> int | None:
    """The free bytes of the disk that `folder` is or will be on; None where there is none, as with a drive that is not plugged in."""
    try:
        existing = next((parent for parent in (folder, *folder.parents) if parent.exists()), None)
        return shutil.disk_usage(existing).free if existing is not None else None
    except OSError:
        return None


def main() -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # Windows' code page has no letters for many a folder's name
        sys.stdout.reconfigure(errors="backslashreplace")
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"[Isengard] Python {version} at {sys.executable}")
    if sys.version_info < MINIMUM_PYTHON:
        print("[Isengard] Python 3.10 or newer is needed. Use a newer ComfyUI; nothing else was changed.")
    missing = missing_requirements(PACK / "requirements.txt")
    if missing:
        print(f"[Isengard] Still to be installed: {', '.join(missing)}")
        print("[Isengard] ComfyUI-Manager does this automatically. By hand, with ComfyUI's own Python:")
        print(f'[Isengard]   "{sys.executable}" -m pip install -r "{PACK / "requirements.txt"}"')
    if old := old_comfyui(PACK.parent.parent, PACK / "pyproject.toml"):
        print(f"[Isengard] This ComfyUI is {old}. Isengard's nodes need a newer one: update ComfyUI.")
    folder = data_folder()
    free = free_bytes(folder)
    if free is None:
        print(f"[Isengard] Data folder: {folder}, which cannot be reached now. Its disk may be missing.")
    else:
        print(f"[Isengard] Data folder: {folder} ({free / 1024**3:.0f} GB free)")
    if free is not None and free < ROOMY_BYTES:
        print("[Isengard] That is little room for training. DATA_DIR can point to another disk.")
    print("[Isengard] Restart ComfyUI, then open the Isengard tab in its sidebar.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
