"""A photo day from the panel: one press on a person, watched, paused, gone through by keys alone, taken along."""

from __future__ import annotations

import io
import zipfile

import pytest
from isengard.generation.image import comfy_client
from playwright.sync_api import expect
from support import live_server
from support.day_comfyui import DayComfyThread
from support.loras import publish
from support.pictures import drawing

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setattr(comfy_client, "POLL_S", 0.05)
    comfy = DayComfyThread(tmp_path / "user" / "__isengard" / "outputs")
    server = live_server.start(tmp_path, environment={**live_server.FAST, "COMFYUI_URL": comfy.comfy.url})
    server.comfy = comfy
    yield server
    server.close()
    comfy.close()


@pytest.fixture
def ann(server, tmp_path):
    drawing().save(tmp_path / "a.jpg")
    ann = server.api.post("/characters", {"name": "Anna", "class_word": "woman"})
    server.api.upload(ann["id"], tmp_path / "a.jpg")
    publish(server.services.versions, ann, 10, base="x")
    return server.api.get(f"/characters/{ann['id']}")


def choose(panel):
    """Two styles and two scenes in one shape, four pictures, other words for one of them."""
    panel.click("isen-character", "isen-photo-day")
    expect(panel.get("isen-day-plan")).to_contain_text("40 pictures. The time shows once")
    for name in ("film", "golden"):
        panel.get(f"isen-day-style-{name}").uncheck(force=True)
    scenes = panel.get("isen-day-scenes").locator("input:checked")
    for _ in range(3):
        scenes.last.uncheck(force=True)
    panel.get("isen-day-shape-portrait").uncheck(force=True)
    panel.get("isen-day-count").fill("4")
    panel.get("isen-day-size").select_option("small")
    expect(panel.get("isen-day-plan")).to_contain_text("4 pictures.")
    panel.click("isen-day-words")
    panel.get("isen-day-prompt").fill("portrait of {trigger}")
    panel.get("isen-day-negative").fill("blur")
    panel.get("isen-day-words-style-studio").fill("{prompt}, a plain wall")


def begin(panel, server):
    server.comfy.comfy.hold_after = 1
    panel.click("isen-day-start")
    expect(panel.get("isen-day-progress")).to_contain_text("1 of 4 drawn")
    panel.click("isen-day-pause")
    expect(panel.get("isen-day-waits")).to_have_text("Paused.")
    server.comfy.release()
    expect(panel.get("isen-day-progress")).to_contain_text("2 of 4 drawn")
    panel.click("isen-day-resume")
    expect(panel.get("isen-day-progress")).to_have_text("Done: 4 pictures drawn.")


def go_through(panel):
    """By keys alone: keep, reject, back, undecided, keep."""
    panel.get("isen-day-through").press("Enter")
    place, keys = panel.get("isen-cull-place"), panel.page.keyboard
    expect(place).to_have_text("1 of 3")
    keys.press("k")
    expect(place).to_have_text("2 of 3")
    keys.press("x")
    expect(place).to_have_text("3 of 3")
    expect(panel.get("isen-cull-told")).to_have_text("Rejected.")
    keys.press("ArrowLeft")
    expect(panel.get("isen-cull-reject")).to_have_attribute("aria-pressed", "true")
    keys.press("u")
    expect(panel.get("isen-cull-undecided")).to_have_attribute("aria-pressed", "true")
    keys.press("ArrowRight")
    keys.press("k")
    expect(panel.get("isen-cull-told")).to_have_text("Kept.")
    keys.press("Escape")
    expect(panel.page.locator("dialog")).to_have_count(0)
    expect(panel.get("isen-day-section-keep")).to_have_text("Keepers (2)")
    expect(panel.get("isen-day-section-undecided")).to_have_text("To go through (1)")


def bring_back(panel):
    """The studio pictures are one photograph twice."""
    panel.click("isen-day-section-aside")
    expect(panel.get("isen-day-wall")).to_contain_text("Near-duplicate")
    panel.get("isen-day-picture").click()
    panel.get("isen-cull-back").press("b")
    expect(panel.get("isen-cull-told")).to_have_text("Brought back.")
    panel.page.keyboard.press("Escape")
    expect(panel.get("isen-day-section-undecided")).to_have_text("To go through (2)")


def by_mouse(panel):
    panel.click("isen-day-section-keep")
    panel.get("isen-day-picture").last.click()
    panel.get("isen-cull-frame").first.click()
    expect(panel.get("isen-cull-place")).to_have_text("1 of 2")
    panel.get("isen-cull-next").click()
    panel.get("isen-cull-previous").click()
    panel.get("isen-cull-reject").click()
    panel.get("isen-cull-keep").click()
    expect(panel.get("isen-cull-told")).to_have_text("Kept.")
    panel.get("isen-close").click()
    expect(panel.get("isen-day-section-reject")).to_have_text("Rejected (1)")


def stop_and_undo(panel, server):
    """A day is stopped at its first picture, taken up again, and stopped for good."""
    server.comfy.comfy.hold = True
    panel.click("isen-day-start")
    for _ in range(150):  # a picture that has begun is waited for; before it begins there is none
        if server.comfy.comfy.running:
            break
        panel.page.wait_for_timeout(100)
    panel.click("isen-day-end")
    expect(panel.page.locator(".isen-undo")).to_contain_text("Stopped: 3 pictures won't be drawn.")
    panel.click("isen-undo")
    expect(panel.get("isen-undo")).to_be_hidden()
    expect(panel.get("isen-day-progress")).to_contain_text("of 4 drawn")
    panel.click("isen-day-end")
    expect(panel.get("isen-undo")).to_be_visible()
    server.comfy.release()


def test_a_photo_day_from_one_press_to_the_zip(server, ann, panel_on, shots, tmp_path):
    server.comfy.comfy.photos["a plain wall"] = tmp_path / "a.jpg"
    panel = panel_on(server, width=320)
    choose(panel)
    panel.page.screenshot(path=str(shots / "photo-day-form.png"))
    begin(panel, server)
    (day,) = server.api.get("/photo-days")["items"]
    assert {(one["width"], one["height"]) for one in day["pictures"]} == {(384, 384)}
    asked = " ".join(server.comfy.comfy.drawn)
    assert "a plain wall" in asked and "portrait of" in asked and "film still" not in asked
    go_through(panel)
    bring_back(panel)
    by_mouse(panel)
    with panel.page.expect_download() as taken:
        panel.get("isen-day-export").click()
    with zipfile.ZipFile(io.BytesIO(taken.value.path().read_bytes())) as archive:
        assert len(archive.namelist()) == 1 and archive.namelist()[0].startswith("Anna, ")
    panel.get("isen-day-new").click()
    expect(panel.get("isen-day-count")).to_have_value("4")
    expect(panel.get("isen-day-recipe")).to_have_count(1)
    stop_and_undo(panel, server)
    expect(panel.get("isen-day-progress")).to_have_text("Done: 1 picture drawn.")
    expect(panel.get("isen-day-earlier")).to_have_count(2)
    panel.get("isen-day-earlier").last.click()
    expect(panel.get("isen-day-progress")).to_have_text("Done: 4 pictures drawn.")
    panel.click("isen-tab-images")
    panel.click("isen-images-photo-day")
    expect(panel.get("isen-day-progress")).to_have_text("Done: 1 picture drawn.")
