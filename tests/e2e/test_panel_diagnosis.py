"""Why does it not look like me: asked on a person's page, under a picture and after a poor measurement; the buttons really mend."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support import live_server
from support.diagnosis_cases import CASES, UNMEASURED, never_measured, person_with_photos, plant

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def case(code):
    return next(case for case in CASES if case.code == code)


@pytest.fixture
def server(tmp_path):
    server = live_server.start(tmp_path)
    yield server
    server.close()


@pytest.fixture
def ann(server, tmp_path):
    return person_with_photos(server.api, tmp_path)


def first_cause(panel):
    return panel.get("isen-causes").filter(visible=True).locator("li").first


def test_under_a_poor_picture_it_is_said_and_mended_in_the_form(server, ann, panel_on, shots):
    plant(case("strength_low"), server, server.api, ann)
    panel = panel_on(server, width=320)
    panel.click("isen-tab-images")
    panel.get("isen-newest-poor").scroll_into_view_if_needed()
    expect(first_cause(panel)).to_contain_text("Strength is set to 0.40")
    panel.click("isen-dismiss-why")
    expect(panel.get("isen-newest-poor")).to_be_hidden()
    panel.get("isen-wall").scroll_into_view_if_needed()
    panel.page.locator(".isen-tile button").first.click()
    expect(first_cause(panel)).to_contain_text("Strength is set to 0.40")
    panel.page.screenshot(path=str(shots / "viewer-why.png"))
    panel.page.locator("dialog").get_by_test_id("isen-mend-strength").click()
    expect(panel.page.locator("dialog")).to_have_count(0)
    expect(panel.get("isen-strength")).to_have_value("0.85")


def test_asked_on_a_persons_page_it_leads_to_the_photos_that_are_meant(server, ann, panel_on):
    plant(never_measured(case("photos_disagree")), server, server.api, ann)
    panel = panel_on(server)
    panel.click("isen-character", "isen-why-not")
    expect(first_cause(panel)).to_contain_text("3 of 12 photos may show somebody else.")
    panel.click("isen-mend-photos")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(3)
    panel.click("isen-show-all")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(12)


def test_the_better_version_is_used_from_then_on(server, ann, panel_on):
    plant(case("other_version"), server, server.api, ann)
    panel = panel_on(server)
    panel.click("isen-character")  # the newest measurement was poor: said by itself
    expect(first_cause(panel)).to_contain_text("Made with step 500, but step 1,000 is the best.")
    panel.click("isen-mend-version")
    expect(panel.page.get_by_text("Step 1,000 is used from now on.")).to_be_visible()
    (picked,) = [v for v in server.api.get(f"/characters/{ann['id']}")["versions"] if v["picked"]]
    assert picked["step"] == 1000


def test_a_missing_trigger_word_is_put_into_the_prompt(server, ann, panel_on):
    plant(case("trigger_missing"), server, server.api, ann)
    panel = panel_on(server)
    panel.click("isen-tab-images")
    expect(first_cause(panel)).to_contain_text("the trigger word annqvx is missing")
    panel.click("isen-mend-put_trigger")
    expect(panel.get("isen-prompt").locator("[data-isen-token]")).to_have_count(1)
    expect(panel.get("isen-prompt")).to_contain_text("portrait photo of a woman in a park")


def test_a_face_too_far_away_is_asked_for_from_nearer(server, ann, panel_on):
    planted = case("face_far")
    assert planted.likeness == UNMEASURED
    plant(planted, server, server.api, ann)
    panel = panel_on(server)
    panel.click("isen-tab-images")
    expect(first_cause(panel)).to_contain_text("The face is too small in the picture")
    panel.click("isen-mend-closer")
    expect(panel.get("isen-prompt")).to_contain_text("close-up portrait")
    expect(panel.get("isen-prompt")).not_to_contain_text("wide shot")
