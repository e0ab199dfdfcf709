"""Making pictures from the panel in a real browser, with a tiny Stable Diffusion 1.5 in a real ComfyUI."""

from __future__ import annotations

import pytest
from hosts import comfyui, fixtures
from hosts.demo import drawings
from hosts.journey import Api
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
#: The recipe at 64 pixels, as if its author had wanted it so: a CPU draws these.
SMALLER = """() => {
  const { store } = document.querySelector("isen-panel");
  const recipes = store.state.recipes.map((known) => ({ ...known, defaults: { ...known.defaults, width: 64, height: 64 } }));
  store.set({ recipes });
}"""
NEWEST = comfyui.FRONTENDS[-1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    fixtures.put_checkpoint(base)
    environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "4"}
    server = comfyui.start(
        base, environment=environment, frontend=NEWEST, arguments=("--preview-method", "latent2rgb")
    )
    Api(server.url).wait_until_ready()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def api(server):
    return Api(server.url)


@pytest.fixture(scope="module")
def ann(api, tmp_path_factory):
    """A person with a placeholder LoRA for the tiny model."""
    character = api.post("/characters", {"name": "Ann Example"})
    for photo in drawings(tmp_path_factory.mktemp("photos"), 3):
        api.upload(character["id"], photo)
    training = {"character_id": character["id"], "family": "sd15", "preset": "quick"}
    job = api.post("/training/jobs", {**training, "overrides": {"steps": 20}})
    assert api.wait_for(f"/training/jobs/{job['id']}", 60)["state"] == "completed"
    return character


@pytest.fixture
def images(server, ann, open_page):
    page = open_page(server.url)
    page.open_tab()
    page.get("isen-tab-images").click()
    page.get("isen-recipe").select_option("sd15-identity")
    page.page.evaluate(SMALLER)
    return page


def newest(api, count: int):
    """The newest generations once there are so many."""
    items = api.get("/generations")["items"]
    return items[0] if len(items) == count else None


def until(ask, timeout_s: float = 30):
    import time

    deadline = time.monotonic() + timeout_s
    while not (found := ask()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
    return found


def fill_in_everything(page) -> None:
    page.get("isen-prompt").fill("portrait of {trigger}")
    expect(page.get("isen-prompt").locator(".isen-token")).to_have_text("Ann Example")
    page.get("isen-prompt").press("End")
    page.page.keyboard.type(" smiling")
    page.get("isen-style").select_option("film")
    page.get("isen-scene").select_option("beach")
    expect(page.get("isen-sent-as")).to_contain_text("cinematic film still, portrait of {trigger} smiling")
    page.get("isen-shape-portrait").check(force=True)
    page.get("isen-count").fill("2")
    page.get("isen-quality-draft").check(force=True)
    page.get("isen-strength").fill("0.85")
    page.get("isen-seed").fill("77")
    expect(page.get("isen-seed-lock")).to_be_checked()
    page.get("isen-version").select_option("last")
    page.get("isen-image-advanced").click()
    page.get("isen-guidance").fill("3.5")
    page.get("isen-sampler").locator("option", has_text="ddim").wait_for(state="attached")
    page.get("isen-sampler").select_option("ddim")
    page.get("isen-scheduler").select_option("karras")
    page.get("isen-negative").fill("hat")


def test_every_control_reaches_the_request(images, api, ann):
    page = images
    before = len(api.get("/generations")["items"])
    fill_in_everything(page)
    page.get("isen-generate").click()
    made = until(lambda: newest(api, before + 1))
    request = made["request"]
    assert request["prompt"].startswith(
        "cinematic film still, portrait of {trigger} smiling, on a wide beach"
    )
    assert request["width"] < request["height"] and request["count"] == 2 and request["steps"] == 10
    assert request["characters"] == [{"id": ann["id"], "checkpoint": "last", "strength": 0.85}]
    assert (request["seed"], request["guidance"], request["negative"]) == (77, 3.5, "hat")
    assert (request["sampler"], request["scheduler"]) == ("ddim", "karras")
    done = api.wait_for(f"/generations/{made['id']}", 60)
    assert done["state"] == "completed" and [image["seed"] for image in done["images"]] == [77, 78]
    graph = api.get(f"/generations/{made['id']}/workflow")[0]
    sampler = next(node["inputs"] for node in graph.values() if node["class_type"] == "KSampler")
    assert (sampler["sampler_name"], sampler["scheduler"], sampler["steps"]) == ("ddim", "karras", 10)
    expect(page.get("isen-seed")).to_have_value("77")
    page.get("isen-seed-lock").uncheck(force=True)
    expect(page.get("isen-seed")).to_have_value("")
    assert page.errors == []


def test_likeness_is_compared_at_one_seed_and_one_is_used(images, api, shots):
    page = images
    page.get("isen-prompt").fill("portrait of {trigger}")
    page.get("isen-quality-draft").check(force=True)
    page.get("isen-bench").click()
    expect(page.get("isen-bench-image")).to_have_count(6, timeout=60_000)
    made = api.get("/generations?purpose=bench")["items"]
    assert len({known["request"]["seed"] for known in made}) == 1
    assert len({known["correlation_id"] for known in made}) == 1
    assert sorted(known["request"]["characters"][0]["strength"] for known in made) == [
        *(0.6, 0.7, 0.8),
        *(0.9, 1.0, 1.1),
    ]
    page.page.locator("isen-panel").screenshot(path=shots / "bench.png")
    page.get("isen-bench-image").nth(2).click()
    page.get("isen-use-likeness").click()
    expect(page.get("isen-strength")).to_have_value("0.8")
    page.page.reload()
    page.open_tab()
    expect(page.get("isen-bench-image")).to_have_count(6, timeout=15_000)
    assert page.errors == []
