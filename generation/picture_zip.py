"""Many pictures as one zip file, given out as it is made: nothing of it is written to a disk or kept whole in memory."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ..core.errors import NotFoundError


class _Sink:
    """Takes what zipfile writes until it is given on; without a place in it, so that zipfile never goes back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zipped(
    entries: Iterable[tuple[str, Path]], content: Callable[[Path], bytes] = Path.read_bytes
) -> Iterator[bytes]:
    """Give out a zip file of these (name, file) piece by piece, one for each picture; files that are gone meanwhile are left out.

    Pictures do not shrink, so they are stored as they are, with all that is said in them; `content` gives what goes in of a file.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
        for name, file in entries:
            try:
                entry = zipfile.ZipInfo.from_file(file, name, strict_timestamps=False)
                archive.writestr(entry, content(file))
            except (FileNotFoundError, NotFoundError):
                continue
            yield sink.taken()
    yield sink.taken()
