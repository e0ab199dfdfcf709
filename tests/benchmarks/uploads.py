"""Photos of 12 megapixels through the API, against a bare loop of Pillow that makes the same files."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

from hosts.journey import Api
from PIL import Image, ImageOps

from .measure import Measure, as_fast_as, lowest

LEAST = 0.8
ROUNDS = 3


def uploads(api: Api, work: Path, count: int = 6) -> list[Measure]:
    rounds = iter(range(ROUNDS))
    sets = [big_photos(work / str(number), count, seed=number * count) for number in range(ROUNDS)]
    character = api.post("/characters", {"name": "Ben Example"})
    api.upload(character["id"], big_photos(work / "first", 1, seed=900)[0])  # the decoder is up

    def ours() -> float:
        photos = sets[next(rounds)]
        return _timed(lambda: [api.upload(character["id"], photo) for photo in photos]) / count

    def bare() -> float:
        return _timed(lambda: [_by_pillow(photo) for photo in sets[0]]) / count

    found = lowest(ROUNDS, ours, bare)
    return [as_fast_as("one photo of 12 megapixels", *found, "s", least=LEAST)]


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
