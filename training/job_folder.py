"""A new job's folder: wholly filled when its submit is acknowledged, gone when it was refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..core.errors import IsengardError, LedgerAwayError
from ..core.paths import DataPaths


@contextmanager
def new_job_folder(paths: DataPaths, job_id: str) -> Iterator[Path]:
    """Fill it and submit inside. A ledger that went away may have heard the submit: then the folder stays, and the job
    comes back from it."""
    folder = paths.job(job_id)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    except LedgerAwayError:
        raise
    except (IsengardError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
