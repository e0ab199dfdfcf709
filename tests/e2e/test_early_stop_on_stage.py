"""Trainings that end by measurement, in the panel: the tick in the form, and what their page says afterwards."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


WAITS_FOR_TICK = """async () => {
  const tick = () => panel.querySelector("[data-testid=isen-stop-early]");
  for (let frame = 0; frame < 120 && tick().offsetParent; frame += 1) await new Promise(requestAnimationFrame);
  return tick().offsetParent;
}"""


def test_ending_early_is_a_tick_of_the_thorough_preset_and_says_its_cost(stage):
    asked = (
        "void (panel.store.api.jobs.submit = async (request) => ((window.asked = request.stop_early), null))"
    )
    tick = stage.get_by_test_id("isen-stop-early")
    stage.show("train-stopping")
    assert "up to 6 times" in stage.locator("#isen-stop-early-words").inner_text()
    assert not tick.is_checked(), "six reloads are not taken unasked"
    tick.check()
    stage.evaluate(asked)
    stage.get_by_test_id("isen-start-training").click()
    assert stage.evaluate("window.asked") is True
    stage.get_by_test_id("isen-preset-quick").check()
    assert stage.evaluate(WAITS_FOR_TICK) is None
    stage.show("train-stopping-off")
    assert tick.is_disabled() and not tick.is_checked()
    assert "set up measuring" in stage.locator("#isen-stop-early-words").inner_text()


def test_a_training_that_ended_early_says_why_and_trains_on_in_one_press(stage):
    stage.show("job-ended-early")
    said = stage.get_by_test_id("isen-stopped-early").inner_text()
    assert "copy the photos" in said and "step 840" in said
    rows = stage.get_by_test_id("isen-measured-saves").locator("li")
    assert rows.count() == 5 and "in 5 of 8 pictures" in rows.nth(3).inner_text()
    stage.evaluate(
        "void (panel.store.api.jobs.order = async (id, verb, click, body) => ((window.asked = [id, verb, body]), null))"
    )
    stage.get_by_test_id("isen-train-on").click()
    assert stage.evaluate("window.asked") == ["job_2", "continue", {"steps": 280}]
