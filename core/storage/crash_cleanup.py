"""What a crash leaves half-done: temporary files of atomic writes and job folders whose submit never came to its last file."""

from __future__ import annotations

import logging
import shutil
import time
from pathlib import Path

from ..atomic import TEMP_SUFFIX
from ..paths import LOG_FOLDERS, DataPaths

#: Younger ones may still be written by somebody.
OLD_S = 3600.0
JOB_FILE = "job.json"
_log = logging.getLogger("isengard.housekeeping")


def sweep(paths: DataPaths, old_s: float = OLD_S) -> int:
    """Remove them; how many. Only what carries our suffix or lies in our folder of jobs without being one."""
    before = time.time() - old_s
    kept = (paths.uploads, paths.jobs, paths.models, paths.outputs, paths.albums, paths.recipes)
    roots = (*kept, paths.run, paths.tmp)
    places = (*roots, paths.trash, *(paths.logs / name for name in LOG_FOLDERS))
    leftovers = [
        *paths.root.glob(f"*{TEMP_SUFFIX}"),
        *(f for place in places for f in place.rglob(f"*{TEMP_SUFFIX}")),
    ]
    halves = [half for half in leftovers if _older(half, before)]
    folders = [
        folder
        for folder in paths.jobs.iterdir()
        if folder.is_dir() and not (folder / JOB_FILE).exists() and _older(folder, before)
    ]
    for half in halves:
        if half.is_dir():  # of a folder that was copied to another disk
            shutil.rmtree(half, ignore_errors=True)
        else:
            half.unlink(missing_ok=True)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    if halves or folders:
        context = {"files": len(halves), "folders": len(folders)}
        _log.warning("Left by a crash and removed", extra={"context": context})
    return len(halves) + len(folders)


def _older(path: Path, before: float) -> bool:
    try:
        return not path.is_symlink() and path.stat().st_mtime < before
    except OSError:
        return False
