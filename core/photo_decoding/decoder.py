"""The parent's side: one persistent child, restarted when it dies or takes too long."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import (
    InvalidError,
    IsengardError,
    NotReadyError,
    StorageError,
    TooLargeError,
    UnsupportedMediaError,
)

DECODE_TIMEOUT_S = 20.0
CHILD = Path(__file__).resolve().parent / "child.py"
#: The child sees these variables and no others: no token ever reaches the code that reads strangers' files.
ENVIRONMENT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LD_LIBRARY_PATH")
_HINTS = {
    "photo_type": (UnsupportedMediaError, "Use a JPEG, PNG, WebP or HEIC photo."),
    "photo_too_many_pixels": (
        TooLargeError,
        "Make the picture smaller; 4000 pixels on the long side are plenty.",
    ),
    "photo_heic_unavailable": (UnsupportedMediaError, "Install pillow-heif, or export the photo as JPEG."),
    "photo_damaged": (InvalidError, "Open it in a photo program and save it again, or leave it out."),
    "photo_not_kept": (StorageError, "Free some disk space, then add it again."),
}
_log = logging.getLogger("isengard.photos")


@dataclass(frozen=True)
class DecodedPhoto:
    """What the child measured; sizes in pixels, after orientation."""

    file_kind: str
    width: int
    height: int
    pixel_hash: str
    phash: str
    brightness: float
    sharpness: float


class PhotoDecoder:
    """Thread-safe: one photo at a time goes through the child."""

    def __init__(self, timeout_s: float = DECODE_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()

    def decode(self, source: Path, full: Path, thumb: Path) -> DecodedPhoto:
        """Write the clean picture to `full` and its thumbnail to `thumb`. Raises with a `photo_…` code."""
        request = {"source": str(source), "full": str(full), "thumb": str(thumb)}
        with self._lock:
            answer = self._ask(request)
        if "code" in answer:
            raise _refusal(answer["code"], answer["message"])
        return DecodedPhoto(**answer)

    def draw(self, number: int, target: Path) -> None:
        """Write one of the sample character's drawn photos to `target`."""
        with self._lock:
            answer = self._ask({"draw": number, "full": str(target)})
        if "code" in answer:
            raise _refusal(answer["code"], answer["message"])

    def close(self) -> None:
        with self._lock:
            self._end()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        child = self._running()
        assert child.stdin is not None
        with contextlib.suppress(OSError):
            child.stdin.write(json.dumps(request).encode("utf-8") + b"\n")
            child.stdin.flush()
        answer = self._next_answer()
        if answer is not None:
            return answer
        code = child.poll()
        self._end()
        _log.warning("Decoding child ended or hung", extra={"context": {"exit": code}})
        return {"code": "photo_damaged", "message": "This picture could not be decoded."}

    def _next_answer(self) -> dict[str, Any] | None:
        """None when the child died or took too long."""
        try:
            line = self._answers.get(timeout=self._timeout_s)
        except queue.Empty:
            return None
        answer: dict[str, Any] | None = json.loads(line) if line else None
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._answers = queue.Queue()
            self._child = subprocess.Popen(
                [sys.executable, "-I", str(CHILD), *_library_folders()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            reader = threading.Thread(target=_pump, args=(self._child, self._answers), daemon=True)
            reader.start()
            if self._next_answer() is None:
                self._end()
                raise NotReadyError(
                    "photo_decoder_unavailable",
                    "The program that reads photos does not start.",
                    "Check that Pillow is installed in ComfyUI's Python, then try again.",
                )
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._child = None


def _library_folders() -> list[str]:
    """Where this Python has its picture libraries: `-I` hides the user's own site-packages from the child."""
    specs = [importlib.util.find_spec(name) for name in ("PIL", "pillow_heif")]
    return sorted({str(Path(spec.origin).parent.parent) for spec in specs if spec and spec.origin})


def _pump(child: subprocess.Popen[bytes], answers: queue.Queue[bytes]) -> None:
    assert child.stdout is not None
    with contextlib.suppress(ValueError):
        for line in child.stdout:
            answers.put(line)
    answers.put(b"")


def _refusal(code: str, message: str) -> IsengardError:
    kind, hint = _HINTS.get(code, _HINTS["photo_damaged"])
    return kind(code, message, hint)
