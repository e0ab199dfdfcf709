"""Bytes of folders, asked of the disk once: a folder whose time has not changed holds the same files as before."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

#: A folder that was changed just now may be changed again within the same tick of its clock.
_SETTLED_S = 2.0


@dataclass(frozen=True)
class _Seen:
    """One folder without those in it: when it was changed, its files' bytes, and the folders' names."""

    changed_ns: int
    bytes: int
    folders: tuple[str, ...]


@dataclass
class FolderSizes:
    """Sizes by folder. What is written in place (logs, a training that runs) changes no folder's time: that is asked `anew`. Links are not followed."""

    _seen: dict[str, _Seen] = field(default_factory=dict)
    #: how many folders were listed, and not taken from memory
    listed: int = 0

    def of(self, folder: Path | str, *, anew: bool = False, without: frozenset[str] = frozenset()) -> int:
        """Bytes of all files below; `without` folders of these names. What goes meanwhile counts nothing."""
        total, waiting = 0, [str(folder)]
        while waiting:
            place = waiting.pop()
            seen = self._look(place, anew=anew)
            if seen is None:
                continue
            total += seen.bytes
            waiting += [f"{place}{os.sep}{name}" for name in seen.folders if name not in without]
        return total

    def forget_gone(self) -> None:
        """Keep nothing of folders that are there no more."""
        self._seen = {place: seen for place, seen in self._seen.items() if os.path.isdir(place)}  # noqa: PTH112 - thousands of them

    def _look(self, place: str, *, anew: bool) -> _Seen | None:
        try:
            changed = os.stat(place, follow_symlinks=False).st_mtime_ns  # noqa: PTH116 - thousands of them
            known = self._seen.get(place)
            if known is not None and known.changed_ns == changed and not anew:
                return known
            seen = _listed(place, changed)
        except OSError:
            self._seen.pop(place, None)
            return None
        self.listed += 1
        if time.time() - changed / 1e9 > _SETTLED_S:
            self._seen[place] = seen
        return seen


def _listed(place: str, changed_ns: int) -> _Seen:
    total, folders = 0, list[str]()
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                total += entry.stat(follow_symlinks=False).st_size
    return _Seen(changed_ns, total, tuple(folders))
