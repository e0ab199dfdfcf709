"""Templates and blueprints as a real ComfyUI in production mode lists and serves them."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hosts import comfyui
from hosts.journey import Api
from hosts.subgraph_blueprints import FOLDER
from isengard.generation.image.templates import templates

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    server = comfyui.start(base, environment={"ISENGARD_IDLE_S": "3"})
    Api(server.url).wait_until_ready()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def known(server):
    return server.get("/object_info")


def require_inputs(node: dict, known: dict) -> None:
    declared = known[node["type"]]["input"]
    offered = {*declared.get("required", {}), *declared.get("optional", {})}
    assert {given["name"] for given in node["inputs"]} <= offered, node["type"]


def test_templates_are_listed_by_their_titles_and_practice_is_not(server):
    titles = {template.title for template in templates().values() if not template.practice}
    for root in ("", "/api"):
        listed = server.get(f"{root}/workflow_templates")["isengard"]
        assert {title.removesuffix(".app") for title in listed} == titles
        assert len({title.endswith(".app") for title in listed}) == 1, "apps are told by their names, or not"


@pytest.mark.parametrize("recipe", sorted(templates()))
def test_the_old_name_of_a_template_still_opens_it(server, recipe):
    for name in (recipe, f"{recipe}.app", quote(f"{templates()[recipe].title}.app")):
        assert server.get(f"/api/workflow_templates/isengard/{name}.json") == templates()[recipe].workflow()


@pytest.mark.parametrize("recipe", [name for name in sorted(templates()) if not name.startswith("flux2")])
def test_every_node_of_a_template_is_there_with_those_inputs(known, recipe):
    """FLUX.2's came with later ComfyUIs (min_comfyui in its family's record)."""
    for node in templates()[recipe].workflow()["nodes"]:
        if node["type"] != "MarkdownNote":
            require_inputs(node, known)


def test_blueprints_are_in_the_node_library(server, known):
    entries = {
        entry["name"]: key
        for key, entry in server.get("/global_subgraphs").items()
        if entry["info"]["node_pack"] == "custom_nodes.isengard"
    }
    files = {file.stem: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.json")}
    assert set(entries) == set(files) and len(files) == 4
    for name, text in files.items():
        assert server.get(f"/global_subgraphs/{entries[name]}")["data"] == text
        for node in json.loads(text)["definitions"]["subgraphs"][0]["nodes"]:
            require_inputs(node, known)
