"""Blueprints, parts of graphs that ComfyUI's node library offers: one node each, with our nodes inside, in ComfyUI's own format."""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path

import pytest
from hosts.subgraph_blueprints import BLUEPRINTS, FOLDER, Asked, workflow

pytestmark = pytest.mark.slow
TITLES = sorted(file.stem for file in FOLDER.glob("*.json"))
#: As every ComfyUI answers at /object_info (tests/host/test_canvas_files_in_comfyui.py asks one).
CORE = {
    "CLIPTextEncode": {
        "input": {"required": {"text": ["STRING", {"multiline": True, "dynamicPrompts": True}], "clip": ["CLIP", {}]}},
        "output": ["CONDITIONING"],
        "output_name": ["CONDITIONING"],
    },
    "ConditioningSetAreaStrength": {
        "input": {"required": {"conditioning": ["CONDITIONING"], "strength": ["FLOAT", {"default": 1.0}]}},
        "output": ["CONDITIONING"],
        "output_name": ["CONDITIONING"],
    },
}  # fmt: skip


@pytest.fixture
def known(comfy):
    from isengard.nodes.extension import IsengardExtension

    nodes = asyncio.run(IsengardExtension().get_node_list())
    return {**CORE, **{node.GET_SCHEMA().node_id: node.GET_NODE_INFO_V1() for node in nodes}}


def shipped(title: str) -> dict:
    return json.loads((FOLDER / f"{title}.json").read_text(encoding="utf-8"))


def test_these_are_offered():
    assert (
        TITLES
        == sorted(BLUEPRINTS)
        == ["Match score", "Person into any model", "Photo reference", "Two people"]
    )


@pytest.mark.parametrize("title", TITLES)
def test_it_is_drawn_of_the_nodes_as_they_are(known, title):
    drawn = json.loads(json.dumps(workflow(title, BLUEPRINTS[title], known)))
    assert shipped(title) == drawn, "draw it anew: tests/hosts/workflow_files.py"


@pytest.mark.parametrize("title", TITLES)
def test_it_is_one_node_that_stands_for_the_subgraph(title):
    file = shipped(title)
    [node], [inner] = file["nodes"], file["definitions"]["subgraphs"]
    assert node["type"] == inner["id"] == str(uuid.UUID(inner["id"]))
    assert (
        node["title"] == inner["name"] == title and inner["description"] and inner["category"] == "Isengard"
    )
    assert [(one["name"], one["type"]) for one in node["inputs"]] == [
        (o["name"], o["type"]) for o in inner["inputs"]
    ]
    assert [(one["name"], one["type"]) for one in node["outputs"]] == [
        (o["name"], o["type"]) for o in inner["outputs"]
    ]
    widgets = [one for one in node["inputs"] if "widget" in one]
    assert len(widgets) == len(node["properties"]["proxyWidgets"]) >= 1
    ids = [one["id"] for one in (*inner["inputs"], *inner["outputs"])]
    assert len(set(ids)) == len(ids) and [uuid.UUID(known) for known in ids]


@pytest.mark.parametrize("title", TITLES)
def test_every_link_is_known_at_both_ends(title):
    [inner] = shipped(title)["definitions"]["subgraphs"]
    nodes = {node["id"]: node for node in inner["nodes"]}
    for link in inner["links"]:
        if link["origin_id"] == -10:
            start = inner["inputs"][link["origin_slot"]]
            assert link["id"] in start["linkIds"]
        else:
            start = nodes[link["origin_id"]]["outputs"][link["origin_slot"]]
            assert link["id"] in start["links"]
        if link["target_id"] == -20:
            end = inner["outputs"][link["target_slot"]]
            assert end["linkIds"] == [link["id"]]
        else:
            end = nodes[link["target_id"]]["inputs"][link["target_slot"]]
            assert end["link"] == link["id"]
        assert start["type"] == link["type"] and start["type"] in end["type"].split(",")
    linked = [one["link"] for node in nodes.values() for one in node["inputs"] if one["link"] is not None]
    ended = [link["id"] for link in inner["links"] if link["target_id"] != -20]
    assert sorted(linked) == sorted(ended)


def socket_ends(given, nodes, links) -> list[tuple[str, str]]:
    """The widgets inside that an input of the subgraph is linked to: (node, widget)."""
    ends = [links[number] for number in given["linkIds"]]
    sockets = [
        (str(end["target_id"]), nodes[str(end["target_id"])]["inputs"][end["target_slot"]]) for end in ends
    ]
    return [(key, socket["widget"]["name"]) for key, socket in sockets]


@pytest.mark.parametrize("title", TITLES)
def test_each_widget_that_it_shows_is_the_one_inside(known, title):
    file = shipped(title)
    [node], [inner] = file["nodes"], file["definitions"]["subgraphs"]
    nodes, links = (
        {str(one["id"]): one for one in inner["nodes"]},
        {link["id"]: link for link in inner["links"]},
    )
    shown = [given for given, outer in zip(inner["inputs"], node["inputs"], strict=True) if "widget" in outer]
    assert node["properties"]["proxyWidgets"] == [["-1", given["name"]] for given in shown]
    asked = {value.name: [(key, name)] for key, part in BLUEPRINTS[title].graph.items()
             for name, value in part["inputs"].items() if isinstance(value, Asked)}  # fmt: skip
    assert {given["name"]: socket_ends(given, nodes, links) for given in shown} == asked
    for one in inner["nodes"]:
        declared = known[one["type"]]["input"]
        assert {given["name"] for given in one["inputs"]} == {
            *declared["required"],
            *declared.get("optional", {}),
        }


def test_the_archive_holds_them():
    text = (Path(FOLDER).parent / "pyproject.toml").read_text(encoding="utf-8")
    assert '"subgraphs/*.json"' in text
