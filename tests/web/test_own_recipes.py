"""Own recipes over HTTP: away and back."""

from __future__ import annotations

import pytest
from bad_recipes import PORTRAIT
from hosts.journey import ApiError


def test_a_recipe_goes_and_comes_back(api):
    made = api.post("/recipes", {"name": "Mine", "graph": PORTRAIT})
    path = f"/recipes/{made['name']}"
    names = lambda: [known["name"] for known in api.get("/recipes")["items"]]  # noqa: E731
    assert made["name"] in names()
    api.delete(path)
    assert made["name"] not in names()
    assert api.post(f"{path}/restore")["name"] == made["name"] and made["name"] in names()
    with pytest.raises(ApiError) as caught:
        api.post(f"{path}/restore")
    assert caught.value.status in (404, 409)
