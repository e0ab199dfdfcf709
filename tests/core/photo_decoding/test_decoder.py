"""The child: its limits, its deaths, and the odd but good pictures it must take."""

from __future__ import annotations

import hashlib
import io
import os
import random
import sys
import time

import pytest
from isengard.core.errors import InvalidError, NotReadyError, StorageError
from isengard.core.photo_decoding import decoder as decoder_module
from isengard.core.photo_decoding.decoder import PhotoDecoder
from PIL import Image
from support.bad_pictures import picture
from support.pictures import drawing
from support.soon import until


@pytest.fixture
def decode(decoder, tmp_path):
    """Decode bytes; gives (what was measured, the clean picture, its bytes)."""

    def run(data: bytes):
        source, full, thumb = tmp_path / "source", tmp_path / "full", tmp_path / "thumb"
        source.write_bytes(data)
        decoded = decoder.decode(source, full, thumb)
        assert max(Image.open(thumb).size) <= 256
        return decoded, Image.open(full), full.read_bytes()

    return run


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_stands_upright(orientation, decode):
    corner = Image.new("RGB", (60, 40), "white")
    corner.paste("red", (0, 0, 15, 10))
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded, clean, _ = decode(encoded(corner, "PNG", exif=exif))
    expected = {
        1: (2, 2),
        2: (57, 2),
        3: (57, 37),
        4: (2, 37),
        5: (2, 2),
        6: (37, 2),
        7: (37, 57),
        8: (2, 57),
    }
    assert clean.getpixel(expected[orientation]) == (255, 0, 0)
    assert (decoded.width, decoded.height) == ((60, 40) if orientation < 5 else (40, 60))


def test_broken_exif_does_not_cost_the_photo(decode):
    exif = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff" + random.Random(3).randbytes(60)
    assert decode(encoded(Image.new("RGB", (64, 64), "red"), "JPEG", exif=exif))[0].width == 64


def test_gps_and_comments_stay_behind(decode):
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "SecretCamera"
    _, clean, data = decode(encoded(Image.new("RGB", (64, 64)), "JPEG", exif=exif, comment=b"SecretComment"))
    assert b"Secret" not in data and not clean.getexif() and "comment" not in clean.info


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_every_mode_becomes_rgb(mode, decode):
    gray = Image.linear_gradient("L")
    image = gray.convert("I;16").point(lambda value: value * 257) if mode == "I;16" else gray.convert(mode)
    kind = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    _, clean, _ = decode(encoded(image, kind))
    assert clean.mode == "RGB"
    top, bottom = clean.getpixel((128, 2)), clean.getpixel((128, 253))
    assert max(top) < 25 and min(bottom) > 230


def test_palette_transparency_is_laid_on_white(decode):
    image = Image.new("P", (64, 64), 1)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.paste(0, (0, 0, 32, 64))
    _, clean, _ = decode(encoded(image, "PNG", transparency=0))
    assert clean.getpixel((5, 5)) == (255, 255, 255) and clean.getpixel((60, 5)) == (0, 255, 0)


def test_a_phone_picture_with_several_frames_gives_the_first(decode):
    first, second = Image.new("RGB", (80, 60), "red"), Image.new("RGB", (80, 60), "blue")
    mpo = encoded(first, "MPO", save_all=True, append_images=[second])
    _, clean, _ = decode(mpo)
    assert clean.getpixel((40, 30))[0] > 200
    webp = encoded(first, "WEBP", save_all=True, append_images=[second] * 30, lossless=True)
    assert decode(webp)[1].getpixel((40, 30)) == pytest.approx((255, 0, 0), abs=3)


def test_a_broken_colour_profile_is_ignored(decode):
    data = encoded(Image.new("RGB", (64, 64), (10, 200, 30)), "PNG", icc_profile=b"not a profile" * 20)
    assert decode(data)[1].getpixel((3, 3)) == (10, 200, 30)


def test_what_is_hidden_after_the_picture_does_not_survive(decode):
    _, _, data = decode(picture() + b"PK\x03\x04<script>alert(1)</script>")
    assert b"<script>" not in data and b"PK\x03\x04" not in data


def test_small_png_stays_png_and_large_becomes_jpeg(decode):
    assert decode(encoded(Image.new("RGB", (1000, 1000)), "PNG"))[0].file_kind == "png"
    assert decode(encoded(Image.new("RGB", (1001, 1000)), "PNG"))[0].file_kind == "jpg"


@pytest.mark.parametrize("size", [(64, 64), (33, 17), (640, 481)])
def test_the_hash_is_of_all_pixels_in_their_order(decode, size):
    """It is kept with each photo: photos of earlier versions are found by it."""
    decoded, clean, _ = decode(encoded(drawing(4, size), "PNG"))
    whole = f"{size[0]}x{size[1]}:".encode() + clean.tobytes()
    assert decoded.pixel_hash == hashlib.sha256(whole).hexdigest()


def test_a_hanging_child_is_ended_and_replaced(tmp_path, monkeypatch):
    real, child = decoder_module.CHILD, tmp_path / "child.py"
    child.write_text(
        "import sys, time\nprint('{\"ready\": true}', flush=True)\nsys.stdin.readline()\ntime.sleep(600)\n"
    )
    monkeypatch.setattr(decoder_module, "CHILD", child)
    slow = PhotoDecoder(timeout_s=60)
    with slow.children.child() as hanging:
        hanging.start()  # as long as that takes
        hanging._timeout_s, patience_s = 0.5, hanging._timeout_s
    began = time.monotonic()
    with pytest.raises(NotReadyError) as caught:
        slow.decode(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert caught.value.code == "photo_decoder_slow" and "too long" in caught.value.message
    assert time.monotonic() - began < 60 and not slow.children.pids
    hanging._timeout_s = patience_s
    child.write_text(real.read_text().replace("__file__", repr(str(real))))
    source = tmp_path / "source"
    source.write_bytes(picture())
    try:
        assert slow.decode(source, tmp_path / "b", tmp_path / "c").width == 320
    finally:
        slow.close()


def test_a_photo_that_crashes_the_child_is_the_damaged_one(tmp_path, monkeypatch):
    child = tmp_path / "child.py"
    child.write_text(
        "import os, sys\nprint('{\"ready\": true}', flush=True)\nsys.stdin.readline()\nos._exit(3)\n"
    )
    monkeypatch.setattr(decoder_module, "CHILD", child)
    crashing = PhotoDecoder()
    for _ in range(10):
        with pytest.raises(InvalidError) as caught:
            crashing.decode(tmp_path / "a", tmp_path / "b", tmp_path / "c")
        assert caught.value.code == "photo_damaged"
    crashing.close()


def test_comparing_has_a_limit_of_its_own(tmp_path, monkeypatch):
    """120 thumbnails beside a training took longer than a photo may, and the photo was called damaged."""
    real, child = decoder_module.CHILD, tmp_path / "child.py"
    slow = "_marks_of_file(other) if not time.sleep(0.5) else None"
    text = real.read_text().replace("__file__", repr(str(real))).replace("_marks_of_file(other)", slow)
    child.write_text(text.replace("MAX_COMPARING_S = 5.0", "MAX_COMPARING_S = 1.0"))
    monkeypatch.setattr(decoder_module, "CHILD", child)
    decoder, source = PhotoDecoder(timeout_s=15), tmp_path / "source"
    source.write_bytes(picture())
    others = [tmp_path / f"gone{number}.jpg" for number in range(100)]
    assert decoder.decode(source, tmp_path / "b", tmp_path / "c").width == 320
    assert decoder.same_shot(tmp_path / "c", others) == -1
    decoder.close()


def test_a_child_that_cannot_start_says_so(tmp_path, monkeypatch):
    child = tmp_path / "child.py"
    child.write_text("import there_is_no_pillow_here\n")
    monkeypatch.setattr(decoder_module, "CHILD", child)
    with pytest.raises(NotReadyError) as caught:
        PhotoDecoder().decode(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert caught.value.code == "photo_decoder_unavailable" and caught.value.hint


def test_a_disk_that_refuses_is_not_called_a_damaged_photo(decoder, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(picture())
    with pytest.raises(StorageError) as caught:
        decoder.decode(source, tmp_path / "missing" / "full", tmp_path / "thumb")
    assert caught.value.code == "photo_not_kept"


if sys.platform.startswith("linux"):  # these read /proc

    def test_the_child_sees_no_secrets_and_is_limited(decode, decoder, monkeypatch):
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        decoder.close()
        decode(picture())
        pid = decoder.children.pids[0]
        with open(f"/proc/{pid}/environ", "rb") as stream:
            assert b"hf_secret" not in stream.read()
        with open(f"/proc/{pid}/limits") as stream:
            limit = next(line for line in stream if line.startswith("Max address space"))
        assert str(2 * 1024**3) in limit

    def test_the_child_ends_when_its_parent_is_killed(tmp_path):
        import subprocess

        folder = os.path.dirname(os.path.dirname(decoder_module.__file__))
        script = (
            "import subprocess, sys, time\n"
            f"child = subprocess.Popen([sys.executable, '-I', {str(decoder_module.CHILD)!r}], stdin=subprocess.PIPE)\n"
            "print(child.pid, flush=True)\ntime.sleep(60)\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=folder)
        pid = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
        parent.stdout.close()
        until(lambda: not os.path.exists(f"/proc/{pid}") or _state(pid) == "Z")


def _state(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/stat") as stream:
            return stream.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"
