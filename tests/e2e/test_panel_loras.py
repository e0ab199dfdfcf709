"""One story: what pictures say is chosen in the settings, a LoRA from ComfyUI's folder becomes a person, hers is shown to LoRA managers."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect
from safetensors.numpy import save_file
from support import live_server, loras
from support.pictures import drawing

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def server(tmp_path):
    server = live_server.start(tmp_path / "base", environment={"ISENGARD_IDLE_S": "1"})
    folder = tmp_path / "loras" / "people"
    folder.mkdir(parents=True)
    metadata = {"ss_base_model_version": "sd_v1", "ss_steps": "900"}
    save_file(loras.tensors(loras.TINY, 3), folder / "anna_v2.safetensors", metadata=metadata)
    (folder / "anna_v2.civitai.info").write_text(json.dumps({"trainedWords": ["ohwx woman"]}))
    drawing().save(folder / "anna_v2.preview.png")
    save_file(loras.tensors(loras.TINY, 4), folder / "unknown.safetensors")
    names = ("anna_v2", "unknown")
    server.host.models["loras"] = {
        f"people/{name}.safetensors": folder / f"{name}.safetensors" for name in names
    }
    yield server
    server.close()


def choose_what_files_say(panel, server, shots):
    panel.click("isen-settings")
    assert panel.get("isen-switch-mark_pictures").is_checked()
    expect(panel.get("isen-switch-sign_pictures")).to_be_disabled()
    expect(panel.get("isen-picture-mark")).to_contain_text("install c2pa-python")
    with panel.page.expect_response("**/settings"):
        panel.click("isen-switch-visible_mark")
    panel.get("isen-picture-mark").scroll_into_view_if_needed()
    panel.page.screenshot(path=str(shots / "picture-mark.png"))
    values = {item["name"]: item["value"] for item in server.api.get("/settings")["items"]}
    assert values["visible_mark"] is True and values["lora_companions"] is False
    panel.click("isen-switch-lora_companions")
    panel.click("isen-switch-lora_companions")


def take_in(panel, shots):
    """One file says nothing of itself and is left, the other one says it all."""
    panel.click("isen-outside-lora")
    expect(panel.get("isen-lora")).to_have_count(2)
    panel.page.screenshot(path=str(shots / "outside-loras.png"))
    panel.get("isen-find-lora").fill("unknown")
    panel.click("isen-lora")
    expect(panel.get("isen-lora-family")).to_have_value("")
    panel.click("isen-lora-back")
    panel.get("isen-find-lora").fill("anna")
    panel.click("isen-lora")
    expect(panel.get("isen-lora-family")).to_have_value("sd15")
    expect(panel.get("isen-lora-trigger")).to_have_value("ohwx woman")
    panel.get("isen-lora-name").fill("Anna")
    panel.get("isen-lora-kind").fill("woman")
    panel.get("isen-lora-consent").check()
    panel.page.screenshot(path=str(shots / "outside-lora-form.png"))
    panel.click("isen-lora-add")
    expect(panel.page.get_by_text("Anna is ready for pictures")).to_be_visible()
    expect(panel.page.locator(".isen-trigger")).to_have_text("ohwx woman")


def test_a_lora_from_elsewhere_and_what_files_say(server, panel_on, shots):
    eve = server.api.post("/characters", {"name": "Eve"})
    own = loras.publish(server.services.versions, eve, 40)
    panel = panel_on(server, width=320)
    choose_what_files_say(panel, server, shots)
    panel.page.get_by_role("tab", name="Characters").click()
    take_in(panel, shots)
    (anna,) = [one for one in server.api.get("/characters")["items"] if one["name"] == "Anna"]
    assert anna["consent"] and anna["versions"][0]["outside"] == "people/anna_v2.safetensors"
    panel.page.get_by_text("Versions").first.click()
    panel.page.screenshot(path=str(shots / "outside-version.png"))
    panel.click("isen-release-lora")
    expect(panel.get("isen-release-lora")).to_have_count(0)
    panel.click("isen-undo")
    expect(panel.get("isen-release-lora")).to_have_count(1)
    (again,) = [one for one in server.api.get("/characters")["items"] if one["name"] == "Anna"]
    told = ("outside", "family", "trigger_word")
    assert [again["versions"][0][name] for name in told] == [anna["versions"][0][name] for name in told]
    panel.click("isen-release-lora")
    expect(panel.get("isen-release-lora")).to_have_count(0)
    panel.click("isen-more", "isen-add-lora")
    expect(panel.get("isen-lora")).to_have_count(2)
    panel.click("isen-close")
    assert server.host.models["loras"]["people/anna_v2.safetensors"].is_file()

    panel.page.get_by_role("tab", name="Characters").click()
    panel.page.get_by_text("Eve").click()
    panel.page.get_by_text("Versions").first.click()
    panel.click("isen-companions")
    expect(panel.get("isen-companions")).to_have_attribute(
        "title", "Hide name and preview from LoRA managers"
    )
    assert list(server.services.versions.path(own).parent.glob("*.metadata.json"))
