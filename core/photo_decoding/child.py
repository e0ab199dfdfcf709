"""The decoding child: JSON lines in, JSON lines out. Run as `python -I <absolute path>/child.py`; must not import the package.

Request {source, full, thumb}: paths of ours. Answer {file_kind, width, height, pixel_hash, brightness, sharpness, phash}
or {code, message}. Orientation is applied, ICC converted to sRGB, transparency laid on white, all metadata left behind.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import sys
from typing import Any

MAX_PIXELS = 40_000_000
#: Address space of this process: a picture that needs more is refused by the operating system.
MAX_MEMORY_BYTES = 2 * 1024**3
#: PNG stays PNG up to here; beyond, JPEG is 12 times quicker and a tenth of the size (DESIGN section 5).
MAX_PNG_PIXELS = 1_000_000
THUMB_SIDE = 256
FORMATS = {"jpeg": ("JPEG",), "png": ("PNG",), "webp": ("WEBP",), "heic": ("HEIF",)}


class Refused(Exception):
    """Carries (code, message) for the answer."""


def _sibling(name: str) -> Any:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")  # noqa: PTH100, PTH118, PTH120
    spec = importlib.util.spec_from_file_location(f"isengard_photo_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def _open(source: str, kind: str) -> Any:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own, lower limit is checked below, before anything is decoded
    if kind == "heic":
        try:
            import pillow_heif
        except ImportError as missing:
            raise Refused("photo_heic_unavailable", "iPhone photos (HEIC) cannot be read yet.") from missing
        pillow_heif.register_heif_opener()
    image = Image.open(source, formats=FORMATS[kind])
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise Refused("photo_too_many_pixels", f"{width} x {height} pixels are more than 40 megapixels.")
    if min(width, height) < 1:
        raise Refused("photo_damaged", "This picture has no pixels.")
    image.load()
    return image


def _to_srgb(image: Any) -> Any:
    """8-bit RGB in sRGB: profile applied, transparency on white, 16-bit grey scaled."""
    from PIL import Image, ImageCms

    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("P", "LA", "PA") or (image.mode in ("RGB", "L") and "transparency" in image.info):
        image = image.convert("RGBA")
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    if alpha is not None:
        image = image.convert("RGB")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(
                image,
                source,
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            )
        except (ImageCms.PyCMSError, OSError):
            image = image.convert("RGB")
    image = image.convert("RGB")
    if alpha is not None:
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=alpha)
        image = white
    return image


def decode(request: dict[str, str]) -> dict[str, Any]:
    """One photo; raises Refused or what Pillow raises for damage."""
    from PIL import Image, ImageOps

    with open(request["source"], "rb") as stream:  # noqa: PTH123
        kind = _sibling("signatures").kind_of(stream.read(16))
    if not kind:
        raise Refused("photo_type", "This is not a JPEG, PNG, WebP or HEIC picture.")
    image = _to_srgb(ImageOps.exif_transpose(_open(request["source"], kind)))
    pixels = image.tobytes()
    keep_png = kind == "png" and image.width * image.height <= MAX_PNG_PIXELS
    clean = Image.frombytes("RGB", image.size, pixels)
    if keep_png:
        clean.save(request["full"], "PNG")
    else:
        clean.save(request["full"], "JPEG", quality=95, subsampling=0)
    thumb = clean.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    thumb.save(request["thumb"], "JPEG", quality=85)
    size = f"{image.width}x{image.height}:".encode()
    return {
        "file_kind": "png" if keep_png else "jpg",
        "width": image.width,
        "height": image.height,
        "pixel_hash": hashlib.sha256(size + pixels).hexdigest(),
        **_sibling("looks").measure(clean),
    }


def main() -> None:
    _limit_memory()
    from PIL import UnidentifiedImageError

    damage = (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        MemoryError,
        IndexError,
        TypeError,
    )
    for line in sys.stdin.buffer:
        try:
            answer = decode(json.loads(line))
        except Refused as refusal:
            answer = {"code": refusal.args[0], "message": refusal.args[1]}
        except MemoryError:
            answer = {"code": "photo_too_many_pixels", "message": "This picture needs too much memory."}
        except damage as fault:
            answer = {
                "code": "photo_damaged",
                "message": f"This picture is damaged ({type(fault).__name__}).",
            }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
