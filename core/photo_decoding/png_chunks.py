"""A PNG without what is not its picture: a fault beside the pixels costs no photo. Standard library only; loaded by path."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Of a colour profile, unpacked: one with a printer's tables has two or three.
MAX_PROFILE_BYTES = 8 * 1024**2
#: Of a text that may say how the picture is turned.
MAX_TEXT_BYTES = 256 * 1024
_TURNING = (b"XML:com.adobe.xmp", b"Raw profile type exif", b"Raw profile type APP1")
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
#: Bytes of the transparent colour, by the picture's colour type; a palette's are as many as it has.
_CLEAR_BYTES = {0: 2, 2: 6}


def cleaned(data: bytes) -> tuple[bytes, bool]:
    """The PNG with its pixels, colours and orientation, and whether it is an animation.

    What other programs keep in it (workflows, notes, resolutions) is left behind, and so is anything beside the
    pixels that is damaged, as viewers do. Chunks of the picture itself stay as they are, damaged or not.
    """
    kept, seen, animated = [SIGNATURE], set[bytes](), False
    for kind, body, whole in _chunks(data):
        if kind == b"acTL":
            animated = int.from_bytes(body[:4], "big") > 1
        if not kind or kind[0] < ord("a"):  # of the picture itself
            kept.append(whole)
        elif kind not in seen and _counts(kind, body, whole, colour_type=data[25] if len(data) > 25 else 0):
            kept.append(whole)
            if kind not in _TEXTS:
                seen.add(kind)
    return b"".join(kept), animated


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(kind, body, everything) of each; what cannot be told apart any more comes last, without a kind."""
    at = len(SIGNATURE)
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(data) or not kind.isalpha():
            yield b"", b"", data[at:]
            return
        yield kind, data[at + 8 : end - 4], data[at:end]
        if kind == b"IEND":
            return
        at = end


def _counts(kind: bytes, body: bytes, whole: bytes, *, colour_type: int) -> bool:
    """Whether a chunk beside the pixels is sound and changes how they look."""
    if zlib.crc32(whole[4:-4]) != int.from_bytes(whole[-4:], "big"):
        return False
    if kind == b"iCCP":
        name, _, packed = body.partition(b"\0")
        return bool(name) and packed[:1] == b"\0" and _unpacks(packed[1:], MAX_PROFILE_BYTES)
    if kind == b"tRNS":
        return len(body) >= _CLEAR_BYTES.get(colour_type, 1)
    if kind in _TEXTS:
        return _turns(kind, body)
    return kind == b"eXIf"


def _turns(kind: bytes, body: bytes) -> bool:
    """Whether a text may say how the picture is turned, and is short."""
    keyword, _, rest = body.partition(b"\0")
    if keyword not in _TURNING or len(rest) > MAX_TEXT_BYTES:
        return False
    if kind == b"tEXt":
        return True
    if kind == b"zTXt":
        return rest[:1] == b"\0" and _unpacks(rest[1:], MAX_TEXT_BYTES)
    packed = rest[2:].split(b"\0", 2)
    if len(packed) < 3:
        return False
    return rest[:1] == b"\0" or (rest[:2] == b"\1\0" and _unpacks(packed[2], MAX_TEXT_BYTES))


def _unpacks(data: bytes, limit: int) -> bool:
    """Whether packed data is whole and not larger than `limit`."""
    unpacker = zlib.decompressobj()
    try:
        size = len(unpacker.decompress(data, limit + 1))
    except zlib.error:
        return False
    return size <= limit and unpacker.eof
