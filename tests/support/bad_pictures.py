"""Files that are not photos, or are dangerous ones; each as (name, bytes, the code a person is shown)."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile
import zlib

from PIL import Image

Case = tuple[str, bytes, str]


def picture(kind: str = "JPEG", size=(320, 240), **options) -> bytes:
    """A noisy picture, so that every part of the file matters."""
    noise = random.Random(7).randbytes(size[0] * size[1] * 3)
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    stream = io.BytesIO()
    Image.frombytes("RGB", size, noise).save(stream, kind, **options)
    return stream.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG with any header over any (too short) body."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(body))
        + chunk(b"IEND", b"")
    )


def _saved(kind: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(stream, kind)
    return stream.getvalue()


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.jpg", b"x")
    return stream.getvalue()


def _jpeg_with_header(width: int, height: int) -> bytes:
    """A true JPEG whose frame header claims another size."""
    data = picture()
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def _heic_with_size(width: int, height: int) -> bytes:
    data = picture("HEIF")
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def _truncated() -> list[Case]:
    found = []
    for kind in ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP"):
        whole = picture(kind)
        for part in (0.05, 0.3, 0.6, 0.95):
            found.append((f"{kind} cut at {part}", whole[: int(len(whole) * part)], "photo_damaged"))
    return found


def _other_kinds() -> list[Case]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    kinds = {
        "svg": svg,
        "svg gzipped": gzip.compress(svg),
        "html": b"<!doctype html><script>alert(1)</script>",
        "xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>',
        "text": b"hello",
        "one byte": b"\xff",
        "gif with script": b"GIF89a/*" + bytes(40) + b"*/=alert(1)",
        "pdf": b"%PDF-1.7\n",
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "fits": b"SIMPLE  =                    T" + bytes(2880),
        "psd": b"8BPS\x00\x01" + bytes(40),
        "executable": b"MZ" + bytes(200),
        "elf": b"\x7fELF" + bytes(200),
        "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94",
        "jpeg xl": b"\xff\x0a" + bytes(60),
        "mp4": struct.pack(">I", 24) + b"ftypisom" + bytes(60),
        "zip": _zip(),
        "safetensors": struct.pack("<Q", 2) + b"{}",
        **{kind.lower(): _saved(kind) for kind in ("GIF", "ICO", "PPM", "TGA", "JPEG2000")},
    }
    return [(name, data, "photo_type") for name, data in kinds.items()]


def _damaged() -> list[Case]:
    jpeg, whole_png = picture(), picture("PNG")
    flipped = bytearray(whole_png)
    flipped[len(flipped) // 2] ^= 0xFF
    return [
        ("jpeg signature alone", b"\xff\xd8\xff", "photo_damaged"),
        ("png signature alone", b"\x89PNG\r\n\x1a\n", "photo_damaged"),
        ("webp header alone", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "photo_damaged"),
        ("heic header alone", struct.pack(">I", 24) + b"ftypheic" + bytes(12), "photo_damaged"),
        ("heic of noise", struct.pack(">I", 24) + b"ftypheic" + random.Random(1).randbytes(5000), "photo_damaged"),
        ("avif header alone", struct.pack(">I", 24) + b"ftypavif" + bytes(60), "photo_damaged"),
        ("bmp header alone", b"BM" + bytes(12) + b"\x28\0\0\0" + bytes(36), "photo_damaged"),
        ("tiff header alone", b"II*\0\x08\0\0\0" + bytes(20), "photo_damaged"),
        ("jpeg signature and html", b"\xff\xd8\xff<html><script>alert(1)</script>", "photo_damaged"),
        ("png signature and php", b"\x89PNG\r\n\x1a\n<?php system($_GET[0]); ?>", "photo_damaged"),
        ("jpeg tables gone", jpeg[:20] + jpeg[-2:], "photo_damaged"),
        ("png with a flipped byte", bytes(flipped), "photo_damaged"),
        ("png without pixels", png(64, 64), "photo_damaged"),
        ("png of size 0", png(0, 64), "photo_damaged"),
        ("webp of noise", b"RIFF" + struct.pack("<I", 900) + b"WEBPVP8L" + random.Random(2).randbytes(888), "photo_damaged"),
    ]  # fmt: skip


def _huge() -> list[Case]:
    too_many = "photo_too_many_pixels"
    return [
        ("png 20000 x 20000", png(20_000, 20_000, bytes(60_001 * 200)), too_many),
        ("png 65535 x 65535", png(65_535, 65_535), too_many),
        ("png 2147483647 x 1", png(2**31 - 1, 1), too_many),
        ("png one pixel row over 200 megapixels", png(20_000, 10_001, bytes(1000)), too_many),
        ("jpeg 65000 x 65000", _jpeg_with_header(65_000, 65_000), too_many),
        ("heic 30000 x 30000", _heic_with_size(30_000, 30_000), too_many),
    ]


def cases() -> list[Case]:
    return [("empty", b"", "photo_empty"), *_truncated(), *_other_kinds(), *_damaged(), *_huge()]
