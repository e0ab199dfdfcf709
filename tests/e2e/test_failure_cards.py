"""Every way a training ends badly as its card in the panel: our words, what is offered, at the narrowest width, dark and light."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hosts.node_tools import axe
from hosts.stage import opened
from isengard.core.records.job import JobError, Progress
from isengard.training.backends.ai_toolkit import outcomes
from isengard.training.backends.ai_toolkit.failures import CATALOGUE, explain
from isengard.training.backends.comfyui_native import failures as comfyui_failures
from isengard.training.ledgers.rules import WORKER_LOST
from isengard.training.monitoring.run_health import NOT_FINITE, ResumeWatch, StallWatch, TrainerSick
from isengard.training.worker.disk_space import with_room_left
from isengard.training.worker.run_end import (
    FULL,
    NO_WRITES,
    STOPPED_OUTSIDE,
    WORKER_STOOD_STILL,
    as_job_error,
    understood,
)
from pages.error_codes import collected
from support.trainer_says import SAID, SAID_BY_COMFYUI

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
NARROWEST, USUAL = 260, 320
#: Said of pictures, in the same record.
OF_PICTURES = {"comfyui_restarted", "generation_broke", "mending_broke", "picture_not_finite"}
TRACE = ["Traceback (most recent call last):", '  File "run.py", line 120, in main']
CARDS = """async (errors) => {
  const { failure } = await import("/js/components/training/job_after.js");
  const view = document.querySelector("isen-job");
  const job = { ...panel.store.state.jobs.find(({ id }) => id === "job_3"), family: "flux1_dev" };
  const cards = errors.map((error) => {
    const card = Object.assign(document.createElement("section"), { className: "isen-stack" });
    card.append(...failure(view, { ...job, state: ["disk_full", "folder_read_only"].includes(error.code) ? "paused" : "failed", error }, error));
    return card;
  });
  view.replaceChildren(...cards);
  return cards.map((card) => ({
    says: card.querySelector('[data-testid="isen-job-error"]').textContent,
    smaller: card.querySelectorAll('[data-testid="isen-retry-smaller"]').length,
    gate: card.querySelectorAll('[data-testid="isen-gate"]').length,
    log: card.querySelector("pre")?.textContent ?? "",
  }));
}"""
LOOK = """async () => {
  const found = await axe.run(panel, { resultTypes: ["violations"] });
  return [...checks.sticksOut(panel), ...found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`)];
}"""


def hung(log) -> JobError:
    now = [0.0]
    watch = StallWatch(log, clock=lambda: now[0])
    for _ in range(2):
        try:
            watch.look(Progress(phase="training", step=930))
        except TrainerSick as sick:
            return sick.error
        now[0] += 901
    raise AssertionError("901 s of silence are none")


def begun_anew() -> JobError:
    """A resume of step 17 whose trainer begins at 0."""
    with pytest.raises(TrainerSick) as sick:
        ResumeWatch(17).look(SimpleNamespace(began_at=0, progress=Progress()))
    return sick.value.error


def errors(folder) -> list[JobError]:
    """What the trainer says or does, explained; then what only the worker and the ledger can find out."""
    killed = [explain("", [], code) for code in (137, 139)]
    nothing = outcomes.judge(SimpleNamespace(steps=60), [], None, 0, ["Saved checkpoint to x"]).error
    said = [explain("", [*TRACE, line], 1) for line in SAID.values()]
    by_comfyui = [comfyui_failures.explain([line], 1) for line in SAID_BY_COMFYUI.values()]
    assert [error.code for error in by_comfyui] == [*SAID_BY_COMFYUI]
    paused = [with_room_left(error, folder) if error.code == "disk_full" else error for error in said]
    unknown = explain("", [*TRACE, "RuntimeError: the flux capacitor is empty"], 1)
    found = [
        NOT_FINITE,
        begun_anew(),
        hung(folder / "log"),
        STOPPED_OUTSIDE,
        WORKER_STOOD_STILL,
        WORKER_LOST,
        NO_WRITES,
    ]
    return [
        *paused,
        *by_comfyui,
        *killed,
        unknown,
        nothing,
        *found,
        as_job_error(ValueError()),
        understood(ZeroDivisionError("division by zero"), of="Pencil"),
        with_room_left(FULL, folder),
    ]


@pytest.fixture(scope="module")
def stage(browser):
    with opened(browser) as page:
        page.add_script_tag(content=axe())
        yield page
        assert page.faults == []


def test_what_was_left_out_is_said_on_the_finished_training(stage):
    stage.show("job-done-without-all")
    warning = stage.get_by_test_id("isen-job-warning").text_content()
    assert "could not read 1 of 22 photos" in warning
    assert "0.127 on photos set aside" in stage.locator("isen-job figcaption").first.text_content()


def test_every_failure_has_a_card_in_our_words(stage, tmp_path, shots):
    made = errors(tmp_path)
    places = ("a training", "a training, set-up or download")
    known = {said.code for said in collected() if said.where in places} - OF_PICTURES
    known |= {"lora_missing", *(failure.code for failure in CATALOGUE)}
    assert {error.code for error in made} == known
    for width in (NARROWEST, USUAL):
        stage.show("job-failed", width=width)
        cards = stage.evaluate(CARDS, [error.model_dump(mode="json") for error in made])
        for error, card in zip(made, cards, strict=True):
            assert (
                card["says"].replace("\u00a0", " ") == f"{error.message} {error.hint}".strip() and error.hint
            )
            assert card["smaller"] == (error.offer == "retry_smaller")
            assert card["gate"] == (error.code == "model_gated") and card["log"] == "\n".join(error.log)
        for theme in ("dark", "light"):
            stage.evaluate("(theme) => stage.light(theme)", theme)
            assert stage.evaluate(LOOK) == []
    stage.set_viewport_size({"width": USUAL + 20, "height": 4400})
    for theme in ("dark", "light"):
        stage.evaluate("(theme) => stage.light(theme)", theme)
        stage.screenshot(path=str(shots / f"failure-cards-{theme}.png"))
