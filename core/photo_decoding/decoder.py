"""The parent's side: a child for each photo that is read at once, restarted when it dies or takes too long."""

from __future__ import annotations

import logging
from collections.abc import Sequence
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
from ..processes.child_pool import ChildPool, places
from ..processes.json_child import ChildDidNotStart, ChildIsStarting, JsonChild, library_folders
from ..said import said

DECODE_TIMEOUT_S = 20.0
#: More would wait for the disk and for each other.
MOST_AT_ONCE = 4
#: What a child may take (child.py); all of them together not more than half of the computer's memory.
CHILD_BYTES = 2 * 1024**3
CHILD = Path(__file__).resolve().parent / "child.py"
#: glibc gives the memory of each picture back to the system, and asks for it anew for the next one: a third of a photo's CPU time.
#: With these a child keeps as much as a photo of 24 megapixels takes, until it rests (child.py).
_KEEPS_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(256 * 1024**2), "MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2)}
_HINTS = {
    "photo_type": (UnsupportedMediaError, "Save it as a JPEG or PNG photo, then add that."),
    "photo_too_many_pixels": (
        TooLargeError,
        "Make the picture smaller; 4000 pixels on the long side are plenty.",
    ),
    "photo_heic_unavailable": (UnsupportedMediaError, "Install pillow-heif, or export the photo as JPEG."),
    "photo_damaged": (InvalidError, "Copy it again from where it came, or save it anew in a photo program."),
    "photo_not_kept": (StorageError, "Free some disk space, then add it again."),
}
_log = logging.getLogger("isengard.photos")


@dataclass(frozen=True)
class DecodedPhoto:
    """A photo as the child measured it; sizes in pixels, after orientation."""

    file_kind: str
    width: int
    height: int
    #: whether the file holds more pictures than the one that was kept
    animated: bool
    pixel_hash: str
    phash: str
    brightness: float
    #: share of the picture's middle that is plain white
    burnt: float
    sharpness: float


class PhotoDecoder:
    """Thread-safe: as many photos at once as this computer's cores and memory help; those that come meanwhile wait.

    One alone is read by the same child each time, and the others are started when they are needed."""

    def __init__(self, timeout_s: float = DECODE_TIMEOUT_S, at_once: int | None = None) -> None:
        self.at_once = at_once or places(MOST_AT_ONCE, CHILD_BYTES)
        self.children = ChildPool(lambda: _child(timeout_s), self.at_once)
        #: One for all photos: it remembers what the thumbnails look like that it has seen.
        self._comparing = ChildPool(lambda: _child(timeout_s), 1, stay=0)

    def decode(self, source: Path, full: Path, thumb: Path) -> DecodedPhoto:
        """Write the clean picture to `full` and its thumbnail to `thumb`. Raises with a `photo_...` code."""
        return DecodedPhoto(**self._ask({"source": str(source), "full": str(full), "thumb": str(thumb)}))

    def same_shot(self, thumb: Path, others: Sequence[Path]) -> int:
        """Which of the other thumbnails is of the same photograph as this one, -1 for none. NotReadyError where the computer is
        too busy."""
        question = {"thumb": str(thumb), "others": [str(file) for file in others]}
        found: int = self._ask(question, self._comparing)["same_shot"]
        return found

    def cut(
        self, source: Path, full: Path, thumb: Path, *, box: tuple[int, int, int, int], turn: int
    ) -> DecodedPhoto:
        """Write a part of a photo of ours, turned clockwise by `turn` degrees, as `decode` writes a whole one."""
        question = {"source": str(source), "full": str(full), "thumb": str(thumb), "box": box, "turn": turn}
        return DecodedPhoto(**self._ask(question))

    def within_frame(self, picture: Path) -> tuple[int, int, int, int] | None:
        """The part (left, top, right, bottom) of a photo of ours within bars or a screenshot's frame; None without one."""
        box = self._ask({"frame": str(picture)})["box"]
        return None if box is None else (box[0], box[1], box[2], box[3])

    def draw(self, number: int, target: Path) -> None:
        """Write one of the sample character's drawn photos to `target`."""
        self._ask({"draw": number, "full": str(target)})

    def close(self) -> None:
        self.children.close()
        self._comparing.close()

    def _ask(self, request: dict[str, Any], pool: ChildPool | None = None) -> dict[str, Any]:
        with (pool or self.children).child() as child:
            answer = _answer(child, request)
        if "code" in answer:
            context = {"code": answer["code"], "detail": answer.get("detail", "")}
            _log.info("Photo refused", extra={"context": context})
            raise _refusal(answer["code"], said(answer["message"], **answer.get("values", {})))
        return answer


def _answer(child: JsonChild, request: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = child.ask(request)
    except ChildDidNotStart as fault:
        raise NotReadyError(
            "photo_decoder_unavailable",
            "The program that reads photos does not start.",
            "Check that Pillow is installed in ComfyUI's Python, then try again.",
        ) from fault
    except ChildIsStarting as slow:
        raise _slow("The program that reads photos is still starting: this computer is busy.") from slow
    if answer is None:
        _log.warning("Decoding child ended or hung", extra={"context": {"exit": child.exit_code}})
        if child.exit_code is None:
            raise _slow("This photo took too long to read: this computer is busy.")
        answer = {"code": "photo_damaged", "message": "This picture could not be decoded."}
    return answer


def _child(timeout_s: float) -> JsonChild:
    return JsonChild(
        CHILD,
        timeout_s=timeout_s,
        arguments=lambda: library_folders(("PIL", "pillow_heif", "numpy")),
        environment=_KEEPS_MEMORY,
    )


def _slow(message: str) -> NotReadyError:
    """Not the photo's fault."""
    return NotReadyError("photo_decoder_slow", message, "Try again in a minute.")


def _refusal(code: str, message: str) -> IsengardError:
    kind, hint = _HINTS.get(code, _HINTS["photo_damaged"])
    return kind(code, message, hint)
