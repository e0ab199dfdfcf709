"""A real ComfyUI killed under an open page and started again: it is said, nothing typed is lost, everything goes on by itself."""

from __future__ import annotations

import contextlib
import os
import shutil

import pytest
from hosts import comfyui, fixtures
from hosts.demo import drawings
from hosts.journey import Api, ApiError
from isengard.core.version import VERSION
from playwright.sync_api import expect
from support.loras import publish, versions_in
from support.registry_rules import unpacked

FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))
#: The browser's own line for a server that is away.
REFUSED = "net::ERR_"
pytestmark = [pytest.mark.full, pytest.mark.e2e, pytest.mark.slow]
#: The pretended training lasts longer than ComfyUI takes to start again.
ENVIRONMENT = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "2", "ISENGARD_FAST_TEST_S": "150"}
COUNT_STREAMS = """
  window.streams = [];
  const Real = window.EventSource;
  window.EventSource = class extends Real { constructor(url) { super(url); window.streams.push(this); } };
"""
OPEN_STREAMS = "streams.filter((one) => one.readyState === EventSource.OPEN).length"
STEPS = "Number(document.querySelector('[data-testid=isen-job-steps]').textContent.split(' ')[0].replace(/\\D/g, ''))"


class Host:
    """One ComfyUI after the other, always at one address; the pack is a copy that can be replaced, as the Manager does."""

    def __init__(self, base, frontend) -> None:
        self.base, self.frontend = comfyui.make_base(base, pack_names=()), frontend
        self.pack = base / "custom_nodes" / "isengard"
        unpacked(self.pack)
        fixtures.put_checkpoint(base)
        self.running = self._started(None)
        self.api = Api(self.running.url)

    def _started(self, port):
        return comfyui.start(self.base, environment=ENVIRONMENT, frontend=self.frontend, port=port)

    def start(self) -> None:
        self.running = self._started(int(self.running.url.rsplit(":", 1)[1]))
        self.api.wait_until_ready()

    def update(self, version: str) -> None:
        """Another version in the pack's folder."""
        file = self.pack / "core" / "version.py"
        file.write_text(file.read_text().replace(VERSION, version))
        shutil.rmtree(file.parent / "__pycache__", ignore_errors=True)


@pytest.fixture(scope="module", params=comfyui.frontends(comfyui.OLD))
def host(tmp_path_factory, request):
    host = Host(tmp_path_factory.mktemp("host"), request.param)
    host.api.wait_until_ready()
    yield host
    host.running.stop()


@pytest.fixture
def ann(host, tmp_path):
    """Somebody who can be drawn on the tiny model, and whose next training runs."""
    character = host.api.post("/characters", {"name": "Ann Example"})
    for photo in drawings(tmp_path, 3):
        host.api.upload(character["id"], photo)
    data = host.running.data
    publish(versions_in(data), character, 10, base=fixtures.CHECKPOINT)
    order = {
        "character_id": character["id"],
        "family": "sd15",
        "preset": "quick",
        "overrides": {"steps": 4000},
    }
    character["job"] = host.api.post("/training/jobs", order)["id"]
    host.api.wait_for(f"/training/jobs/{character['job']}", 30, ("running",))
    yield character
    with contextlib.suppress(ApiError):  # a test that took long: it has ended
        host.api.post(f"/training/jobs/{character['job']}/cancel")


def typed(page) -> None:
    page.get("isen-prompt").fill("half a sentence about {trigger}")
    page.get("isen-strength").fill("0.85")
    page.get("isen-count").fill("3")
    page.get("isen-seed").fill("77")


def still_typed(page) -> None:
    expect(page.get("isen-prompt")).to_contain_text("half a sentence about")
    for control, value in (("strength", "0.85"), ("count", "3"), ("seed", "77"), ("recipe", "sd15-identity")):
        expect(page.get(f"isen-{control}")).to_have_value(value)


def a_picture(host, ann, **changes) -> dict:
    """Asked for elsewhere: what is typed in the page is something else."""
    long = {"width": 512, "height": 512, "steps": 200, "guidance": 1.0, "seed": 5, "count": 2}
    asked = {**long, "recipe": "sd15-identity", "prompt": "{trigger}", "characters": [{"id": ann["id"]}]}
    return host.api.post("/generations", {**asked, **changes})


@pytest.fixture
def watching(host, ann, open_page):
    """A page that looks on while Ann's training runs."""
    page = open_page(host.running.url)
    page.open_tab()
    page.get("isen-tab-training").click()
    page.get("isen-job-row").first.click()
    expect(page.get("isen-job-state")).to_have_text("running")
    return page


@pytest.fixture
def making(host, ann, open_page):
    """A page with half a sentence in the prompt, while a picture is being made; `.asked` is the picture."""
    page = open_page(host.running.url, script=COUNT_STREAMS)
    page.open_tab()
    page.get("isen-tab-images").click()
    page.get("isen-image-settings").click()
    page.get("isen-recipe").select_option("sd15-identity")
    page.asked = a_picture(host, ann)
    expect(page.get("isen-making")).to_contain_text("step", timeout=30_000)
    typed(page)
    return page


def test_everything_goes_on_by_itself(host, ann, watching, making, shots):
    before = watching.page.evaluate(STEPS)
    attempt = host.api.get(f"/training/jobs/{ann['job']}")["attempt"]
    host.running.kill()
    expect(making.get("isen-offline")).to_contain_text("Training keeps running")
    expect(making.get("isen-making")).to_contain_text("once ComfyUI responds")
    making.get("isen-generate").click()
    expect(making.get("isen-problem")).to_contain_text("ComfyUI didn't respond")
    making.page.screenshot(path=shots / f"killed-{host.frontend}.png")
    host.start()
    for page in (making, watching):
        expect(page.get("isen-offline")).to_have_count(0)
    still_typed(making)
    lost_and_made_again(host, making, shots)
    small = a_picture(host, ann, width=64, height=64, steps=2, count=1)
    assert host.api.wait_for(f"/generations/{small['id']}", 30)["state"] == "completed"
    job = host.api.get(f"/training/jobs/{ann['job']}")
    assert (job["state"], job["attempt"]) == ("running", attempt), "the training was not touched"
    watching.page.wait_for_function(f"(before) => {STEPS} > before + 400", arg=before)
    host.api.patch(f"/characters/{ann['id']}", {"name": "Renamed"})
    expect(watching.page.locator("isen-job h2")).to_have_text("Renamed")
    assert making.page.evaluate(OPEN_STREAMS) == 1
    for version in ("9.9.9",) if FULL else ():  # one more start; every day a plain server stands for it
        another_version(host, making, version)
    assert [error for page in (making, watching) for error in page.errors if REFUSED not in error] == []


def lost_and_made_again(host, page, shots) -> None:
    expect(page.get("isen-generation-error")).to_contain_text("ComfyUI was restarted before")
    lost = host.api.get(f"/generations/{page.asked['id']}")
    assert (lost["state"], lost["error"]["code"]) == ("failed", "comfyui_restarted")
    assert page.get("isen-making").count() == 0
    page.page.screenshot(path=shots / f"back-{host.frontend}.png")
    page.get("isen-make-again").click()
    expect(page.get("isen-making")).to_contain_text("step", timeout=30_000)
    expect(page.get("isen-generation-error")).to_have_count(0)
    again = host.api.get("/generations")["items"][0]
    assert again["request"] == page.asked["request"] and again["id"] != page.asked["id"]
    page.get("isen-cancel-images").click()
    expect(page.get("isen-making")).to_have_count(0)


def another_version(host, page, version: str) -> None:
    """As after an update in ComfyUI-Manager."""
    expect(page.get("isen-outdated")).to_have_count(0)
    host.running.kill()
    host.update(version)
    host.start()
    expect(page.get("isen-outdated")).to_contain_text(version)
    page.get("isen-reload").click()
    page.open_tab()
    expect(page.get("isen-image")).to_have_count(1)
    expect(page.get("isen-outdated")).to_have_count(0)
