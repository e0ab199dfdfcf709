"""Small faces in large photos, read by the real tools."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import pytest
from hosts import fixtures
from isengard.core.faces.reader import FaceReader
from PIL import Image
from support.face_fixtures import face_tools, put_face_tools  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", [(3600, 2700), (900, 3600)])
def test_a_small_face_in_a_large_photo_is_found(face_tools, paths, tmp_path, size):
    """A face of 120 to 160 px was never found in a photo of 3,600 px; of a tall one the small copy was looked at again."""
    put_face_tools(face_tools, paths)
    photo = tmp_path / "far.jpg"
    with Image.open(fixtures.photograph()) as her:
        head = her.convert("RGB").crop((100, 0, 356, 256)).resize((420, 420))
    far = Image.new("RGB", size, (120, 130, 125))
    far.paste(head, (200, 1200))
    far.save(photo, quality=95)
    reader = FaceReader(paths)
    (face,) = reader.faces(photo)
    reader.close()
    assert 120 < face.side < 210 and face.share == pytest.approx(face.side / size[1], rel=0.05)
    assert abs(face.yaw) < 0.45 and face.sharpness > 150
