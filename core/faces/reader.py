"""The parent's side of reading faces. What is known of a face is kept in memory only, never on a disk, never in an answer."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import NotReadyError
from ..paths import DataPaths
from ..processes.child_pool import ChildPool, places
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
#: Unused for so long, a child ends: it holds 170 MB, and files that a person may want to remove.
IDLE_S = 30.0
#: A child for each of so many who ask at once: two look at a set of photos in little more than half the time.
MOST_AT_ONCE = 2
#: Pictures whose faces are remembered.
REMEMBERED = 512
_log = logging.getLogger("isengard.faces")


class FaceReader:
    """Thread-safe. The same file (by size and time) is read once. `chosen`: names of the models that the owner has chosen, asked for
    at every picture, so that a choice counts at once; `left_out`: runtimes that must not be used now; `at_once`: as many as ask at
    once have a child each, by default what the computer has room for."""

    def __init__(
        self,
        paths: DataPaths,
        *,
        chosen: Callable[[], Sequence[str]] = tuple,
        left_out: Callable[[], Sequence[str]] = tuple,
        timeout_s: float = TIMEOUT_S,
        start_s: float = START_S,
        idle_s: float = IDLE_S,
        at_once: int | None = None,
    ) -> None:
        self._paths = paths
        self._chosen = chosen
        self._left_out = left_out
        self._start_s = start_s
        #: What the children were started with and what is remembered was read with.
        self._reading: Reading | None = None
        self._lock = threading.Lock()
        #: How often everybody was forgotten: what was asked before is not remembered after.
        self._forgotten = 0
        self._known: OrderedDict[tuple[str, int, int], Seen] = OrderedDict()
        self._at_once = at_once
        self._children = ChildPool(
            lambda: self._child(timeout_s), at_once or MOST_AT_ONCE, stay=0, idle_s=idle_s
        )

    @property
    def at_once(self) -> int:
        """So many pictures are read at once: as many as this computer has room for the chosen models."""
        reading = self._reading_now()
        return self._most(reading) if reading is not None else 1

    def _most(self, reading: Reading) -> int:
        return self._at_once or places(MOST_AT_ONCE, reading.memory)

    def _child(self, timeout_s: float) -> JsonChild:
        return JsonChild(
            CHILD,
            timeout_s=timeout_s,
            start_s=2 * self._start_s,
            arguments=self._arguments,
        )

    def _arguments(self) -> list[str]:
        """Without the lock: who holds it may wait for this child to end."""
        return self._reading.arguments if self._reading is not None else []

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
        if self._children.is_at_work:
            return
        self._follow_the_choice()
        with self._children.child() as child, contextlib.suppress(ChildIsStarting):
            self._start(child)

    def faces(self, picture: Path) -> tuple[Face, ...]:
        """Faces of a picture, largest first; none in one that cannot be read. Raises as `look`."""
        return self.look(picture).faces

    def look(self, picture: Path) -> Seen:
        """See what a picture shows; nothing in one that cannot be read. NotReadyError `face_tools_missing`, `face_tools_broken`,
        `face_tools_slow`."""
        status = picture.stat()
        key = (str(picture), status.st_size, status.st_mtime_ns)
        return self._known_or_read(picture, key)

    def perhaps(self, picture: Path) -> list[Shares]:
        """Find where somebody may be in a picture, beside those whose faces are seen; raises as `look`."""
        answer = self._ask(picture, self._follow_the_choice(), perhaps=True) or {}
        return [(left, top, right, bottom) for left, top, right, bottom in answer.get("perhaps", ())]

    def _known_or_read(self, picture: Path, key: tuple[str, int, int]) -> Seen:
        while True:
            reading, forgotten = self._follow_the_choice(), self._forgotten
            with self._lock:
                if key in self._known:
                    self._known.move_to_end(key)
                    return self._known[key]
            answer = self._ask(picture, reading)
            if answer is None:  # perhaps it was not this picture's fault: asked anew next time
                return Seen()
            with self._lock:
                if reading != self._reading:  # another model may have answered
                    continue
                seen = seen_of(answer, reading.model)
                if wanted_still := forgotten == self._forgotten:
                    self._remember(key, seen)
            if not wanted_still:  # the child was asked after everybody was forgotten: it saw them, too
                self._children.close()
            return seen

    def _remember(self, key: tuple[str, int, int], seen: Seen) -> None:
        self._known[key] = seen
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _follow_the_choice(self) -> Reading:
        """What another model has seen is not remembered: its numbers say nothing to this one's."""
        wanted = self._wanted()
        with self._lock:
            if wanted != self._reading:
                self._known.clear()
                self._reading = wanted
                self._children.close()
        return wanted

    def forget(self) -> None:
        """Remember nothing of anybody, and end the children that saw them."""
        with self._lock:
            self._forgotten += 1
            self._known.clear()
            self._children.close()

    def close(self) -> None:
        self._children.close()

    def _ask(self, picture: Path, reading: Reading, *, perhaps: bool = False) -> dict[str, Any] | None:
        """What a child answers as soon as one has started. NotReadyError `face_tools_slow` where that takes too long."""
        question = {"picture": str(picture), **({"perhaps": True} if perhaps else {})}
        deadline = time.monotonic() + self._start_s
        while True:
            with self._children.child(self._most(reading)) as child, contextlib.suppress(ChildIsStarting):
                self._start(child)
                answer = child.ask(question)
                _tell(answer, child.exit_code, "perhaps" if perhaps else "faces")
                return answer
            time.sleep(START_PAUSE_S)
            if time.monotonic() > deadline:
                raise _slow("The program that measures likeness is still starting: this computer is busy.")

    def _start(self, child: JsonChild) -> None:
        try:
            child.start(START_STEP_S)
        except ChildDidNotStart as fault:
            raise NotReadyError(
                "face_tools_broken",
                "The program that measures likeness doesn't start.",
                "Remove it in the settings and set it up again.",
            ) from fault

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


def _tell(answer: dict[str, Any] | None, exit_code: int | None, wanted: str) -> None:
    """NotReadyError `face_tools_slow` where it was the computer's fault that nothing was answered."""
    if answer is not None and wanted in answer:
        return
    reason = answer["message"] if answer else f"exit {exit_code}"
    _log.warning("A picture's faces could not be read", extra={"context": {"reason": reason}})
    if answer is None and exit_code is None:
        raise _slow("A picture took too long to measure: this computer is busy.")


def _slow(message: str) -> NotReadyError:
    """Not the tools' fault: setting them up again would change nothing."""
    return NotReadyError("face_tools_slow", message, "Try again when it has less to do.")
