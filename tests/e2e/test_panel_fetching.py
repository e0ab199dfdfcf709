"""Controls that fetch, set up or write by a program, and what failed pictures offer: on a plain server whose worker is away,
so that what was asked for waits and can be taken back."""

from __future__ import annotations

import pytest
from hosts.panel_steps import choose_model
from playwright.sync_api import expect
from support import live_server
from support.loras import publish
from support.soon import until

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PRODUCTION = {"ISENGARD_MODE": "production", "ISENGARD_IDLE_S": "1", "ISENGARD_ALLOW_CPU": "1"}
#: The page is told that the trainer is there; the server sets up nothing in a test of the panel.
INSTALLED = """() => {
  const there = (known) => ({ ...known, state: { ...known.state, state: "ready" }, setup: { ...known.setup, installed: true } });
  store.set({ backends: store.state.backends.map((known) => (known.setup ? there(known) : known)) });
}"""


@pytest.fixture(scope="module", params=[PRODUCTION])
def server(tmp_path_factory, request):
    server = live_server.start(tmp_path_factory.mktemp("fetching"), environment=request.param)
    server.services.supervisor.ensure_worker = lambda: False
    server.ann = live_server.person(server, tmp_path_factory.mktemp("photos"))
    for step in (10, 20):
        publish(server.services.versions, server.ann, step)
    yield server
    server.close()


METER_INSTALLED = """() => {
  const { likeness } = store.state;
  store.set({ likeness: { ...likeness, state: { ...likeness.state, state: "ready" }, setup: { ...likeness.setup, installed: true } } });
}"""
MODELS_OFFERED = """(state) => {
  const { likeness } = store.state;
  const models = likeness.models.map((known) => ({ ...known, state: { ...known.state, state }, setup: { ...known.setup, possible: true } }));
  store.set({ likeness: { ...likeness, models, state: { ...likeness.state, state: "ready" } } });
}"""
#: The page is told that this way takes a likeness from photos too: those that do need models of many gigabytes.
WITH_REFERENCE = """() => store.set({
  recipes: store.state.recipes.map((known) => ({ ...known, controls: [...known.controls, "reference"] })),
})"""
fast = pytest.mark.parametrize("server", [live_server.FAST], indirect=True)


@pytest.fixture
def panel(panel_on, server):
    return panel_on(server)


def newest_task(server, kind: str) -> dict:
    return server.api.get(f"/training/jobs?kind={kind}&limit=1")["items"][0]


def taken_back(server, panel, kind: str, cancel: str) -> dict:
    """What waits, cancelled by its button."""
    expect(panel.get(cancel)).to_be_visible()
    job = newest_task(server, kind)
    assert job["state"] == "queued"
    panel.click(cancel)
    expect(panel.get(cancel)).to_have_count(0)
    assert newest_task(server, kind)["state"] == "cancelled"
    return job["request"]


def test_the_trainer_is_set_up_tried_out_and_removed(server, panel):
    panel.click("isen-tab-training", "isen-open-setup", "isen-start-setup")
    assert taken_back(server, panel, "backend_setup", "isen-cancel-setup")["action"] == "install"
    for controls, action in (
        (("isen-try-backend",), "check"),
        (("isen-uninstall", "isen-really-uninstall"), "uninstall"),
    ):
        panel.page.evaluate(INSTALLED)
        panel.click(*controls)
        assert taken_back(server, panel, "backend_setup", "isen-cancel-setup")["action"] == action


def test_the_tools_that_measure_likeness_are_set_up_and_removed(server, panel):
    panel.click("isen-settings", "isen-meter-setup")
    assert taken_back(server, panel, "backend_setup", "isen-meter-cancel")["action"] == "install"
    panel.page.evaluate(METER_INSTALLED)
    panel.click("isen-meter-remove")
    assert taken_back(server, panel, "backend_setup", "isen-meter-cancel")["action"] == "uninstall"


def chosen_models(server) -> list[str]:
    settings = {item["name"]: item for item in server.api.get("/settings")["items"]}
    return settings["face_models"]["value"]


def test_another_model_that_measures_is_chosen_set_up_and_removed(server, panel):
    panel.click("isen-settings")
    expect(panel.get("isen-meter-setup")).to_be_visible()
    expect(panel.get("isen-face-models")).to_be_hidden()
    panel.page.evaluate(MODELS_OFFERED, "not_installed")
    panel.get("isen-face-model-detector").select_option("yunet")
    expect(panel.get("isen-face-models")).to_contain_text("Licence: MIT")
    panel.get("isen-face-model-describer").select_option("auraface")
    expect(panel.get("isen-face-model-setup")).to_have_count(2)
    until(lambda: chosen_models(server) == ["yunet", "auraface"])
    panel.get("isen-face-model-describer").select_option("")
    panel.click("isen-face-model-setup")
    assert taken_back(server, panel, "backend_setup", "isen-face-model-cancel")["action"] == "install"
    assert newest_task(server, "backend_setup")["backend"] == "faces_yunet"
    panel.page.evaluate(MODELS_OFFERED, "ready")
    panel.click("isen-face-model-remove")
    assert taken_back(server, panel, "backend_setup", "isen-face-model-cancel")["action"] == "uninstall"


def test_a_model_that_is_not_whole_is_named_and_can_be_fetched_again(server, panel, tmp_path):
    """As a Git clone without Git LFS leaves it; a second such file has another name."""
    name = "v1-5-pruned-emaonly.safetensors"
    broken = {name: tmp_path / name, "other.safetensors": tmp_path / "other.safetensors"}
    for file in broken.values():
        file.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:6ce01\nsize 4265146304\n")
    server.host.models["checkpoints"] = broken
    try:
        panel.click("isen-character", "isen-train")
        choose_model(panel, "sd15")
        expect(panel.get("isen-findings")).to_contain_text(f"{name} is not a whole model (76 bytes)")
        expect(panel.get("isen-start-training")).to_have_text("Download, set up and train")
        panel.click("isen-fix-download_model")
        expect(panel.get("isen-model-fault")).to_contain_text(f"is kept beside it as {name}.old")
        expect(panel.get("isen-model-unreadable").locator("li")).to_have_count(1)
        expect(panel.get("isen-model-unreadable")).to_contain_text("other.safetensors is not a whole model")
        expect(panel.get("isen-download")).to_contain_text("Download again (4.3 GB)")
        panel.click("isen-tab-images", "isen-image-settings")
        panel.get("isen-recipe").select_option("sd15-identity")
        expect(panel.get("isen-recipe-problem")).to_contain_text("Git LFS pointer")
        panel.click("isen-recipe-download")
        expect(panel.get("isen-model-fault")).to_have_count(1)
    finally:
        server.host.models.pop("checkpoints")


def test_a_way_without_its_model_leads_to_the_download(server, panel):
    panel.click("isen-tab-images", "isen-image-settings")
    panel.get("isen-recipe").select_option("sd15-identity")
    expect(panel.get("isen-recipe-problem")).to_contain_text("A model is missing")
    panel.click("isen-recipe-download")
    expect(panel.get("isen-model-files")).to_contain_text("v1-5-pruned-emaonly")
    panel.click("isen-download")
    assert taken_back(server, panel, "model_download", "isen-cancel-download")["family"] == "sd15"
    expect(panel.get("isen-download")).to_have_text("Retry")


def test_a_token_is_kept_without_trying_again(server, panel):
    panel.click("isen-character", "isen-train")
    choose_model(panel, "flux1_dev")
    panel.click("isen-fix-enter_token")
    panel.get("isen-gate-token").fill("hf_somebodystoken")
    panel.click("isen-gate-save")
    expect(panel.get("isen-gate-said")).to_be_visible()
    items = {item["name"]: item["value"] for item in server.api.get("/settings")["items"]}
    assert items["hf_token"] is True and "hf_somebodystoken" not in panel.page.content()


def test_describing_leads_to_the_set_up_it_needs(server, panel):
    panel.click("isen-character", "isen-captions")
    panel.get("isen-caption-captioner").check(force=True)
    expect(panel.get("isen-describe")).to_be_disabled()
    panel.click("isen-captioner-setup")
    expect(panel.get("isen-setup-offer")).to_be_visible()


def test_versions_lead_to_the_wall_that_compares_them(server, panel, tmp_path):
    def lead() -> None:
        panel.click("isen-tab-characters", "isen-character")
        panel.page.locator("isen-character summary", has_text="Versions").click()
        panel.click("isen-compare-of-character")

    lead()
    expect(panel.get("isen-recipe")).to_have_value("sd15-identity")
    expect(panel.get("isen-recipe-problem")).to_contain_text("A model is missing")
    server.host.models["checkpoints"] = live_server.bases(tmp_path)
    panel.page.evaluate("store.refresh()")
    lead()
    expect(panel.get("isen-wall-start")).to_be_visible()
    names = panel.get("isen-wall-recipe").locator("option")
    panel.get("isen-wall-recipe").select_option(index=names.count() - 1)
    expect(panel.page.locator("dialog")).to_contain_text("Versions of Ann Example")


@fast
def test_describing_is_cancelled(server, panel):
    panel.click("isen-character", "isen-captions")
    panel.get("isen-caption-captioner").check(force=True)
    panel.click("isen-describe")
    taken_back(server, panel, "captioning", "isen-cancel-captions")


@fast
def test_pictures_that_failed_are_made_again_or_let_go(server, panel):
    """Nobody answers as ComfyUI here: each order fails with the reason."""
    panel.click("isen-tab-images", "isen-image-settings")
    panel.get("isen-prompt").fill("portrait of ")
    panel.click("isen-trigger-chip")
    expect(panel.get("isen-prompt").locator(".isen-token")).to_have_text("Ann Example")
    panel.page.evaluate(WITH_REFERENCE)
    panel.get("isen-reference").fill("0.6")
    panel.click("isen-generate")
    expect(panel.get("isen-generation-error")).to_have_count(1)
    (first,) = server.api.get("/generations")["items"]
    assert first["request"]["prompt"] == "portrait of {trigger}"
    assert first["request"]["characters"][0]["reference"] == 0.6
    panel.click("isen-make-again")
    panel.page.wait_for_function(
        "(id) => store.state.generations.every((known) => known.id !== id)", arg=first["id"]
    )
    expect(panel.get("isen-generation-error")).to_have_count(1)
    (again,) = server.api.get("/generations")["items"]
    assert again["request"] == first["request"] and again["id"] != first["id"]
    panel.click("isen-dismiss-failure")
    expect(panel.get("isen-generation-error")).to_have_count(0)
    assert server.api.get("/generations")["items"] == []
