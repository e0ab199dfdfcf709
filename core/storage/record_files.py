"""Records that are a small JSON file each: files, not rows, where a pack of before would refuse a database with a table that it does not know."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TypeVar

from ..records.base import Stored

R = TypeVar("R", bound=Stored)


def read_record(kind: type[R], file: Path, log: logging.Logger, damaged: str) -> R | None:
    """Read a record's file; None where it is missing, or is not one: that is logged as `damaged`, and the file stays where it is."""
    try:
        return kind.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as damage:
        log.error(damaged, extra={"context": {"file": file.name, "reason": type(damage).__name__}})
        return None
