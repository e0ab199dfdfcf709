"""The choice of who trains, in the panel: what speaks for each, what it can train, and who it is unless somebody chooses."""

from __future__ import annotations

import pytest
from fakes.training_comfyui import standing_in
from playwright.sync_api import expect
from support import live_server

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
ENVIRONMENT = {"ISENGARD_MODE": "production", "ISENGARD_IDLE_S": "1", "PATH": "/nowhere"}
NATIVE, TOOLKIT = "comfyui_native", "ai_toolkit"


@pytest.fixture
def server_with(tmp_path, request):
    """A computer without a GPU that is looked for; the ComfyUI that trains is the stand-in."""

    def start(*, device="cpu", options=("--cpu",), **environment):
        server = live_server.start(tmp_path / "server", environment={**ENVIRONMENT, **environment})
        request.addfinalizer(server.close)
        request.addfinalizer(lambda: live_server.end_trainings(server))
        standing_in(server.services.paths, device=device, options=list(options))
        server.host.models["checkpoints"] = live_server.bases(tmp_path)
        live_server.person(server, tmp_path)
        return server

    return start


def test_each_says_what_speaks_for_it_and_offers_what_it_can_train(server_with, panel_on):
    server = server_with(ISENGARD_ALLOW_CPU="1")
    panel = panel_on(server, width=320)
    panel.click("isen-character", "isen-train")
    trainer = panel.get("isen-trainer")
    expect(trainer.locator("option")).to_have_text(
        ["AI-Toolkit: better results, 3 GB once", "ComfyUI: nothing to install"]
    )
    expect(trainer).to_have_value(TOOLKIT)
    cards = panel.get("isen-family").locator("input")
    expect(panel.get("isen-models-more")).to_be_visible()
    expect(panel.get("isen-look")).to_have_count(2)
    trainer.select_option(NATIVE)
    expect(panel.get("isen-trainer").locator("xpath=..")).to_contain_text("in a second ComfyUI beside yours")
    expect(cards).to_have_count(len(backend_of(server, NATIVE)["families"]))
    expect(panel.get("isen-models-more")).to_be_hidden()
    # the quantised copy can be trained, too
    expect(panel.get("isen-look")).to_have_count(3)
    expect(panel.get("isen-findings")).to_contain_text("takes is an estimate, which nobody has measured")
    panel.click("isen-advanced")
    panel.get("isen-method").select_option("lokr")
    for known_to_ai_toolkit in ("quantize", "low_vram", "cache_text", "offload", "bits"):
        expect(panel.get(f"isen-override-{known_to_ai_toolkit}")).to_be_hidden()
    panel.get("isen-override-lokr_factor").fill("4")
    expect(panel.get("isen-start-training")).to_be_enabled()
    panel.click("isen-start-training")
    expect(panel.get("isen-job-state")).to_be_visible()
    (job,) = server.api.get("/training/jobs?kind=training")["items"]
    assert (job["backend"], job["request"]["method"]) == (NATIVE, "lokr")


def test_where_comfyui_alone_can_train_it_is_taken_and_that_is_said(server_with, panel_on):
    server = server_with(device="xpu:0 Intel(R) Arc(TM) A770", options=())
    server.host.device_name = "xpu:0 Intel(R) Arc(TM) A770"
    assert backend_of(server, NATIVE)["default"] and not backend_of(server, TOOLKIT)["default"]
    panel = panel_on(server, width=320)
    panel.click("isen-character", "isen-train")
    said = "ComfyUI trains on this computer, since AI-Toolkit cannot."
    expect(panel.page.locator("isen-train")).to_contain_text(said)
    expect(panel.get("isen-trainer")).to_be_hidden()
    expect(panel.get("isen-start-training")).to_be_enabled()
    panel.click("isen-start-training")
    expect(panel.get("isen-job-state")).to_be_visible()
    (job,) = server.api.get("/training/jobs?kind=training")["items"]
    assert job["backend"] == NATIVE


def backend_of(server, name):
    return next(one for one in server.api.get("/training/backends")["items"] if one["name"] == name)
