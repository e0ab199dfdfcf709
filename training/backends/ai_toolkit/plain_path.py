"""A job's folder under a name in which AI-Toolkit finds its checkpoints: it looks for `<folder>/<name>*`, reads `[`, `*` and `?`
anywhere in the folder as a pattern, and passes over files with certain words anywhere in their path. Then it begins at zero."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ....core.errors import NotReadyError
from ....core.private_files import own_folder
from ....core.said import said

#: The words are those of `get_latest_save_path`, meant for parts of a training that are saved on their own.
SIGNS = re.compile(r"[*?\[\]]|_LoRA|_refiner|_t2i|_cn")


def plain_path(folder: Path) -> Path:
    """`folder` itself, or the same by a link to the folder above it. NotReadyError `path_signs` where there can be no link."""
    if not SIGNS.search(str(folder)):
        return folder
    # one link for each folder above, kept: it costs nothing, and every job and attempt finds it again
    name = hashlib.sha256(str(folder.parent).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    for place in _places():
        try:
            own_folder(place)
            _link(place / name, folder.parent)
        except OSError:
            continue
        return place / name / folder.name
    sign = SIGNS.findall(str(folder))[0]
    raise NotReadyError(
        "path_signs",
        said(
            "The data folder's path contains {sign}, so the trainer can't continue from a checkpoint.",
            sign=sign,
        ),
        "Rename that folder, or set another data folder, then press Retry.",
    )


def _places() -> Iterator[Path]:
    """Folders of this user alone: what a link leads to is a person's photos."""
    local = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else os.environ.get("XDG_CACHE_HOME")
    user = re.sub(r"\W+", "", os.environ.get("USERNAME") or os.environ.get("USER") or "user")
    above = [Path(local)] if local else []
    above.append(Path(os.path.expanduser("~")) / ".cache")  # noqa: PTH111
    places = [
        *(place / "isengard-jobs" for place in above),
        Path(tempfile.gettempdir()) / f"isengard-jobs-{user}",
    ]
    yield from (place for place in places if place.is_absolute() and not SIGNS.search(str(place)))


def _link(link: Path, target: Path) -> None:
    """Whole or not at all, and never a link to somewhere else."""
    if link.exists() and link.samefile(target):
        return
    for old in link.parent.iterdir():
        if old.is_symlink() and not old.exists():
            old.unlink()  # of a data folder that has gone
    new = link.with_name(f"{link.name}.{secrets.token_hex(4)}")
    _make_link(new, target)
    os.replace(new, link)  # noqa: PTH105


def _make_link(link: Path, target: Path) -> None:
    if sys.platform == "win32":
        import _winapi  # a junction: a link needs rights there that people do not have

        _winapi.CreateJunction(str(target), str(link))
    else:
        link.symlink_to(target, target_is_directory=True)
