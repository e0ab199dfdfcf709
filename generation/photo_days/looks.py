"""How whole pictures look, read from their small copies and remembered: no face tools are needed to tell that two are nearly one."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from pathlib import Path

from ...core.errors import IsengardError
from ...core.faces.face import Scene
from ...core.generations.generation_store import GenerationStore
from ..thumbnails import thumbnail_of

#: Pictures that are remembered: 500 numbers each.
REMEMBERED = 2000
_log = logging.getLogger("isengard.photo_days")


class PictureLooks:
    """A reader of looks; a picture takes some milliseconds the first time. Nothing of it is written anywhere."""

    def __init__(self, store: GenerationStore) -> None:
        self._store = store
        self._known: OrderedDict[tuple[Path, int], Scene] = OrderedDict()
        self._turn = threading.Lock()

    def of(self, generation_id: str, number: int) -> Scene | None:
        """The look of a picture; None where it cannot be read."""
        try:
            file = self._store.image_path(generation_id, number)
            key = file, file.stat().st_mtime_ns
            return self._remembered(key) or self._keep(key, _read(thumbnail_of(file)))
        except (OSError, IsengardError) as fault:
            context = {"generation_id": generation_id, "reason": type(fault).__name__}
            _log.warning("A picture's look cannot be read", extra={"context": context})
            return None

    def _remembered(self, key: tuple[Path, int]) -> Scene | None:
        with self._turn:
            return self._known.get(key)

    def _keep(self, key: tuple[Path, int], scene: Scene) -> Scene:
        with self._turn:
            self._known[key] = scene
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return scene


def _read(thumbnail: Path) -> Scene:
    from PIL import Image

    from ...core.faces.reading.face_measures import scene_of

    with Image.open(thumbnail, formats=("JPEG",)) as image:
        measured = scene_of(image.convert("RGB"))
    return Scene(tuple(measured["layout"]), tuple(measured["colours"]), measured["yellow"])
