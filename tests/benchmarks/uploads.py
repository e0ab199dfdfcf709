"""Photos of 12 megapixels through the API, a few at once as the panel sends them, against a bare loop of Pillow that makes the same files."""

from __future__ import annotations

import io
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hosts.journey import Api
from isengard.core.photo_decoding.decoder import PhotoDecoder
from PIL import Image, ImageOps

from .measure import Measure, as_fast_as

#: As many as the panel sends at once (js/data/photo_intake.js).
AT_ONCE = 3
ROUNDS = 3
#: With one child the way into it and back takes a sixth; whatever is done twice takes more than is allowed here. With two or
#: more, on as many cores, the loop that uses one is left behind: 1.3 times its pace was measured alone on two cores, where the
#: server and whoever sends have a part of them (1.5 is wanted).
LEAST_ALONE, LEAST_TOGETHER = 0.7, 1.1


def uploads(api: Api, work: Path, count: int = 6) -> list[Measure]:
    """So many photos by us and by Pillow, one right after the other; of these rounds the middle one is judged: a machine that is
    slow or busy is so for both."""
    character = api.post("/characters", {"name": "Ben Example"})
    _all(api, character["id"], big_photos(work / "first", AT_ONCE, seed=900))  # the decoders are up
    rounds = []
    for number in range(ROUNDS):
        photos = big_photos(work / f"photos{number}", count, seed=number * count)
        ours = _timed(lambda photos=photos: _all(api, character["id"], photos))
        rounds.append((ours / count, _timed(lambda photos=photos: [*map(_by_pillow, photos)]) / count))
    middle = sorted(rounds, key=lambda pair: pair[1] / pair[0])[ROUNDS // 2]
    least = LEAST_TOGETHER if PhotoDecoder().at_once > 1 else LEAST_ALONE
    return [as_fast_as("one of many photos of 12 megapixels", *middle, "s", least=least)]


def _all(api: Api, character_id: str, photos: list[Path]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as senders:
        list(senders.map(lambda photo: api.upload(character_id, photo), photos))


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
