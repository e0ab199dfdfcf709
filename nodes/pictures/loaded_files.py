"""What the files that ComfyUI's own nodes load say of how they were made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ...core.errors import InvalidError

#: How such a node names a file that is not in the input folder: `picture.png [output]`.
_ELSEWHERE = re.compile(r"(.*) \[(input|output|temp)\]", re.DOTALL)


def word_of_file(folders: Mapping[str, Path], name: str) -> str:
    """IPTC's word in a file by the name that Load Image has for it; '' where it says none, or is none."""
    from PIL import Image

    from ...core.marks.xmp import said_in
    from ...core.paths import contained

    elsewhere = _ELSEWHERE.fullmatch(name)
    name, folder = elsewhere.groups() if elsewhere is not None else (name, "input")
    try:
        with Image.open(contained(folders[folder], *name.replace("\\", "/").split("/"))) as image:
            return said_in(image.info)
    except (InvalidError, OSError, Image.DecompressionBombError):
        return ""
