"""Writes that are either wholly there or not at all: temporary file beside the target, fsync, replace, fsync of the folder."""

from __future__ import annotations

import errno
import json
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

#: Windows virus scanners hold new files for a moment; ten tries of 100 ms (reliability.md, F9).
REPLACE_TRIES = 10 if os.name == "nt" else 1
REPLACE_PAUSE_S = 0.1
TEMP_SUFFIX = ".isen-tmp"


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` atomically; the file is readable by its owner alone."""
    write_with(path, lambda stream: stream.write(data))


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode("utf-8"))


def write_mountable(path: Path, text: str) -> None:
    """The same for a file that a container may have mounted by itself: that one cannot be replaced, and is written as it stands."""
    try:
        write_text(path, text)
    except OSError as fault:
        if fault.errno != errno.EBUSY or not path.is_file():
            raise
        with path.open("rb+") as stream:
            stream.write(text.encode("utf-8"))
            stream.truncate()
            os.fsync(stream.fileno())


def write_json(path: Path, value: Any) -> None:
    """Write UTF-8 JSON atomically; NaN and infinity are refused (ValueError)."""
    write_text(path, json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def write_with(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Let `fill` write into a temporary file beside `path`, then put it in place."""
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}{TEMP_SUFFIX}")
    try:
        descriptor = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
        )
        with os.fdopen(descriptor, "wb") as stream:
            fill(stream)
            stream.flush()
            os.fsync(stream.fileno())
        replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def replace(source: Path, target: Path) -> None:
    """`os.replace`, tried again while Windows reports the target as in use; then the folder is synced."""
    for attempt in range(REPLACE_TRIES):
        try:
            os.replace(source, target)  # noqa: PTH105 - the call whose guarantee we rely on
            break
        except PermissionError:
            if attempt == REPLACE_TRIES - 1:
                raise
            time.sleep(REPLACE_PAUSE_S)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
