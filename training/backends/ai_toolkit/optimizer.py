"""What the optimizer has learned (optimizer.pt): AI-Toolkit writes it in place at every save, so a kill can halve it.

A whole copy is kept beside the run and put back when the file itself is broken. Nothing is ever unpickled here.
"""

from __future__ import annotations

import logging
import os
import pickletools
import shutil
import time
import zipfile
import zlib
from pathlib import Path

from ....core import atomic

NAME = "optimizer.pt"
KEPT = "optimizer.kept"
#: Younger than this it may still be written.
_SETTLED_S = 2.0
_log = logging.getLogger("isengard.ai_toolkit")


def whole(file: Path) -> bool:
    """Tell whether torch wrote it to its end: an archive that has every part it names, each with its checksum."""
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.testzip() is None and _tensors_named(archive) <= set(archive.namelist())
    except (OSError, ValueError, LookupError, NotImplementedError, EOFError, zipfile.BadZipFile, zlib.error):
        return False


def _tensors_named(archive: zipfile.ZipFile) -> set[str]:
    """Interrupted, torch closes the archive neatly, without the tensors still to come. Its index is read as a list of
    words, which runs nothing: their numbers are the only words of digits."""
    root = archive.namelist()[0].split("/")[0]
    words = (word for _, word, _ in pickletools.genops(archive.read(f"{root}/data.pkl")))
    return {f"{root}/data/{word}" for word in words if isinstance(word, str) and word.isdecimal()}


def keep(out: Path, job_dir: Path) -> None:
    """Copy a new, settled, whole optimizer.pt; called often, copies once for each save."""
    source, kept = out / NAME, job_dir / KEPT
    if not source.exists():
        return
    try:
        status = source.stat()
        kept_time = kept.stat().st_mtime_ns if kept.exists() else None
        # one of the future is of a clock that was set back: what is copied is looked at anyway
        if kept_time == status.st_mtime_ns or 0 <= time.time() - status.st_mtime < _SETTLED_S:
            return
        temporary = kept.with_name(f".{KEPT}{atomic.TEMP_SUFFIX}")
        shutil.copyfile(source, temporary)
        os.utime(temporary, ns=(status.st_atime_ns, status.st_mtime_ns))
        if whole(temporary) and source.stat().st_mtime_ns == status.st_mtime_ns:
            atomic.replace(temporary, kept)
        else:
            temporary.unlink()
    except OSError as fault:
        _log.warning("The optimizer's state was not copied", extra={"context": {"reason": str(fault)}})


def put_back(out: Path, job_dir: Path) -> bool:
    """Put back the whole copy of the save before, after a broken one was moved away."""
    if (out / NAME).exists() or not whole(job_dir / KEPT):
        return False
    shutil.copyfile(job_dir / KEPT, out / NAME)
    return True
