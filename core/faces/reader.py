"""The parent's side of reading faces. What is known of a face is kept in memory only, never on a disk, never in an answer."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from ..errors import NotReadyError
from ..paths import DataPaths
from ..processes.json_child import ChildDidNotStart, ChildIsStarting, JsonChild
from .calibration import DLIB
from .face import Face, Seen, Shares, seen_of
from .models.choice import Reading, reading_of
from .tools import find_tools

CHILD = Path(__file__).resolve().parent / "reading" / "child.py"
#: A picture takes about 0.15 s on one core.
TIMEOUT_S = 30.0
#: Its start loads 32 MB of models, in half a second where the machine is idle; beside a training it took over 30.
START_S = 180.0
#: Whoever waits for the start lets others in between (somebody may be forgotten meanwhile), and a request waits no longer.
START_STEP_S = 3.0
START_PAUSE_S = 0.05
#: Unused for so long, the child ends: it holds 170 MB, and files that a person may want to remove.
IDLE_S = 30.0
#: Pictures whose faces are remembered.
REMEMBERED = 512
_log = logging.getLogger("isengard.faces")
_Answer = TypeVar("_Answer")


class FaceReader:
    """Thread-safe. The same file (by size and time) is read once. `chosen`: names of the models that the owner has chosen, asked for
    at every picture, so that a choice counts at once; `left_out`: runtimes that must not be used now."""

    def __init__(
        self,
        paths: DataPaths,
        *,
        chosen: Callable[[], Sequence[str]] = tuple,
        left_out: Callable[[], Sequence[str]] = tuple,
        timeout_s: float = TIMEOUT_S,
        start_s: float = START_S,
        idle_s: float = IDLE_S,
    ) -> None:
        self._paths = paths
        self._chosen = chosen
        self._left_out = left_out
        #: What the child was started with and what is remembered was read with.
        self._reading: Reading | None = None
        self._timeout_s = timeout_s
        self._start_s = start_s
        self._idle_s = idle_s
        self._idle: threading.Timer | None = None
        self._lock = threading.Lock()
        self._child: JsonChild | None = None
        self._known: OrderedDict[tuple[str, int, int], Seen] = OrderedDict()

    def is_ready(self) -> bool:
        """Tell whether the tools are there."""
        return find_tools(self._paths) is not None

    def used(self) -> dict[str, str]:
        """Tell which model fills each role now; empty where nothing can be read."""
        reading = self._reading_now()
        return dict(reading.used) if reading is not None else {}

    @property
    def model(self) -> str:
        """The name that numbers are kept under now; that of the default where nothing can be read."""
        reading = self._reading_now()
        return reading.model if reading is not None else DLIB.model

    def start(self) -> None:
        """Make sure, before something is promised, that faces can be read: NotReadyError `face_tools_missing`, or `face_tools_broken` where that shows soon.

        Does not wait for pictures that are being read, nor for a slow start: who reads next waits for it."""
        self._wanted()
        if not self._lock.acquire(blocking=False):
            return
        try:
            with contextlib.suppress(ChildIsStarting):
                self._started()
        finally:
            self._lock.release()

    def faces(self, picture: Path) -> tuple[Face, ...]:
        """Faces of a picture, largest first; none in one that cannot be read. Raises as `look`."""
        return self.look(picture).faces

    def look(self, picture: Path) -> Seen:
        """See what a picture shows; nothing in one that cannot be read. NotReadyError `face_tools_missing`, `face_tools_broken`,
        `face_tools_slow`."""
        status = picture.stat()
        key = (str(picture), status.st_size, status.st_mtime_ns)
        return self._once_started(lambda: self._known_or_read(picture, key))

    def perhaps(self, picture: Path) -> list[Shares]:
        """Find where somebody may be in a picture, beside those whose faces are seen; raises as `look`."""
        answer = self._once_started(lambda: self._ask(picture, perhaps=True)) or {}
        return [(left, top, right, bottom) for left, top, right, bottom in answer.get("perhaps", ())]

    def _once_started(self, ask: Callable[[], _Answer]) -> _Answer:
        """What is answered as soon as the child has started. NotReadyError `face_tools_slow` where that takes too long."""
        deadline = time.monotonic() + self._start_s
        while True:
            with self._lock, contextlib.suppress(ChildIsStarting):
                return ask()
            time.sleep(START_PAUSE_S)
            if time.monotonic() > deadline:
                raise _slow("The program that measures likeness is still starting: this computer is busy.")

    def _known_or_read(self, picture: Path, key: tuple[str, int, int]) -> Seen:
        model = self._follow_the_choice().model
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        answer = self._ask(picture)
        if answer is None:  # perhaps it was not this picture's fault: asked anew next time
            return Seen()
        seen = self._known[key] = seen_of(answer, model)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return seen

    def _follow_the_choice(self) -> Reading:
        """What another model has seen is not remembered: its numbers say nothing to this one's."""
        wanted = self._wanted()
        if wanted != self._reading:
            self._known.clear()
            self._end()
            self._reading = wanted
        return wanted

    def forget(self) -> None:
        """Remember nothing of anybody, and end the child that saw them."""
        with self._lock:
            self._known.clear()
            self._end()

    def close(self) -> None:
        with self._lock:
            self._end()

    def _end(self) -> None:
        self._stop_waiting()
        if self._child is not None:
            self._child.close()
            self._child = None

    def _ask(self, picture: Path, *, perhaps: bool = False) -> dict[str, Any] | None:
        child = self._started()
        answer = child.ask({"picture": str(picture), **({"perhaps": True} if perhaps else {})})
        if answer is None or ("perhaps" if perhaps else "faces") not in answer:
            reason = answer["message"] if answer else f"exit {child.exit_code}"
            _log.warning("A picture's faces could not be read", extra={"context": {"reason": reason}})
            if answer is None and child.exit_code is None:
                raise _slow("A picture took too long to measure: this computer is busy.")
        return answer

    def _started(self) -> JsonChild:
        reading = self._follow_the_choice()
        self._stop_waiting()  # a start that takes longer than the idle time is not idle
        if self._child is None:
            self._child = JsonChild(
                CHILD,
                timeout_s=self._timeout_s,
                start_s=2 * self._start_s,
                arguments=lambda: reading.arguments,
            )
        try:
            self._child.start(START_STEP_S)
        except ChildDidNotStart as fault:
            raise NotReadyError(
                "face_tools_broken",
                "The program that measures likeness doesn't start.",
                "Remove it in the settings and set it up again.",
            ) from fault
        finally:
            self._wait_for_idleness()
        return self._child

    def _stop_waiting(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _wait_for_idleness(self) -> None:
        self._stop_waiting()
        self._idle = threading.Timer(self._idle_s, self.close)
        self._idle.daemon = True
        self._idle.start()

    def _reading_now(self) -> Reading | None:
        chosen = self._chosen()
        return reading_of(self._paths, chosen, self._left_out() if chosen else ())

    def _wanted(self) -> Reading:
        reading = self._reading_now()
        if reading is None:
            raise NotReadyError(
                "face_tools_missing",
                "Isengard can't measure likeness yet.",
                "Set it up under Images, Compare versions, or in the settings.",
            )
        return reading


def _slow(message: str) -> NotReadyError:
    """Not the tools' fault: setting them up again would change nothing."""
    return NotReadyError("face_tools_slow", message, "Try again when it has less to do.")
