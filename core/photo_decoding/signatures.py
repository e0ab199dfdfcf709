"""What a file is by its first bytes. Standard library only: the child loads this file by path."""

from __future__ import annotations

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
#: Said of the structure of a file only: which codec is inside stands among the compatible brands.
_OPEN_BRANDS = {b"mif1", b"msf1"}
#: Bytes needed to decide.
PROBE_BYTES = 512
#: Sizes of the header that follows the 14 bytes of a BMP: two letters alone would be any text's.
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
_UNKNOWN = "This is not a picture that can be read here."
RAW = "This is a raw file of a camera."
_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
)
_OTHERS = (
    (b"GIF8", "This is a GIF picture."),
    (b"\xff\x0a", "This is a JPEG XL picture."),
    (b"\0\0\0\x0cJXL ", "This is a JPEG XL picture."),
    (b"\0\0\0\x0cjP  ", "This is a JPEG 2000 picture."),
    (b"FUJIFILMCCD-RAW", RAW),
    (b"IIRO", RAW),
    (b"IIRS", RAW),
    (b"IIU\0", RAW),
    (b"8BPS", "This is a Photoshop document."),
    (b"%PDF", "This is a PDF document."),
    (b"PK\x03\x04", "This is a ZIP archive."),
    (b"\0\x05\x16\x07", "This is a helper file of macOS."),
)


def kind_of(head: bytes) -> str:
    """`jpeg`, `png`, `webp`, `heic`, `avif`, `tiff`, `bmp`, or '' for everything else, whatever the file is called."""
    if head[4:8] == b"ftyp":
        return _kind_of_brands(head)
    for start, kind in _STARTS:
        if head.startswith(start) and not (kind == "tiff" and head[8:10] == b"CR"):  # Canon's raw files
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    is_bmp = head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADERS
    return "bmp" if is_bmp else ""


def what_is(head: bytes) -> str:
    """Say of a file that is not a photo of ours what it is."""
    if head[4:8] == b"ftyp":
        return RAW if head[8:12] == b"crx " else "This is a video."
    if head[:4] in (b"II*\0", b"MM\0*"):
        return RAW
    text = head.lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "This is a web page."
    if b"<svg" in text:
        return "This is an SVG drawing."
    return next((name for start, name in _OTHERS if head.startswith(start)), _UNKNOWN)


def _kind_of_brands(head: bytes) -> str:
    """By the brand of the file; one that leaves it open is judged by the compatible ones."""
    major, size = head[8:12], int.from_bytes(head[:4], "big")
    if major in AVIF_BRANDS:
        return "avif"
    if major in _OPEN_BRANDS and not {head[at : at + 4] for at in range(16, size, 4)}.isdisjoint(AVIF_BRANDS):
        return "avif"
    return "heic" if major in HEIF_BRANDS else ""
