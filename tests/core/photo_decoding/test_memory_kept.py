"""A child keeps its memory from one photo to the next, and gives it back when it rests; a photo is described once for comparing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from isengard.core.photo_decoding import child
from isengard.core.photo_decoding.decoder import PhotoDecoder
from PIL import Image
from support.pictures import drawing, photograph

#: 12 megapixels are 48 MB, 12,000 pages of memory: 13,700 were asked for anew with each photo.
SIZE, MOST_PAGES = (4000, 3000), 4000
#: What a child held before it kept memory, with the libraries that it has read.
RESTING_BYTES = 60 * 1024**2


@pytest.fixture
def decoder():
    decoder = PhotoDecoder(at_once=1)
    yield decoder
    decoder.close()


def pages_asked_for(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[7])


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_memory_is_kept_for_the_next_photo_and_given_back_after_the_last(decoder, tmp_path):
    photo = tmp_path / "photo.jpg"
    drawing(1, SIZE).save(photo, quality=90)

    def read() -> str:
        return decoder.decode(photo, tmp_path / "full", tmp_path / "thumb").pixel_hash

    first = [read() for _ in range(2)]
    pid = decoder.children.pids[0]
    before = pages_asked_for(pid)
    assert {read() for _ in range(3)} == set(first)
    assert (pages_asked_for(pid) - before) / 3 < MOST_PAGES
    deadline = time.monotonic() + 60
    while resident(pid) > RESTING_BYTES and time.monotonic() < deadline:
        time.sleep(0.1)
    assert resident(pid) <= RESTING_BYTES
    assert read() == first[0]


def test_a_thumbnail_is_described_once_by_whatever_name(tmp_path, monkeypatch):
    """A photo is compared by its first name, and kept by another: it was described twice."""
    described: list[str] = []
    real = child._read_marks
    monkeypatch.setattr(child, "_read_marks", lambda path: (described.append(path), real(path))[1])
    new, kept, other = (tmp_path / name for name in ("new", "kept", "other"))
    photograph(3, 256).save(new, "JPEG")
    photograph(9, 256).save(other, "JPEG")
    assert child.compare({"thumb": str(new), "others": [str(other)]}) == {"same_shot": -1}
    new.rename(kept)
    Image.open(kept).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(new, "JPEG")
    assert child.compare({"thumb": str(new), "others": [str(other), str(kept)]}) == {"same_shot": 1}
    assert described == [str(new), str(other), str(new)]
    kept.unlink()
    assert child.compare({"thumb": str(new), "others": [str(kept)]}) == {"same_shot": -1}
