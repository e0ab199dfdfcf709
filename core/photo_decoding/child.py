"""The decoding child: JSON lines in, JSON lines out. Run as `python -I <absolute path>/child.py`; must not import the package.

First line out: {"ready": true}. Request {draw, full}: a drawn sample photo is written. Request {source, full, thumb}:
paths of ours. Answer {file_kind, width, height, pixel_hash, brightness, sharpness, phash}
or {code, message}. Orientation is applied, ICC converted to sRGB, transparency laid on white, all metadata left behind.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import struct
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

MAX_PIXELS = 40_000_000
#: Address space of this process: a picture that needs more is refused by the operating system.
MAX_MEMORY_BYTES = 2 * 1024**3
#: PNG stays PNG up to here; beyond, JPEG is 12 times quicker and a tenth of the size (DESIGN section 5).
MAX_PNG_PIXELS = 1_000_000
THUMB_SIDE = 256
_JPEG = {"format": "JPEG"}
ORIENTATION = 0x0112
#: What Pillow and its codecs raise for files that are not as they should be; UnidentifiedImageError is an OSError.
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, AttributeError, ArithmeticError,
          RuntimeError, struct.error, zlib.error)  # fmt: skip
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


def _upright(image: Any) -> Any:
    """Turned as EXIF says; damaged EXIF is no reason to refuse good pixels."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    try:
        turn = turns.get(image.getexif().get(ORIENTATION))
    except DAMAGE:
        return image
    return image if turn is None else image.transpose(turn)


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
    image = image if image.mode == "RGB" else image.convert("RGB")
    if alpha is not None:
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=alpha)
        image = white
    return image


def _save(image: Any, path: str, options: dict[str, Any]) -> None:
    """Encoded in memory first, so that a full disk is told apart from a damaged picture."""
    encoded = io.BytesIO()
    image.save(encoded, **options)
    try:
        with open(path, "wb") as stream:  # noqa: PTH123
            stream.write(encoded.getbuffer())
    except OSError as fault:
        raise Refused("photo_not_kept", f"The photo could not be written: {fault.strerror}.") from fault


def decode(request: dict[str, str]) -> dict[str, Any]:
    """One photo; raises Refused or what Pillow raises for damage."""
    from PIL import Image

    with open(request["source"], "rb") as stream:  # noqa: PTH123
        kind = _sibling("signatures").kind_of(stream.read(16))
    if not kind:
        raise Refused("photo_type", "This is not a JPEG, PNG, WebP or HEIC picture.")
    looks = _sibling("looks")
    image = _to_srgb(_upright(_open(request["source"], kind)))
    image.info = {}  # comments and profiles would be carried along into what is saved
    keep_png = kind == "png" and image.width * image.height <= MAX_PNG_PIXELS
    kept = {"format": "PNG"} if keep_png else {**_JPEG, "quality": 95, "subsampling": 0}
    with ThreadPoolExecutor(1) as beside:  # Pillow and hashlib both let other threads run
        pixel_hash = beside.submit(_pixel_hash, image)
        _save(image, request["full"], kept)
        small = looks.shrunk(image, looks.MEASURED_SIDE)
        thumb = looks.shrunk(small, THUMB_SIDE, Image.Resampling.LANCZOS)
        _save(thumb, request["thumb"], {**_JPEG, "quality": 85})
    return {
        "file_kind": "png" if keep_png else "jpg",
        "width": image.width,
        "height": image.height,
        "pixel_hash": pixel_hash.result(),
        **looks.measure(small),
    }


def _pixel_hash(image: Any) -> str:
    found = hashlib.sha256(f"{image.width}x{image.height}:".encode())
    found.update(image.tobytes())
    return found.hexdigest()


def draw(request: dict[str, Any]) -> dict[str, Any]:
    """One of the sample character's photos, as somebody's camera would have written it."""
    _save(_sibling("sample").draw(int(request["draw"])), request["full"], {**_JPEG, "quality": 92})
    return {"drawn": request["draw"]}


def main() -> None:
    sys.path.extend(sys.argv[1:])  # where the parent has Pillow, when -I hides it (user site-packages)
    import PIL.Image  # noqa: F401 - missing: end now, before `ready`

    _limit_memory()
    _answer({"ready": True})
    for line in sys.stdin.buffer:
        try:
            request = json.loads(line)
            answer = draw(request) if "draw" in request else decode(request)
        except Refused as refusal:
            answer = {"code": refusal.args[0], "message": refusal.args[1]}
        except MemoryError:
            answer = {"code": "photo_too_many_pixels", "message": "This picture needs too much memory."}
        except DAMAGE as fault:
            kind = type(fault).__name__
            answer = {"code": "photo_damaged", "message": f"This picture is damaged ({kind})."}
        _answer(answer)


def _answer(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
