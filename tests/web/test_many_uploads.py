"""Many large photos at once wait in line: what else is asked of the server is answered meanwhile."""

from __future__ import annotations

import errno
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hosts.journey import ApiError
from PIL import Image

PHOTOS = 10


def large() -> bytes:
    """35 megapixels that take the decoder a while: progressive, which cannot be made smaller while reading."""
    image = Image.linear_gradient("L").resize((7200, 4800))
    stream = io.BytesIO()
    Image.merge("RGB", (image, image.transpose(0), image)).save(stream, "JPEG", progressive=True, quality=60)
    return stream.getvalue()


@pytest.mark.timing
def test_ten_large_photos_at_once_hold_up_nothing_else(api, tmp_path):
    person = api.post("/characters", {"name": "Ann"})["id"]
    picture = large()
    files = [tmp_path / f"{number}.jpg" for number in range(PHOTOS)]
    for number, file in enumerate(files):
        file.write_bytes(
            picture + bytes([number])
        )  # another file, which is decoded before it is known to be the same
    waits, done = [], threading.Event()

    def look() -> None:
        while not done.is_set():
            for path in ("/characters", f"/characters/{person}/photos", "/settings"):
                began = time.monotonic()
                api.get(path)
                waits.append(time.monotonic() - began)
            time.sleep(0.02)

    watcher = threading.Thread(target=look)
    with ThreadPoolExecutor(PHOTOS) as pool:
        watcher.start()
        began = time.monotonic()
        codes = sorted(pool.map(lambda file: outcome(api, person, file), files))
        took = time.monotonic() - began
    done.set()
    watcher.join()
    assert codes == ["", *["photo_duplicate"] * (PHOTOS - 1)]
    assert took > 1.5, "too quick to hold anything up"
    assert max(waits) < 0.8, sorted(waits)[-5:]


def outcome(api, person, file) -> str:
    try:
        api.upload(person, file)
    except ApiError as refused:
        return str(refused.error["code"])
    return ""


def test_a_disk_that_fails_for_one_photo_spoils_the_others_of_no_upload(server, api, tmp_path, monkeypatch):
    """The whole upload was called a fault of ours, and no page was told of the photos that were there."""
    person, files = api.post("/characters", {"name": "Ann"})["id"], []
    for seed in range(3):
        files.append(tmp_path / f"{seed}.jpg")
        Image.effect_noise((600, 600), 40 + seed * 20).convert("RGB").save(files[-1])
    ordinary = server.services.photos.add

    def add(character_id, file, name, *more):
        if name == "1.jpg":
            raise OSError(errno.EIO, "Input/output error")
        return ordinary(character_id, file, name, *more)

    monkeypatch.setattr(server.services.photos, "add", add)
    before = server.services.ledger.last_seq()
    items = api.upload_all(person, {file.name: file for file in files})["items"]
    assert [item["error"] and item["error"]["code"] for item in items] == [None, "photo_not_kept", None]
    told = [event.data.get("change") for event in server.services.ledger.events_after(before)]
    assert told == ["photos"] and len(api.get(f"/characters/{person}/photos")["items"]) == 2
