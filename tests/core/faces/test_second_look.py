"""At what size a picture is looked at, the first time and again: what finds faces stands here for itself."""

from __future__ import annotations

import pytest
from isengard.core.faces.reading import face_reading, picture_files
from isengard.core.faces.reading.dlib_faces import HogDetector
from PIL import Image
from support.pictures import drawing


class Nobody:
    """Finds no face, and keeps what it was shown."""

    again_in_grey = False

    def __init__(self) -> None:
        self.shown: list[tuple[int, int, bool]] = []

    def find(self, pixels, *, larger):
        self.shown.append((pixels.shape[1], pixels.shape[0], larger))
        return []


@pytest.mark.parametrize(
    ("size", "kind", "looks", "decoded"),
    [
        ((900, 700), "jpg", [(900, 700, False), (900, 700, True)], 1),
        ((1600, 1200), "jpg", [(1024, 768, False), (1600, 1200, False)], 1),
        ((3600, 2700), "jpg", [(1024, 768, False), (2048, 1536, False)], 2),
        ((4032, 3024), "jpg", [(1024, 768, False), (2016, 1512, False)], 1),
        ((3000, 4000), "jpg", [(768, 1024, False), (1500, 2000, False)], 1),
        ((900, 3600), "jpg", [(256, 1024, False), (512, 2048, False)], 2),
        ((2600, 1300), "png", [(1024, 512, False), (2048, 1024, False)], 1),
    ],
)
def test_a_photo_is_decoded_once_where_that_does_for_both_looks(
    tmp_path, monkeypatch, size, kind, looks, decoded
):
    photo = tmp_path / f"photo.{kind}"
    drawing(0, size).save(photo)
    opened = []
    monkeypatch.setattr(
        face_reading, "decoded", lambda *how: opened.append(how) or picture_files.decoded(*how)
    )
    nobody = Nobody()
    answer = face_reading.PictureReader(nobody, None, None).read(str(photo))
    assert answer["faces"] == [] and answer["scene"]["layout"]
    assert nobody.shown == looks
    assert len(opened) == decoded


def test_a_larger_picture_and_one_at_twice_its_size_are_looked_at_in_grey(tmp_path, monkeypatch):
    """Every pixel counts there, and grey takes a quarter less time."""
    shown = []
    monkeypatch.setattr(HogDetector, "__init__", lambda self, files: None)
    monkeypatch.setattr(
        HogDetector, "_run", lambda self, pixels, doubled, least: shown.append((pixels.ndim, doubled)) or []
    )
    reader = face_reading.PictureReader(HogDetector({}), None, None)
    for side in (1024, 1600):
        Image.new("RGB", (side, 8)).save(tmp_path / f"{side}.png")
        reader.read(str(tmp_path / f"{side}.png"))
    assert shown == [(3, 0), (2, 1), (3, 0), (2, 0)]
