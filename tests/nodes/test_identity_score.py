"""IsengardIdentityScore on real faces with the real tools: what it says, and what it refuses."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hosts import fixtures
from isengard.core.errors import ForbiddenError, InvalidError, NotReadyError
from isengard.core.faces.reader import FaceReader
from PIL import Image
from support.face_fixtures import face_tools, her_photos, put_face_tools  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow


@pytest.fixture
def score(comfy, ann, paths):
    """The node on pictures of these files, as (score, text)."""
    import numpy as np
    import torch
    from isengard.nodes.character import IsengardCharacter
    from isengard.nodes.identity_score import IsengardIdentityScore

    reader = FaceReader(paths)
    comfy.house.likeness = SimpleNamespace(faces=reader)

    def score(*files):
        value = IsengardCharacter.execute("ann").args[0]
        pictures = [Image.open(file).convert("RGB").resize((512, 512)) for file in files]
        batch = torch.from_numpy(np.stack([np.asarray(one, dtype=np.float32) / 255 for one in pictures]))
        return IsengardIdentityScore.execute(batch, value).args

    yield score
    reader.close()


@pytest.fixture
def photographed(ann, her_photos):
    from isengard.nodes.context import current

    for photo in her_photos[:3]:
        current().photos.add(ann.ann.id, photo, photo.name)


def test_it_tells_her_from_another(score, photographed, face_tools, paths, her_photos):
    put_face_tools(face_tools, paths)
    alike, words = score(her_photos[5])
    assert alike > 0.5 and words.startswith(f"Looks like Ann: {alike:.2f}; the photos score ")
    other, words = score(fixtures.other_people()["man"])
    assert other < 0.4 and words.startswith("Doesn't look like Ann")
    assert list(paths.tmp.glob("*.png")) == []


def test_several_pictures_count_by_their_median_and_none_by_nothing(
    score,
    photographed,
    face_tools,
    paths,
    her_photos,
    tmp_path,
):
    put_face_tools(face_tools, paths)
    blank = tmp_path / "blank.png"
    Image.new("RGB", (64, 64)).save(blank)
    one, _ = score(her_photos[5])
    assert score(her_photos[5], blank)[0] == one
    assert score(blank) == (0.0, "No face was found to compare with the photos of Ann.")


def test_a_face_too_small_to_say_is_told_as_that(
    score, photographed, face_tools, paths, her_photos, tmp_path
):
    put_face_tools(face_tools, paths)
    far = tmp_path / "far.png"
    with Image.open(her_photos[5]) as near:
        canvas = Image.new("RGB", (512, 512), "grey")
        canvas.paste(near.convert("RGB").resize((180, 180)), (160, 160))
        canvas.save(far)
    assert score(far) == (0.0, "The face is too small to compare with the photos of Ann.")


def test_refusals(score, ann, face_tools, paths, her_photos, comfy, monkeypatch):
    from isengard.nodes.context import current

    put_face_tools(face_tools, paths)
    with pytest.raises(InvalidError) as caught:
        score(her_photos[5])
    assert caught.value.code == "no_face_in_photos"
    current().photos.add(ann.ann.id, her_photos[0], "a.jpg")
    (paths.backends / "faces").unlink()
    with pytest.raises(NotReadyError) as caught:
        score(her_photos[5])
    assert caught.value.code == "face_tools_missing"
    comfy.listen_is_loopback = False
    with pytest.raises(ForbiddenError) as caught:
        score(her_photos[5])
    assert caught.value.code == "remote_photos"


def test_a_picture_that_was_being_measured_goes_at_the_next_start(comfy, library, paths):
    """It was called like no other file in tmp/: a kill while a face was looked for left it there for ever."""
    import torch
    from isengard.core.characters.folder_settling import settle
    from isengard.nodes.context import current
    from isengard.nodes.identity_score import _faces

    def killed(picture):
        settle(library, paths)
        assert not picture.exists(), "as the next start finds it"
        picture.touch()
        return []

    assert _faces(current(), SimpleNamespace(faces=killed), torch.zeros((8, 8, 3))) == []
    assert list(paths.tmp.iterdir()) == []


@pytest.fixture
def library(comfy, paths):
    from isengard.core.storage.library import Library

    library = Library(paths)
    yield library
    library.close()
