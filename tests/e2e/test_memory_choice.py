"""The memory that a training takes, in the panel: what fits is taken and told, another setting is one press away."""

from __future__ import annotations

import pytest
from hosts.panel_steps import choose_model
from playwright.sync_api import expect
from support import live_server
from support.gpu_fixtures import FakeGpu

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A computer with a card of 12 GB and no trainer yet."""
    base = tmp_path_factory.mktemp("memory")
    gpu = FakeGpu.make(base / "nvidia")
    gpu.set(12_000, **{"memory.total": 12_288, "name": "RTX 3060"})
    environment = {"ISENGARD_MODE": "production", "ISENGARD_IDLE_S": "1", "PATH": gpu.search_path}
    server = live_server.start(base / "server", environment=environment)
    live_server.person(server, tmp_path_factory.mktemp("photos"))
    yield server
    server.close()


def test_what_fits_is_taken_and_another_is_one_press_away(server, panel_on, shots):
    panel = panel_on(server, width=320)
    panel.click("isen-character", "isen-train")
    choose_model(panel, "flux2_klein_9b")
    findings = panel.get("isen-findings")
    expect(findings).to_contain_text(
        "It fits with cached text embeddings, 768 px and half of its layers in the computer's memory: about 9.6 GB"
    )
    panel.click("isen-fix-choose_memory")
    expect(panel.get("isen-memory-auto")).to_be_checked()
    expect(panel.get("isen-memory-auto")).to_be_focused()
    panel.page.screenshot(path=str(shots / "memory.png"), full_page=True)
    panel.get("isen-memory-4").check()
    expect(findings).to_contain_text("768 px and its layers in the computer's memory: about 5.2 GB")
    panel.click("isen-advanced")
    expect(panel.get("isen-override-offload")).to_have_value("1")
    panel.get("isen-memory-0").check()
    expect(findings).to_contain_text("needs about 23.3 GB of video memory with these options")
    panel.get("isen-memory-auto").check()
    expect(findings).to_contain_text("half of its layers")
    expect(panel.get("isen-override-offload")).to_have_value("")
    expect(panel.get("isen-memory")).to_contain_text("Automatic")
    # another method has options of its own; what the other one was told is kept, and not sent
    panel.get("isen-override-rank").fill("8")
    panel.get("isen-method").select_option("lokr")
    expect(panel.get("isen-override-rank")).to_be_hidden()
    expect(panel.get("isen-override-lokr_factor")).to_have_attribute("placeholder", "preset: 8")
    panel.get("isen-override-lokr_factor").fill("16")
    panel.page.screenshot(path=str(shots / "method.png"), full_page=True)
    asked = panel.page.evaluate(
        "(({advanced}) => [advanced.method, advanced.values()])(document.querySelector('isen-train'))"
    )
    assert asked == ["lokr", {"lokr_factor": 16}]
    expect(panel.get("isen-start-training")).to_be_visible()
    panel.page.get_by_role("button", name="Reset to preset").click()
    expect(panel.get("isen-method")).to_have_value("lora")
    expect(panel.get("isen-override-rank")).to_have_value("")


def test_a_model_is_trained_by_the_way_that_is_chosen(server, panel_on):
    panel = panel_on(server, width=320)
    panel.click("isen-character", "isen-train")
    choose_model(panel, "z_image")
    expect(panel.get("isen-findings")).to_contain_text("training adapter")
    panel.get("isen-route").select_option("base")
    expect(panel.get("isen-findings")).not_to_contain_text("training adapter")
