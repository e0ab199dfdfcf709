"""What is shown is what is so now: a form that was left, settings that were taken again, somebody who is called otherwise, a question that was answered."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PORTRAIT, OTHER = "sd15/realisticVisionV60B1_v51VAE.safetensors", "sd15/dreamshaper_8LCM.safetensors"
#: All pictures as if they had been asked for with these.
ASKED_WITH = """(request) => {
  const { store } = panel;
  const generations = store.state.generations.map((one) => ({ ...one, request: { ...one.request, recipe: "sd15-identity", ...request } }));
  store.set({ generations });
}"""


def test_what_was_filled_in_for_a_person_who_was_not_made_is_not_the_next_ones(stage):
    stage.show("characters")
    stage.get_by_test_id("isen-new-character").click()
    stage.get_by_test_id("isen-name").fill("Somebody")
    stage.get_by_test_id("isen-kind").fill("dog")
    stage.get_by_test_id("isen-consent").check()
    stage.locator("form").get_by_role("button", name="Cancel").click()
    stage.get_by_test_id("isen-new-character").click()
    expect(stage.get_by_test_id("isen-name")).to_have_value("")
    expect(stage.get_by_test_id("isen-kind")).to_have_value("person")
    expect(stage.get_by_test_id("isen-consent")).not_to_be_checked()


def test_a_training_shows_its_person_as_they_are_called_and_look_now(stage):
    stage.show("trainings")
    row = stage.get_by_test_id("isen-job-row").first
    before, face = row.locator("strong").inner_text(), row.locator("img").get_attribute("src")
    stage.evaluate(
        """(before) => panel.store.set({ characters: panel.store.state.characters.map((one) => (one.name === before ? { ...one, name: "Renamed", cover_photo_id: "photo_9" } : one)) })""",
        before,
    )
    expect(row.locator("strong")).to_have_text("Renamed")
    assert row.locator("img").get_attribute("src") != face


def test_a_picture_is_called_by_the_name_that_its_person_has_now(stage):
    stage.show("images")
    picture = stage.locator(".isen-tile img").first
    before = picture.get_attribute("alt")
    stage.evaluate(
        """panel.store.set({ characters: panel.store.state.characters.map((one) => ({ ...one, name: "Renamed" })) })"""
    )
    expect(picture).to_have_attribute("alt", re.compile("Renamed"))
    assert "Renamed" not in before


def test_what_could_not_be_drawn_is_called_by_the_name_that_its_person_has_now(stage):
    stage.show("images")
    failed = stage.locator('[data-testid="isen-generation"][data-state="failed"] .isen-prompt-line')
    expect(failed).not_to_contain_text("Renamed")
    stage.evaluate(
        """panel.store.set({ characters: panel.store.state.characters.map((one) => ({ ...one, name: "Renamed" })) })"""
    )
    expect(failed).to_contain_text("Renamed")


def test_six_strengths_are_measured_of_whom_they_are_called_now(stage):
    stage.show("bench-measured")
    marks = stage.get_by_test_id("isen-bench-strip").get_by_test_id("isen-score").first
    before = marks.get_attribute("title")
    stage.evaluate(
        """panel.store.set({ characters: panel.store.state.characters.map((one) => ({ ...one, name: "Renamed" })) })"""
    )
    expect(marks).to_have_attribute("title", re.compile("Renamed"))
    assert "Renamed" not in before


@pytest.mark.parametrize(
    ("request_", "told", "chosen"),
    [
        ({"base_model": OTHER}, None, OTHER),
        ({"base_model": "gone.safetensors"}, "That picture's model file is gone.", ""),
        ({"recipe": "own-gone"}, "That picture's workflow isn't available.", ""),
    ],
)
def test_settings_taken_again_say_what_is_drawn_with_now(stage, request_, told, chosen):
    stage.show("images")
    stage.evaluate(ASKED_WITH, request_)
    if not stage.get_by_test_id("isen-base-model").is_visible():
        stage.get_by_test_id("isen-image-settings").click()
    for _ in range(2):  # nothing piles up
        stage.locator(".isen-tile button").first.click()
        stage.get_by_test_id("isen-reuse").click()
    expect(stage.get_by_test_id("isen-base-model")).to_have_value(chosen)
    options = stage.get_by_test_id("isen-base-model").locator("option")
    assert options.evaluate_all("(all) => all.map(({ value }) => value)") == ["", PORTRAIT, OTHER]
    expect(stage.get_by_test_id("isen-base-why")).to_contain_text(
        "few steps" if chosen else "realisticVision"
    )
    if told:
        expect(stage.locator(".isen-undo")).to_contain_text(told)
    else:
        expect(stage.locator(".isen-undo")).to_be_hidden()


def test_what_is_measured_after_room_was_made_is_seen(stage):
    stage.show("settings")
    stage.get_by_test_id("isen-storage-measure").click()
    stage.evaluate(
        """() => { panel.store.api.storage.measure = async () => ({ measuring: true, done: 3, of: 214, use: null });
                   panel.store.api.storage.use = async () => ({ measuring: true, done: 4, of: 214, use: null }); }"""
    )
    stage.locator("[data-testid^=isen-free-]").first.click()
    stage.get_by_test_id("isen-really-free").click()
    expect(stage.locator("dialog[open]")).to_have_count(0)
    expect(stage.get_by_test_id("isen-storage").get_by_role("status")).to_contain_text("214")


#: The first answer is on its way while an event tells that the day has ended, which the second answer shows.
ENDS_MEANWHILE = """() => {
  const { store } = panel;
  const { photoDays } = store.api;
  const one = photoDays.one.bind(photoDays);
  const answers = [async (day) => (await new Promise((go) => (window.release = go)), day), async (day) => ({ ...day, state: "done" })];
  photoDays.one = async (id) => {
    const day = await one(id);
    window.shown = day;
    return (answers.length > 1 ? answers.shift() : answers[0])(day);
  };
}"""
ENDED = """() => {
  const { id, character_id } = shown;
  panel.store.take({ type: "photo_day.changed", seq: 9, subject: { kind: "photo_day", id }, data: { state: "done", character_id } });
  release();
}"""


def test_a_photo_day_that_ended_while_it_was_asked_for_has_ended(stage):
    """Nothing more is told of it: it was shown as running until somebody opened it again."""
    stage.show("photo-day-running")
    expect(stage.get_by_test_id("isen-day-progress")).to_contain_text("of 40 drawn")
    stage.get_by_test_id("isen-day-new").click()
    stage.evaluate(ENDS_MEANWHILE)
    stage.get_by_test_id("isen-day-earlier").first.click()
    stage.wait_for_function("() => window.release")
    stage.evaluate(ENDED)
    expect(stage.get_by_test_id("isen-day-progress")).to_contain_text("Done")
