"""Several children that answer the same questions, as many at once as there are places; those that are not needed any more end."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from .json_child import JsonChild

#: So long a child that came to help waits for more; those that stay answer a single question at once.
IDLE_S = 30.0


class ChildPool:
    """Thread-safe: whoever asks has a child to themselves, and waits while all are taken."""

    def __init__(
        self, make: Callable[[], JsonChild], places: int, *, stay: int = 1, idle_s: float = IDLE_S
    ) -> None:
        self._children = [make() for _ in range(places)]
        self._staying = self._children[:stay]
        self._idle_s = idle_s
        self._lock = threading.Condition()
        self._free = list(reversed(self._children))  # the first is taken first, so one asker needs one child
        self._clearing: threading.Timer | None = None

    @contextmanager
    def child(self, at_most: int | None = None) -> Iterator[JsonChild]:
        """A child of one's own, as soon as one is free and fewer than `at_most` are at work."""
        most = at_most or len(self._children)
        with self._lock:
            self._lock.wait_for(lambda: self._free and self._at_work() < most)
            child = self._free.pop()
        try:
            yield child
        finally:
            with self._lock:
                self._free.append(child)
                self._free.sort(key=self._children.index, reverse=True)
                self._lock.notify_all()
            self._clear_later(child)

    @property
    def is_at_work(self) -> bool:
        """Whether anybody asks one of them now."""
        with self._lock:
            return self._at_work() > 0

    def _at_work(self) -> int:
        return len(self._children) - len(self._free)

    @property
    def pids(self) -> list[int]:
        """The process ids of those that run, the one that stays first."""
        return [child.pid for child in self._children if child.pid is not None]

    def close(self) -> None:
        with self._lock:
            if self._clearing is not None:
                self._clearing.cancel()
        for child in self._children:
            child.close()

    def _clear_later(self, child: JsonChild) -> None:
        if child in self._staying:
            return
        with self._lock:
            if self._clearing is not None:
                self._clearing.cancel()
            self._clearing = threading.Timer(self._idle_s, self._clear)
            self._clearing.daemon = True
            self._clearing.start()

    def _clear(self) -> None:
        """End those that came to help and do nothing now; one that is at work is looked at again when it is free."""
        with self._lock:
            ended = [child for child in self._free if child not in self._staying]
            self._free = [child for child in self._free if child in self._staying]
        for child in ended:
            child.close()
        with self._lock:
            self._free = sorted([*self._free, *ended], key=self._children.index, reverse=True)
            self._lock.notify_all()


def places(most: int, child_bytes: int) -> int:
    """Count how many children this computer has room for: `most` at best, one a core, and half of the memory for all of them."""
    return places_on(os.cpu_count() or 1, int(psutil.virtual_memory().total), most, child_bytes)


def places_on(cores: int, memory_bytes: int, most: int, child_bytes: int) -> int:
    """Count them by the numbers of a computer."""
    return max(1, min(cores, most, memory_bytes // 2 // child_bytes))
