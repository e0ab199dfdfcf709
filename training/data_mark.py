"""A mark inside DATA_DIR by which two machines see that they mean the same folder: made by the first, read by all."""

from __future__ import annotations

import os
import secrets

from ..core.paths import DataPaths

MARK_FILE = "data-mark"


def data_mark(paths: DataPaths) -> str:
    """The folder's mark, made where there is none yet; '' where it can neither be read nor written."""
    file = paths.run / MARK_FILE
    try:
        fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:  # it is there, or the folder takes no writes
        return file.read_text(encoding="ascii").strip() if os.access(file, os.R_OK) else ""
    with os.fdopen(fd, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(16))
    return file.read_text(encoding="ascii")
