"""What a file is by its first bytes. Standard library only: the child loads this file by path."""

from __future__ import annotations

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
#: Bytes needed to decide.
PROBE_BYTES = 16


def kind_of(head: bytes) -> str:
    """`jpeg`, `png`, `webp`, `heic`, or '' for everything else, whatever the file is called."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "heic"
    return ""
