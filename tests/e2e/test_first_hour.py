"""The first hour in the panel: the model that suits this card, one press for all that is lacking, the line of jobs that survives a
reload, and practice mode with what it leaves."""

from __future__ import annotations

import pytest
from hosts.panel_steps import choose_model
from isengard.core.records.generation import GeneratedImage
from isengard.core.records.generation_states import GenerationState
from isengard.core.records.job import JobError, Progress
from isengard.core.records.job_states import JobState
from isengard.core.records.worker import BackendState
from playwright.sync_api import expect
from support import live_server
from support.generation_records import draft
from support.gpu_fixtures import FakeGpu
from support.pictures import drawing
from support.soon import until

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
FULL = JobError(
    code="disk_full", message="AI-Toolkit needs 5.6 GB, but only 1.2 GB are free.", hint="Free some space."
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A computer with a card of 12 GB, no trainer, no model, and a worker whose work the test does."""
    base = tmp_path_factory.mktemp("first-hour")
    gpu = FakeGpu.make(base / "nvidia")
    gpu.set(12_000, **{"memory.total": 12_288, "name": "NVIDIA GeForce RTX 3060"})
    server = live_server.start(base / "server", environment={"ISENGARD_IDLE_S": "1", "PATH": gpu.search_path})
    server.services.supervisor.ensure_worker = lambda: False
    live_server.person(server, tmp_path_factory.mktemp("photos"), "Ann Example", 3)
    yield server
    server.close()


def work(server, *states, error=None, progress=None):
    """What a worker does with the job whose turn it is."""
    ledger = server.services.ledger
    job, lease = ledger.claim(worker_id="w", owner="o", needs={"cpu", "gpu"})
    for state in (JobState.RUNNING, *states):
        ledger.advance(lease, state, error=error if state is JobState.FAILED else None)
    if progress:
        ledger.progress(lease, progress)
    return job, lease


def test_one_press_and_the_line_goes_on_after_a_reload_and_a_failure(server, panel_on, shots):
    panel = panel_on(server, width=320)
    panel.click("isen-character", "isen-rail-train")
    expect(panel.get("isen-models-words")).to_have_text("Recommended for your RTX 3060 (12.0 GB): Z-Image.")
    expect(panel.get("isen-family-z_image")).to_be_checked()
    expect(panel.get("isen-models-have")).to_be_hidden()
    choose_model(panel, "sd15")
    lacks = panel.get("isen-preparation")
    expect(lacks).to_contain_text("to download, about")
    expect(lacks).to_contain_text("of training on your RTX 3060")
    expect(lacks).to_contain_text("AI-Toolkit, the trainer")
    expect(panel.get("isen-findings")).not_to_contain_text("not set up")
    expect(panel.get("isen-practice-offer")).to_be_visible()
    panel.page.screenshot(path=str(shots / "one-press.png"), full_page=True)
    expect(panel.get("isen-start-training")).to_have_text("Download, set up and train")
    panel.click("isen-start-training")
    line = panel.get("isen-line")
    expect(line.locator('[aria-current="step"]')).to_contain_text("Set up the trainer")
    setup, lease = work(
        server, progress=Progress(phase="installing", bytes_done=10**9, bytes_total=3 * 10**9)
    )
    expect(line).to_contain_text("1.0 GB of 3.0 GB")
    server.services.ledger.advance(lease, JobState.FAILED, error=FULL)
    expect(panel.get("isen-waits-for")).to_contain_text(
        "setting up AI-Toolkit isn't done. AI-Toolkit needs 5.6 GB"
    )
    panel.page.reload()
    expect(panel.get("isen-waits-for")).to_contain_text("setting up AI-Toolkit isn't done")
    panel.page.screenshot(path=str(shots / "line-stopped.png"), full_page=True)
    panel.click("isen-line-again")
    expect(line.locator('[aria-current="step"]')).to_contain_text("Set up the trainer")
    # what is tried again comes behind what waits already; the training waits for both
    fetched, _ = work(server, JobState.COMPLETED)
    expect(line.locator('[data-state="done"]')).to_contain_text("Download the model")
    again, _ = work(server, JobState.COMPLETED)
    assert again.id == setup.id
    expect(line).to_be_hidden()
    training, _ = work(server, JobState.COMPLETED)
    assert training.after == [setup.id, fetched.id] and training.kind == "training"
    expect(panel.get("isen-job-state")).to_have_text("done")


def test_a_line_is_cancelled_as_one_and_can_be_left_out(server, panel_on, monkeypatch):
    panel = panel_on(server)
    panel.click("isen-character", "isen-train")
    choose_model(panel, "sdxl")
    expect(panel.get("isen-preparation")).to_be_visible()
    expect(panel.get("isen-train-alone")).to_be_hidden()
    panel.click("isen-start-training", "isen-cancel-job")
    expect(panel.get("isen-job-state")).to_have_text("cancelled")
    until(lambda: going(server) == [])
    # with a trainer and the hub's parts only what draws is lacking: the training can do without
    ready = BackendState(name="ai_toolkit", version="0.12.26")
    monkeypatch.setattr(
        "isengard.training.backends.ai_toolkit.backend.AiToolkitBackend.state", lambda self: ready
    )
    panel.click("isen-tab-training", "isen-train-someone")
    choose_model(panel, "z_image")
    panel.click("isen-train-alone")
    expect(panel.get("isen-job-state")).to_have_text("waiting")
    assert [job["kind"] for job in going(server)] == ["training"]
    live_server.end_trainings(server)


def going(server) -> list[dict]:
    return server.api.get("/training/jobs?state=queued,preparing,running")["items"]


def drawn_by_a_placeholder(server):
    store, paths = server.services.generations.store, server.services.paths
    (sam,) = server.api.get("/characters")["items"]
    made = draft(sam["id"], practice=True)
    store.create(made, [])
    drawing(1).save(paths.generation(made.id) / "0000.png")
    store.add_image(made.id, GeneratedImage(n=0, file="0000.png", width=640, height=640, seed=1))
    for state in (GenerationState.RUNNING, GenerationState.COMPLETED):
        store.advance(made.id, state)


def test_practice_people_are_marked_and_go_with_one_press(panel_on, tmp_path):
    server = live_server.start(tmp_path)
    try:
        panel = panel_on(server)
        panel.click("isen-sample")
        expect(panel.get("isen-dropzone")).to_be_visible(timeout=60_000)  # twelve photos are drawn and read
        panel.click("isen-tab-characters")
        expect(panel.get("isen-practice-mark")).to_have_text("Practice")
        drawn_by_a_placeholder(server)
        panel.page.reload()
        panel.click("isen-tab-images")
        expect(panel.get("isen-practice-picture")).to_have_text("Practice")
        panel.click("isen-settings")
        expect(panel.get("isen-practice-left")).to_contain_text("1 person (Sample Sam) and 1 picture")
        panel.click("isen-practice-remove", "isen-tab-characters")
        expect(panel.get("isen-character")).to_have_count(0)
        panel.click("isen-undo")
        expect(panel.get("isen-character")).to_contain_text("Sample Sam")
        left = server.api.get("/practice")
        assert [one["name"] for one in left["people"]] == ["Sample Sam"] and left["pictures"] == 1
    finally:
        server.close()
