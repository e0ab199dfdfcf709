"""Every control of the views of people, in a real browser on a plain server: what it does is looked up on the server."""

from __future__ import annotations

import re
import zipfile

import pytest
from playwright.sync_api import expect
from support import live_server
from support.loras import publish
from support.pictures import drawing
from support.soon import until

SLOW_LINE = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = live_server.start(tmp_path_factory.mktemp("people"))
    yield server
    live_server.end_trainings(server)
    server.close()


@pytest.fixture
def ann(server, tmp_path):
    yield live_server.person(server, tmp_path)
    live_server.forget_everybody(server)


@pytest.fixture
def panel(panel_on, server, ann):
    """On Ann's page."""
    panel = panel_on(server)
    panel.click("isen-character")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(2)
    return panel


def test_an_empty_panel_teaches_and_a_drawn_person_is_one_press_away(server, panel_on, shots):
    panel = panel_on(server, width=260)
    expect(panel.get("isen-first")).to_contain_text("Three steps")
    expect(panel.get("isen-first").locator("li")).to_have_count(3)
    panel.click("isen-sample")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(12, timeout=20_000)
    for word in ("small", "dark", "blurred"):
        expect(panel.get("isen-photos")).to_contain_text(word)
    panel.get("isen-chart").press("Enter")
    panel.get("isen-kind-found_small").press("Enter")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(1)
    expect(panel.get("isen-kind-found_small")).to_be_focused()
    expect(panel.get("isen-kind-found_small")).to_have_attribute("aria-pressed", "true")
    panel.click("isen-show-all")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(12)
    expect(panel.get("isen-consent-note")).to_be_visible()
    (sam,) = server.api.get("/characters")["items"]
    assert sam["name"] == "Sample Sam"
    server.api.post(f"/characters/{sam['id']}/forget")
    expect(panel.get("isen-first")).to_be_visible()


def test_a_new_person_with_and_without_consent(server, panel_on, ann):
    panel = panel_on(server)
    panel.click("isen-new-character")
    panel.get("isen-name").fill("   ")
    panel.click("isen-create")
    assert panel.get("isen-name").evaluate("field => field.validity.valueMissing")
    panel.get("isen-name").fill("Ben Example")
    panel.get("isen-kind").fill("man")
    panel.click("isen-create")
    expect(panel.get("isen-consent-missing")).to_be_visible()
    expect(panel.get("isen-train")).to_have_attribute("title", re.compile("Add photos first"))
    ben = next(one for one in server.api.get("/characters")["items"] if one["name"] == "Ben Example")
    assert ben["class_word"] == "man" and not ben["consent"]
    panel.click("isen-consent-give")
    expect(panel.get("isen-consent-note")).to_be_visible()
    assert server.api.get(f"/characters/{ben['id']}")["consent"]


def test_what_is_said_about_a_person_can_be_changed(server, panel, ann):
    panel.click("isen-more", "isen-edit")
    panel.get("isen-edit-name").fill("Anna")
    panel.click("isen-save")
    expect(panel.page.locator("isen-character h2")).to_have_text("Anna")
    assert server.api.get(f"/characters/{ann['id']}")["name"] == "Anna"
    panel.click("isen-more", "isen-delete")
    expect(panel.get("isen-first")).to_be_visible()
    panel.click("isen-undo")
    expect(panel.get("isen-character")).to_contain_text("Anna")
    assert server.api.get(f"/characters/{ann['id']}")["deleted_at"] is None


def test_who_was_deleted_is_brought_back_from_the_trash(server, panel, ann):
    panel.click("isen-more", "isen-delete", "isen-trash", "isen-bring-back")
    expect(panel.get("isen-character")).to_contain_text("Ann Example")
    expect(panel.get("isen-trash")).to_be_hidden()
    assert server.api.get(f"/characters/{ann['id']}")["deleted_at"] is None


def test_one_photo_in_full(server, panel, ann):
    _first, second = live_server.photos_of(server, ann)
    panel.get("isen-photos").locator("figure button").first.click()
    for use in ("Not used", "Set aside"):  # quickly, one after the other
        panel.page.locator("dialog .isen-segment", has_text=use).click()
    panel.get("isen-photo-caption").fill("annqvx on a bench")
    panel.page.keyboard.press("Tab")
    dialog = panel.page.locator("dialog")
    dialog.get_by_role("button", name="Next").click()
    expect(dialog).to_contain_text("Photo 2 of 2")
    panel.click("isen-make-cover")
    dialog.get_by_role("button", name="Previous").click()
    expect(panel.get("isen-use-aside").last).to_be_checked()
    panel.click("isen-close")
    until(
        lambda: (
            [live_server.photos_of(server, ann)[0][name] for name in ("held_out", "included", "caption")]
            == [True, True, "annqvx on a bench"]
        )
    )
    expect(panel.page.locator("isen-character")).to_contain_text("1 set aside")
    until(lambda: server.api.get(f"/characters/{ann['id']}")["cover_photo_id"] == second["id"])
    panel.get("isen-photos").locator("figure button").first.click()
    dialog.get_by_role("button", name="Delete").click()
    expect(panel.get("isen-photos").locator("figure")).to_have_count(1)
    panel.click("isen-undo")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(2)


def test_a_refused_file_says_why_and_can_be_put_away(server, panel, ann, tmp_path):
    (tmp_path / "notes.jpg").write_text("no picture")
    panel.get("isen-file-input").set_input_files(str(tmp_path / "notes.jpg"))
    expect(panel.get("isen-refused")).to_contain_text("notes.jpg was not added")
    panel.click("isen-dismiss-refused")
    expect(panel.get("isen-refused")).to_have_count(0)
    assert len(live_server.photos_of(server, ann)) == 2


def test_adding_photos_is_stopped(server, panel, ann, tmp_path):
    """Those that wait are left out; the first, already on its way, comes in."""
    line = panel.context.new_cdp_session(panel.page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {**SLOW_LINE, "latency": 400})
    files = [tmp_path / f"more{seed}.jpg" for seed in range(12)]
    for seed, file in enumerate(files):
        drawing(40 + seed).save(file)
    panel.get("isen-file-input").set_input_files([str(file) for file in files])
    panel.click("isen-stop-uploads")
    expect(panel.get("isen-stop-uploads")).to_be_hidden()
    expect(panel.page.locator("isen-character li progress")).to_have_count(0)
    assert len(live_server.photos_of(server, ann)) < 14


def test_captions_by_template_by_hand_with_the_trigger_as_a_chip_replaced_and_taken_back(server, panel, ann):
    panel.click("isen-captions")
    panel.get("isen-caption-template").check(force=True)
    panel.get("isen-template").fill("a {class} in a Blue Shirt")
    expect(panel.page.locator("isen-character")).to_contain_text("Example: “a person in a Blue Shirt”")
    panel.click("isen-caption-apply")
    expect(panel.get("isen-captions")).to_contain_text("2 of 2")
    panel.get("isen-caption-each").check(force=True)
    chips = panel.get("isen-caption-chip")
    chips.first.click()
    expect(chips.first).to_have_text("annqvx")
    expect(chips.first).to_be_disabled()
    until(lambda: live_server.photos_of(server, ann)[0]["caption"] == "annqvx, a person in a Blue Shirt")
    panel.click("isen-replace-fold")
    panel.get("isen-find").fill("blue shirt")
    expect(panel.page.locator("isen-character")).to_contain_text("In 2 of 2 captions")
    panel.get("isen-replace").fill("red coat")
    panel.click("isen-replace-all")
    expect(panel.page.locator(".isen-caption textarea").last).to_have_value("a person in a red coat")
    assert [one["caption"] for one in live_server.photos_of(server, ann)] == [
        "annqvx, a person in a red coat",
        "a person in a red coat",
    ]
    panel.click("isen-undo")
    expect(panel.page.locator(".isen-caption textarea").last).to_have_value("a person in a Blue Shirt")
    area = panel.page.locator(".isen-caption textarea").last
    area.fill("by hand")
    panel.page.keyboard.press("Tab")
    expect(panel.page.locator("isen-character")).to_contain_text("Captions · 2 of 2")
    panel.get("isen-caption-trigger").check(force=True)
    panel.click("isen-caption-apply")
    expect(panel.page.locator(".isen-undo")).to_be_visible()
    until(lambda: live_server.photos_of(server, ann)[1]["caption"] == "by hand")
    panel.get("isen-caption-overwrite").check()
    panel.click("isen-caption-apply")
    panel.page.wait_for_function("store.state.photos[store.state.route.id][1].caption === 'annqvx'")
    assert [one["caption"] for one in live_server.photos_of(server, ann)] == ["annqvx", "annqvx"]


def test_a_person_as_one_file_out_and_in(server, panel, ann, tmp_path):
    panel.click("isen-more")
    with panel.page.expect_download() as caught:
        panel.click("isen-export")
    file = tmp_path / caught.value.suggested_filename
    caught.value.save_as(file)
    assert file.name == "ann-example.isengard.zip"
    assert sorted(zipfile.ZipFile(file).namelist())[0] == "manifest.json"
    panel.click("isen-tab-characters")
    panel.get("isen-import").set_input_files(str(file))
    expect(panel.page.locator(".isen-undo")).to_contain_text("was imported with 2 photos", timeout=15_000)
    expect(panel.get("isen-photos").locator("figure")).to_have_count(2)
    assert len(server.api.get("/characters")["items"]) == 2
    panel.click("isen-tab-characters")
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    panel.get("isen-import").set_input_files(str(tmp_path / "bad.zip"))
    expect(panel.get("isen-problem")).to_contain_text("damaged or encrypted")
    panel.click("isen-dismiss")
    expect(panel.get("isen-problem")).to_have_count(0)


def test_the_trained_lora_goes_along_unless_somebody_says_no(server, panel_on, ann, tmp_path):
    made = publish(server.services.versions, ann, 700)
    panel = panel_on(server)
    panel.click("isen-character")

    def exported(press: str) -> list[str]:
        with panel.page.expect_download() as caught:
            panel.click(press)
        file = tmp_path / "ann.zip"
        caught.value.save_as(file)
        return zipfile.ZipFile(file).namelist()

    panel.click("isen-more", "isen-export", "isen-export-cancel")
    expect(panel.page.locator("dialog")).to_have_count(0)
    panel.click("isen-more", "isen-export")
    expect(panel.get("isen-export-loras")).to_be_checked()
    assert exported("isen-export-do")[-1] == "loras/0001.safetensors"
    expect(panel.page.locator("dialog")).to_have_count(0)
    panel.click("isen-tab-characters")
    panel.get("isen-import").set_input_files(str(tmp_path / "ann.zip"))
    expect(panel.page.locator(".isen-undo")).to_contain_text(
        "trigger word annqvx, so theirs is now", timeout=15_000
    )
    copy = next(one for one in server.api.get("/characters")["items"] if one["id"] != ann["id"])
    assert [version["sha256"] for version in copy["versions"]] == [made.sha256]
    panel.click("isen-more", "isen-export")
    panel.get("isen-export-loras").uncheck()
    assert not [name for name in exported("isen-export-do") if name.startswith("loras/")]


def test_permission_is_given_where_it_is_missed(server, panel_on, ann):
    """In practice mode nothing asks for it; a real trainer does, and one press gives it."""
    finding = {
        "severity": "error",
        "code": "consent_missing",
        "message": "Nobody has confirmed yet.",
        "fix": "confirm_consent",
    }
    server.api.patch(f"/characters/{ann['id']}", {"consent": False})
    panel = panel_on(server)

    def answer(route):
        missing = not server.api.get(f"/characters/{ann['id']}")["consent"]
        response = route.fetch()
        body = response.json()
        body["findings"] = [finding] if missing else []
        body["ok"] = not missing
        route.fulfill(response=response, json=body)

    panel.page.route("**/training/preflight", answer)
    panel.page.evaluate("id => store.go({tab: 'training', train: id})", ann["id"])
    expect(panel.get("isen-start-training")).to_be_disabled()
    panel.click("isen-fix-confirm_consent")
    expect(panel.get("isen-start-training")).to_be_enabled(timeout=10_000)
    assert server.api.get(f"/characters/{ann['id']}")["consent"]


def test_forgetting_is_counted_asked_once_and_told(server, panel, ann, shots):
    own = server.host.own_folders()["output"]
    own.mkdir(parents=True, exist_ok=True)
    (own / "mine.png").write_bytes(b"\x89PNG annqvx")
    panel.click("isen-more", "isen-forget")
    expect(panel.get("isen-forget-what")).to_contain_text("2 photos")
    expect(panel.get("isen-forget-what")).not_to_contain_text("captions")
    expect(panel.get("isen-forget-what")).to_contain_text("output/mine.png")
    panel.click("isen-forget-cancel")
    expect(panel.page.locator("dialog")).to_have_count(0)
    panel.click("isen-more", "isen-forget")
    panel.click("isen-forget-do")
    expect(panel.get("isen-forgotten")).to_contain_text("2 photos", timeout=15_000)
    panel.click("isen-forgotten-close")
    expect(panel.get("isen-first")).to_be_visible()
    assert server.api.get("/characters")["items"] == [] and (own / "mine.png").exists()
    (own / "mine.png").unlink()


def test_what_is_refused_says_why_and_its_log_is_one_press_away(server, panel, ann):
    server.api.post(f"/characters/{ann['id']}/forget")
    panel.page.evaluate("store.attempt((id) => store.api.patch('/characters/chr_' + '0'.repeat(26), {}, id))")
    expect(panel.get("isen-problem")).to_contain_text("There is no such character")
    panel.click("isen-show-log")
    action = panel.get("isen-log-action")
    expect(action).to_have_value(re.compile("^ui-"))
    expect(panel.get("isen-log-lines")).to_contain_text("Request refused")
    panel.get("isen-log-service").select_option("worker")
    expect(panel.page.locator("isen-settings")).to_contain_text("No log lines from the last few days")
    panel.get("isen-log-service").select_option("all")
    action.fill("")
    action.press("Tab")
    panel.click("isen-log-refresh")
    expect(panel.get("isen-log-lines")).to_contain_text("Isengard is ready")
    panel.click("isen-logs")
    expect(panel.get("isen-log-lines")).to_be_hidden()
