"""The parent's side: headers of files in ComfyUI's folders, each read once, by a child process with limits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import NotReadyError
from ..processes.json_child import ChildDidNotStart, ChildIsStarting, JsonChild
from ..said import Bytes, said

CHILD = Path(__file__).resolve().parent / "child.py"
#: A header is read in a few milliseconds; a sleeping disk or a network folder takes its time.
TIMEOUT_S = 20.0
#: So long what could not be read is not tried again.
PATIENCE_S = 60.0
_UNREAD = "it could not be read"
_log = logging.getLogger("isengard.models")


@dataclass(frozen=True)
class ModelHeader:
    """`shapes` by tensor name as the layers really are, empty for what is not a safetensors file. `fault` says why the file
    is not a whole model, '' where it is one as far as can be seen; `quantised`: the format in which ComfyUI draws with it and a
    trainer cannot read it, '' for plain weights; `metadata`: what the file says of itself (ModelSpec)."""

    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    quantised: str = ""
    fault: str = ""
    size: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)

    def told(self, name: str) -> str:
        """The fault as a sentence about the file of this name; '' where there is none."""
        if not self.fault:
            return ""
        size = Bytes(self.size) if self.size >= 1e5 else said("{bytes} bytes", bytes=self.size)
        return said(
            "{file} is not a whole model ({size}): {reason}.", file=name, size=size, reason=said(self.fault)
        )


class HeaderReader:
    """Thread-safe. The same file (by path, size and time) is read once."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._child = JsonChild(CHILD, timeout_s=timeout_s)
        #: one file at a time; what is known already is told meanwhile
        self._reading = threading.Lock()
        self._known: dict[tuple[str, int, int], ModelHeader] = {}
        self._unread: dict[tuple[str, int, int], float] = {}

    def look(self, path: Path) -> ModelHeader:
        """Look at a file and say what it is. Raises NotReadyError `model_reader_unavailable` or `model_reader_slow`."""
        try:
            status = path.stat()
        except OSError as gone:
            return ModelHeader(
                fault=said("it cannot be opened ({reason})", reason=gone.strerror or str(gone))
            )
        key = (str(path), status.st_size, status.st_mtime_ns)
        if (header := self._told(key)) is not None:
            return header
        with self._reading:
            if (header := self._told(key)) is not None:  # whoever waited before us has asked
                return header
            if (header := self._read(path, status.st_size)) is not None:
                self._known[key] = header
                return header
            self._unread[key] = time.monotonic()
            return ModelHeader(fault=_UNREAD, size=status.st_size)

    def _told(self, key: tuple[str, int, int]) -> ModelHeader | None:
        """What was read, or could not be a moment ago."""
        if (header := self._known.get(key)) is not None:
            return header
        if time.monotonic() - self._unread.get(key, -PATIENCE_S) < PATIENCE_S:
            return ModelHeader(fault=_UNREAD, size=key[1])
        return None

    def close(self) -> None:
        self._child.close()

    def _read(self, path: Path, size: int) -> ModelHeader | None:
        """None where the child died over it twice or took too long."""
        began = time.monotonic()
        try:
            answer = self._child.ask({"file": str(path)})
            if answer is None and time.monotonic() - began < self._timeout_s:
                answer = self._child.ask({"file": str(path)})
        except ChildDidNotStart as fault:
            raise NotReadyError(
                "model_reader_unavailable",
                "The program that reads model files does not start.",
                "Restart ComfyUI. If it happens again, report it with the diagnostics file.",
            ) from fault
        except ChildIsStarting as slow:
            raise NotReadyError(
                "model_reader_slow",
                "The program that reads model files is still starting: this computer is busy.",
                "Try again in a minute.",
            ) from slow
        context = {"file": path.name, "exit": self._child.exit_code}
        if answer is None:
            _log.warning("A model file's header could not be read", extra={"context": context})
            return None
        wrong = said(answer.get("fault", ""), **answer.get("values", {}))
        if wrong:
            context = {"file": path.name, "reason": wrong}
            _log.warning("A model file is not whole", extra={"context": context})
        shapes = {name: tuple(shape) for name, shape in answer.get("shapes", {}).items()}
        return ModelHeader(shapes, answer.get("quantised", ""), wrong, size, answer.get("metadata", {}))
