"""IsengardPicture: which picture, at which size, where of it something is drawn; and who may look at it."""

from __future__ import annotations

import pytest
from isengard.core.errors import ForbiddenError, InvalidError, IsengardError, NotFoundError
from isengard.core.generations.picture_sources import keep_source, source_of
from isengard.core.records.character import CharacterDraft
from isengard.core.records.generation import GeneratedImage
from PIL import Image
from support.generation_records import draft
from support.pictures import drawing

pytestmark = pytest.mark.slow


@pytest.fixture
def node(comfy):
    from isengard.nodes.picture import IsengardPicture

    def node(picture="", width=0, height=0, change=0.5, **given):
        return IsengardPicture.execute(picture, width, height, change, **given).args

    return node


@pytest.fixture
def store(comfy):
    return comfy.house.generations.store


@pytest.fixture
def gallery(ann, store, paths):
    """A picture of Ann's in the gallery; its place."""
    made = store.create(draft(ann.ann.id), [])
    drawing(1, (96, 64)).save(paths.generation(made.id) / "0000.png")
    store.add_image(made.id, GeneratedImage(n=0, file="0000.png", width=96, height=64, seed=1))
    return f"{made.id}/0"


@pytest.fixture
def order(ann, store, paths, tmp_path):
    """A generation that starts from a picture with a mask over its left half: its id and its ticket."""
    picture, mask = tmp_path / "p.png", tmp_path / "m.png"
    drawing(2, (96, 64)).save(picture)
    painted = Image.new("L", (96, 64))
    painted.paste(255, (0, 0, 48, 64))
    painted.save(mask)
    made = store.create(draft(ann.ann.id), [], (picture, mask))
    return made.id, store.tickets.issue(made.id, 1)


def pixels(image):
    return (image[0].numpy() * 255).round().astype("uint8")


def test_a_picture_of_the_gallery_as_it_is(node, gallery, paths):
    image, mask, change = node(gallery, change=0.3)
    with Image.open(paths.generation(gallery[:30]) / "0000.png") as file:
        assert (pixels(image) == __import__("numpy").asarray(file)).all()
    assert mask.shape == (1, 64, 96) and float(mask.min()) == 1.0 and change == 0.3


@pytest.mark.parametrize(
    ("asked", "shape"), [((192, 128), (128, 192)), ((64, 64), (64, 64)), ((100, 72), (64, 96))]
)
def test_it_is_brought_to_the_size_that_is_drawn(node, gallery, asked, shape):
    image, mask, _ = node(gallery, *asked)
    assert image.shape == (1, *shape, 3) and mask.shape == (1, *shape)


def test_an_order_is_found_by_its_ticket_and_its_mask_is_soft_inside_alone(node, order, store):
    image, mask, _ = node(order[1])
    assert image.shape == (1, 64, 96, 3)
    assert float(mask[0, :, 48:].max()) == 0.0, "what was not painted stays"
    assert 0.0 < float(mask[0, 32, 47]) < 1.0 and float(mask[0, 32, 0]) == float(mask[0, 0, 30]) == 1.0
    assert store.tickets.holder(order[1]) == order[0], "looking takes nothing"
    store.tickets.void(order[0])
    with pytest.raises(InvalidError) as caught:
        node(order[1])
    assert caught.value.code == "picture_unknown"
    assert node(order[0])[0].shape == image.shape, "on the canvas by the generation itself"


def test_a_connected_image_wins_and_its_mask_counts(node, gallery):
    import torch

    given, painted = torch.full((2, 32, 48, 3), 0.25), torch.zeros((1, 32, 48))
    painted[0, :, :24] = 1.0
    image, mask, _ = node(gallery, image=given, mask=painted)
    assert (
        image.shape == (1, 32, 48, 3) and float(mask[0, 16, 0]) == 1.0 and float(mask[0, :, 24:].max()) == 0.0
    )


def test_a_stroke_too_thin_for_a_soft_edge_stays(node):
    import torch

    painted = torch.zeros((1, 256, 256))
    painted[0, 100:102, :] = 1.0
    _, mask, _ = node(image=torch.zeros((1, 256, 256, 3)), mask=painted)
    assert float(mask[0, 100:102].max()) > 0.0 and float(mask[0, 102:].max()) == 0.0


def test_pictures_stay_inside_when_others_can_reach_the_server(node, gallery, order, comfy):
    comfy.listen_is_loopback = False
    for named in (gallery, order[0]):
        with pytest.raises(ForbiddenError) as caught:
            node(named)
        assert caught.value.code == "remote_photos"
    assert node(order[1])[0] is not None, "the panel's own order goes on"


@pytest.mark.parametrize("gone", ["gen_" + "0" * 26, f"gen_{'0' * 26}/0"])
def test_a_picture_that_was_deleted_since_is_told_in_words_for_a_graph(node, gone):
    """It said to reload, which does nothing for a node."""
    with pytest.raises(InvalidError, match="connect an image") as caught:
        node(gone)
    assert caught.value.code == "picture_unknown"


@pytest.mark.parametrize(
    "forged", ["../../x", "gen_x/0", "ann", "/etc/passwd", "gen_" + "0" * 26, f"gen_{'0' * 26}/0"]
)
def test_forged_pictures(node, forged):
    with pytest.raises(IsengardError) as caught:
        node(forged)
    assert caught.value.hint


@pytest.mark.parametrize("given", [{"change": 0.0}, {"change": 1.1}, {"change": float("nan")}, {"width": -8}])
def test_out_of_range(node, gallery, given):
    with pytest.raises(InvalidError) as caught:
        node(gallery, **given)
    assert caught.value.code == "change_out_of_range"


def test_without_any_picture_it_says_how_to_choose_one(node):
    with pytest.raises(InvalidError) as caught:
        node()
    assert caught.value.code == "picture_not_chosen"


def test_whoever_is_in_the_picture_is_in_what_is_made_of_it_on_the_canvas(gallery, ann, comfy):
    from isengard.nodes.context import current
    from isengard.nodes.pictures.canvas_record import people_behind

    bob = current().characters.create(CharacterDraft(name="Bob"))
    graph = {
        "1": {"class_type": "IsengardPicture", "inputs": {"picture": gallery}},
        "2": {"class_type": "IsengardCharacter", "inputs": {"character": "bob"}},
        "3": {"class_type": "IsengardSaveImage", "inputs": {"images": ["1", 0], "character": ["2", 0]}},
        "4": {"class_type": "IsengardSaveImage", "inputs": {"images": ["5", 0]}},
        "5": {"class_type": "EmptyImage", "inputs": {}},
    }
    assert people_behind(current(), graph, "3") == sorted([ann.ann.id, bob.id])
    assert people_behind(current(), graph, "4") == []


def test_a_source_is_kept_where_the_disk_has_no_links(paths, tmp_path, monkeypatch, order):
    def refused(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("os.link", refused)
    file = tmp_path / "photo.full"
    drawing(3).save(file, "JPEG")
    folder = paths.generation("gen_" + "5" * 26)
    folder.mkdir()
    keep_source(folder, file, None)
    file.unlink()
    kept, mask = source_of(paths, folder.name)
    assert kept.name == "picture.jpg" and mask is None and kept.stat().st_mode & 0o077 == 0
    with pytest.raises(NotFoundError):
        source_of(paths, "gen_" + "6" * 26)
