"""A mark inside DATA_DIR by which two machines see that they mean the same folder: made by the first, read by all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ...core import atomic
from ...core.paths import DataPaths

MARK_FILE = "data-mark"


def data_mark(paths: DataPaths) -> str:
    """The folder's mark, made where there is none yet; '' where it can neither be read nor written."""
    file = paths.run / MARK_FILE
    try:
        return _read(file) or _make(file)
    except OSError:
        return ""


def _read(file: Path) -> str:
    return file.read_text(encoding="ascii").strip() if file.exists() else ""


def _make(file: Path) -> str:
    """Whole or not at all, and the first one wins: a link never takes the place of what is there."""
    mine = file.with_name(f".{MARK_FILE}.{secrets.token_hex(4)}{atomic.TEMP_SUFFIX}")
    atomic.write_text(mine, secrets.token_hex(16))
    try:
        _link(mine, file)
        atomic.sync_folder(file.parent)
        return _read(file)
    finally:
        mine.unlink(missing_ok=True)


def _link(mine: Path, file: Path) -> None:
    try:
        os.link(mine, file)
    except FileExistsError:
        if not _read(file):  # a crash of the system took what was in it
            atomic.replace(mine, file)
    except OSError:  # a file system without links
        atomic.replace(mine, file)
