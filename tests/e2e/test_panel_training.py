"""Every control around trainings, in a real browser on a plain server with a real worker."""

from __future__ import annotations

import time

import pytest
from hosts.panel_steps import choose_model
from isengard.core.families.families import Families
from playwright.sync_api import expect
from support import live_server
from support.placeholders import shapes_of, write

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = live_server.start(tmp_path_factory.mktemp("training"))
    server.host.models["checkpoints"] = live_server.bases(tmp_path_factory.mktemp("bases"))
    server.ann = live_server.person(server, tmp_path_factory.mktemp("photos"))
    yield server
    live_server.end_trainings(server)
    server.close()


@pytest.fixture
def panel(panel_on, server):
    yield panel_on(server)
    live_server.end_trainings(server)


def state_of(server, job) -> str:
    return server.api.get(f"/training/jobs/{job['id']}")["state"]


def test_from_the_preset_to_the_end(server, panel):
    panel.click("isen-character", "isen-train")
    panel.get("isen-preset-quick").check()
    panel.click("isen-advanced")
    panel.get("isen-override-steps").fill("60")
    expect(panel.get("isen-findings")).to_contain_text("few")
    expect(panel.get("isen-start-training")).to_be_enabled()
    panel.click("isen-start-training")
    expect(panel.get("isen-job-state")).to_have_text("done", timeout=30_000)
    job = server.api.get("/training/jobs")["items"][0]
    assert job["request"]["preset"] == "quick" and job["progress"]["total_steps"] == 60
    steps = sorted({one["step"] for one in job["artifacts"] if one["kind"] == "sample"})
    said = panel.get("isen-sample-said")
    expect(said).to_have_text(f"step {steps[-1]}")
    panel.get("isen-sample-step").focus()
    panel.page.keyboard.press("Home")
    expect(said).to_have_text(f"step {steps[0]}")
    large = panel.get("isen-sample-large").locator("button")
    expect(large.first).to_have_accessible_name(f"Ann Example, sample at step {steps[0]}")
    panel.get("isen-samples").locator("button").last.click()
    expect(said).to_have_text(f"step {steps[-1]}")
    large.first.click()
    expect(panel.get("isen-full")).to_be_visible()
    panel.page.keyboard.press("Escape")
    panel.click("isen-checkpoints")
    panel.get("isen-publish").first.click()
    expect(panel.page.locator("isen-job").get_by_text("In ComfyUI", exact=True).first).to_be_visible()
    panel.click("isen-log")
    expect(panel.get("isen-log-text")).to_contain_text("step")
    panel.click("isen-continue")
    panel.get("isen-more-steps").fill("20")
    panel.click("isen-continue-job")
    panel.page.wait_for_function("id => store.state.route.job !== id", arg=job["id"])
    expect(panel.get("isen-job-state")).to_have_text("done", timeout=30_000)
    assert server.api.get("/training/jobs")["items"][0]["parent_job_id"] == job["id"]
    panel.click("isen-make-pictures")
    expect(panel.get("isen-tab-images")).to_have_attribute("aria-selected", "true")


def test_who_and_which_model_and_where_a_finding_leads(server, panel, tmp_path):
    ben = live_server.person(server, tmp_path, "Ben Example", 1)
    panel.click("isen-tab-training", "isen-train-someone")
    panel.get("isen-person").get_by_role("radio", name="Ben Example").check(force=True)
    expect(panel.page.locator("isen-train h2")).to_have_text("Train Ben Example")
    choose_model(panel, "sdxl")
    panel.click("isen-fix-add_photos")
    expect(panel.page.locator("isen-character h2")).to_have_text("Ben Example")
    panel.click("isen-train")
    choose_model(panel, "sdxl")
    expect(panel.get("isen-start-training")).to_be_enabled(timeout=10_000)
    panel.click("isen-start-training")
    expect(panel.get("isen-job-state")).to_have_text("running", timeout=20_000)
    job = server.api.get("/training/jobs")["items"][0]
    assert (job["family"], job["character_id"]) == ("sdxl", ben["id"])
    live_server.end_trainings(server)
    server.api.post(f"/characters/{ben['id']}/forget")


def test_a_base_is_chosen_among_several(server, panel):
    panel.click("isen-character", "isen-train")
    expect(panel.get("isen-family-sd15")).to_be_checked()
    panel.click("isen-looks-refused")
    expect(panel.page.locator("isen-train")).to_contain_text("small.safetensors is a quantised copy (fp8)")
    panel.get("isen-look-option").nth(1).check()
    assert started_on(server, panel) == "b.safetensors"


def test_a_file_is_chosen_for_a_model_of_the_hub(server, panel, tmp_path, monkeypatch):
    flux, names = Families().get("flux1_dev"), ("flux1-dev.safetensors", "mine.safetensors")
    files = {name: write(tmp_path / name, shapes_of(flux)) for name in names}
    monkeypatch.setitem(server.host.models, "diffusion_models", files)
    panel.page.evaluate("store.refresh()")
    panel.click("isen-character", "isen-train")
    choose_model(panel, "flux1_dev")
    expect(panel.get("isen-looks")).to_be_hidden()
    panel.get("isen-base").select_option("mine.safetensors")
    assert started_on(server, panel) == "mine.safetensors"


def started_on(server, panel) -> str:
    """Start it; the file that it was asked for with."""
    expect(panel.get("isen-start-training")).to_be_enabled(timeout=10_000)
    panel.click("isen-start-training")
    expect(panel.get("isen-job-state")).to_have_text("running", timeout=20_000)
    return server.api.get("/training/jobs")["items"][0]["request"]["base_model"]


#: Only a GPU runs out of memory: the page is told so, the server has a cancelled training that it can make smaller.
OUT_OF_MEMORY = """(id) => {
  const error = { code: "gpu_out_of_memory", message: "The GPU ran out of memory.", hint: "", log: ["CUDA out of memory"], offer: "retry_smaller" };
  store.set({ jobs: store.state.jobs.map((job) => (job.id === id ? { ...job, state: "failed", error } : job)) });
}"""


def test_why_it_failed_and_a_smaller_training(server, panel):
    job = live_server.train(server, server.ann, resolution=[768])
    live_server.end_trainings(server)
    panel.click("isen-tab-training", "isen-job-row")
    expect(panel.get("isen-job-state")).to_have_text("cancelled")
    panel.page.evaluate(OUT_OF_MEMORY, job["id"])
    panel.click("isen-error-log")
    expect(panel.page.locator("isen-job")).to_contain_text("CUDA out of memory")
    panel.click("isen-retry-smaller")
    expect(panel.get("isen-job-state")).to_have_text("running", timeout=20_000)
    newest = server.api.get("/training/jobs")["items"][0]
    less = newest["request"]["overrides"]
    assert newest["id"] != job["id"] and less["resolution"] == [512] and less["steps"] == 5000


def test_pause_resume_save_cancel_and_retry(server, panel):
    job = live_server.train(server, server.ann)
    panel.click("isen-tab-training")
    panel.page.locator(f'[data-job="{job["id"]}"]').get_by_test_id("isen-job-row").click()
    state = panel.get("isen-job-state")
    expect(state).to_have_text("running", timeout=20_000)
    panel.click("isen-checkpoints", "isen-save-job")
    panel.click("isen-pause-job")
    expect(state).to_have_text("paused", timeout=20_000)
    assert state_of(server, job) == "paused"
    panel.click("isen-resume-job")
    expect(state).to_have_text("running", timeout=20_000)
    panel.click("isen-cancel-job")
    expect(state).to_have_text("cancelled", timeout=20_000)
    panel.click("isen-retry-job")
    expect(state).to_have_text("running", timeout=20_000)
    assert server.api.get(f"/training/jobs/{job['id']}")["attempt"] >= 3


def test_the_line_is_put_in_order_by_buttons_and_by_keys(server, panel, monkeypatch):
    monkeypatch.setattr(server.services.supervisor, "ensure_worker", lambda: False)
    deadline = time.monotonic() + 10
    while server.services.supervisor.worker_runs:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    waiting = [live_server.train(server, server.ann) for _ in range(3)]

    def line():
        jobs = server.api.get("/training/jobs?state=queued")["items"]
        return [job["id"] for job in sorted(jobs, key=lambda job: job["position"])]

    def comes_to(wanted):
        deadline = time.monotonic() + 10
        while line() != wanted:
            assert time.monotonic() < deadline, line()
            panel.page.wait_for_timeout(50)

    def row(job):
        return panel.page.locator(f'[data-job="{job["id"]}"]')

    panel.click("isen-tab-training")
    expect(row(waiting[2])).to_contain_text("3 in line", timeout=20_000)
    expect(row(waiting[0]).get_by_test_id("isen-move-up")).to_be_hidden()
    expect(row(waiting[2]).get_by_test_id("isen-move-down")).to_be_hidden()
    row(waiting[2]).get_by_test_id("isen-move-up").click()
    expect(row(waiting[2])).to_contain_text("2 in line")
    row(waiting[0]).get_by_test_id("isen-move-down").click()
    expect(row(waiting[0])).to_contain_text("2 in line")
    comes_to([waiting[2]["id"], waiting[0]["id"], waiting[1]["id"]])
    row(waiting[1]).get_by_test_id("isen-job-row").focus()
    panel.page.keyboard.press("Alt+ArrowUp")
    expect(row(waiting[1])).to_contain_text("2 in line")
    panel.page.keyboard.press("Alt+ArrowUp")
    expect(row(waiting[1])).to_contain_text("1 in line")
    expect(row(waiting[1]).get_by_test_id("isen-job-row")).to_be_focused()
    comes_to([waiting[1]["id"], waiting[2]["id"], waiting[0]["id"]])


def test_the_gpu_is_lent_and_given_back(server, panel, shots):
    job = live_server.train(server, server.ann)
    panel.click("isen-tab-training")
    panel.page.locator(f'[data-job="{job["id"]}"]').get_by_test_id("isen-job-row").click()
    expect(panel.get("isen-job-state")).to_have_text("running", timeout=20_000)
    panel.click("isen-lend")
    expect(panel.get("isen-tab-images")).to_have_attribute("aria-selected", "true")
    banner = panel.get("isen-lending")
    expect(banner).to_contain_text("is paused until", timeout=20_000)
    assert state_of(server, job) == "paused"
    panel.page.reload()
    expect(banner).to_contain_text("is paused until", timeout=20_000)
    until = banner.get_attribute("data-until")
    panel.click("isen-lend-more")
    expect(banner).not_to_have_attribute("data-until", until)
    panel.page.screenshot(path=str(shots / "lent.png"))
    panel.click("isen-lend-back")
    expect(banner).to_have_count(0)
    server.api.wait_for(f"/training/jobs/{job['id']}", 20, ("running",))
