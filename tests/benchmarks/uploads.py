"""Photos of 12 megapixels through the API, against a bare loop of Pillow that makes the same files."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

from hosts.journey import Api
from PIL import Image, ImageOps

from .measure import Measure, as_fast_as

#: The way into the decoding child and back takes a sixth; whatever is done twice takes more than is allowed here.
LEAST = 0.7


def uploads(api: Api, work: Path, count: int = 9) -> list[Measure]:
    """Each photo by us and by Pillow, one right after the other; of these pairs the middle one is judged: a machine that is
    slow or busy is so for both."""
    photos = big_photos(work / "photos", count, seed=0)
    character = api.post("/characters", {"name": "Ben Example"})
    api.upload(character["id"], big_photos(work / "first", 1, seed=900)[0])  # the decoder is up
    pairs = []
    for photo in photos:
        ours = _timed(lambda photo=photo: api.upload(character["id"], photo))
        pairs.append((ours, _timed(lambda photo=photo: _by_pillow(photo))))
    middle = sorted(pairs, key=lambda pair: pair[1] / pair[0])[len(pairs) // 2]
    return [as_fast_as("one photo of 12 megapixels", *middle, "s", least=LEAST)]


def _timed(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _by_pillow(photo: Path) -> None:
    """Decode, turn, encode again at the same quality, a thumbnail, both safe on the disk: what has to be done in any case."""
    with Image.open(photo) as image:
        image = ImageOps.exif_transpose(image).convert("RGB")
    full = io.BytesIO()
    image.save(full, "JPEG", quality=95, subsampling=0)
    image.thumbnail((256, 256))
    thumb = io.BytesIO()
    image.save(thumb, "JPEG", quality=85)
    for name, made in (("full", full), ("thumb", thumb)):
        with (photo.parent / name).open("wb") as stream:
            stream.write(made.getbuffer())
            os.fsync(stream.fileno())


def big_photos(folder: Path, count: int, *, seed: int) -> list[Path]:
    folder.mkdir(parents=True)
    files = []
    for number in range(count):
        files.append(folder / f"{number}.jpg")
        small = Image.effect_noise((400, 300), 40 + (seed + number) % 60).convert("RGB")
        small.resize((4000, 3000), Image.Resampling.BICUBIC).save(files[-1], quality=90)
    return files
