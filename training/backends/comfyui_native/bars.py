"""The losses of a training, read from the bar that ComfyUI's training node draws on its console: nothing else of it tells them."""

from __future__ import annotations

import re
import threading
import time

_BAR = re.compile(r"Training LoRA:\s+\d+%\|.*\|\s*(\d+)/(\d+) \[[^\]]*?loss=([-+\w.]+)")
_ENDS = re.compile(r"[\r\n]")


class Bars:
    """Fed by the thread that reads the console. The bar says `n` steps are done while it already shows the loss of the next one; what it
    shows last before `n` moves is that step's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._text = ""
        self.begin(0)

    def begin(self, first: int) -> None:
        """Forget the bar of the prompt before; `first` steps are done."""
        with self._lock:
            self._first, self._at, self._loss, self._total = first, -1, 0.0, 0
            self._points: list[tuple[int, float]] = []
            self._since: tuple[int, float] | None = None
            self._now: tuple[int, float] | None = None

    def feed(self, text: str) -> None:
        with self._lock:
            *whole, self._text = _ENDS.split(self._text + text)
            for piece in whole:
                match = _BAR.search(piece)
                if match:
                    self._look(int(match[1]), int(match[2]), _number(match[3]))

    def finish(self, patience_s: float = 2.0) -> None:
        """The prompt has succeeded: its console may come a moment later, and the last step's loss is what the bar showed last."""
        deadline = time.monotonic() + patience_s
        while not self._full and time.monotonic() < deadline:
            time.sleep(0.02)
        with self._lock:
            if 0 <= self._at < self._total:
                self._points.append((self._first + self._at + 1, self._loss))
                self._at = self._total

    def take(self) -> list[tuple[int, float]]:
        """Losses by step that were not taken yet."""
        with self._lock:
            points, self._points = self._points, []
            return points

    @property
    def pace(self) -> float | None:
        """Seconds a step, as the bar moves; None before it has moved twice."""
        if self._since is None or self._now is None or self._now[0] == self._since[0]:
            return None
        return (self._now[1] - self._since[1]) / (self._now[0] - self._since[0])

    @property
    def _full(self) -> bool:
        return 0 < self._total == self._at

    def _look(self, at: int, total: int, loss: float) -> None:
        if at > self._at >= 0:
            self._points.append((self._first + self._at + 1, self._loss))
        if (
            at != self._at and at
        ):  # it stands at 0 until the first step is done: how long that took it does not show
            self._now = (at, time.monotonic())
            self._since = self._since or self._now
        self._at, self._total, self._loss = at, total, loss


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
