"""Workflows of many shapes against a real ComfyUI: our findings agree with its own validation, and the good ones run."""

from __future__ import annotations

import json
import shutil
import urllib.parse

import pytest
from hosts import comfyui, fixtures, releases
from hosts.journey import Api, ApiError
from support.bad_recipes import BAD_GENERATIONS, bad_recipes, changed, shapes, tinted
from support.comfyui_prompts import validated
from support.generation_fixtures import put_foreign_nodes, put_foreign_pack
from support.loras import publish, versions_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
SHAPES = shapes(fixtures.CHECKPOINT)
#: An old ComfyUI does not look into the lists of its newer nodes before it runs them; we do.
LATE = set() if releases.has("combos_validated") else {"missing upscaler"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    fixtures.put_checkpoint(base)
    put_foreign_nodes(base / "custom_nodes")
    put_foreign_pack(base / "custom_nodes")
    (base / "custom_nodes" / "isengard").unlink()  # a real folder among the others, as users have it
    left_out = shutil.ignore_patterns(".git", "tests", "docs", "node_modules", ".*cache", "__pycache__")
    shutil.copytree(comfyui.PACK, base / "custom_nodes" / "isengard", ignore=left_out)
    server = comfyui.start(base, environment={"ISENGARD_MODE": "production"})
    Api(server.url).wait_until_ready()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def api(server):
    return Api(server.url)


@pytest.fixture(scope="module")
def ann(api, server):
    ann = api.post("/characters", {"name": "Ann"})
    versions = versions_in(server.data)
    publish(versions, ann, 10, base=fixtures.CHECKPOINT)
    return ann


def run(api, ann, name, **changes):
    body = {"recipe": name, "characters": [{"id": ann["id"]}], "prompt": "{trigger}", "seed": 5, "width": 64}
    made = api.post("/generations", {**body, "height": 64, "steps": 2, **changes})
    return api.wait_for(f"/generations/{made['id']}", 60)


def refusal(call, *given):
    with pytest.raises(ApiError) as caught:
        call(*given)
    assert caught.value.error["code"] and caught.value.error["hint"] and caught.value.error["correlation_id"]
    return caught.value.status, caught.value.error["code"]


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_gets_the_right_findings_and_comfyui_agrees(server, api, ann, name):
    graph, codes = SHAPES[name]
    info = api.post("/recipes", {"name": name, "graph": graph})
    assert [finding["code"] for finding in info["findings"]] == codes, info["findings"]
    errors = [finding for finding in info["findings"] if finding["severity"] == "error"]
    sent = json.loads(json.dumps(graph))
    sent["2"]["inputs"]["character"] = ann["slug"]
    accepted = "prompt_id" in validated(server, sent)
    assert accepted == (not errors or name in LATE)
    if errors:
        status, code = refusal(run, api, ann, info["name"])
        assert (status, code) == (400, errors[0]["code"])


def test_a_recipe_of_the_user_makes_pictures_with_its_own_controls(api, ann):
    name = api.post("/recipes", {"name": "My way", "graph": changed(fixtures.CHECKPOINT)})["name"]
    shown = next(recipe for recipe in api.get("/recipes")["items"] if recipe["name"] == name)
    assert (shown["source"], shown["confirmed"], shown["foreign"]) == ("user", True, [])
    assert {"prompt", "seed", "strength", "negative"} <= set(shown["controls"])
    assert shown["families"] == ["sd15"] and shown["defaults"]["steps"] == 2
    done = run(api, ann, name)
    assert done["state"] == "completed" and done["images"][0]["width"] == 64, done["error"]
    assert api.delete(f"/recipes/{name}") == {"name": name, "deleted": True}
    assert refusal(run, api, ann, name) == (404, "recipe_unknown")
    assert refusal(api.delete, f"/recipes/{name}") == (404, "recipe_unknown")
    assert refusal(api.delete, "/recipes/sd15-identity") == (403, "recipe_is_ours")


def test_a_file_dropped_into_the_folder_is_there_at_once(server, api, ann):
    folder = server.data / "recipes"
    (folder / "From a friend.json").write_text(json.dumps(changed(fixtures.CHECKPOINT)))
    (folder / "torn.json").write_text("{")
    shown = {recipe["name"]: recipe for recipe in api.get("/recipes")["items"]}
    assert shown["From a friend"]["findings"] == []
    assert shown["torn"]["findings"][0]["code"] == "recipe_invalid"
    assert run(api, ann, "From a friend")["state"] == "completed"
    assert refusal(run, api, ann, "torn") == (400, "recipe_invalid")
    for name in ("From a friend", "torn"):
        api.delete(f"/recipes/{urllib.parse.quote(name)}")


def test_foreign_nodes_are_named_and_agreed_to_before_the_first_run(server, api, ann):
    graph = tinted(fixtures.CHECKPOINT)
    info = api.post("/recipes", {"name": "Tinted", "graph": graph})
    assert (info["foreign"], info["confirmed"], info["findings"]) == (["SomebodysTint"], False, [])
    assert refusal(run, api, ann, "tinted") == (409, "recipe_unconfirmed")
    assert refusal(api.post, "/recipes/tinted/confirm", {"foreign": ["Another"]}) == (409, "foreign_changed")
    assert refusal(api.post, "/recipes/tinted/confirm", {}) == (400, "bad_request")
    assert api.post("/recipes/tinted/confirm", {"foreign": ["SomebodysTint"]})["confirmed"]
    done = run(api, ann, "tinted")
    assert done["state"] == "completed", done["error"]
    (server.data / "recipes" / "tinted.json").write_text(json.dumps({**graph, "30": graph["20"]}))
    assert refusal(run, api, ann, "tinted") == (409, "recipe_unconfirmed")


def test_a_pipeline_of_a_neighbouring_pack_is_used_like_ours(server, api, ann):
    shown = next(recipe for recipe in api.get("/recipes")["items"] if recipe["name"] == "sketch-portrait")
    assert (shown["pipeline"], shown["controls"]) == ("sketch", ["prompt", "width", "height", "seed"])
    done = run(api, ann, "sketch-portrait", count=2)
    assert done["state"] == "completed" and len(done["images"]) == 2, done["error"]
    assert api.get(f"/generations/{done['id']}/images/0") != api.get(f"/generations/{done['id']}/images/1")


def test_a_training_inside_a_recipe_is_refused(api, ann):
    training = {"character": ["2", 0], "family": "sd15", "preset": "quick", "overrides": "{}", "wait": False}
    graph = changed(fixtures.CHECKPOINT, n20=("IsengardTrainLoRA", training))
    info = api.post("/recipes", {"name": "Sly", "graph": graph})
    assert info["findings"][0]["code"] == "recipe_trains"
    assert refusal(run, api, ann, info["name"]) == (400, "recipe_trains")


def test_sixty_bad_inputs_are_refused_with_a_code_and_the_queue_is_unharmed(server, api, ann):
    assert len(bad_recipes()) + len(BAD_GENERATIONS) >= 60
    before = server.get("/queue"), len(server.get("/history")), len(api.get("/recipes")["items"])
    for name, (body, code) in bad_recipes().items():
        status, given = refusal(api.post, "/recipes", body)
        assert 400 <= status < 500 and given == code, (name, status, given)
    good = {"recipe": "sd15-identity", "characters": [{"id": ann["id"]}], "prompt": "x"}
    for name, (changes, code) in BAD_GENERATIONS.items():
        status, given = refusal(api.post, "/generations", {**good, **changes})
        assert 400 <= status < 500 and given == code, (name, status, given)
    for data in (b"[" * 100_000, b"{", b"[]", b'"x"', b"\xff\xfe", b'{"a":' * 5000, b"1" * 10_000):
        for path in ("/recipes", "/generations"):
            with pytest.raises(ApiError) as caught:
                api.call("POST", path, data=data, kind="application/json")
            assert (caught.value.status, caught.value.error["code"]) == (400, "bad_json")
    for path in ("/recipes", "/generations"):
        with pytest.raises(ApiError) as caught:
            api.call("POST", path, data=b"{" + b" " * 3 * 1024**2 + b"}", kind="application/json")
        assert (caught.value.status, caught.value.error["code"]) == (413, "body_too_large")
    assert (server.get("/queue"), len(server.get("/history")), len(api.get("/recipes")["items"])) == before
    assert run(api, ann, "sd15-identity")["state"] == "completed"
