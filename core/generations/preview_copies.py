"""Copies of pictures that ComfyUI keeps in its temp folder for showing them on a node."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ..errors import InvalidError
from ..paths import contained

#: Beside a generation's pictures: the names of their copies.
PREVIEWS_FILE = "previews.json"


def previews_of(folders: Iterable[Path], temp: Path) -> list[Path]:
    """The copies that are still there; names that lead out of `temp` are nobody's."""
    copies = []
    for folder in folders:
        try:
            names = json.loads((folder / PREVIEWS_FILE).read_text(encoding="utf-8"))
            copies += [contained(temp, str(name)) for name in names]
        except (OSError, ValueError, TypeError, InvalidError):
            continue
    return [file for file in copies if file.is_file()]
