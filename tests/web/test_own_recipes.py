"""Own recipes over HTTP: away and back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hosts.journey import ApiError
from support.bad_recipes import PORTRAIT


def test_of_two_with_one_name_at_once_one_is_kept(api):
    def add(number):
        try:
            return api.post("/recipes", {"name": "Mine", "description": str(number), "graph": PORTRAIT})
        except ApiError as refusal:
            return refusal.error["code"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(add, range(8)))
    assert answers.count("recipe_exists") == 7
    (kept,) = [known for known in api.get("/recipes")["items"] if known["name"] == "mine"]
    assert kept in answers


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
