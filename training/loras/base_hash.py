"""The base's SHA-256, worked out beside the training: 24 GB take a minute or two, once, and never a request's time."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...core import atomic
from ...core.loras.safetensors_file import sha256_of
from ...core.paths import DataPaths

_CACHE = "base_hashes.json"
#: The hub's cache stores a large file under its SHA-256 and links to it from the snapshot.
_BLOB = re.compile(r"[0-9a-f]{64}")
_lock = threading.Lock()
#: By file, what it was like when it was read, and what stood in it.
_read: dict[Path, tuple[tuple[int, int, int], Any]] = {}
_log = logging.getLogger("isengard.base_hash")


def known_hash(path: Path, paths: DataPaths) -> str | None:
    """The hash where it can be had without reading the file: the hub's blob name, or an earlier reading of the same file."""
    real = path.resolve()
    if not real.is_file():
        return None
    if real.parent.name == "blobs" and _BLOB.fullmatch(real.name):
        return real.name
    return _cached(paths).get(_key(real))


def hash_of(path: Path, paths: DataPaths) -> str:
    """The SHA-256 in hex; read once for each path, size and time of change. Raises OSError."""
    cached = known_hash(path, paths)
    if cached is not None:
        return cached
    real = path.resolve()
    key, digest = _key(real), sha256_of(real)
    with _lock:
        atomic.write_json(paths.run / _CACHE, {**_cached(paths), key: digest})
    return digest


class BaseHash:
    """Reads the base in a thread of its own while the trainer runs; a folder or a hub id has no hash."""

    def __init__(self, base_path: str, known: str | None, paths: DataPaths) -> None:
        self._digest = known
        self._file = Path(base_path)
        self._paths = paths
        self._thread = threading.Thread(target=self._read, name="isengard-base-hash", daemon=True)
        if known is None and base_path and self._file.is_file():
            self._thread.start()

    def wait(self, meanwhile: Callable[[], object], every: float = 2.0) -> str | None:
        """The hash, calling `meanwhile` (a heartbeat) until it is there; None where there is none."""
        while self._thread.is_alive():
            self._thread.join(every)
            meanwhile()
        return self._digest

    def _read(self) -> None:
        try:
            self._digest = hash_of(self._file, self._paths)
        except OSError as fault:
            _log.warning("The base could not be hashed", extra={"context": {"reason": str(fault)}})


def _key(file: Path) -> str:
    status = file.stat()
    return f"{file}|{status.st_size}|{status.st_mtime_ns}"


def _cached(paths: DataPaths) -> dict[str, str]:
    """Read again where somebody has written it: a list of models asks for each of them."""
    file = paths.run / _CACHE
    try:
        status = file.stat()
        mark = (status.st_ino, status.st_size, status.st_mtime_ns)
        known = _read.get(file)
        if known is None or known[0] != mark:
            known = _read[file] = mark, json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known[1] if isinstance(known[1], dict) else {}
