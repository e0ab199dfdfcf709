"""IsengardRequest, IsengardPlaceholderImage and IsengardSaveImage."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from hosts import releases
from isengard.core.errors import InvalidError, NotFoundError
from isengard.core.ids import new_id
from isengard.core.marks.source_types import ALGORITHMIC, COMPOSITE, TRAINED
from isengard.core.marks.xmp import said_in
from isengard.core.privacy import erasure, personal_data
from isengard.core.settings import Settings
from PIL import Image

pytestmark = pytest.mark.slow


def graph(slug: str) -> dict:
    """Ann's picture and, beside it, one that she is not in."""
    return {
        "1": {"class_type": "IsengardCharacter", "inputs": {"character": slug}},
        "2": {"class_type": "IsengardApplyIdentity", "inputs": {"character": ["1", 0]}},
        "3": {"class_type": "KSampler", "inputs": {"model": ["2", 0], "seed": 5}},
        "4": {"class_type": "IsengardSaveImage", "inputs": {"images": ["3", 0]}},
        "5": {"class_type": "EmptyImage", "inputs": {}},
        "6": {"class_type": "IsengardSaveImage", "inputs": {"images": ["5", 0]}},
    }


@pytest.fixture
def save(comfy, comfy_api, monkeypatch):
    """The node as ComfyUI runs it: a clone with hidden inputs."""
    from isengard.nodes.save_image import IsengardSaveImage

    preview = type("Preview", (), {"as_dict": lambda self: {"images": []}})
    monkeypatch.setattr(comfy_api.ui, "PreviewImage", lambda images, cls: preview())

    def save(images, ticket="", *, prompt=None, node_id="4", edits=False, **given):
        hidden = {
            comfy_api.io.Hidden.prompt: prompt,
            comfy_api.io.Hidden.extra_pnginfo: {
                "isengard": {"recipe": "r", **({"edits": True} if edits else {})}
            },
            comfy_api.io.Hidden.unique_id: node_id,
        }
        made = {"hidden_inputs": hidden} if releases.has("v3_data") else hidden
        return IsengardSaveImage.PREPARE_CLASS_CLONE(made).execute(images, ticket, **given).ui

    return save


@pytest.fixture
def order(paths, save):
    """A generation that the panel has asked for so many pictures: its id and its ticket."""
    from isengard.core.generations.save_tickets import SaveTickets

    def order(pictures=1):
        identifier = new_id("gen")
        return identifier, SaveTickets(paths).issue(identifier, pictures)

    return order


def pictures(count=1, height=24, width=32):
    import torch

    return torch.rand((count, height, width, 3), generator=torch.manual_seed(1))


def test_a_request_fills_in_the_triggers(comfy):
    from isengard.nodes.request import IsengardRequest

    answer = IsengardRequest.execute("{trigger} and {trigger2} {x}", "no", 64, 72, 5, 6, 1.5, "ann", "bob")
    assert answer.args == ("ann and bob {x}", "no", 64, 72, 5, 6, 1.5)


@pytest.mark.parametrize("room_for", [0, 1])
def test_a_full_disk_leaves_no_picture_that_nobody_knows(save, ann, paths, monkeypatch, room_for):
    """The record came after the last picture: those before a full disk stayed in a folder that forgetting did not find."""
    from isengard.nodes import save_image
    from isengard.nodes.context import current

    write, saved = save_image._save, []

    def until_full(*args):
        if len(saved) == room_for:
            raise OSError(28, "No space left on device")
        saved.append(write(*args))
        return saved[-1]

    monkeypatch.setattr(save_image, "_save", until_full)
    with pytest.raises(OSError, match="No space"):
        save(pictures(3), prompt=graph("ann"))
    kept = current().generations.list(purpose="nodes").items
    assert [one.id for one in kept] == [folder.name for folder in paths.outputs.iterdir()]
    assert [image.file for one in kept for image in one.images] == ["0000.png"][:room_for]


def test_what_a_crash_ends_while_pictures_are_saved_goes_at_the_next_start(save, ann, paths, monkeypatch):
    from isengard.core.generations.generation_sidecars import UNKEPT_MARK
    from isengard.nodes import save_image
    from isengard.nodes.context import current

    marks = []

    def written(image, folder, *_):
        marks.append((folder / UNKEPT_MARK).exists())
        return save_image._Saved(folder / "0000.png", 32, 24, "")

    monkeypatch.setattr(save_image, "_save", written)
    save(pictures(), prompt=graph("ann"))
    save(pictures(), prompt=graph("nobody"))
    assert marks == [True, False], "what shows nobody has no row, and stays"
    assert not list(paths.outputs.glob(f"*/{UNKEPT_MARK}"))
    assert len(current().generations.list(purpose="nodes").items) == 1


def test_a_picture_for_the_panel(save, order, paths):
    identifier, ticket = order()
    shown = save(pictures(2), ticket, prompt={"1": {}})
    assert shown["isengard"] == [{"file": f"000{n}.png", "width": 32, "height": 24} for n in range(2)]
    assert set(shown) == {"isengard"}, "nobody looks at the node: no copy in ComfyUI's temp folder"
    file = paths.generation(identifier) / "0001.png"
    with Image.open(file) as image:
        assert image.size == (32, 24) and image.mode == "RGB"
        assert json.loads(image.text["prompt"]) == {"1": {}}
        assert json.loads(image.text["isengard"]) == {"generation_id": identifier, "recipe": "r"}
    assert not list(paths.generation(identifier).glob(".*"))


def test_a_comfyui_that_is_to_write_no_metadata_gets_none(comfy, save, order, paths):
    """--disable-metadata: the file told the prompt, who is in it and their trigger word all the same."""
    comfy.writes_graphs = False
    identifier, ticket = order()
    save(pictures(), ticket, prompt=graph("ann"))
    (shown,) = save(pictures(), prompt=graph("ann"))["isengard"]
    for folder in (identifier, shown["generation_id"]):
        with Image.open(paths.generation(folder) / "0000.png") as image:
            assert (
                not {"prompt", "workflow", "isengard"} & image.info.keys() and said_in(image.info) == TRAINED
            )


@pytest.mark.parametrize(("edits", "said"), [(False, TRAINED), (True, COMPOSITE)])
def test_a_picture_of_the_tab_says_how_it_was_made(save, order, paths, edits, said):
    identifier, ticket = order()
    save(pictures(), ticket, prompt=graph("ann"), edits=edits)
    with Image.open(paths.generation(identifier) / "0000.png") as image:
        assert said_in(image.info) == said and json.loads(image.info["prompt"]).keys() == graph("ann").keys()


@pytest.mark.parametrize(
    ("source", "said"), [("KSampler", TRAINED), ("LoadImage", ""), ("IsengardPlaceholderImage", ALGORITHMIC)]
)
def test_a_picture_of_the_canvas_says_what_its_own_nodes_made(save, paths, source, said):
    """The rest of the graph has nothing to do with it; somebody's photo that passes through is not called made with AI."""
    mixed = {
        "1": {"class_type": source, "inputs": {}},
        "4": {"class_type": "IsengardSaveImage", "inputs": {"images": ["1", 0]}},
        "9": {"class_type": "KSampler", "inputs": {}},
    }
    (entry,) = save(pictures(), prompt=mixed)["isengard"]
    with Image.open(paths.generation(entry["generation_id"]) / entry["file"]) as image:
        assert said_in(image.info) == said


@pytest.mark.parametrize(
    ("channels", "kind", "mode"), [(1, "float32", "L"), (4, "float16", "RGBA"), (3, "bfloat16", "RGB")]
)
def test_grey_see_through_and_half_precise_pictures(save, paths, channels, kind, mode):
    import torch

    (entry,) = save(torch.ones((1, 8, 16, channels), dtype=getattr(torch, kind)))["isengard"]
    with Image.open(paths.generation(entry["generation_id"]) / entry["file"]) as image:
        assert (image.size, image.mode) == ((16, 8), mode) and image.getextrema() in (
            (255, 255),
            ((255, 255),) * channels,
        )


def test_a_full_disk_leaves_no_half_picture(save, order, paths, monkeypatch):
    identifier, ticket = order()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(OSError, match="No space"):
        save(pictures(), ticket)
    assert list(paths.generation(identifier).iterdir()) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_holds_no_numbers_is_told_and_not_saved(save, order, paths, value):
    """Cast to bytes it was a black picture that nobody could tell from a dark one."""
    images, (_, ticket) = pictures(3), order()
    images[1, 5, 5, 0] = value
    told = save(images, ticket)["isengard"]
    assert [entry.get("file") for entry in told] == ["0000.png", "0001.png", None]
    assert told[2] == {"look": "not_finite"}
    with pytest.raises(InvalidError) as caught:
        save(images)
    assert caught.value.code == "picture_not_finite" and "1 of 3" in caught.value.message
    before = {folder.name for folder in paths.outputs.iterdir()}
    with pytest.raises(InvalidError, match="1 of 1"):
        save(images[1:2])
    assert {folder.name for folder in paths.outputs.iterdir()} == before, "no empty folder stays"


def test_the_others_of_a_canvas_batch_are_kept_for_their_person(save, ann):
    from isengard.nodes.context import current

    images = pictures(2)
    images[0] = float("nan")
    with pytest.raises(InvalidError, match="others were saved"):
        save(images, prompt=graph("ann"))
    (kept,) = current().generations.list(purpose="nodes").items
    assert [image.file for image in kept.images] == ["0000.png"]


def test_one_colour_and_noise_are_told_beside_the_picture(save, order):
    import torch

    steps = torch.linspace(0, 1, 256)
    ramp = (steps[:, None] * steps[None, :])[None, :, :, None].repeat(1, 1, 1, 3)
    noise = pictures(1, 256, 256)
    dark = ramp * 0.02
    looks = [
        save(image, order()[1])["isengard"][0].get("look", "")
        for image in (torch.zeros((1, 64, 64, 3)), torch.ones((1, 64, 64, 3)) * 0.4, noise, ramp, dark)
    ]
    assert looks == ["flat", "flat", "noise", "", ""]


def test_a_placeholder_shows_something_however_small_and_dark(comfy, save, order):
    from isengard.nodes.placeholder_image import _drawn

    for width, height in ((64, 64), (512, 512), (256, 1024)):
        for seed in range(5):
            (entry,) = save(_drawn("", width, height, seed), order()[1])["isengard"]
            assert "look" not in entry


def test_a_practice_picture_says_so_on_a_dark_plate_below_a_figure(comfy):
    """It was an oval on one colour, with words too small to read."""
    from isengard.nodes.pictures.practice_figure import figure

    for width, height in ((512, 512), (512, 768), (1024, 640)):
        picture, other = (figure(text, width, height, 7).convert("L") for text in ("a garden", "a street"))
        letters = picture.crop((0, round(height * 0.87), width, height))
        darkest, lightest = letters.getextrema()
        assert darkest < 60 and lightest > 200
        assert len(picture.crop((0, 0, width, round(height * 0.8))).getcolors(width * height)) > 40
        assert picture.tobytes() != other.tobytes()


def test_a_second_prompt_into_the_same_folder_overwrites_nothing(save, order):
    _, ticket = order(3)
    names = [save(pictures(), ticket)["isengard"][0]["file"] for _ in range(3)]
    assert names == ["0000.png", "0001.png", "0002.png"]


def test_a_ticket_is_good_for_its_pictures_and_until_its_generation_ends(save, order, paths):
    """By an id anybody could save into a person's generation; a used ticket left a picture that no list showed."""
    from isengard.core.generations.save_tickets import SaveTickets

    identifier, ticket = order(1)
    save(pictures(), ticket)
    for used in (ticket, identifier, ticket[:-1], f"{ticket}x", "*", "\ud800"):
        with pytest.raises(InvalidError) as caught:
            save(pictures(), used)
        assert caught.value.code == "order_over"
    assert len(list(paths.outputs.iterdir())) == 1
    assert len(list(paths.generation(identifier).glob("*.png"))) == 1
    other, unused = order(2)
    SaveTickets(paths).void(other)
    with pytest.raises(InvalidError):
        save(pictures(), unused)
    assert not paths.generation(other).exists()
    third, left = order(2)
    SaveTickets(paths).void_all_but([third])
    save(pictures(), left)
    assert [file.name for file in paths.generation(third).iterdir()] == ["0000.png"]
    SaveTickets(paths).void_all_but([])
    assert list((paths.run / "tickets").iterdir()) == []


def test_a_ticket_is_not_to_be_read_from_its_file(order, paths):
    _, ticket = order(2)
    assert ticket not in "".join(file.name + file.read_text() for file in (paths.run / "tickets").iterdir())


@pytest.mark.parametrize("given", ["../../x", "gen_../../x", "/etc", "gen_" + "A" * 26, "x" * 500])
def test_a_made_up_generation_id_leads_nowhere(save, paths, given):
    with pytest.raises(InvalidError) as caught:
        save(pictures(), given)
    assert caught.value.code == "order_over" and list(paths.outputs.iterdir()) == []


def test_pictures_of_the_canvas_are_found_when_a_person_is_forgotten(save, ann, paths):
    from isengard.nodes.context import current

    context = current()
    of_ann = save(pictures(), prompt=graph("ann"))["isengard"][0]["generation_id"]
    of_nobody = save(pictures(), prompt=graph("ann"), node_id="6")["isengard"][0]["generation_id"]
    kept = context.generations.get(of_ann)
    assert kept.purpose == "nodes" and kept.state.value == "completed" and kept.images[0].file == "0000.png"
    assert context.generations.list().items == [], "the panel's gallery is of the panel's pictures"
    with pytest.raises(NotFoundError):
        context.generations.get(of_nobody)
    library = context.characters._library
    theirs = personal_data.find(library, paths, context.characters, ann.ann.id, job_ids=[])
    report = erasure.remove(paths, theirs)
    assert (
        report.images == 1 and not paths.generation(of_ann).exists() and paths.generation(of_nobody).exists()
    )


def test_a_person_named_by_a_link_is_found_too(save, ann):
    from isengard.nodes.context import current

    linked = graph(["7", 0]) | {"7": {"class_type": "PrimitiveString", "inputs": {"value": "ann"}}}
    kept = current().generations.get(save(pictures(), prompt=linked)["isengard"][0]["generation_id"])
    assert [use.id for use in kept.request.characters] == [ann.ann.id]


@pytest.mark.parametrize("given", ["Ann", ["7", 0], ["8", 0], ["9", 1]])
def test_a_person_named_at_the_node_that_puts_them_on_is_found(save, ann, given):
    from isengard.nodes.context import current

    named = graph("nobody") | {"7": {"class_type": "PrimitiveString", "inputs": {"value": " annqvx"}}}
    named["8"] = {"class_type": "IsengardRequest", "inputs": {"prompt": "ann", "negative": "blurry"}}
    named["9"] = {"class_type": "IsengardCharacter", "inputs": {"character": ["7", 0]}}
    named["2"]["inputs"]["character"] = given
    kept = current().generations.get(save(pictures(), prompt=named)["isengard"][0]["generation_id"])
    assert [use.id for use in kept.request.characters] == [ann.ann.id]


def test_of_a_batch_everybody_is_kept_or_only_the_one_who_was_drawn(save, ann):
    from isengard.core.records.character import CharacterDraft
    from isengard.nodes.context import current

    people = current().characters
    bob, cem = (people.create(CharacterDraft(name=name)) for name in ("Bob", "Cem"))
    batch = graph("cem") | {"7": {"class_type": "IsengardCharacterBatch", "inputs": {"names": "Ann\nBob, x"}}}
    batch["3"]["inputs"]["positive"] = ["8", 0]
    batch["8"] = {"class_type": "IsengardApplyIdentity", "inputs": {"character": ["7", 0]}}

    def kept(**given):
        saved = save(pictures(), prompt=batch, **given)["isengard"][0]["generation_id"]
        return {use.id for use in current().generations.get(saved).request.characters}

    assert kept() == {ann.ann.id, bob.id, cem.id}
    assert kept(character="Bob") == {bob.id, cem.id}


def test_a_graph_with_strangers_is_kept_without_a_record(save, ann):
    for prompt in (graph("../../etc"), graph("nobody"), None, "x"):
        assert save(pictures(), prompt=prompt)["isengard"]


def test_placeholders_say_so_and_only_in_fast_test_mode(comfy):
    import torch
    from isengard.nodes import context
    from isengard.nodes.placeholder_image import IsengardPlaceholderImage as Placeholder

    with pytest.raises(InvalidError) as caught:
        Placeholder.execute("x", 64, 64, 1)
    assert caught.value.code == "placeholder_in_production"
    fast = SimpleNamespace(**{**vars(comfy.house), "settings": Settings(mode="fast-test")})
    context.provide(comfy, lambda: fast)
    first, same, other = (
        Placeholder.execute("x " * 900, 128, 96, seed).args[0] for seed in (1, 1, 2**64 - 1)
    )
    assert tuple(first.shape) == (1, 96, 128, 3) and 0.0 <= float(first.min()) <= float(first.max()) <= 1.0
    assert torch.equal(first, same) and not torch.equal(first, other)
