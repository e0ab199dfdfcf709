"""Small copies of generated pictures for the gallery, made once and left beside them."""

from __future__ import annotations

import io
import logging
from pathlib import Path

from PIL import Image

from ..core import atomic
from ..core.errors import IsengardError
from ..core.generations.generation_files import thumbnail_path
from ..core.generations.generation_store import GenerationStore
from ..core.generations.picture_changes import trashed_path
from ..core.marks.xmp import in_jpeg, said_in
from ..core.paths import DataPaths
from .damaged_pictures import told_if_damaged

#: Longest side in pixels: the width of the panel on a usual screen, half of it on a dense one.
SIDE = 512
_QUALITY = 85
_log = logging.getLogger("isengard.thumbnails")


def thumbnail_of(picture: Path) -> Path:
    """The JPEG beside `picture`; blocks for some tens of milliseconds the first time. OSError, StorageError `picture_damaged`."""
    target = thumbnail_path(picture)
    if not target.is_file():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        atomic.write_bytes(target, small_jpeg(picture, SIDE))
    return target


def trashed_thumbnail(store: GenerationStore, paths: DataPaths, generation_id: str, number: int) -> bytes:
    """Make the small copy of a picture in the trash, for which none is kept. NotFoundError `image_not_found`, StorageError."""
    generation = store.get(generation_id, deleted=True)
    return small_jpeg(trashed_path(paths, generation, number), SIDE // 4)


def prepare_thumbnail(store: GenerationStore, generation_id: str, number: int) -> None:
    """Make a thumbnail before anybody looks, so that a gallery never waits; a picture that cannot be read is told when it is opened."""
    try:
        thumbnail_of(store.image_path(generation_id, number))
    except (OSError, IsengardError) as fault:
        context = {"generation_id": generation_id, "reason": type(fault).__name__}
        _log.warning("No thumbnail could be made", extra={"context": context})


def small_jpeg(picture: Path, side: int) -> bytes:
    """Draw a picture small, its longest side so many pixels. It says how the picture was made where the picture does: it can be
    dragged away as well. OSError, StorageError `picture_damaged`."""
    with told_if_damaged(), Image.open(picture, formats=("PNG",)) as image:
        small, said = image.convert("RGB"), said_in(image.info)
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=_QUALITY)
    return in_jpeg(stream.getvalue(), said) if said else stream.getvalue()
