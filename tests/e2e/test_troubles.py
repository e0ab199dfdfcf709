"""What goes wrong with a training, seen in the panel in our words: no trainer, every failure of the catalogue, a licence, a
full GPU. One server whose GPU, trainer and folder with spaces and umlauts are stand-ins."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from fakes.hub_server import HubServer
from hosts import comfyui
from hosts.journey import Api
from hosts.panel_steps import choose_model, create_character
from isengard.core.families.families import Families
from isengard.core.families.hub_parts import OR
from isengard.training.backends.ai_toolkit.captioner import MODELS
from isengard.training.backends.ai_toolkit.failures import CATALOGUE
from isengard.training.downloads.hub_cache import repository_folder
from playwright.sync_api import expect
from support.gpu_fixtures import FakeGpu
from support.trainer_says import SAID

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.full]
FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))
STANDIN = Path(__file__).resolve().parents[1] / "fakes" / "aitk_standin"
#: One cause for each entry of the catalogue, and what the panel must say for one it does not know.
CAUSES = {
    **{failure.code: f"say:{SAID[failure.code]}" for failure in CATALOGUE if failure.code in SAID},
    "trainer_killed": "signal:9",
}
#: Read with every Stable Diffusion 1.5; open to everybody in real life.
GATED = "CompVis/stable-diffusion-safety-checker"
STOPPED = ("failed", "paused", "completed")
UNKNOWN = "AI-Toolkit stopped with code 1. Its last words: RuntimeError: the flux capacitor is empty"
QUICK = {
    "family": "sd15",
    "base_model": "mine",
    "overrides": {"steps": 20, "save_every": 20, "sample_prompts": [], "resolution": [768]},
}


@pytest.fixture(scope="module", params=comfyui.frontends(comfyui.OLD))
def server(tmp_path_factory, request):
    """Production mode on a machine with a GPU, without a trainer; the source to set it up from leads nowhere."""
    base = comfyui.make_base(tmp_path_factory.mktemp("host") / "Jürgens Büro & Söhne")
    mine = base / "models" / "mine.safetensors"
    mine.write_bytes((2).to_bytes(8, "little") + b"{}")
    data = base / "user" / "__isengard"
    data.mkdir()
    (data / "isengard.toml").write_text(f'[base_models]\nmine = "{mine}"\n', encoding="utf-8")
    gpu, hub = FakeGpu.make(base / "nvidia"), HubServer()
    beside = [part for part in Families().get("sd15").trainer_hubs if not part.base]
    for part in [*beside, *(model.part for model in MODELS)]:
        hub.put(part.hub, part.revision, **{name.split(OR)[-1]: name for name in part.files})
    environment = {
        "HF_ENDPOINT": hub.url,
        "HF_HUB_CACHE": str(base / "hub"),
        "ISENGARD_MODE": "production",
        "ISENGARD_IDLE_S": "4",
        "ISENGARD_LOOK_S": "0.5",
        "ISENGARD_BEAT_S": "0.5",
        "ISENGARD_HAND_OVER_S": "1",
        "AI_TOOLKIT_REPO": (base / "no-such-source.tar.gz").as_uri(),
        "HOME": str(base / "home"),
        "PATH": gpu.search_path,
    }
    server = comfyui.start(base, environment=environment, frontend=request.param)
    server.hub, server.hub_cache = hub, base / "hub"
    server.gpu, server.trainer = gpu, base / "home" / "ai-toolkit"
    Api(server.url).wait_until_ready()
    yield server
    server.stop()
    hub.close()


@pytest.fixture(scope="module")
def page(server, keep_page):
    page = keep_page(server.url)
    page.open_tab()
    return page


@pytest.fixture
def trainer(server):
    """The stand-in where people put AI-Toolkit; call it with the faults of the next runs."""
    folder = server.trainer
    if not folder.exists():
        (folder / "venv" / "bin").mkdir(parents=True)
        for file in STANDIN.glob("*.py"):
            (folder / file.name).symlink_to(file)
        python = folder / "venv" / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
    yield lambda *faults: (folder / "fault").write_text("\n".join(faults))
    (folder / "fault").write_text("")


def person(api, photos, name, count=1):
    character = api.post("/characters", {"name": name, "trigger_word": "zorblen", "consent": True})
    for photo in photos[:count]:
        api.upload(character["id"], photo)
    return character


def queue(api, character, **changes):
    return api.post("/training/jobs", {"character_id": character["id"], **QUICK, **changes})


def open_job(page, name):
    page.get("isen-tab-training").click()
    page.get("isen-job-row").filter(has_text=name).click()


def test_the_missing_trainer_is_offered_and_its_failure_told(server, page, photos, shots):
    create_character(page, "Ann Example")
    page.get("isen-file-input").set_input_files([str(photos[0])])
    expect(page.get("isen-photos").locator("figure")).to_have_count(1, timeout=15_000)
    page.get("isen-train").click()
    choose_model(page, "sd15")
    expect(page.get("isen-start-training")).to_have_text("Download, set up and train", timeout=15_000)
    page.get("isen-tab-training").click()
    page.get("isen-open-setup").click()
    expect(page.get("isen-setup-offer")).to_contain_text("GB to download")
    expect(page.get("isen-backend-state")).to_contain_text("not set up")
    page.get("isen-start-setup").click()
    error = page.get("isen-setup-error")
    expect(error).to_contain_text("does not hold this file", timeout=30_000)
    expect(error).to_contain_text("Correct its address")
    expect(page.get("isen-start-setup")).to_have_text("Retry")
    page.page.screenshot(path=str(shots / "setup-failed.png"))
    page.get("isen-tab-training").click()
    expect(page.get("isen-trainer-line")).to_contain_text("not set up yet")
    assert page.errors == []


def test_every_failure_of_the_catalogue_is_seen_in_our_words(server, trainer, page, photos, shots):
    """The messages of one entry after the other, its log lines and what it offers; nothing is tried again by itself."""
    assert set(CAUSES) == {failure.code for failure in CATALOGUE}
    api = Api(server.url)
    order = [*(code for code in CAUSES if code != "disk_full"), "unknown", "disk_full"]
    trainer(*(CAUSES.get(code, "say:the flux capacitor is empty") for code in order))
    jobs = {code: queue(api, person(api, photos, f"Mr {code.replace('_', '-')}")) for code in order}
    ended = {code: api.wait_for(f"/training/jobs/{job['id']}", 60, STOPPED) for code, job in jobs.items()}
    for failure in CATALOGUE:
        state, hint = "failed", failure.hint
        if failure.code == "disk_full":
            state, hint = "paused", "Free some space: it resumes automatically from its last checkpoint."
        job = ended[failure.code]
        found = (job["state"], job["error"]["code"], job["attempt"])
        assert found == (state, failure.code, 1), job["error"]
        open_job(page, f"Mr {failure.code.replace('_', '-')}")
        expect(page.get("isen-job-error")).to_have_text(f"{failure.message} {hint}")
        expect(page.get("isen-retry-smaller")).to_have_count(1 if failure.offer else 0)
        expect(page.get("isen-gate")).to_have_count(1 if failure.code == "model_gated" else 0)
        if failure.code in SAID:
            assert len(job["error"]["log"]) <= 20
            page.get("isen-error-log").click()
            expect(page.page.get_by_label("The log's last lines")).to_contain_text(SAID[failure.code])
    open_job(page, "Mr unknown")
    expect(page.get("isen-job-error")).to_contain_text(UNKNOWN)
    page.page.screenshot(path=str(shots / "failure-unknown.png"))
    assert len(api.get("/training/jobs?kind=training&limit=50")["items"]) == len(jobs), (
        "nothing is tried again by itself"
    )
    api.post(f"/training/jobs/{jobs['disk_full']['id']}/cancel")
    assert page.errors == []


def test_smaller_after_a_full_gpu_and_further_without_overwriting(server, trainer, page, photos, shots):
    api = Api(server.url)
    trainer(CAUSES["gpu_out_of_memory"], "ok")
    server.gpu.set(2_000, ((server.pid, "/usr/bin/python3", 17_000), (4711, "/opt/blender", 1_200)))
    queue(api, person(api, photos, "Otto Moore"))
    open_job(page, "Otto Moore")
    expect(page.get("isen-job-error")).to_contain_text("the GPU ran out of memory", timeout=20_000)
    expect(page.get("isen-job-error")).to_contain_text("In use by: ComfyUI 16.6 GB, blender 1.2 GB.")
    expect(page.get("isen-job-error")).to_contain_text("but it didn't: restart ComfyUI")
    page.page.screenshot(path=str(shots / "failure-gpu-held.png"))
    server.gpu.set()
    page.get("isen-retry-smaller").click()
    expect(page.get("isen-job-state")).to_have_text("done", timeout=20_000)
    page.get("isen-continue").click()
    page.get("isen-more-steps").fill("20")
    first = {file: file.read_bytes() for file in (server.data / "models").rglob("*.safetensors")}
    page.get("isen-continue-job").click()
    expect(page.get("isen-job-steps")).to_contain_text("40", timeout=20_000)
    expect(page.get("isen-job-state")).to_have_text("done", timeout=20_000)
    files = set((server.data / "models").rglob("*.safetensors"))
    assert len(files) == len(first) + 1 and all(
        file.read_bytes() == content for file, content in first.items()
    )
    newest = api.get("/training/jobs?kind=training&limit=2")["items"]
    assert newest[0]["parent_job_id"] == newest[1]["id"] and newest[1]["request"]["overrides"][
        "resolution"
    ] == [512]
    assert page.errors == []


def test_a_licence_is_explained_its_page_opened_the_token_taken_and_tried_again(
    server, trainer, page, photos, shots
):
    api = Api(server.url)
    trainer("")
    character = person(api, photos, "Lea Grant")
    page.get("isen-tab-characters").click()
    page.get("isen-character").filter(has_text="Lea Grant").click()
    page.get("isen-train").click()
    choose_model(page, "flux1_dev")
    blocked = page.page.locator('[data-severity="error"]').filter(has_text="accept its licence")
    blocked.get_by_role("button", name="Accept and enter token").click(timeout=15_000)
    gate = page.get("isen-gate")
    expect(gate).to_contain_text("FLUX.1 dev is available after you accept its licence")
    link = page.get("isen-gate-page")
    expect(link).to_have_attribute("href", "https://huggingface.co/black-forest-labs/FLUX.1-dev")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    page.page.screenshot(path=str(shots / "gate.png"))
    page.get("isen-gate-token").fill("hf_stillwrongtoken")
    page.get("isen-gate-again").click()
    choose_model(page, "flux1_dev")
    expect(page.get("isen-findings")).to_contain_text("it downloads", timeout=15_000)
    expect(page.page.locator('[data-severity="error"]').filter(has_text="accept its licence")).to_have_count(
        0
    )
    shutil.rmtree(
        repository_folder(server.hub_cache, GATED), ignore_errors=True
    )  # an earlier training had it fetched
    server.hub.gated[GATED] = "hf_goodgoodgood"
    queue(api, character)
    open_job(page, "Lea Grant")
    expect(page.get("isen-job-error")).to_contain_text("accept a licence before", timeout=20_000)
    expect(page.get("isen-gate-token")).to_have_value("")
    page.get("isen-gate-token").fill("hf_goodgoodgood")
    page.get("isen-gate-again").click()
    expect(page.get("isen-job-state")).to_have_text("done", timeout=20_000)
    assert "hf_goodgoodgood" not in str(api.get("/settings")) + str(api.get("/training/jobs")) + server.log()
    assert page.errors == []


def test_while_a_training_uses_the_gpu_images_say_so_and_it_can_be_paused(
    server, trainer, page, photos, shots
):
    api = Api(server.url)
    trainer("")
    server.gpu.set(2_000, ((server.pid, "/usr/bin/python3", 17_000),))
    job = queue(api, person(api, photos, "Gus Pew"), overrides={"steps": 5000, "sample_prompts": []})
    open_job(page, "Gus Pew")
    expect(page.get("isen-job-warning")).to_contain_text("but it didn't: restart ComfyUI", timeout=20_000)
    if FULL:  # one more start of ComfyUI
        restart_under(page, api, job)
    page.get("isen-tab-images").click()
    expect(page.get("isen-gpu-note")).to_contain_text("Gus Pew's training is using the GPU", timeout=15_000)
    page.page.screenshot(path=str(shots / "gpu-note.png"))
    page.get("isen-gpu-pause").click()
    expect(page.get("isen-gpu-note")).to_contain_text("is paused, so the GPU is free", timeout=30_000)
    page.get("isen-gpu-resume").click()
    expect(page.get("isen-gpu-note")).to_contain_text("is using the GPU", timeout=20_000)
    api.post(f"/training/jobs/{job['id']}/cancel")
    expect(page.get("isen-gpu-note")).to_be_hidden(timeout=20_000)
    server.gpu.set()
    assert page.errors == []


def restart_under(page, api, job) -> None:
    """The button beside the warning: ComfyUI comes back by itself under the open page, the training is not touched."""
    before = api.get("/health")["boot_id"]
    attempt = api.get(f"/training/jobs/{job['id']}")["attempt"]
    page.get("isen-restart").click()
    expect(page.get("isen-offline")).to_be_visible(timeout=30_000)
    expect(page.get("isen-offline")).to_have_count(0, timeout=60_000)
    assert api.get("/health")["boot_id"] != before
    expect(page.get("isen-job-state")).to_have_text("running")
    assert api.get(f"/training/jobs/{job['id']}")["attempt"] == attempt
    page.errors[:] = [error for error in page.errors if "net::ERR_" not in error]  # the browser's own lines


@pytest.mark.full
def test_photos_are_described_marked_and_taken_back(server, trainer, page, photos, shots):
    api = Api(server.url)
    trainer("caption:leaky")
    person(api, photos, "Cara Vidal", count=3)
    page.get("isen-tab-characters").click()
    page.get("isen-character").filter(has_text="Cara Vidal").click()
    page.get("isen-captions").click()
    page.get("isen-caption-captioner").check(force=True)
    page.get("isen-describe").click()
    expect(page.get("isen-captions-done")).to_have_text("3 photos were described.", timeout=30_000)
    expect(page.get("isen-captions")).to_contain_text("3 describe the person")
    page.page.screenshot(path=str(shots / "captions-described.png"))
    page.get("isen-caption-each").check(force=True)
    marks = page.get("isen-leaks").first.locator("mark")
    expect(marks).to_have_text(["blonde", "hair"])
    expect(page.page.get_by_text("“blonde”, “hair” describe the person").first).to_be_visible()
    page.page.screenshot(path=str(shots / "captions-leaks.png"))
    first = page.page.get_by_role("textbox", name="Caption of photo 1")
    expect(first).to_have_value(re.compile("^zorblen, a person with blonde hair sits"))
    first.fill("zorblen on a bench by a river")
    first.blur()
    expect(page.get("isen-leaks")).to_have_count(2, timeout=10_000)
    page.get("isen-caption-captioner").check(force=True)
    page.get("isen-take-back").click()
    expect(page.get("isen-captions")).to_contain_text("1 of 3", timeout=10_000)
    page.get("isen-caption-each").check(force=True)
    expect(first).to_have_value("zorblen on a bench by a river")
    assert page.errors == []
