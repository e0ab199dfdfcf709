"""What comes from elsewhere while somebody fills something in, and times as the reader's clock has them; on the stage."""

from __future__ import annotations

import pytest
from hosts.stage import opened
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
TRAINER_GONE = """() => {
  const { ways } = panel.store.api;
  const ask = ways.fetch;
  window.asked = [];
  ways.fetch = (path, init) => (asked.push([path, init.body ? JSON.parse(init.body).backend : ""]), ask(path, init));
  panel.store.take({ type: "backend.state", subject: { kind: "backend", id: "comfyui_native" }, data: { state: { name: "comfyui_native", version: "", state: "not_installed", detail: "Gone." } } });
}"""
DOWNLOADED = """() => {
  const { ways } = panel.store.api;
  const ask = ways.fetch;
  window.asked = [];
  ways.fetch = (path, init) => (asked.push(path), ask(path, init));
  const job = { ...panel.store.state.jobs[0], id: "job_fetch", kind: "model_download", state: "completed" };
  panel.store.take({ type: "job.state", subject: { kind: "job", id: job.id }, data: { state: "completed", attempt: 1, job } });
}"""
CONSENTED = """() => {
  window.asked = [];
  const view = panel.querySelector("isen-train");
  const known = view.person;
  panel.store.take({ type: "character.changed", subject: { kind: "character", id: known.id }, data: { change: "updated", character: { ...known, consent: !known.consent } } });
}"""
TWO_DAYS = """() => {
  const view = panel.querySelector("isen-photo-day");
  const hours = (back) => new Date(Date.now() - back * 3_600_000).toISOString();
  const [day] = view.days;
  view.days = [2.1, 2.6, 72.5].map((back, at) => ({ ...day, id: `day_${at}`, created_at: hours(back) }));
  view.update(panel.store.state);
}"""
LONG_NAME = """() => panel.store.set({ characters: panel.store.state.characters.map((known) =>
  ({ ...known, name: "Maximiliane-Friederike von und zu Hohenlohe-Langenburg" })) })"""
MEASURED_NOW = """() => {
  const { storage, training } = panel.store.api;
  const measure = storage.measure.bind(storage);
  const measured_at = new Date().toISOString();
  window.measured = 0;
  storage.measure = async (id) => {
    window.measured += 1;
    const state = await measure(id);
    return { ...state, use: { ...state.use, measured_at } };
  };
  training.uninstall = async () => {
    const job = { ...panel.store.state.jobs[0], id: "job_gone", kind: "backend_setup", state: "running" };
    panel.store.keepTask(job);
    return job;
  };
}"""
RENAMED = """() => {
  const known = panel.store.state.characters.find(({ id }) => id === "chr_9");
  panel.store.take({ type: "character.changed", subject: { kind: "character", id: "chr_9" }, data: { change: "updated", character: { ...known, class_word: "girl" } } });
}"""


@pytest.fixture(scope="module")
def stage(browser):
    with opened(browser, timezone_id="Asia/Tokyo") as page:
        yield page
        assert page.faults == []


def test_a_trainer_that_goes_away_leaves_the_numbers_of_the_one_that_stays(stage):
    stage.show("train-two-trainers")
    stage.get_by_test_id("isen-trainer").select_option("comfyui_native")
    start = stage.get_by_test_id("isen-start-training")
    expect(start).to_be_enabled()
    stage.evaluate(TRAINER_GONE)
    expect(stage.get_by_test_id("isen-trainer")).to_have_value("ai_toolkit")
    expect(start).to_be_enabled()
    asked = stage.evaluate("asked")
    assert any("/training/presets" in path and "backend=ai_toolkit" in path for path, _ in asked)
    assert ["/isengard/training/preflight", "ai_toolkit"] in asked


@pytest.mark.parametrize("change", [DOWNLOADED, CONSENTED])
def test_what_a_training_lacks_is_asked_again_once_it_may_have_come_in_another_tab(stage, change):
    """A finding stood there until somebody changed something in the form."""
    stage.show("train")
    start = stage.get_by_test_id("isen-start-training")
    expect(start).to_be_enabled()
    stage.evaluate(DOWNLOADED.split("const job")[0] + "}")
    stage.evaluate(change)
    stage.wait_for_function("asked.includes('/isengard/training/preflight')")
    expect(start).to_be_enabled()


def test_a_person_who_is_edited_here_is_not_taken_from_under_the_hands(stage):
    stage.show("character-edit")
    name = stage.get_by_test_id("isen-edit-name")
    name.fill("Anna Karenina")
    stage.evaluate(RENAMED)
    expect(name).to_be_focused()
    expect(name).to_have_value("Anna Karenina")
    stage.get_by_test_id("isen-cancel-edit").click()
    expect(name).to_be_hidden()
    stage.get_by_test_id("isen-more").click()
    stage.get_by_test_id("isen-edit").click()
    expect(name).to_have_value("Anna")
    expect(stage.locator("input[list=isen-kinds]")).to_have_value("girl")


def test_lines_of_the_log_have_the_time_of_the_clock_on_the_wall(stage):
    stage.show("settings-log")
    expect(stage.get_by_test_id("isen-log-lines")).to_contain_text("19:00:00 WARNING api")
    expect(stage.get_by_test_id("isen-log-lines")).to_contain_text("08/20/2026")


def ages(stage, told) -> None:
    """Five minutes later it says so, though nothing has happened."""
    expect(told).to_contain_text("just now")
    stage.clock.fast_forward("05:00")
    expect(told).to_contain_text("5 min ago")


def test_what_was_just_now_is_some_minutes_ago_later_though_nothing_happens(stage):
    stage.clock.install()
    stage.show("trainings")
    stage.evaluate(
        "panel.store.set({ jobs: panel.store.state.jobs.map((job) => ({ ...job, state: 'completed', error: null, finished_at: new Date().toISOString() })) })"
    )
    row = stage.get_by_test_id("isen-job-row").first
    ages(stage, row)


def test_photo_days_of_the_same_hour_are_told_apart(stage):
    stage.show("photo-day-done")
    chips = stage.get_by_test_id("isen-day-earlier")
    stage.evaluate(TWO_DAYS)
    one, other, earlier = chips.all_text_contents()
    assert earlier == "3 days ago"
    assert one != other
    assert [len(words.split(":")) for words in (one, other)] == [2, 2]


def test_a_version_made_just_now_is_some_minutes_old_later(stage):
    stage.clock.install()
    stage.show("character")
    stage.evaluate(
        """panel.store.set({ characters: panel.store.state.characters.map((known) =>
          ({ ...known, versions: known.versions.map((one) => ({ ...one, created_at: new Date().toISOString() })) })) })"""
    )
    versions = stage.locator("isen-character details", has_text="Versions").last
    versions.locator("summary").click()
    ages(stage, versions)


def test_what_was_found_for_one_model_starts_no_training_of_another(stage):
    stage.show("train")
    start = stage.get_by_test_id("isen-start-training")
    expect(start).to_be_enabled()
    stage.evaluate(
        "void (panel.store.api.training.presets = () => new Promise((resolve) => (window.answer = resolve)))"
    )
    other = stage.locator('[data-testid="isen-family"] input:not(:checked)').first
    other.check()
    expect(start).to_be_disabled()
    expect(stage.get_by_test_id("isen-findings")).to_have_text("Note: Checking what this training needs.")
    stage.evaluate("answer({ items: panel.querySelector('isen-train').presets.items })")
    expect(start).to_be_enabled()
    expect(stage.get_by_test_id("isen-findings")).not_to_contain_text("Checking")


def test_samples_keep_their_size_beside_a_long_name(stage):
    stage.show("job")
    stage.evaluate(LONG_NAME)
    widths = stage.locator(".isen-film > li").evaluate_all(
        "(frames) => frames.map((frame) => frame.offsetWidth)"
    )
    assert set(widths) == {92}, widths


def test_a_loss_curve_says_no_more_that_it_falls_once_its_training_has_ended(stage):
    stage.show("job")
    curve = stage.locator("isen-job figcaption", has_text="loss")
    expect(curve).to_contain_text("falling")
    stage.evaluate(
        """panel.store.set({ jobs: panel.store.state.jobs.map((job) => (job.id === "job_5" ? { ...job, state: "completed" } : job)) })"""
    )
    expect(curve).not_to_contain_text("falling")


def test_a_measured_disk_grows_old_and_is_measured_again_once_a_tool_has_gone(stage):
    stage.clock.install()
    stage.show("settings-storage")
    storage = stage.get_by_test_id("isen-storage")
    stage.evaluate(MEASURED_NOW)
    storage.get_by_test_id("isen-storage-measure").click()
    expect(storage).to_contain_text("Measured just now.")
    stage.clock.fast_forward("05:00")
    expect(storage).to_contain_text("Measured 5 min ago.")
    storage.get_by_test_id("isen-free-trainer").click()
    stage.get_by_test_id("isen-really-free").click()
    expect(storage).to_contain_text("Being removed.")
    stage.evaluate(
        "panel.store.keepTask({ ...panel.store.state.tasks.find(({ id }) => id === 'job_gone'), state: 'completed' })"
    )
    expect(storage).to_contain_text("Measured 5 min ago.")
    assert stage.evaluate("measured") == 2


def test_practice_mode_that_the_environment_fixes_is_not_offered_to_be_left(stage):
    """The press was taken, and refused: the environment wins."""
    stage.show("practice-fixed")
    banner = stage.get_by_test_id("isen-fast-test")
    expect(banner).to_contain_text("This is set where ComfyUI is started, so it can't be changed here.")
    expect(banner.get_by_role("button")).to_have_count(0)
    stage.show("fasttest")
    expect(stage.get_by_test_id("isen-practice-leave")).to_be_visible()
    expect(stage.get_by_test_id("isen-fast-test")).not_to_contain_text("can't be changed")


@pytest.mark.parametrize(("width", "height"), [(320, 800), (480, 900), (900, 1000)])
def test_every_cause_below_a_picture_is_seen_without_scrolling(stage, width, height):
    """At 480 pixels the second of three was cut in the middle of its words."""
    stage.set_viewport_size({"width": width, "height": height})
    try:
        stage.show("viewer-poor", width=width)
        causes = stage.locator(".isen-viewer .isen-findings > .isen-cause")
        expect(causes).to_have_count(3)
        stage.wait_for_function("document.querySelector('.isen-viewer .isen-full').complete")
        words = stage.locator(".isen-viewer-words")
        assert words.evaluate("(words) => words.scrollHeight <= words.clientHeight")
        last, dialog = causes.last.bounding_box(), stage.locator(".isen-viewer").bounding_box()
        assert last["y"] + last["height"] <= dialog["y"] + dialog["height"] <= height
        picture = stage.locator(".isen-viewer .isen-full").bounding_box()
        assert picture["height"] >= 200 and picture["y"] + picture["height"] <= words.bounding_box()["y"]
    finally:
        stage.set_viewport_size({"width": 900, "height": 1000})
