"""A picture as a file with its mark: PNG and WebP with what ComfyUI reads a workflow from, JPEG without."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from . import xmp
from .content_credentials import signed
from .marking import Marking

if TYPE_CHECKING:
    from PIL.Image import Image

Format = Literal["png", "jpeg", "webp"]
MIME: dict[Format, str] = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
#: zlib's level for PNG, as ComfyUI's own.
_COMPRESSION = 4
_QUALITY = 95
#: EXIF fields in which ComfyUI's own WebP keeps the graph, and, counted down from it, what else belongs to it.
_GRAPH, _OTHERS = 0x0110, 0x010F


def encoded(
    picture: Image, kind: Format, texts: Mapping[str, str], source_type: str, marking: Marking
) -> bytes:
    """The file's bytes. `texts`: ComfyUI's metadata by name, left out of JPEG, from which ComfyUI reads none; `source_type` '' says nothing."""
    said = source_type if marking.in_file else ""
    write = {"png": _png, "jpeg": _jpeg, "webp": _webp}[kind]
    made = write(picture, texts, said)
    return signed(made, MIME[kind], said, marking.key_file) if said and marking.key_file else made


def _png(picture: Image, texts: Mapping[str, str], said: str) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    information = PngInfo()
    for name, text in texts.items():
        information.add_text(name, text)
    if said:
        information.add_itxt(xmp.PNG_KEYWORD, xmp.packet(said))
    return _saved(picture, "PNG", pnginfo=information, compress_level=_COMPRESSION)


def _jpeg(picture: Image, texts: Mapping[str, str], said: str) -> bytes:
    made = _saved(picture.convert("RGB"), "JPEG", quality=_QUALITY, subsampling=0)
    return xmp.in_jpeg(made, said) if said else made


def _webp(picture: Image, texts: Mapping[str, str], said: str) -> bytes:
    exif = picture.getexif()
    others = [name for name in texts if name != "prompt"]
    for number, name in enumerate(others):
        exif[_OTHERS - number] = f"{name}:{texts[name]}"
    if "prompt" in texts:
        exif[_GRAPH] = f"prompt:{texts['prompt']}"
    packed = {"xmp": xmp.packet(said).encode("utf-8")} if said else {}
    return _saved(picture, "WEBP", quality=_QUALITY, method=4, exif=exif, **packed)


def _saved(picture: Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()
