"""Routes of pictures: styles, what is listed, what is refused."""

from __future__ import annotations

import pytest
from hosts.journey import ApiError


def test_styles_and_scenes(api):
    kinds = [item["kind"] for item in api.get("/styles")["items"]]
    assert kinds == sorted(kinds, reverse=True) and {"style", "scene"} == set(kinds)


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
