"""A ZIP that somebody else made, unpacked with limits of our own: what it says of names and sizes is not believed."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..errors import InvalidError, TooLargeError

MAX_ARCHIVE_BYTES = 2 * 1024**3
#: Pictures and LoRAs do not shrink; what unpacks to much more than its size is made to.
_MOST_TIMES = 20
_SMALL_BYTES = 64 * 1024**2
_CHUNK = 256 * 1024
#: Bytes of the list at a ZIP's end for each entry: 46, its name, and what packers note beside it. The list is read whole, and
#: becomes far larger in memory.
_ENTRY_BYTES = 1024
#: What zipfile raises for files that are not as they should be, or are encrypted.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


@dataclass
class ArchiveReader:
    """`left` bytes may still be unpacked, of all entries together."""

    archive: zipfile.ZipFile
    left: int

    def unpack(self, name: str, stream: BinaryIO, limit: int) -> None:
        """KeyError when there is no such entry, InvalidError `archive_damaged`, TooLargeError `archive_too_large`."""
        for chunk in self._chunks(name, limit):
            stream.write(chunk)

    def read(self, name: str, limit: int) -> bytes:
        """The same, in memory."""
        return b"".join(self._chunks(name, limit))

    def _chunks(self, name: str, limit: int) -> Iterator[bytes]:
        size = 0
        try:
            with self.archive.open(name) as source:
                while chunk := source.read(_CHUNK):
                    size += len(chunk)
                    self.left -= len(chunk)
                    if size > limit or self.left < 0:
                        raise too_large()
                    yield chunk
        except DAMAGE as damage:
            raise damaged() from damage


class _InParts(io.BufferedReader):
    """A file of which nobody reads more than `most` bytes at once: TooLargeError `archive_too_large`."""

    def __init__(self, source: Path, most: int) -> None:
        super().__init__(io.FileIO(source))
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self._most:
            raise too_large()
        return super().read(size)


@contextmanager
def opened(source: Path, most_entries: int) -> Iterator[ArchiveReader]:
    """InvalidError `archive_damaged`, TooLargeError `archive_too_large`."""
    try:
        file = _InParts(source, max(_CHUNK, most_entries * _ENTRY_BYTES))
        archive = zipfile.ZipFile(file)
    except DAMAGE as damage:
        raise damaged() from damage
    with file, archive:
        entries = archive.infolist()
        if len(entries) > most_entries:
            raise too_large()
        if len({entry.header_offset for entry in entries}) < len(entries):
            raise damaged()  # many names for one piece of data
        left = min(MAX_ARCHIVE_BYTES, _SMALL_BYTES + _MOST_TIMES * source.stat().st_size)
        yield ArchiveReader(archive, left)


def damaged() -> InvalidError:
    return InvalidError(
        "archive_damaged", "This file is damaged or encrypted.", "Export the character again."
    )


def too_large() -> TooLargeError:
    return TooLargeError(
        "archive_too_large",
        "This file is too large for a character.",
        "The limit is 500 photos and 2 GB in all.",
    )
