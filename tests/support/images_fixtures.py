"""A real ComfyUI with the tiny Stable Diffusion 1.5, a person trained for it, and a page that shows the Images tab."""

from __future__ import annotations

import pytest
from hosts import comfyui, fixtures
from hosts.demo import drawings
from hosts.journey import Api
from support.generation_fixtures import put_foreign_nodes

#: The recipe at 64 pixels, as if its author had wanted it so: a CPU draws these.
SMALLER = """() => {
  const { store } = document.querySelector("isen-panel");
  const recipes = store.state.recipes.map((known) => ({ ...known, family_defaults: {}, defaults: { ...known.defaults, width: 64, height: 64 } }));
  store.set({ recipes });
}"""


@pytest.fixture(scope="module")
def tiny_server(tmp_path_factory, request):
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    fixtures.put_checkpoint(base)
    put_foreign_nodes(base / "custom_nodes")
    environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "4"}
    server = comfyui.start(
        base, environment=environment, frontend=request.param, arguments=("--preview-method", "latent2rgb")
    )
    Api(server.url).wait_until_ready()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def api(tiny_server):
    return Api(tiny_server.url)


@pytest.fixture(scope="module")
def ann(api, tmp_path_factory):
    return person(api, "Ann Example", tmp_path_factory.mktemp("photos"))


def person(api, name: str, folder):
    """Somebody with a placeholder LoRA for the tiny model."""
    character = api.post("/characters", {"name": name})
    for photo in drawings(folder, 3):
        api.upload(character["id"], photo)
    training = {"character_id": character["id"], "family": "sd15", "preset": "quick"}
    job = api.post("/training/jobs", {**training, "overrides": {"steps": 20}})
    assert api.wait_for(f"/training/jobs/{job['id']}", 60)["state"] == "completed"
    return character


def pictures_shown(page, api) -> int:
    """How many there are so far, once the gallery shows them all: those further down are made a little later."""
    from playwright.sync_api import expect

    count = sum(len(known["images"]) for known in api.get("/generations")["items"])
    page.get("isen-wall").scroll_into_view_if_needed()  # below a long form in a narrow sidebar
    expect(page.get("isen-image")).to_have_count(count)
    return count


def require_the_graph_of(made, page, api):
    """On the canvas, run again it keeps a picture of its own."""
    page.page.wait_for_function(
        "() => window.comfyAPI.app.app.graph.nodes.some((n) => n.type === 'KSampler')"
    )
    prompt = page.page.evaluate("async () => (await window.comfyAPI.app.app.graphToPrompt()).output")
    saved = next(node for node in prompt.values() if node["class_type"] == "IsengardSaveImage")
    assert saved["inputs"]["generation_id"] == "", "it would save into a generation that has ended"
    sent = api.get(f"/generations/{made['id']}/workflow")[0]
    kinds = sorted(node["class_type"] for node in sent.values())
    assert sorted(node["class_type"] for node in prompt.values()) == kinds
    sampler = next(node["inputs"] for node in prompt.values() if node["class_type"] == "KSampler")
    assert sampler["seed"] == made["images"][0]["seed"]


@pytest.fixture
def images(tiny_server, ann, open_page):
    page = open_page(tiny_server.url)
    page.open_tab()
    page.get("isen-tab-images").click()
    page.get("isen-image-settings").click()
    page.get("isen-recipe").select_option("sd15-identity")
    page.page.evaluate(SMALLER)
    return page
