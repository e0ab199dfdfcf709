"""The journey of a newcomer in a real browser, on the frontend ComfyUI 0.3.75 asks for and on the newest."""

from __future__ import annotations

import json
import re
import time

import pytest
from hosts import comfyui
from hosts.journey import Api
from hosts.panel_steps import create_character, train
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
#: What the journey itself has not shown on the older one already; both in the full run.
newest_frontend = pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)


#: At an exact width, whatever the splitter of ComfyUI's sidebar says.
PLACE = "(panel, width) => { panel.style.cssText = `position:fixed;inset:0 auto 0 0;z-index:9999;width:${width}px`; }"


@newest_frontend
def test_photos_to_picture_and_everything_survives_a_reload(fast_server, open_page, photos):
    page = open_page(fast_server.url)
    page.open_tab()
    create_character(page, "Ann Example")
    page.get("isen-file-input").set_input_files([str(photo) for photo in photos])
    expect(page.get("isen-photos").locator("figure")).to_have_count(12, timeout=30_000)
    train(page, 60)
    expect(page.get("isen-job-state")).to_have_text(re.compile("waiting|preparing|running"), timeout=10_000)
    expect(page.get("isen-job-state")).to_have_text("done", timeout=40_000)
    expect(page.get("isen-samples").locator("img").first).to_be_visible()
    assert page.page.locator(".isen-curve-mean").count() == 1
    page.get("isen-tab-images").click()
    page.get("isen-prompt").fill("portrait of {trigger} in a garden")
    page.get("isen-count").fill("2")
    page.get("isen-generate").click()
    expect(page.get("isen-image")).to_have_count(2, timeout=30_000)
    width = page.get("isen-image").first.evaluate(
        "async (image) => { await image.decode(); return image.naturalWidth; }"
    )
    assert width == 512
    page.page.reload()
    page.open_tab()
    expect(page.get("isen-image")).to_have_count(2, timeout=15_000)
    page.get("isen-tab-characters").click()
    expect(page.get("isen-character")).to_contain_text("Ann Example")
    page.get("isen-tab-video").click()
    expect(page.get("isen-video")).to_contain_text("In development")
    assert page.get("isen-video").locator("button, a, input").count() == 0
    assert page.errors == []


@newest_frontend
def test_the_same_picture_is_refused_in_words_and_a_deleted_photo_comes_back(fast_server, open_page, photos):
    page = open_page(fast_server.url)
    page.open_tab()
    create_character(page, "Ben Example")
    page.get("isen-file-input").set_input_files([str(photos[0]), str(photos[1])])
    strip = page.get("isen-photos").locator("figure")
    expect(strip).to_have_count(2, timeout=15_000)
    page.get("isen-file-input").set_input_files([str(photos[0])])
    # two are sent at once, and the smaller one is there first
    said = re.compile(rf"same picture as photo [12] \({photos[0].name}\)")
    expect(page.get("isen-refused")).to_contain_text(said, timeout=15_000)
    strip.first.hover()
    strip.first.get_by_role("button", name="Delete photo 1").click()
    expect(strip).to_have_count(1, timeout=10_000)
    page.get("isen-undo").click()
    expect(strip).to_have_count(2, timeout=10_000)
    assert page.errors == []


@pytest.mark.full
@newest_frontend
def test_a_training_is_cancelled_from_the_panel(fast_server, open_page, photos):
    page = open_page(fast_server.url)
    page.open_tab()
    create_character(page, "Cid Example")
    page.get("isen-file-input").set_input_files([str(photos[2])])
    expect(page.get("isen-photos").locator("figure")).to_have_count(1, timeout=15_000)
    train(page, 4000)
    expect(page.get("isen-job-state")).to_have_text("running", timeout=20_000)
    page.get("isen-cancel-job").click()
    expect(page.get("isen-job-state")).to_have_text("cancelled", timeout=20_000)
    assert page.errors == []


@pytest.mark.full
def test_one_correlation_id_from_the_click_to_the_trainer(fast_server, open_page, photos):
    """One click on Start training: the same id in the browser's request, all three logs, the events and the job's record."""
    page = open_page(fast_server.url)
    page.open_tab()
    create_character(page, "Dora Example")
    page.get("isen-file-input").set_input_files([str(photos[3])])
    expect(page.get("isen-photos").locator("figure")).to_have_count(1, timeout=15_000)
    sent = []
    page.page.on(
        "request",
        lambda r: r.method == "POST" and r.url.endswith("/training/jobs") and sent.append(r.headers),
    )
    train(page, 20)
    expect(page.get("isen-job-state")).to_have_text("done", timeout=40_000)
    (headers,) = sent
    wanted = headers["x-correlation-id"]
    assert wanted.startswith("ui-")
    api = Api(fast_server.url, wanted)
    deadline = time.monotonic() + 10
    found: dict[str, list] = {}
    while time.monotonic() < deadline and set(found) != {"api", "worker", "frontend"}:
        found = {}
        for line in api.get(f"/logs?correlation_id={wanted}&limit=500")["items"]:
            found.setdefault(line["service"], []).append(line["message"])
        time.sleep(0.3)
    assert set(found) == {"api", "worker", "frontend"}, found
    assert "Training job started" in found["worker"]
    job = next(job for job in api.get("/training/jobs")["items"] if job["correlation_id"] == wanted)
    record = json.loads((fast_server.data / "jobs" / job["id"] / "job.json").read_text())
    assert record["correlation_id"] == wanted
    assert events_of(fast_server, job["id"]) == {wanted}
    from hosts.journey import ApiError

    with pytest.raises(ApiError) as caught:
        api.post(f"/training/jobs/{job['id']}/cancel")
    assert caught.value.error["correlation_id"] == wanted
    assert page.errors == []


def events_of(server, job_id: str) -> set[str]:
    """The correlation ids of a job's events, replayed from the beginning over SSE."""
    import urllib.request

    epoch = Api(server.url).get("/health")["epoch"]
    url = f"{server.url}/isengard/training/jobs/{job_id}/events?since={epoch}-0"
    ids = set()
    with urllib.request.urlopen(url, timeout=10) as stream:
        for raw in stream:
            if raw.startswith(b"data: {") and len(raw) > 20:
                event = json.loads(raw[6:])
                ids.add(event["correlation_id"])
                if event["data"].get("state") == "completed":
                    return ids
    return ids


@pytest.mark.full
@newest_frontend
def test_how_it_looks(fast_server, open_page, photos, shots):
    """Screenshots at 320 and 480 px, dark and light; nothing may stick out of the panel."""
    page = open_page(fast_server.url)
    panel = page.open_tab()
    for palette in ("dark", "light"):
        page.page.evaluate(
            "(name) => window.app.extensionManager.setting.set('Comfy.ColorPalette', name)", palette
        )
        for width in (320, 480):
            panel.evaluate(PLACE, width)
            for view in (
                "characters",
                "training",
                "images",
                "video",
                "settings",
                "character",
                "job",
                "train",
            ):
                show(page, view)
                page.page.wait_for_timeout(350)
                name = f"{fast_server.frontend}-{palette}-{width}-{view}.png"
                panel.screenshot(path=str(shots / name))
                wide = panel.evaluate(
                    "(panel) => { const b = panel.querySelector('.isen-body'); return b.scrollWidth - b.clientWidth; }"
                )
                assert wide <= 0, f"{name}: {wide} px stick out"
    assert page.errors == []


def show(page, view: str) -> None:
    if view == "settings":
        page.get("isen-settings").click()
        return
    page.get(
        f"isen-tab-{ {'character': 'characters', 'job': 'training', 'train': 'training'}.get(view, view) }"
    ).click()
    if view == "character":
        page.get("isen-character").last.click()
        page.get("isen-dropzone").wait_for()
    if view == "job":
        page.get("isen-job-row").last.click()
    if view == "train":
        page.get("isen-train-someone").click()
        expect(page.get("isen-start-training")).to_be_visible()
