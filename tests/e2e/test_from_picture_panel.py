"""Going on from a picture in the panel: variations, redrawn, enlarged, somebody put into it, kept as a photo."""

from __future__ import annotations

import pytest
from isengard.core.families.families import Families
from isengard.core.records.character import CharacterDraft
from isengard.core.records.generation import CharacterUse, GeneratedImage, GenerationRequest
from isengard.core.records.generation_states import GenerationState
from PIL import Image
from playwright.sync_api import expect
from support import live_server
from support.generation_records import draft
from support.loras import publish
from support.pictures import drawing
from support.placeholders import put_files

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Ann and Ben are trained, and there is a picture of Ann; no ComfyUI draws what is asked for."""
    folder = tmp_path_factory.mktemp("onward")
    server = live_server.start(folder)
    server.host.models |= put_files(folder / "models", Families().get("sd15"))
    services, people = server.services, {}
    for name in ("Ann", "Ben"):
        people[name] = services.characters.create(CharacterDraft(name=name, class_word="woman"))
        publish(services.versions, people[name].model_dump(mode="json"), 10, base="x")
    request = GenerationRequest(
        recipe="sd15-identity",
        characters=[CharacterUse(id=people["Ann"].id)],
        prompt="photo of {trigger}",
        seed=7,
    )
    made = draft(people["Ann"].id, request=request, state=GenerationState.COMPLETED)
    services.generations.store.create(made, [])
    drawing(1, (192, 128)).save(services.paths.generation(made.id) / "0000.png")
    image = GeneratedImage(n=0, file="0000.png", width=192, height=128, seed=7)
    services.generations.store.add_image(made.id, image)
    server.people, server.picture = people, made.id
    yield server
    server.close()


@pytest.fixture
def onward(panel_on, server):
    """Opens what can be done with the picture, from the viewer's menu."""
    panel = panel_on(server, width=480)

    def onward(action):
        panel.click("isen-tab-images")
        panel.page.locator('.isen-tile button[data-testid="isen-image"], .isen-tile button').last.click()
        panel.get("isen-more-actions").click()
        panel.get(action).click()
        return panel

    onward.panel = panel
    return onward


def newest(server):
    return server.api.get("/generations")["items"][0]


def moved(slider, value):
    slider.evaluate(
        "(one, value) => { one.value = value; one.dispatchEvent(new Event('input', { bubbles: true })); }",
        str(value),
    )


def started(panel, testid):
    panel.get(f"{testid}-go").click()
    expect(panel.get(f"{testid}-go")).to_have_count(0)
    expect(panel.get("isen-full")).to_have_count(0)


def test_variations_another_by_other_words_and_larger(onward, server):
    panel = onward("isen-variations")
    moved(panel.get("isen-vary-change"), 30)
    panel.get("isen-vary-count").fill("2")
    started(panel, "isen-vary")
    made = newest(server)
    assert made["made_from"] == {"generation_id": server.picture, "n": 0, "how": "variation"}
    assert (made["request"]["count"], made["request"]["prompt"]) == (2, "photo of {trigger}")
    onward("isen-from-picture")
    panel.get("isen-from-prompt").fill("{trigger} in snow")
    moved(panel.get("isen-from-change"), 80)
    expect(panel.get("isen-from-recipe")).to_have_count(0)
    started(panel, "isen-from")
    made = newest(server)
    assert (made["made_from"]["how"], made["request"]["prompt"]) == ("from_picture", "{trigger} in snow")
    onward("isen-enlarge-picture")
    expect(panel.get("isen-enlarge-way").locator("option")).to_have_count(1)
    panel.get("isen-enlarge-factor").select_option("3")
    moved(panel.get("isen-enlarge-change"), 20)
    panel.get("isen-enlarge-way").select_option("")
    started(panel, "isen-enlarge")
    made = newest(server)
    assert (made["request"]["width"], made["request"]["height"], made["made_from"]["how"]) == (
        576,
        384,
        "upscale",
    )


def test_somebody_is_put_into_it_by_pointer_or_by_keys(onward, server, tmp_path):
    panel = onward("isen-into-picture")
    go, mask = panel.get("isen-into-go"), panel.get("isen-mask")
    expect(go).to_be_disabled()
    box = mask.bounding_box()
    moved(panel.get("isen-mask-brush"), 20)
    panel.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    panel.page.mouse.down()
    panel.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    panel.page.mouse.up()
    expect(go).to_be_enabled()
    panel.get("isen-mask-undo").click()
    expect(go).to_be_disabled()
    mask.focus()
    for key in ("ArrowLeft", "Shift+ArrowUp", "Space", "ArrowRight", "Enter"):
        panel.page.keyboard.press(key)
    panel.get("isen-mask-erase").click()
    expect(panel.get("isen-mask-erase")).to_have_attribute("aria-pressed", "true")
    mask.press("Backspace")
    panel.get("isen-into-person").get_by_label("Ben").check(force=True)
    expect(panel.get("isen-into-prompt")).to_have_value("photo of {trigger}, woman, same light")
    moved(panel.get("isen-into-change"), 100)
    expect(panel.get("isen-into-recipe")).to_be_hidden()
    started(panel, "isen-into")
    made = newest(server)
    assert made["made_from"] == {"generation_id": server.picture, "n": 0, "how": "into_picture"}
    assert [one["id"] for one in made["request"]["characters"]] == [server.people["Ben"].id]
    assert made["people"] == [server.people["Ann"].id]
    (painted,) = (server.services.paths.generation(made["id"]) / "from").glob("mask.*")
    with Image.open(painted) as image:
        grey = image.convert("L")
        assert grey.size == (192, 128) and grey.getpixel((0, 0)) == 0 and grey.getpixel((50, 62)) == 255
    into_a_photo_of_ones_own(onward, server, tmp_path)


def into_a_photo_of_ones_own(onward, server, tmp_path):
    file, broken = tmp_path / "scene.png", tmp_path / "broken.png"
    drawing(5, (300, 200)).save(file)
    broken.write_bytes(b"no picture")
    panel = onward("isen-into-picture")
    panel.get("isen-into-file").set_input_files(broken)
    expect(panel.get("isen-order-problem")).to_contain_text("Save it as JPEG or PNG")
    with panel.page.expect_file_chooser() as chooser:
        panel.get("isen-into-other").click()
    chooser.value.set_files(file)
    expect(panel.get("isen-order-problem")).to_be_hidden()
    panel.get("isen-mask").press("Space")
    panel.get("isen-mask-clear").click()
    expect(panel.get("isen-into-go")).to_be_disabled()
    panel.get("isen-mask-undo").click()
    expect(panel.get("isen-into-go")).to_be_enabled()
    panel.get("isen-into-file").set_input_files(broken)
    expect(panel.get("isen-order-problem")).to_be_visible()
    panel.get("isen-into-file").set_input_files(file)  # the same once more
    expect(panel.get("isen-order-problem")).to_be_hidden()
    assert panel.get("isen-into-file").evaluate("(input) => input.files.length") == 0
    expect(panel.get("isen-into-go")).to_be_disabled()
    panel.get("isen-mask").press("Space")
    started(panel, "isen-into")
    made = newest(server)
    assert made["made_from"] == {"generation_id": "", "n": 0, "how": "into_picture"} and made["people"] == []


def test_it_becomes_a_photo_with_the_warning_where_it_is_trained_on(onward, server):
    ann = server.people["Ann"].id

    def photos():
        return server.api.get(f"/characters/{ann}/photos")["items"]

    panel = onward("isen-keep-training")
    expect(panel.get("isen-keep")).to_contain_text("drifts away from the real person")
    panel.get("isen-keep-cancel").click()
    assert photos() == []
    panel.get("isen-more-actions").click()
    panel.get("isen-keep-reference").click()
    expect(panel.get("isen-undo")).to_be_visible()
    assert [(one["reference"], one["included"]) for one in photos()] == [(True, False)]
    panel.get("isen-more-actions").click()
    panel.get("isen-keep-cover").click()
    expect(panel.page.get_by_text("This is now")).to_be_visible()
    assert server.api.get(f"/characters/{ann}")["cover_photo_id"] == photos()[0]["id"]
    panel.get("isen-more-actions").click()
    panel.get("isen-keep-training").click()
    panel.get("isen-keep-person").click()
    expect(panel.get("isen-keep")).to_have_count(0)
    assert [(one["generated"], one["included"]) for one in photos()] == [(True, True)]
