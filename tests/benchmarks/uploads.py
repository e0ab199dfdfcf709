"""Photos of 12 megapixels through the API, a few at once as the panel sends them, against a bare loop of Pillow that makes the same files."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
from hosts.journey import Api
from isengard.core.photo_decoding.decoder import PhotoDecoder
from PIL import Image, ImageOps

from .measure import Measure, as_fast_as, slower_by

#: As many as the panel sends at once (js/data/photo_intake.js).
AT_ONCE = 3
ROUNDS = 3
#: With one child the way into it and back takes a sixth; whatever is done twice takes more than is allowed here. With two or
#: more, on as many cores, the loop that uses one is left behind: 1.3 times its pace was measured alone on two cores, where the
#: server and whoever sends have a part of them (1.5 is wanted).
LEAST_ALONE, LEAST_TOGETHER = 0.7, 1.1
#: Seconds of CPU of a photo, server and sender included, against the loop's: 0.93 to 1.06 (1.22 while the children asked the system
#: anew for the memory of each photo). A busy machine changes little of it.
MOST_CPU = 1.2


def uploads(
    api: Api, work: Path, count: int = 6, readers: Callable[[], list[int]] | None = None
) -> list[Measure]:
    """So many photos by us and by Pillow, one right after the other; of these rounds the middle one is judged: a machine that is
    slow or busy is so for both. `readers` gives the children's process ids, where the server runs in this very process."""
    character = api.post("/characters", {"name": "Ben Example"})
    _all(api, character["id"], big_photos(work / "first", AT_ONCE, seed=900))  # the decoders are up
    times, costs = [], []
    for number in range(ROUNDS):
        photos = big_photos(work / f"photos{number}", count, seed=number * count)
        by_us = lambda photos=photos: _all(api, character["id"], photos)  # noqa: E731
        by_pillow = lambda photos=photos: [*map(_by_pillow, photos)]  # noqa: E731
        ours, theirs = (_measured(one, readers or list) for one in (by_us, by_pillow))
        times.append((ours[0] / count, theirs[0] / count))
        costs.append((ours[1] / count, theirs[1] / count))
    least = LEAST_TOGETHER if PhotoDecoder().at_once > 1 else LEAST_ALONE
    found = [as_fast_as("one of many photos of 12 megapixels", *_middle(times), "s", least=least)]
    if readers is not None:
        found.append(slower_by("its CPU time", *_middle(costs), "s", most=MOST_CPU))
    return found


def _middle(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return sorted(pairs, key=lambda pair: pair[1] / pair[0])[len(pairs) // 2]


def _all(api: Api, character_id: str, photos: list[Path]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as senders:
        list(senders.map(lambda photo: api.upload(character_id, photo), photos))


def _measured(work: Callable[[], object], readers: Callable[[], list[int]]) -> tuple[float, float]:
    """Seconds by the clock, and of CPU in this process and in those of the readers."""
    before, began = _cpu(readers()), time.perf_counter()
    work()
    return time.perf_counter() - began, _cpu(readers()) - before


def _cpu(readers: list[int]) -> float:
    spent = [psutil.Process(pid).cpu_times() for pid in (os.getpid(), *readers)]
    return sum(one.user + one.system for one in spent)


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
