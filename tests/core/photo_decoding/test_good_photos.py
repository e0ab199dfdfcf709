"""Photos that every viewer shows are taken, with the pixels they have: large ones, PNGs with odd metadata, JPEGs without their end."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from isengard.core.errors import InvalidError, TooLargeError, UnsupportedMediaError
from isengard.core.photo_decoding.child import KEPT_PIXELS
from PIL import Image, ImageCms, ImageDraw
from support.bad_pictures import chunk, png

QUARTERS = {(0.25, 0.75): (200, 40, 40), (0.75, 0.25): (40, 170, 60), (0.3, 0.25): (50, 80, 200)}
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def card(width=768, height=512) -> Image.Image:
    image = Image.new("RGB", (width, height), (128, 128, 128))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height // 2, width // 2, height), (200, 40, 40))
    draw.rectangle((width // 2, 0, width, height // 2), (40, 170, 60))
    draw.rectangle((0, 0, width // 2, height // 2), (50, 80, 200))
    return image


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def decode(decoder, tmp_path):
    def run(data: bytes):
        source, full, thumb = tmp_path / "source", tmp_path / "full", tmp_path / "thumb"
        source.write_bytes(data)
        return decoder.decode(source, full, thumb), Image.open(full)

    return run


def assert_the_card(clean: Image.Image) -> None:
    for (x, y), colour in QUARTERS.items():
        found = clean.getpixel((int(x * clean.width), int(y * clean.height)))
        assert max(abs(a - b) for a, b in zip(found, colour, strict=True)) <= 6, (x, y, found)


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("JPEG", (8064, 6048)),
        ("JPEG", (16382, 3872)),
        ("PNG", (8192, 5464)),
        pytest.param("WEBP", (8064, 6048), marks=pytest.mark.slow),
        pytest.param("HEIF", (5712, 4284), marks=pytest.mark.slow),
        pytest.param("JPEG", (16320, 12240), marks=pytest.mark.slow),
    ],
)
def test_photos_of_large_cameras_are_taken_and_a_smaller_copy_is_kept(kind, size, decode):
    import pillow_heif

    pillow_heif.register_heif_opener()
    options = {"HEIF": {"enc_params": {"preset": "ultrafast"}}, "WEBP": {"method": 0}}.get(kind, {})
    decoded, clean = decode(encoded(card(*size), kind, **options))
    assert clean.size == (decoded.width, decoded.height)
    assert KEPT_PIXELS * 0.97 < clean.width * clean.height <= KEPT_PIXELS
    assert clean.width / clean.height == pytest.approx(size[0] / size[1], rel=0.01)
    assert_the_card(clean)


def test_a_photo_of_twelve_megapixels_is_kept_as_it_is(decode):
    assert decode(encoded(card(4032, 3024), "JPEG"))[1].size == (4032, 3024)
    assert decode(encoded(card(3024, 4032), "JPEG"))[1].size == (3024, 4032)


def test_two_hundred_megapixels_in_colour_stay_within_the_childs_memory(decode, decoder):
    """What is refused before is refused by its size alone, before a pixel is read."""
    decode(encoded(card(16320, 12240), "JPEG", quality=70))
    with open(f"/proc/{decoder.children.pids[0]}/status") as stream:
        peak = next(int(line.split()[1]) for line in stream if line.startswith("VmHWM"))
    assert peak < 1024**2, f"{peak} kB"


def _with_chunk(new: bytes, at: int = 33) -> bytes:
    data = encoded(card(), "PNG")
    return data[:at] + new + data[at:]


def _wrong(kind: bytes, data: bytes) -> bytes:
    whole = bytearray(chunk(kind, data))
    whole[-1] ^= 0xFF
    return bytes(whole)


def _long_profile(extra: int) -> bytes:
    """A valid sRGB profile made long by a private tag, as calibration and printers' profiles are."""
    count = struct.unpack(">I", SRGB[128:132])[0]
    entries = [struct.unpack(">4sII", SRGB[132 + 12 * n : 144 + 12 * n]) for n in range(count)]
    tags = [(name, at + 12, size) for name, at, size in entries]
    body = SRGB[132 + 12 * count :]
    tags.append((b"priv", 132 + 12 * (count + 1) + len(body), extra + 8))
    table = b"".join(struct.pack(">4sII", *tag) for tag in tags)
    data = SRGB[:128] + struct.pack(">I", count + 1) + table + body + b"data\0\0\0\0" + bytes(extra)
    return struct.pack(">I", len(data)) + data[4:]


def _profile(data: bytes, method: int = 0) -> bytes:
    return chunk(b"iCCP", b"profile\0" + bytes([method]) + zlib.compress(data))


ODD_PNGS = {
    "a long profile": _with_chunk(_profile(_long_profile(1_500_000))),
    "a profile bomb": _with_chunk(_profile(bytes(64 * 1024**2))),
    "a profile with a wrong checksum": _with_chunk(_wrong(b"iCCP", b"profile\0\0" + zlib.compress(SRGB))),
    "a profile of an unknown method": _with_chunk(_profile(SRGB, 1)),
    "a profile that is not packed": _with_chunk(chunk(b"iCCP", b"profile\0\0not packed at all")),
    "a profile without a name": _with_chunk(chunk(b"iCCP", b"")),
    "a long packed workflow": _with_chunk(
        chunk(b"zTXt", b"workflow\0\0" + zlib.compress(b'{"nodes": []} ' * 220_000))
    ),
    "a text bomb": _with_chunk(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80 * 1024**2)))),
    "long XMP": _with_chunk(
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"<x:xmpmeta/> " * 240_000))
    ),
    "a long plain text": _with_chunk(chunk(b"tEXt", b"prompt\0" + b'{"1": {}} ' * 300_000)),
    "a text with a wrong checksum": _with_chunk(_wrong(b"tEXt", b"Software\0some editor")),
    "EXIF with a wrong checksum": _with_chunk(_wrong(b"eXIf", b"MM\0*\0\0\0\x08\0\0\0\0\0\0")),
    "a tiny gamma chunk": _with_chunk(chunk(b"gAMA", b"\0")),
    "a tiny transparency chunk": _with_chunk(chunk(b"tRNS", b"\0")),
    "a tiny resolution chunk": _with_chunk(chunk(b"pHYs", b"\0")),
    "two hundred texts": _with_chunk(b"".join(chunk(b"tEXt", b"k%d\0" % n + bytes(900_000)) for n in range(80))),
    "something behind its end": encoded(card(), "PNG") + bytes(5000),
    "no end": encoded(card(), "PNG")[:-12],
}  # fmt: skip


@pytest.mark.parametrize("name", list(ODD_PNGS))
def test_a_png_with_odd_metadata_is_taken_for_its_pixels(name, decode):
    decoded, clean = decode(ODD_PNGS[name])
    assert (decoded.width, decoded.height) == (768, 512)
    assert_the_card(clean)


def test_a_long_profile_of_another_colour_space_is_applied(decode):
    from support.colours import display_p3_profile

    wide = display_p3_profile()
    plain = decode(encoded(card(), "PNG", icc_profile=wide))[1].getpixel((600, 100))
    assert plain != (40, 170, 60)
    padded = struct.pack(">I", len(wide) + 1_500_000) + wide[4:] + bytes(1_500_000)
    assert decode(_with_chunk(_profile(padded)))[1].getpixel((600, 100)) == plain


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_png_still_stands_upright_by_its_exif_and_its_xmp(orientation, decode):
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = decode(encoded(card(), "PNG", exif=exif))[1]
    assert turned.size == ((768, 512) if orientation == 3 else (512, 768))
    xmp = f'<x tiff:Orientation="{orientation}"/>'.encode()
    assert decode(_with_chunk(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)))[1].size == turned.size


@pytest.mark.parametrize("cut", [1, 2])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_a_jpeg_without_its_end_marker_is_taken(cut, options, decode):
    decoded, clean = decode(encoded(card(), "JPEG", quality=92, **options)[:-cut])
    assert (decoded.width, decoded.height) == (768, 512)
    assert_the_card(clean)


def _noise(size=(640, 480)) -> Image.Image:
    import random

    return Image.frombytes("RGB", size, random.Random(5).randbytes(size[0] * size[1] * 3))


@pytest.mark.parametrize("image", [card(), _noise()], ids=["flat", "noise"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.98, 0.995])
def test_a_jpeg_whose_pixels_are_cut_off_stays_refused(image, options, share, decode):
    data = encoded(image, "JPEG", quality=92, **options)
    with pytest.raises(InvalidError) as caught:
        decode(data[: int(len(data) * share)])
    assert caught.value.code == "photo_damaged" and "Error" not in caught.value.message


@pytest.mark.parametrize("kind", ["AVIF", "TIFF", "BMP"])
def test_what_pillow_here_reads_is_taken(kind, decode):
    decoded, clean = decode(encoded(card(), kind))
    assert decoded.file_kind == "jpg" and clean.size == (768, 512) and not decoded.animated
    assert_the_card(clean)


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "jpeg"])
def test_packed_tiff_is_taken(compression, decode):
    assert_the_card(decode(encoded(card(), "TIFF", compression=compression))[1])


@pytest.mark.parametrize("kind", ["AVIF", "TIFF"])
def test_orientation_counts_there_too(kind, decode):
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decode(encoded(card(), kind, exif=exif))[1].size == (512, 768)


@pytest.mark.parametrize("major", [b"avif", b"mif1", b"msf1"])
def test_an_avif_is_known_by_its_compatible_brands(major, decode):
    data = encoded(card(), "AVIF", quality=90)
    assert_the_card(decode(data[:8] + major + data[12:])[1])


def test_an_animation_gives_its_first_picture_and_says_so(decode):
    frames = {"save_all": True, "append_images": [Image.new("RGB", (768, 512), "blue")], "duration": 100}
    for kind in ("WEBP", "PNG", "AVIF"):
        decoded, clean = decode(encoded(card(), kind, **({"quality": 95} if kind != "PNG" else {}), **frames))
        assert decoded.animated, kind
        assert_the_card(clean)
    assert not decode(encoded(card(), "MPO", **frames))[0].animated  # what a phone writes beside its photo


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (encoded(card(), "GIF"), "This is a GIF picture."),
        (b"\xff\x0a" + bytes(3000), "This is a JPEG XL picture."),
        (bytes.fromhex("0000000c4a584c200d0a870a") + bytes(3000), "This is a JPEG XL picture."),
        (struct.pack(">I", 20) + b"ftypqt  " + bytes(4) + b"qt  " + bytes(3000), "This is a video."),
        (struct.pack(">I", 24) + b"ftypisom" + bytes(3000), "This is a video."),
        (struct.pack(">I", 24) + b"ftypcrx " + bytes(3000), "This is a raw file of a camera."),
        (b"II*\0\x10\0\0\0CR\x02\0" + bytes(3000), "This is a raw file of a camera."),
        (b"%PDF-1.7\n" + bytes(99), "This is a PDF document."),
        (b"<!DOCTYPE html><html>sign in</html>", "This is a web page."),
        (bytes.fromhex("00051607") + bytes(4000), "This is a helper file of macOS."),
        (b"ohwx woman, smiling", "This is not a picture that can be read here."),
    ],
)  # fmt: skip
def test_what_it_is_instead_is_told(data, said, decode):
    with pytest.raises(UnsupportedMediaError) as caught:
        decode(data)
    assert (caught.value.code, caught.value.message) == ("photo_type", said)


@pytest.mark.parametrize("tag", [{50706: b"\x01\x04\0\0"}, {254: 1}])
def test_a_raw_file_is_not_taken_for_the_small_picture_inside_it(tag, decode):
    from PIL import TiffImagePlugin

    info = TiffImagePlugin.ImageFileDirectory_v2()
    for number, value in tag.items():
        info.tagtype[number] = 1 if isinstance(value, bytes) else 4
        info[number] = value
    with pytest.raises(UnsupportedMediaError) as caught:
        decode(encoded(card(160, 120), "TIFF", tiffinfo=info))
    assert caught.value.message == "This is a raw file of a camera."


def test_limits_are_where_they_were_for_what_is_absurd(decode):
    with pytest.raises(TooLargeError) as refused:
        decode(png(20_001, 10_000, bytes(1000)))
    assert refused.value.message == "20,001 x 10,000 pixels are more than 200 megapixels."
