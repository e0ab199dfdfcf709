"""Bars and screenshots' frames, drawn round real photographs and taken off again; plain walls and skies are none."""

from __future__ import annotations

import io
from pathlib import Path

import numpy
import pytest
from hosts import fixtures
from isengard.core.photo_decoding.decoder import PhotoDecoder
from isengard.core.photo_decoding.frames import within_frame
from PIL import Image, ImageDraw, ImageFilter


@pytest.fixture(scope="module")
def photograph():
    with Image.open(fixtures.photograph()) as opened:
        return opened.convert("RGB").resize((1000, 1000))


def recoded(image, quality=85):
    """As a messenger would send it."""
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=quality)
    return Image.open(encoded).convert("RGB")


def framed(photo, size, at, colour):
    image = Image.new("RGB", size, colour)
    image.paste(photo, at)
    return image


def near(found, expected, pixels=3):
    return found is not None and max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= pixels


@pytest.mark.parametrize("colour", ["black", "white", (18, 18, 18), (120, 40, 90)])
@pytest.mark.parametrize(
    ("size", "at"),
    [((1000, 1300), (0, 150)), ((1600, 1000), (300, 0)), ((1100, 1100), (50, 50)), ((1000, 1060), (0, 60))],
)
@pytest.mark.parametrize("quality", [60, 95])
def test_bars_are_taken_off_to_the_pixel_or_nearly(photograph, colour, size, at, quality):
    found = within_frame(recoded(framed(photograph, size, at, colour), quality))
    smeared = 8 if colour == (120, 40, 90) and quality == 60 else 3  # JPEG keeps colours at half the size
    assert near(found, (at[0], at[1], at[0] + 1000, at[1] + 1000), smeared), found


def screenshot(photograph, dark):
    back, ink = ((0, 0, 0), (235, 235, 235)) if dark else ((255, 255, 255), (20, 20, 20))
    image = framed(photograph, (1000, 2100), (0, 420), back)
    draw = ImageDraw.Draw(image)
    draw.text((40, 30), "9:41", fill=ink, font_size=44)
    draw.text((820, 30), "100 %", fill=ink, font_size=44)
    draw.line((0, 160, 1000, 160), fill=(128, 128, 128), width=2)
    draw.ellipse((30, 230, 130, 330), fill=(200, 90, 60))
    draw.text((160, 250), "somebody.somewhere", fill=ink, font_size=46)
    for x in (60, 180, 300, 900):
        draw.ellipse((x - 32, 1460, x + 32, 1524), outline=ink, width=6)
    for line in range(4):
        draw.text(
            (30, 1570 + 66 * line), "What a day this was, and so on and on"[line:], fill=ink, font_size=40
        )
    return image


@pytest.mark.parametrize("dark", [False, True])
def test_a_screenshots_frame_goes_with_what_is_written_on_it(photograph, dark):
    assert near(within_frame(recoded(screenshot(photograph, dark))), (0, 420, 1000, 1420))


def test_a_frame_within_a_frame_goes_too(photograph):
    film = framed(photograph.resize((1000, 600)), (1000, 1000), (0, 200), "black")
    assert near(
        within_frame(recoded(framed(film, (1200, 1500), (100, 250), "white"))), (100, 450, 1100, 1050)
    )


def cutout(photograph, back):
    """Somebody before an even wall, feet at the lower edge."""
    image = Image.new("RGB", (1000, 1400), back)
    mask = Image.new("L", photograph.size, 0)
    draw = ImageDraw.Draw(mask)
    draw.ellipse((330, 40, 670, 480), fill=255)
    draw.rounded_rectangle((180, 420, 820, 1100), 160, fill=255)
    image.paste(photograph, (0, 400), mask.filter(ImageFilter.GaussianBlur(2)))
    return image


@pytest.mark.parametrize("back", ["white", (245, 245, 245), "black", (70, 90, 120)])
def test_a_plain_wall_behind_somebody_is_not_a_frame(photograph, back):
    assert within_frame(recoded(cutout(photograph, back))) is None


def test_a_sky_is_not_a_frame():
    rows = numpy.linspace(0, 40, 500)[:, None, None]
    sky = numpy.broadcast_to(numpy.asarray((110, 150, 220)) + rows, (500, 900, 3))
    noise = numpy.random.default_rng(4)
    land = noise.integers(30, 120, (500, 900, 3))
    picture = numpy.clip(numpy.vstack([sky, land]) + noise.normal(0, 2, (1000, 900, 3)), 0, 255)
    assert within_frame(recoded(Image.fromarray(picture.astype(numpy.uint8)))) is None


@pytest.mark.parametrize("colour", ["black", "white"])
def test_a_picture_of_one_colour_has_no_frame(colour):
    assert within_frame(Image.new("RGB", (800, 600), colour)) is None


def test_real_photographs_have_none():
    folder = Path(fixtures.photograph()).parent
    found = {}
    for file in [
        *sorted(folder.glob("*.jpg")),
        *sorted(folder.glob("*.png")),
        *fixtures.other_people().values(),
    ]:
        with Image.open(file) as image:
            if min(image.size) >= 128:
                found[file.name] = within_frame(image.convert("RGB"))
    print(
        f"\n[frames] {len(found)} photographs, {sum(box is not None for box in found.values())} with a frame",
        end="",
    )
    assert len(found) > 10 and {name: box for name, box in found.items() if box is not None} == {}


def test_the_child_finds_it(photograph, tmp_path):
    file = tmp_path / "framed.jpg"
    framed(photograph, (1000, 1300), (0, 150), "black").save(file, quality=95)
    photograph.save(tmp_path / "plain.png")
    decoder = PhotoDecoder()
    try:
        assert near(decoder.within_frame(file), (0, 150, 1000, 1150))
        assert decoder.within_frame(tmp_path / "plain.png") is None
    finally:
        decoder.close()
