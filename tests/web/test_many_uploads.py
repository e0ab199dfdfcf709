"""Many large photos at once wait in line: what else is asked of the server is answered meanwhile."""

from __future__ import annotations

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from hosts.journey import ApiError
from PIL import Image

PHOTOS = 10


def large() -> bytes:
    """24 megapixels that take the decoder a while: progressive, which cannot be made smaller while reading."""
    image = Image.linear_gradient("L").resize((6000, 4000))
    stream = io.BytesIO()
    Image.merge("RGB", (image, image.transpose(0), image)).save(stream, "JPEG", progressive=True, quality=60)
    return stream.getvalue()


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
