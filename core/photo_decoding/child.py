"""The decoding child: JSON lines in, JSON lines out. Run as `python -I <absolute path>/child.py`; must not import the package.

First line out: {"ready": true}. Request {draw, full}: a drawn sample photo is written. Request {source, full, thumb}:
paths of ours; with {box, turn} only that part of it, turned. Request {frame}: the part of a picture of
ours that lies within bars or a screenshot's frame, as {box} (null without one). Request {thumb, others}: which of the others is
of the same photograph as {same_shot}. Answer {file_kind, width, height, animated, pixel_hash, brightness, burnt, sharpness, phash}
or {code, message, detail}. Large pictures are kept smaller, orientation is applied, ICC converted to sRGB, transparency laid on
white, all metadata left behind.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import io
import json
import math
import os
import struct
import sys
import threading
import time
import zlib
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

#: The largest cameras have 60 to 100 megapixels, phones claim up to 200.
MAX_PIXELS = 200_000_000
#: As a phone's 12 megapixels: nothing trains above 1024 x 1024, and larger files would only slow every reader down.
KEPT_PIXELS = 4032 * 3024
#: Address space of this process: a picture that needs more is refused by the operating system.
MAX_MEMORY_BYTES = 2 * 1024**3
#: PNG stays PNG up to here; beyond, JPEG is 12 times quicker and a tenth of the size (DESIGN section 5).
MAX_PNG_PIXELS = 1_000_000
THUMB_SIDE = 256
#: Thumbnails that a new photo is compared with.
MAX_COMPARED = 120
#: So long they are compared: on a busy computer a photo is taken in without having been compared with all of them.
MAX_COMPARING_S = 5.0
#: So long after its last answer a child has nothing to do: what it holds for the next picture goes back to the system.
REST_S = 2.0
#: Rows of a picture that are hashed at once.
BAND_ROWS = 16
_JPEG = {"format": "JPEG"}
ORIENTATION = 0x0112
#: What Pillow and its codecs raise for files that are not as they should be; UnidentifiedImageError is an OSError.
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, AttributeError, ArithmeticError,
          RuntimeError, struct.error, zlib.error)  # fmt: skip
FORMATS = {"jpeg": ("JPEG",), "png": ("PNG",), "webp": ("WEBP",), "heic": ("HEIF",),
           "avif": ("AVIF",), "tiff": ("TIFF",), "bmp": ("BMP",)}  # fmt: skip
#: Kinds that may hold several pictures as an animation or as pages; a phone's second picture is part of its one photo.
_SEVERAL = ("webp", "avif", "tiff")
#: Tags of a TIFF: the version of a DNG, and what kind of picture the first one is.
_DNG_VERSION, _SUBFILE = 50706, 254


class Refused(Exception):
    """Carries the code and the message for the answer; `values` are what stands in the message's gaps."""

    def __init__(self, code: str, message: str, **values: int | str) -> None:
        super().__init__(code, message)
        self.values = values


@functools.cache
def _sibling(name: str) -> Any:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")  # noqa: PTH100, PTH118, PTH120
    spec = importlib.util.spec_from_file_location(f"isengard_photo_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def _open(source: str, kind: str) -> tuple[Any, bool]:
    """The picture with its pixels, at least KEPT_PIXELS of them where it has as many, and whether there are more pictures."""
    if kind == "png":
        from PIL import PngImagePlugin

        chunks = _sibling("png_chunks")
        with open(source, "rb") as stream:  # noqa: PTH123
            data, animated = chunks.cleaned(stream.read())
        PngImagePlugin.MAX_TEXT_CHUNK = chunks.MAX_PROFILE_BYTES  # counts for profiles too
        return _load(io.BytesIO(data), kind), animated
    try:
        image = _load(source, kind)
    except OSError as fault:
        if kind != "jpeg" or "truncated" not in str(fault):
            raise
        with open(source, "rb") as stream:  # noqa: PTH123
            image = _sibling("jpeg_end").completed(stream.read(), lambda data: _load(data, kind))
        if image is None:
            raise
    return image, kind in _SEVERAL and getattr(image, "n_frames", 1) > 1


def _load(source: Any, kind: str) -> Any:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own, lower limit is checked below, before anything is decoded
    _register(kind)
    image: Any = Image.open(source, formats=FORMATS[kind])
    width, height = image.size
    if width * height > MAX_PIXELS:
        message = "{width} x {height} pixels are more than 200 megapixels."
        raise Refused("photo_too_many_pixels", message, width=width, height=height)
    if min(width, height) < 1:
        raise Refused("photo_damaged", "This picture has no pixels.")
    if kind == "tiff" and (_DNG_VERSION in image.tag_v2 or image.tag_v2.get(_SUBFILE, 0) & 1):
        raise Refused("photo_type", _sibling("signatures").RAW)
    share = math.sqrt(KEPT_PIXELS / (width * height))
    if kind == "jpeg" and share < 1:  # decoded at a half, a quarter or an eighth: quicker, and in less memory
        image.draft(None, (math.ceil(width * share), math.ceil(height * share)))
    image.load()
    return image


def _register(kind: str) -> None:
    """What reads this kind, where Pillow does not by itself."""
    if kind == "heic":
        try:
            import pillow_heif
        except ImportError as missing:
            raise Refused("photo_heic_unavailable", "iPhone photos (HEIC) cannot be read yet.") from missing
        pillow_heif.register_heif_opener()
    if kind == "avif":
        from PIL import features

        if not features.check("avif"):
            raise Refused(
                "photo_type", "This is an AVIF picture, which the Pillow installed here cannot read."
            )


def _turn_of(image: Any) -> Any:
    """How EXIF says that it is to be turned, or None; damaged EXIF is no reason to refuse good pixels."""
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
        return turns.get(image.getexif().get(ORIENTATION))
    except DAMAGE:
        return None


def _plain(image: Any) -> Any:
    """8 bits a channel and no palette: what can be made smaller and turned into sRGB."""
    if image.mode.startswith("I") or image.mode == "F":
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("P", "LA", "PA") or (image.mode in ("RGB", "L") and "transparency" in image.info):
        return image.convert("RGBA")
    return image.convert("L") if image.mode == "1" else image


def _kept(image: Any) -> Any:
    """Not more than KEPT_PIXELS."""
    from PIL.Image import Resampling

    share = math.sqrt(KEPT_PIXELS / (image.width * image.height))
    if share >= 1:
        return image
    size = (max(1, math.floor(image.width * share)), max(1, math.floor(image.height * share)))
    return image.resize(size, Resampling.LANCZOS, reducing_gap=3.0)


def _to_srgb(image: Any) -> Any:
    """RGB in sRGB: profile applied, transparency on white."""
    from PIL import Image, ImageCms

    profile = image.info.get("icc_profile")
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


def _cut(image: Any, box: list[int], turn: int) -> Any:
    """A part of a picture, turned clockwise."""
    from PIL.Image import Transpose

    turns = {90: Transpose.ROTATE_270, 180: Transpose.ROTATE_180, 270: Transpose.ROTATE_90}
    part = image.crop(tuple(box))
    return part.transpose(turns[turn]) if turn else part


def frame(request: dict[str, Any]) -> dict[str, Any]:
    """Find what lies within a kept picture's bars or frame."""
    from PIL import Image

    with Image.open(request["frame"], formats=("JPEG", "PNG")) as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        return {"box": _sibling("frames").within_frame(image.convert("RGB"))}


def _save(image: Any, path: str, options: dict[str, Any]) -> None:
    """Encoded in memory first, so that a full disk is told apart from a damaged picture."""
    encoded = io.BytesIO()
    image.save(encoded, **options)
    try:
        with open(path, "wb") as stream:  # noqa: PTH123
            stream.write(encoded.getbuffer())
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise Refused("photo_not_kept", "The photo could not be written: {reason}.", reason=reason) from fault


def decode(request: dict[str, Any]) -> dict[str, Any]:
    """Decode one photo; raises Refused or what Pillow raises for damage."""
    from PIL import Image

    with open(request["source"], "rb") as stream:  # noqa: PTH123
        signatures = _sibling("signatures")
        head = stream.read(signatures.PROBE_BYTES)
    kind = signatures.kind_of(head)
    if not kind:
        raise Refused("photo_type", signatures.what_is(head))
    looks = _sibling("looks")
    image, animated = _open(request["source"], kind)
    turn = _turn_of(image)
    image = _kept(_plain(image))
    image = _to_srgb(image if turn is None else image.transpose(turn))
    if "box" in request:
        image = _cut(image, request["box"], int(request["turn"]))
    image.info = {}  # comments and profiles would be carried along into what is saved
    keep_png = (kind == "png" or "box" in request) and image.width * image.height <= MAX_PNG_PIXELS
    kept = {"format": "PNG"} if keep_png else {**_JPEG, "quality": 95, "subsampling": 0}
    with ThreadPoolExecutor(1) as beside:  # Pillow, numpy and hashlib let other threads run
        pixel_hash = beside.submit(_pixel_hash, image)
        small = looks.shrunk(image, looks.MEASURED_SIDE)
        thumb = looks.shrunk(small, THUMB_SIDE, Image.Resampling.LANCZOS)
        _save(image, request["full"], kept)
        _save(thumb, request["thumb"], {**_JPEG, "quality": 85})
    return {
        "file_kind": "png" if keep_png else "jpg",
        "width": image.width,
        "height": image.height,
        "animated": animated,
        "pixel_hash": pixel_hash.result(),
        **looks.measure(small),
    }


def compare(request: dict[str, Any]) -> dict[str, Any]:
    """Say which of the other thumbnails is of the same photograph, -1 for none that was found in time; those that are gone are of
    none."""
    same_shot = _sibling("same_shot")
    marks = _marks_of_file(request["thumb"])
    deadline = time.monotonic() + MAX_COMPARING_S
    for at, other in enumerate(request["others"]):
        if marks is None or time.monotonic() > deadline:
            break
        other_marks = _marks_of_file(other)
        if other_marks is not None and same_shot.same_shot(marks, other_marks):
            return {"same_shot": at}
    return {"same_shot": -1}


def _marks_of_file(path: str) -> Any:
    """Known by the file itself: a photo is compared by its first name, and then kept by another."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    if key not in _marks:
        _marks[key] = _read_marks(path)
    _marks.move_to_end(key)
    while len(_marks) > 2 * MAX_COMPARED:  # those of one person, and of the one before
        _marks.popitem(last=False)
    return _marks[key]


_marks: OrderedDict[tuple[int, int, int, int], Any] = OrderedDict()


def _read_marks(path: str) -> Any:
    from PIL import Image

    try:
        with Image.open(path, formats=FORMATS["jpeg"]) as image:
            return _sibling("same_shot").marks_of(image)
    except DAMAGE:
        return None


def _pixel_hash(image: Any) -> str:
    """In bands that stay in the processor's cache: a copy of the whole picture takes three times as long."""
    digest = hashlib.sha256(f"{image.width}x{image.height}:".encode())
    for top in range(0, image.height, BAND_ROWS):
        digest.update(image.crop((0, top, image.width, min(top + BAND_ROWS, image.height))).tobytes())
    return digest.hexdigest()


def draw(request: dict[str, Any]) -> dict[str, Any]:
    """Draw one of the sample character's photos, as somebody's camera would have written it."""
    _save(_sibling("sample").draw(int(request["draw"])), request["full"], {**_JPEG, "quality": 92})
    return {"drawn": request["draw"]}


def _of(request: dict[str, Any]) -> dict[str, Any]:
    if "draw" in request:
        return draw(request)
    if "others" in request:
        return compare(request)
    return frame(request) if "frame" in request else decode(request)


def main() -> None:
    sys.path.extend(sys.argv[1:])  # where the parent has Pillow, when -I hides it (user site-packages)
    import PIL.Image  # noqa: F401 - missing: end now, before `ready`

    _limit_memory()
    _answer({"ready": True})
    resting: threading.Timer | None = None
    for line in sys.stdin.buffer:
        if resting is not None:
            resting.cancel()
        _answer(_answered(line))
        resting = threading.Timer(REST_S, _rest)
        resting.daemon = True
        resting.start()


def _answered(line: bytes) -> dict[str, Any]:
    try:
        return _of(json.loads(line))
    except Refused as refusal:
        return {"code": refusal.args[0], "message": refusal.args[1], "values": refusal.values}
    except MemoryError:
        return {"code": "photo_too_many_pixels", "message": "This picture needs too much memory."}
    except DAMAGE as fault:
        message = "This picture is damaged: it cannot be read."
        if "truncated" in str(fault):
            message = "This picture is incomplete: its end is missing."
        return {"code": "photo_damaged", "message": message, "detail": type(fault).__name__}


def _rest() -> None:
    """Give back what is kept for the next picture, where the C library keeps something (glibc: decoder.py asks it to)."""
    if sys.platform == "linux":
        import ctypes

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _answer(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
