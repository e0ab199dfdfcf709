"""How much of its models a trainer has fetched: seen from outside, by what grows in the hub's cache."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .hub_cache import repository_folder

#: Seconds between two looks at the disk.
LOOK_S = 1.0
_UNFINISHED = ".incomplete"
_BLOCK = 512


@dataclass(frozen=True)
class Fetched:
    """`done` bytes came since the first look (what had been half fetched included), of about `total`; 0: not known.
    `fetching`: a file is on its way."""

    done: int = 0
    total: int = 0
    fetching: bool = False


class HubGrowth:
    """Growth of the `repositories` that one run needs, which are `total` bytes where that is known."""

    def __init__(
        self,
        cache: Path,
        repositories: Sequence[str],
        total: int = 0,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders = [repository_folder(cache, name) for name in dict.fromkeys(repositories)]
        self._clock = clock
        self._before, self._left_over = self._measured()
        self._total = total
        #: unfinished files that are being written, not left behind by another program
        self._alive: set[str] = set()
        self._next = clock() + LOOK_S
        self._last = Fetched()

    def look(self) -> Fetched:
        """Look at the disk at most once a second."""
        if self._clock() >= self._next:
            self._next = self._clock() + LOOK_S
            self._last = self._fetched()
        return self._last

    def _fetched(self) -> Fetched:
        finished, unfinished = self._measured()
        self._alive |= {file for file, size in unfinished.items() if size != self._left_over.get(file)}
        growing = [size for file, size in unfinished.items() if file in self._alive]
        done = max(0, finished - self._before) + sum(growing)
        missing = self._total - self._before
        return Fetched(done, missing if missing >= done else 0, bool(growing))

    def _measured(self) -> tuple[int, dict[str, int]]:
        """Bytes of finished files, and of each unfinished one."""
        finished, unfinished = 0, {}
        for folder in self._folders:
            for file, size in _files(folder / "blobs"):
                if file.endswith(_UNFINISHED):
                    unfinished[file] = size
                else:
                    finished += size
            # where there are no links (Windows), the files themselves lie there
            finished += sum(size for _, size in _files(folder / "snapshots"))
        return finished, unfinished


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """Every file below and the bytes that were written of it; those that vanish meanwhile are left out."""
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root, name)
            try:
                if not path.is_symlink():
                    yield str(path), written_bytes(path.stat())
            except OSError:
                continue


def written_bytes(status: os.stat_result) -> int:
    """A file that is fetched in many parts at once has its whole length from the start, but not its blocks."""
    blocks = getattr(status, "st_blocks", 0) * _BLOCK
    return min(status.st_size, blocks) if blocks else status.st_size
