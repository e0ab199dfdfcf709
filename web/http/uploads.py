"""Uploads streamed to tmp/, part by part, with our own byte counter (aiohttp does not count a streamed multipart)."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from ...core.characters.photo_store import MAX_PHOTO_BYTES
from ...core.errors import InvalidError, TooLargeError
from ...core.executor import in_thread
from ...core.paths import DataPaths
from ...core.said import listed, said
from .pace import Pace

#: What a form calls its files: photos, or an exported person.
PHOTO_FIELD = "photo"
CHARACTER_FIELD = "character"
#: Of an order for pictures that start from another one: the order as JSON, a photo, and a mask.
ORDER_FIELD, PICTURE_FIELD, MASK_FIELD = "order", "picture", "mask"
MAX_FILES = 500
MAX_REQUEST_BYTES = 2 * 1024**3
CHUNK = 256 * 1024
#: What aiohttp raises for bodies that are not what their headers say.
_UNREADABLE = (ValueError, HttpProcessingError, web.RequestPayloadError)


@dataclass(frozen=True)
class Upload:
    """A file in tmp/, which whoever takes it removes; one byte more than the limit is kept of a file that is too large, so that
    it is refused as such. `field` is what the form calls it."""

    file: Path
    name: str
    field: str


async def received(
    request: web.Request, paths: DataPaths, *fields: str, most_bytes: int = MAX_PHOTO_BYTES
) -> AsyncIterator[Upload]:
    """Each file of a multipart request in turn, of these fields; photos without any."""
    taken = fields or (PHOTO_FIELD,)
    try:
        reader = await request.multipart()
    except (ValueError, AssertionError) as fault:
        raise InvalidError(
            "bad_multipart", "This is not a multipart upload.", "Send the photos as form data."
        ) from fault
    count, total, pace = 0, 0, Pace()
    while True:
        try:
            part = await pace.next(reader.next())
        except _UNREADABLE as fault:
            raise InvalidError("bad_multipart", "The upload is incomplete.", "Send it again.") from fault
        if part is None:
            break
        if not isinstance(part, BodyPartReader) or part.name not in taken:
            raise _other_field(taken)
        count += 1
        if count > MAX_FILES:
            raise _too_many()
        file = paths.tmp / f"{secrets.token_hex(12)}.upload"
        try:
            total += await _store(part, file, most_bytes, pace)
            if total > MAX_REQUEST_BYTES:
                raise _too_much()
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        yield Upload(file, part.filename or "", part.name)
    if not count:
        raise InvalidError(
            "no_photos",
            "There is no file in this upload.",
            said("Send fields called {field}.", field=taken[0]),
        )


def _other_field(taken: Sequence[str]) -> InvalidError:
    message = said("Only fields called {fields} are accepted.", fields=listed(taken))
    return InvalidError("bad_field", message, "Send files only.")


def _too_much() -> TooLargeError:
    return TooLargeError(
        "body_too_large", "These files are more than 2 GB together.", "Send fewer photos at once."
    )


def _too_many() -> TooLargeError:
    message = said("At most {most} photos at once.", most=MAX_FILES)
    return TooLargeError("too_many_files", message, "Send fewer at once.")


async def _store(part: BodyPartReader, file: Path, most_bytes: int, pace: Pace) -> int:
    """Bytes received. What goes beyond the limit is read and thrown away, so that the answer arrives."""
    received_bytes, kept = 0, 0
    file.touch(mode=0o600, exist_ok=False)
    with file.open("wb") as stream:
        while chunk := await pace.next(part.read_chunk(CHUNK)):
            received_bytes += len(chunk)
            pace.came(len(chunk))
            room = most_bytes + 1 - kept
            if room > 0:
                await in_thread(stream.write, chunk[:room])
                kept += min(len(chunk), room)
            if received_bytes > MAX_REQUEST_BYTES:
                break
    return received_bytes
