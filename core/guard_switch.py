"""Whether the owner wants ComfyUI guarded: one truth for the lock, for the settings, and for where our token goes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "ISENGARD_GUARD_COMFYUI"
_NAME = "guard_comfyui"
_NO = ("0", "false", "no")
_AS_TEXT = re.compile(
    rf"""^[ \t]*(["']?){_NAME}\1[ \t]*=(?![ \t]*["']?(?i:{"|".join(_NO)})\b)""", re.MULTILINE
)


def guard_asked_for(env: Mapping[str, str], settings_file: Path | None) -> bool:
    """Whether ComfyUI is guarded: the variable's word, else the file's; anything but a clear no counts as yes.

    A lock must not open because something else is broken: a file that is not TOML, or that cannot be parsed because a package
    is missing, is searched as text. `settings_file` None where it is not known which it is.
    """
    if asked := env.get(VARIABLE):
        return _is_yes(asked)
    if settings_file is None or not settings_file.is_file():
        return False
    try:
        return _of_file(settings_file)
    except OSError:
        return False


def _of_file(file: Path) -> bool:
    try:
        from .toml_files import Unreadable, read
    except ImportError:
        return _of_text(file.read_bytes())
    try:
        return _is_yes(read(file).get(_NAME, False))
    except Unreadable:
        return _of_text(file.read_bytes())


def _of_text(data: bytes) -> bool:
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return _AS_TEXT.search(data.decode("utf-16" if marked else "utf-8-sig", errors="replace")) is not None


def _is_yes(value: object) -> bool:
    return str(value).strip().lower() not in _NO
