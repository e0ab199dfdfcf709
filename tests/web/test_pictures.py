"""Routes of pictures: styles, what is listed, what is refused."""

from __future__ import annotations

import pytest
from hosts.journey import Api, ApiError


def test_styles_and_scenes(api):
    kinds = [item["kind"] for item in api.get("/styles")["items"]]
    assert list(dict.fromkeys(kinds)) == ["style", "shot", "scene", "light", "clothes"]


def test_prompts_of_before_and_favourites(api):
    person = api.post("/characters", {"name": "Ann Example"})
    asked = {"prompt": "{trigger} at sea", "favourite": True}
    assert api.patch("/prompts", asked) == asked
    (kept,) = api.get("/prompts?favourite=1&search=SEA")["items"]
    assert (kept["prompt"], kept["favourite"], kept["generation_id"]) == ("{trigger} at sea", True, "")
    assert api.get("/prompts")["items"] == [] and api.get("/prompts?favourite=1&search=hills")["items"] == []
    listed = api.get(f"/characters/{person['id']}/styles?recipe=fast-test")
    assert listed["making"] is None and {style["picture"] for style in listed["items"]} == {None}
    with pytest.raises(ApiError) as caught:
        api.get(f"/characters/{person['id']}/styles/none.jpg")
    assert (caught.value.status, caught.value.error["code"]) == (404, "image_not_found")


@pytest.mark.parametrize("purpose", ["proof", "nodes", "x"])
def test_only_purposes_of_the_panel_are_listed(api, purpose):
    with pytest.raises(ApiError) as caught:
        api.get(f"/generations?purpose={purpose}")
    assert (caught.value.status, caught.value.error["code"]) == (400, "bad_purpose")


def test_a_comparison_may_be_asked_for_and_a_proof_may_not(api):
    person = api.post("/characters", {"name": "Ann"})
    order = {"recipe": "fast-test", "characters": [{"id": person["id"]}], "prompt": "x"}
    made = api.post("/generations", {**order, "purpose": "bench"})
    assert made["purpose"] == "bench" and "purpose" not in made["request"]
    assert [g["id"] for g in api.get("/generations?purpose=bench")["items"]] == [made["id"]]
    assert api.get("/generations")["items"] == []
    for purpose in ("proof", "nodes"):
        with pytest.raises(ApiError) as caught:
            api.post("/generations", {**order, "purpose": purpose})
        assert caught.value.status == 400


def test_recipes_are_looked_through_once_for_each_order(api, server, monkeypatch):
    """A wall of 200 pictures paid for it 400 times."""
    looked, service = [], server.services.generations
    pipelines = service.pipelines
    monkeypatch.setattr(service, "pipelines", lambda: looked.append(1) or pipelines())
    person = api.post("/characters", {"name": "Ann"})
    api.post("/generations", {"recipe": "fast-test", "characters": [{"id": person["id"]}], "prompt": "x"})
    assert len(looked) == 1


def test_a_version_that_is_not_there_is_not_picked(api):
    person = api.post("/characters", {"name": "Ann"})
    path = f"/characters/{person['id']}/versions/pick"
    for body, status in (
        ({"file": "x"}, 404),
        ({}, 400),
        ({"file": 3}, 400),
        ({"file": "x", "more": 1}, 400),
    ):
        with pytest.raises(ApiError) as caught:
            api.post(path, body)
        assert caught.value.status == status and caught.value.error["hint"]


def test_a_picture_that_is_not_there_does_not_come_back(api):
    for number in ("0", "x"):
        with pytest.raises(ApiError) as caught:
            api.post(f"/generations/gen_{'0' * 26}/images/{number}/restore")
        assert caught.value.status in (400, 404)


def test_a_seed_that_a_page_has_rounded_is_made_again_exactly(server):
    """Scripts may ask for seeds that JavaScript's numbers can't hold: Make again drew another picture."""
    api = Api(server.url)
    person = api.post("/characters", {"name": "Ann"})
    order = {"recipe": "fast-test", "characters": [{"id": person["id"]}], "prompt": "x", "seed": 2**60 + 1}
    made = api.post("/generations", order)
    as_the_page_has_it = {**made["request"], "seed": int(float(2**60 + 1))}
    again = api.post("/generations", {**as_the_page_has_it, "again": made["id"]})
    assert again["request"]["seed"] == 2**60 + 1
    other = api.post("/generations", {**as_the_page_has_it, "seed": 7, "again": made["id"]})
    assert other["request"]["seed"] == 7


def test_what_a_newer_version_has_ordered_is_made_again_and_keeps_what_only_that_knows(server):
    """Make again sends the request as it was kept; a field of a newer version (once: job_id) was refused, or would have been lost."""
    api = Api(server.url)  # openapi.json is of what this version knows
    person = api.post("/characters", {"name": "Ann"})
    order = {"recipe": "fast-test", "characters": [{"id": person["id"]}], "prompt": "x", "seed": 5}
    made = api.post("/generations", order)
    store = server.services.generations.store
    before = store.get(made["id"])
    (use,) = before.request.characters
    later = before.request.model_copy(
        update={"hues": ["red"], "characters": [use.model_copy(update={"pose": {"arms": 2}})]}
    )
    with server.services.library.transaction() as database:
        kept = before.model_copy(update={"request": later}).document()
        database.execute("UPDATE generation SET record=? WHERE id=?", (kept, made["id"]))
    request = api.get(f"/generations/{made['id']}")["request"]
    assert request["hues"] == ["red"] and request["characters"][0]["pose"] == {"arms": 2}
    with pytest.raises(ApiError) as refused:
        api.post("/generations", request)
    assert refused.value.status == 400, "in an order that is not made again it is a mistake"
    again = api.post("/generations", {**request, "again": made["id"]})
    assert again["id"] != made["id"] and again["request"] == request
    with pytest.raises(ApiError) as refused:
        api.post("/generations", {**request, "again": made["id"], "hue": "red"})
    assert refused.value.status == 400
    for unknown in ("gen_" + "0" * 26, "../x"):
        with pytest.raises(ApiError) as refused:
            api.post("/generations", {**request, "again": unknown})
        assert refused.value.status in (400, 404)
