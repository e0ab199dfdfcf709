"""What the files that ComfyUI's own nodes load say of how they were made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import InvalidError, IsengardError
from .sources import files_of

if TYPE_CHECKING:
    from ..context import NodeContext

#: How such a node names a file that is not in the input folder: `picture.png [output]`.
_ELSEWHERE = re.compile(r"(.*) \[(input|output|temp)\]", re.DOTALL)


def word_of_file(folders: Mapping[str, Path], name: str) -> str:
    """IPTC's word in a file by the name that Load Image has for it; '' where it says none, or is none."""
    from ...core.paths import contained

    elsewhere = _ELSEWHERE.fullmatch(name)
    name, folder = elsewhere.groups() if elsewhere is not None else (name, "input")
    try:
        return _word_in(contained(folders[folder], *name.replace("\\", "/").split("/")))
    except InvalidError:
        return ""


def word_of_picture(context: NodeContext, text: str) -> str:
    """IPTC's word in a picture of the gallery, by what Isengard Picture is given; '' where it says none, or is gone."""
    try:
        return _word_in(files_of(context, text)[0]) if text.strip() else ""
    except IsengardError:
        return ""


def _word_in(file: Path) -> str:
    from PIL import Image

    from ...core.marks.xmp import said_in

    try:
        with Image.open(file) as image:
            return said_in(image.info)
    except (OSError, Image.DecompressionBombError):
        return ""
