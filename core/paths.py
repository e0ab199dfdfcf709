"""Where everything lies (DESIGN section 5), and the one function that keeps names inside their folder."""

from __future__ import annotations

import itertools
import os
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import InvalidError
from .private_files import close_to_others
from .said import said

#: RunPod mounts a network volume at one of these; the container's own disk is lost with the pod.
RUNPOD_VOLUMES = (Path("/runpod-volume"), Path("/workspace"))
FOLDERS = ("uploads", "jobs", "models", "outputs", "albums", "backends", "recipes", "trash", "run", "tmp")
SECRETS_FILE = "secrets.toml"
LOG_FOLDERS = ("api", "worker", "frontend")
#: How Windows marks a junction (IO_REPARSE_TAG_MOUNT_POINT).
_JUNCTION = 0xA0000003
FORBIDDEN_PARENTS = ("input", "output", "custom_nodes")
#: Systems on whose disks `Output` is `output`.
_ONE_CASE = ("win32", "darwin")


@dataclass(frozen=True)
class DataPaths:
    """Every folder of ours below one root; `logs` may be moved by LOG_DIR."""

    root: Path
    logs: Path

    @property
    def uploads(self) -> Path:
        return self.root / "uploads"

    @property
    def jobs(self) -> Path:
        return self.root / "jobs"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def outputs(self) -> Path:
        return self.root / "outputs"

    @property
    def albums(self) -> Path:
        return self.root / "albums"

    @property
    def backends(self) -> Path:
        return self.root / "backends"

    @property
    def recipes(self) -> Path:
        return self.root / "recipes"

    @property
    def prompts(self) -> Path:
        """Favourite prompts; made with the first of them."""
        return self.root / "prompts"

    @property
    def trash(self) -> Path:
        return self.root / "trash"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    @property
    def library_db(self) -> Path:
        return self.root / "isengard.db"

    @property
    def jobs_db(self) -> Path:
        return self.root / "jobs.db"

    @property
    def queue_db(self) -> Path:
        return self.root / "queue.db"

    @property
    def settings_file(self) -> Path:
        return self.root / "isengard.toml"

    @property
    def secrets_file(self) -> Path:
        return self.root / SECRETS_FILE

    @property
    def signing_key(self) -> Path:
        return self.root / "content_credentials.pem"

    def character(self, character_id: str) -> Path:
        return contained(self.uploads, character_id)

    def job(self, job_id: str) -> Path:
        return contained(self.jobs, job_id)

    def generation(self, generation_id: str) -> Path:
        return contained(self.outputs, generation_id)

    def character_models(self, slug: str) -> Path:
        return contained(self.models, slug)

    def create(self) -> None:
        """Make the folders, private to their owner (faces lie here). A root that was there keeps its mode: it may be
        somebody's volume; what is inside and ours is closed."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in FOLDERS:
            (self.root / name).mkdir(exist_ok=True, mode=0o700)
        self.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        close_to_others(
            [*(self.root / name for name in FOLDERS), *(self.logs / name for name in LOG_FOLDERS)]
        )


def contained(root: Path, *parts: str) -> Path:
    """`root/parts…`, refused (InvalidError `bad_path`) when it would leave `root` by name or through a symlink below it."""
    path = entry_of(root, *parts)
    if _has_links(root, parts) and not path.resolve().is_relative_to(root.resolve()):
        raise InvalidError("bad_path", "This name leads outside its folder.", "Use plain names, no links.")
    return path


def entry_of(root: Path, *parts: str) -> Path:
    """The same where it is to be removed: a link stands for itself there, wherever it leads. Never to be opened."""
    for part in parts:
        if not part or part in (".", "..") or any(mark in part for mark in ("/", "\\", "\x00", ":")):
            raise InvalidError(
                "bad_path", "This name cannot be used as a file name.", "Use plain names, no folders."
            )
    return root.joinpath(*parts)


def is_link(path: Path) -> bool:
    """A symlink, or one of Windows' junctions."""
    try:
        entry = path.lstat()
    except OSError:
        return False
    return stat.S_ISLNK(entry.st_mode) or getattr(entry, "st_reparse_tag", 0) == _JUNCTION


def _has_links(root: Path, parts: Sequence[str]) -> bool:
    """Whether anything below `root` may lead elsewhere; a look at each part is much cheaper than resolving both paths, and a list
    of people asks for each. On Windows there are junctions, which are no symlinks."""
    if sys.platform == "win32":
        return True
    current = str(root)
    for part in parts:
        current = f"{current}/{part}"
        if os.path.islink(current):  # noqa: PTH114 - a Path for each part costs more than the look
            return True
    return False


def resolve_paths(
    env: Mapping[str, str], comfy_user_dir: Path | None, volumes: tuple[Path, ...] = RUNPOD_VOLUMES
) -> DataPaths:
    """DATA_DIR, else the RunPod volume, else ComfyUI's private user folder, else ./data.

    Raises InvalidError `data_dir_public`, `folder_without_home`.
    """
    root = _root(env, comfy_user_dir, volumes)
    _refuse_public(root)
    logs = _named(env, "LOG_DIR") if env.get("LOG_DIR") else root / "logs"
    return DataPaths(root=root, logs=logs)


def _named(env: Mapping[str, str], variable: str) -> Path:
    """The folder that a variable names, with `~` for a home. InvalidError `folder_without_home` for somebody who has none."""
    try:
        return Path(env[variable]).expanduser().absolute()
    except RuntimeError as nobody:
        raise InvalidError(
            "folder_without_home",
            said("{variable} begins with the home of somebody who is not known here.", variable=variable),
            said("Write the whole path into {variable}, then start ComfyUI again.", variable=variable),
        ) from nobody


def _root(env: Mapping[str, str], comfy_user_dir: Path | None, volumes: tuple[Path, ...]) -> Path:
    if env.get("DATA_DIR"):
        return _named(env, "DATA_DIR")
    volume = runpod_volume(env, volumes)
    if volume is not None:
        return volume / "isengard"
    if comfy_user_dir is not None:
        return comfy_user_dir.absolute() / "__isengard"
    return Path("data").absolute()


def comfy_user_dir(pack: Path) -> Path | None:
    """The user folder of the ComfyUI that the pack at `pack` is installed in, for those it has not started."""
    comfyui = pack.parent.parent
    return comfyui / "user" if (comfyui / "main.py").is_file() else None


def own_paths(env: Mapping[str, str]) -> DataPaths:
    """The same folder as ComfyUI's, found from where this pack lies: for `worker` and `doctor`."""
    return resolve_paths(env, comfy_user_dir(Path(__file__).absolute().parent.parent))


def runpod_volume(env: Mapping[str, str], volumes: tuple[Path, ...] = RUNPOD_VOLUMES) -> Path | None:
    """The persistent volume of a RunPod pod, or None elsewhere."""
    if not env.get("RUNPOD_POD_ID"):
        return None
    return next((volume for volume in volumes if volume.is_dir() and os.access(volume, os.W_OK)), None)


def _refuse_public(root: Path) -> None:
    """ComfyUI serves these folders over HTTP (CVE-2025-67303 and others): private photos never go there, by whatever spelling."""
    parts = [part.casefold() if sys.platform in _ONE_CASE else part for part in root.parts]
    public = any(name in parts for name in FORBIDDEN_PARENTS) or ("user", "default") in itertools.pairwise(
        parts
    )
    if public and any(
        (parent / "main.py").exists() and (parent / "comfy").is_dir() for parent in root.parents
    ):
        raise InvalidError(
            "data_dir_public",
            "The data folder lies in a folder that ComfyUI serves to browsers.",
            "Choose a folder outside input, output, user/default and custom_nodes.",
        )
