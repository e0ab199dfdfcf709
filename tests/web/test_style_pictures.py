"""What styles look like with somebody's own model: made by one press after what people asked for, kept with the person."""

from __future__ import annotations

import asyncio

import pytest
from isengard.core.characters.trash import trashed_characters
from isengard.core.errors import ConflictError, InvalidError, NotFoundError
from isengard.generation import styles as generation_styles
from isengard.generation.styles import OWN_FILE, load_styles
from isengard.web.services.prompting.style_pictures import StylePictures
from isengard.web.services.prompting.style_records import StylePictureOrder
from PIL import Image
from support.generation_fixtures import house, publish, quick, request, until, with_comfy  # noqa: F401 - fixtures

ORDER = StylePictureOrder(recipe="sd15-identity")


#: Three are as good as ten, and sooner made.
FEW = "".join(
    f'[[styles]]\nname = "{name}"\nlabel = "{name}"\nprompt = "{name} of {{prompt}}"\n'
    for name in ("photo", "film", "comic")
)


@pytest.fixture
def pictures(house, monkeypatch, tmp_path):  # noqa: F811
    few = tmp_path / "few.toml"
    few.write_text(FEW)
    monkeypatch.setattr(generation_styles, "SHIPPED", few)
    publish(house, 10)
    return StylePictures(house.paths, house.service)


async def done(pictures, person):
    while (listed := pictures.of(person.id, ORDER)).making is not None:
        await asyncio.sleep(0.02)
    return listed


def styles(house):  # noqa: F811
    return [style for style in load_styles(house.paths.root) if style["kind"] == "style"]


def test_one_press_makes_a_picture_of_every_style_and_keeps_nothing_else(house, pictures):  # noqa: F811
    async def scenario(comfy):
        assert not any(style.picture for style in pictures.of(house.ann.id, ORDER).items)
        begun = await pictures.make(house.ann.id, ORDER)
        assert begun.making is not None and begun.making.count == len(styles(house))
        with pytest.raises(ConflictError) as caught:
            await pictures.make(house.ann.id, ORDER)
        assert caught.value.code == "styles_being_made"
        return await done(pictures, house.ann), [*comfy.asked]

    listed, asked = with_comfy(house, scenario)
    assert listed.error is None and all(style.picture for style in listed.items)
    sent = [_positive(graph) for graph in asked]
    assert len(set(sent)) == len(styles(house)) and all("portrait of annqvx, woman" in text for text in sent)
    assert not any(house.paths.outputs.iterdir()) and house.store.list().items == []
    name = listed.items[0].picture.rpartition("/")[2]
    with Image.open(pictures.file(house.ann.id, name)) as image:
        assert image.format == "JPEG" and max(image.size) <= 256
    with pytest.raises(NotFoundError):
        pictures.file(house.ann.id, "other.jpg")


def _positive(graph):
    texts = [node["inputs"]["text"] for node in graph.values() if node["class_type"] == "CLIPTextEncode"]
    return next(text for text in texts if "annqvx" in text)


def test_what_somebody_asks_for_goes_first_and_stopping_leaves_nothing_in_comfyuis_queue(house, pictures):  # noqa: F811
    async def scenario(comfy):
        comfy.hold = True
        await pictures.make(house.ann.id, ORDER)
        while not comfy.submitted:
            await asyncio.sleep(0.02)
        wish = await house.service.create(request(house), "c")
        while len(comfy.submitted) < 2:
            await asyncio.sleep(0.02)
        comfy.release()
        await until(house, wish.id, "completed")
        before = len(comfy.asked)
        assert before <= 3, "the wish did not wait for nine styles"
        comfy.hold = True
        while len(comfy.asked) == before and pictures.of(house.ann.id, ORDER).making:
            await asyncio.sleep(0.02)
        await pictures.stop(house.ann.id)
        deadline = asyncio.get_running_loop().time() + 10
        while comfy.running and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)  # ComfyUI ends what runs when it comes to look
        return pictures.of(house.ann.id, ORDER), [*comfy.pending, comfy.running], wish.id

    listed, left, wish = with_comfy(house, scenario)
    assert listed.making is None and listed.error is None
    assert 0 < sum(style.picture is not None for style in listed.items) < len(styles(house))
    assert left == [None] and [folder.name for folder in house.paths.outputs.iterdir()] == [wish]


def test_missing_ones_are_made_and_a_style_written_anew_has_none(house, pictures):  # noqa: F811
    async def scenario(comfy):
        await pictures.make(house.ann.id, ORDER)
        await done(pictures, house.ann)
        first = len(comfy.asked)
        own = '[[styles]]\nname = "photo"\nlabel = "Mine"\nprompt = "mine, {prompt}"\n'
        (house.paths.root / OWN_FILE).write_text(own)
        lacking = [style.name for style in pictures.of(house.ann.id, ORDER).items if style.picture is None]
        await pictures.make(house.ann.id, ORDER)
        return lacking, first, len((await done(pictures, house.ann)).items), len(comfy.asked)

    lacking, first, known, asked = with_comfy(house, scenario)
    assert lacking == ["photo"] and asked == first + 1 and known == first
    other = StylePictureOrder(recipe="sd15-identity", base_model="another.safetensors")
    assert not any(style.picture for style in pictures.of(house.ann.id, other).items)


def test_they_go_into_the_trash_and_are_forgotten_with_the_person(house, pictures):  # noqa: F811
    async def scenario(comfy):
        comfy.hold_after = 2
        await pictures.make(house.ann.id, ORDER)
        while len(comfy.submitted) < 3:
            await asyncio.sleep(0.02)
        house.characters.delete(house.ann.id)
        comfy.release()
        await pictures._work.task
        return pictures._work

    work = with_comfy(house, scenario)
    assert work.error is not None and work.done == 2
    assert not house.paths.character(house.ann.id).exists(), "their folder is not made anew"
    assert len(list((trashed_characters(house.paths) / house.ann.id / "styles").iterdir())) == 2


def test_what_cannot_be_drawn_is_told(house, pictures):  # noqa: F811
    async def scenario(comfy):
        with pytest.raises(NotFoundError):
            await pictures.make(house.ann.id, StylePictureOrder(recipe="nothing"))
        with pytest.raises(InvalidError):
            await pictures.make(house.ann.id, StylePictureOrder(recipe="two-people"))
        comfy.refusal = {"error": {"message": "no"}, "node_errors": {}}
        await pictures.make(house.ann.id, ORDER)
        return await done(pictures, house.ann)

    listed = with_comfy(house, scenario)
    assert (
        listed.error is not None and listed.error.message and not any(style.picture for style in listed.items)
    )
