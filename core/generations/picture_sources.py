"""What a generation was made from: a picture, and where of it something was drawn, kept in the generation's own folder.

They move to the trash with it and are erased with it. ComfyUI's input folder, which it serves to browsers, never holds them.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..errors import NotFoundError
from ..ids import names_an_id
from ..paths import DataPaths, contained

#: Inside outputs/<generation id>/.
FOLDER = "from"
_PICTURE, _MASK = "picture", "mask"
_KINDS = (".png", ".jpg")
_PNG = b"\x89PNG\r\n\x1a\n"


def keep_source(folder: Path, picture: Path, mask: Path | None) -> None:
    """Put both into a generation's folder; names of one file where the disk can, else copies."""
    place = folder / FOLDER
    place.mkdir(mode=0o700)
    _put(picture, place / f"{_PICTURE}{_kind_of(picture)}")
    if mask is not None:
        _put(mask, place / f"{_MASK}{_kind_of(mask)}")


def source_of(paths: DataPaths, generation_id: str) -> tuple[Path, Path | None]:
    """The picture that a generation was made from, and its mask. NotFoundError `image_not_found`."""
    place = contained(paths.generation(generation_id), FOLDER)
    picture = _kept(place, _PICTURE)
    if picture is None:
        raise NotFoundError(
            "image_not_found", "The picture that this was made from is gone.", "Choose another picture."
        )
    return picture, _kept(place, _MASK)


def refers_to_order(picture: object) -> bool:
    """Tell whether a graph means its picture by the ticket of an order, which is worth nothing once that is over."""
    return isinstance(picture, str) and bool(picture.strip()) and not names_an_id(picture)


def _kept(place: Path, name: str) -> Path | None:
    files = [contained(place, f"{name}{kind}") for kind in _KINDS]
    return next((file for file in files if file.is_file()), None)


def _kind_of(file: Path) -> str:
    with file.open("rb") as stream:
        return _KINDS[0] if stream.read(len(_PNG)) == _PNG else _KINDS[1]


def _put(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(file, target)
        target.chmod(0o600)
