"""Looking at pictures: choosing several, comparing two, searching and taking them out of the panel, by keyboard and by hand."""

from __future__ import annotations

import zipfile

import pytest
from isengard.core.generations.generation_sidecars import insert
from isengard.core.ids import new_id
from isengard.core.records.character import CharacterDraft
from isengard.core.records.generation import CharacterUse, GeneratedImage, GenerationRequest
from isengard.core.records.generation_states import GenerationState
from PIL import Image
from playwright.sync_api import expect
from support import live_server
from support.generation_records import draft

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
#: prompt, sizes of its pictures, seed of the first; the oldest first
MADE = (
    ("portrait photo of {trigger}, a quiet garden", ((96, 64), (96, 64)), 4000),
    ("{trigger}, snow", ((64, 128),), 77),
    (
        "photo of {trigger}, a rainy street at night with neon lights and many people under umbrellas",
        ((64, 64),),
        991253,
    ),
)
CHOSEN = "() => [...document.querySelectorAll('.isen-chosen')].map((tile) => tile.entry.key.split('-').at(-1) + tile.entry.generation.request.seed).sort()"
FOCUSED = "() => document.activeElement.closest('.isen-tile')?.entry.generation.request.seed"
PLACES = "() => ['.isen-viewer', ...[...document.querySelectorAll('.isen-viewer-head :is(button, a, summary)')]].map((one) => (one.getBoundingClientRect ? one : document.querySelector(one)).getBoundingClientRect().toJSON())"
DRAG = """() => {
  const transfer = new DataTransfer();
  const image = document.querySelector(".isen-tile img");
  image.dispatchEvent(new DragEvent("dragstart", { dataTransfer: transfer, bubbles: true }));
  return Object.fromEntries([...transfer.types].map((type) => [type, transfer.getData(type)]));
}"""
REST = """async () => {
  const button = document.querySelector(".isen-tile button");
  button.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, pointerType: "touch", pointerId: 9 }));
  await new Promise((resolve) => setTimeout(resolve, 600));
  button.dispatchEvent(new PointerEvent("pointerup", { bubbles: true, pointerType: "touch", pointerId: 9 }));
  button.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1 }));
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = live_server.start(tmp_path_factory.mktemp("looking"))
    services = server.services
    ann = services.characters.create(CharacterDraft(name="Ann Example"))
    for prompt, sizes, seed in MADE:
        request = GenerationRequest(
            recipe="fast-test", characters=[CharacterUse(id=ann.id)], prompt=prompt, seed=seed
        )
        images = [
            GeneratedImage(n=n, file=f"{n:04d}.png", width=width, height=height, seed=seed + n)
            for n, (width, height) in enumerate(sizes)
        ]
        made = draft(
            ann.id, id=new_id("gen"), request=request, state=GenerationState.COMPLETED, images=images
        )
        insert(services.library, made)
        for image in images:
            file = services.paths.generation(made.id) / image.file
            file.parent.mkdir(exist_ok=True)
            Image.new("RGB", (image.width, image.height), (image.seed % 256, 90, 120)).save(file)
    yield server
    server.close()


@pytest.fixture
def panel(panel_on, server):
    panel = panel_on(server, width=480)
    panel.click("isen-tab-images")
    expect(panel.get("isen-image")).to_have_count(4)
    panel.press = lambda *keys: [panel.page.keyboard.press(key) for key in keys]
    return panel


def test_several_are_chosen_and_two_compared_by_keys_alone(panel, server):
    panel.get("isen-search-pictures").focus()
    panel.press("Tab", "Tab")
    assert panel.page.evaluate(FOCUSED) == 991253, "the wall is one stop, at its newest picture"
    panel.press("Space", "ArrowRight", "Shift+ArrowRight")
    expect(panel.get("isen-selected")).to_have_text("3 pictures selected")
    assert panel.page.evaluate(CHOSEN) == ["04000", "077", "0991253"]
    panel.press("f")
    expect(panel.get("isen-favourite-many")).to_be_enabled()
    expect(panel.page.locator(".isen-tile-mark:visible")).to_have_count(3)
    liked = [made["favourite"] for made in server.api.get("/generations")["items"]]
    assert liked == [True, True, True]
    panel.press("c")
    compare_by_keys(panel)
    panel.press("Delete")
    expect(panel.get("isen-image")).to_have_count(1)
    expect(panel.get("isen-selection")).to_be_hidden()
    assert [len(made["images"]) for made in server.api.get("/generations")["items"]] == [2]
    panel.get("isen-undo").press("Enter")
    expect(panel.get("isen-image")).to_have_count(4)
    panel.page.locator(".isen-tile button").first.focus()
    panel.press("Control+a")
    expect(panel.get("isen-selected")).to_have_text("4 pictures selected")
    panel.press("Escape")
    expect(panel.get("isen-selection")).to_be_hidden()
    panel.press("End", "Enter")
    expect(panel.get("isen-full")).to_be_visible()


def compare_by_keys(panel) -> None:
    """The slider has the focus; what is larger goes in step; both can be others."""
    slider, stage = panel.get("isen-compare-line"), panel.get("isen-compare-stage")
    expect(slider).to_be_focused()
    panel.press("ArrowRight", "ArrowRight")
    expect(slider).to_have_value("52")
    names = [panel.get(f"isen-compare-{side}").locator("option:checked").text_content() for side in "ab"]
    assert names[0].startswith("Ann Example, a rainy street") and names[1] == "Ann Example, snow 0077"
    panel.press("x")
    assert panel.get("isen-compare-a").locator("option:checked").text_content() == names[1]
    panel.press("1", "+")
    pictures = stage.locator("img")
    scales = [pictures.nth(n).evaluate("(one) => one.style.transform.match(/scale.*/)[0]") for n in (0, 1)]
    assert scales[0] == scales[1] == "scale(1.25)"
    panel.press("PageDown", "0")
    panel.get("isen-compare-sides").check(force=True)
    expect(slider).to_be_hidden()
    panel.get("isen-compare-slider").focus()
    panel.press("ArrowRight")
    boxes = [stage.locator(".isen-frame").nth(n).bounding_box() for n in (0, 1)]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    panel.get("isen-zoom-in").focus()
    panel.press("Enter", "Escape")
    expect(stage).to_have_count(0)
    assert panel.page.evaluate(FOCUSED) is not None, "back where it was opened"


def test_the_viewer_keeps_its_size_and_its_buttons_places(panel, shots):
    """Pictures of four shapes, words of one line and of four."""
    panel.page.locator(".isen-tile button").first.click()
    places = []
    for _ in range(4):
        places.append(panel.page.evaluate(PLACES))
        panel.press("ArrowRight")
    assert len(places[0]) > 8 and all(one == places[0] for one in places)
    labels = panel.page.locator(".isen-viewer-tools :is(button, a, summary):visible").all_text_contents()
    assert all(label.strip() for label in labels) and {"Favourite", "Download", "Delete", "Compare"} <= set(
        labels
    )
    image, zoom = panel.get("isen-full"), panel.get("isen-zoom-full")
    panel.press("PageDown", "PageDown", "PageDown")
    panel.press("+", "+")
    shown = image.get_attribute("style")
    panel.press("ArrowRight")
    assert image.get_attribute("style") != shown, "arrows move what is larger than its frame"
    before = image.get_attribute("src")
    panel.press("PageUp")
    assert image.get_attribute("src") != before and "scale(1.5625)" in image.get_attribute("style")
    zoom.click()
    panel.get("isen-zoom-out").wait_for()
    assert "scale(1)" in image.get_attribute("style")
    panel.page.screenshot(path=shots / "viewer-labelled.png")
    panel.press("c")
    expect(panel.get("isen-compare-a").locator("option")).to_have_count(4)
    panel.get("isen-compare-swap").click()
    panel.page.screenshot(path=shots / "compare.png")
    panel.press("Escape", "Escape")
    expect(panel.page.locator("dialog")).to_have_count(0)


def test_by_mouse_and_finger_and_out_of_the_panel(panel):
    tiles = panel.page.locator(".isen-tile button")
    tiles.nth(0).click(modifiers=["Control"])
    tiles.nth(2).click(modifiers=["Shift"])
    expect(panel.get("isen-selected")).to_have_text("3 pictures selected")
    tiles.nth(1).click()
    expect(panel.get("isen-selected")).to_have_text("2 pictures selected")
    panel.get("isen-select-picture").nth(1).check()
    panel.click("isen-select-all")
    expect(panel.get("isen-selected")).to_have_text("4 pictures selected")
    panel.click("isen-select-none")
    panel.page.evaluate(REST)
    expect(panel.get("isen-selected")).to_have_text("1 picture selected")
    expect(panel.page.locator("dialog")).to_have_count(0)
    panel.click("isen-select-none")
    dragged = panel.page.evaluate(DRAG)
    address = dragged["text/uri-list"]
    name = "Ann Example, a rainy street at night with neon lights 1253.png"
    assert address.endswith("/images/0") and dragged["downloadurl"].startswith(f"image/png:{name}:http")
    assert f'filename="{name}"' in panel.page.request.get(address).headers["content-disposition"]
    tiles.nth(0).click(modifiers=["Control"])
    tiles.nth(2).click(modifiers=["Control"])
    with panel.page.expect_download() as download:
        panel.click("isen-download-pictures-many")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert sorted(archive.namelist()) == sorted([name, "Ann Example, a quiet garden 4000.png"])


def test_pictures_go_into_an_album_and_back(panel, server):
    tiles = panel.page.locator(".isen-tile button")
    tiles.nth(1).click(modifiers=["Control"])
    panel.click("isen-move-album-many")
    panel.get("isen-album-name").fill("Winter")
    panel.click("isen-album-create")
    expect(
        panel.get("isen-undo")
    ).to_be_visible()  # once it is in the album; before, the filter would show nothing
    panel.click("isen-gallery-filters")
    panel.get("isen-filter-album").select_option(label="Winter")
    expect(panel.get("isen-image")).to_have_count(1)
    (album,) = server.api.get("/albums")["items"]
    assert [made["album_id"] for made in server.api.get("/generations")["items"]] == ["", album["id"], ""]
    panel.get("isen-filter-album").select_option("")
    expect(panel.get("isen-image")).to_have_count(4)
    panel.click("isen-move-album-many")
    panel.click("isen-album-create")
    expect(panel.get("isen-album-name")).to_be_focused()  # an album without a name is none
    panel.click("isen-album-none")
    expect(panel.page.locator(".isen-undo")).to_contain_text("Removed from its album.")
    panel.click("isen-undo")
    # the picture is in it again, and the wall knows
    panel.page.wait_for_function("store.state.generations.some((one) => one.album_id)")
    panel.page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    panel.click("isen-move-album-many")
    expect(panel.get("isen-album-none")).to_be_visible()
    panel.click("isen-album")
    expect(panel.page.locator("dialog")).to_have_count(0)


def test_pictures_are_searched_ordered_and_filtered_by_the_server(panel):
    images = panel.get("isen-image")
    for search, count in (("RAINY ann", 1), ("4001", 1), ("snow", 1), ("nowhere", 0), ("", 4)):
        panel.get("isen-search-pictures").fill(search)
        expect(images).to_have_count(count)
    panel.click("isen-gallery-filters")
    panel.get("isen-sort-pictures").select_option("person")
    panel.get("isen-filter-version").select_option("")
    expect(panel.get("isen-gallery-filters")).to_have_text("Filter (1)")
    panel.page.reload()
    panel.click("isen-tab-images")
    expect(panel.get("isen-sort-pictures")).to_be_visible()


def kept(server) -> dict[str, list[int]]:
    """Prompt -> the numbers of the pictures that are not in the trash."""
    made = server.api.get("/generations")["items"]
    return {
        one["request"]["prompt"]: [image["n"] for image in one["images"] if not image["deleted_at"]]
        for one in made
    }


def put_away(server, word: str, n: int) -> dict:
    """What deletes that picture of the order with this word in its prompt."""
    made = server.api.get("/generations")["items"]
    (order,) = [one["id"] for one in made if word in one["request"]["prompt"]]
    return {"generation_id": order, "n": n, "deleted": True}


def test_deleted_pictures_are_brought_back_long_after_the_offer_to_undo_has_gone(panel, server, shots):
    before = kept(server)
    pictures = [put_away(server, "garden", 1), put_away(server, "snow", 0)]
    server.api.patch("/generations", {"pictures": pictures})
    expect(panel.get("isen-image")).to_have_count(2)
    panel.click("isen-gallery-filters", "isen-picture-trash")
    rows = panel.get("isen-deleted-pictures").locator("li")
    expect(rows).to_have_count(2)
    for words in ("1 picture", "deleted for good on", "Ann Example"):
        expect(rows.first).to_contain_text(words)
    panel.page.wait_for_function(
        "[...document.querySelectorAll('[data-testid=\"isen-deleted-pictures\"] img')].filter((one) => one.naturalWidth).length === 2"
    )
    panel.page.screenshot(path=str(shots / "deleted-pictures.png"))
    for left in (1, 0):
        panel.get("isen-restore-pictures").first.press("Enter")
        expect(rows).to_have_count(left)
    expect(panel.page.get_by_text("No deleted pictures.")).to_be_visible()
    panel.click("isen-close", "isen-gallery-filters")
    expect(panel.get("isen-image")).to_have_count(4)
    assert kept(server) == before
