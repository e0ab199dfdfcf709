"""Every shipped workflow opens as an app, by the records of tests/hosts/app_mode.py."""

from __future__ import annotations

import asyncio
import json

import pytest
from hosts.app_mode import as_app
from isengard.generation.image.recipes import WORKFLOWS

pytestmark = pytest.mark.slow
FILES = sorted(WORKFLOWS.glob("*.json"))


@pytest.fixture
def schemas(comfy):
    from isengard.nodes.extension import IsengardExtension

    nodes = asyncio.run(IsengardExtension().get_node_list())
    return {node.GET_SCHEMA().node_id: node.GET_SCHEMA() for node in nodes}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_form_asks_for_widgets_that_are_there(schemas, file):
    workflow = json.loads(file.read_text(encoding="utf-8"))
    nodes = {node["id"]: node for node in workflow["nodes"]}
    app = workflow["extra"]["linearData"]
    for number, widget in app["inputs"]:
        if nodes[number]["type"] in schemas:  # ComfyUI's own are held by the test of their twins
            known = {given.id: given for given in schemas[nodes[number]["type"]].inputs}
            assert hasattr(known[widget], "socketless"), f"{widget} is a socket"
        links = [given["link"] for given in nodes[number]["inputs"] if given["name"] == widget]
        assert links in ([], [None]), f"{widget} is given by a link"
    asked = [(nodes[number]["type"], widget) for number, widget in app["inputs"]]
    people = [node for node in workflow["nodes"] if node["type"] == "IsengardCharacter"]
    assert asked.count(("IsengardCharacter", "character")) == len(people) >= 1
    assert all(schemas[nodes[number]["type"]].is_output_node for number in app["outputs"])
    assert app["outputs"] and workflow["extra"]["linearMode"] is True


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_a_form_asks_for_comes_from_the_records(file):
    workflow = json.loads(file.read_text(encoding="utf-8"))
    bare = {**workflow, "extra": {}}
    made = as_app(bare)["extra"]
    assert workflow["extra"] == {**workflow["extra"], **made}, "draw it anew: tests/hosts/workflow_files.py"
    assert as_app(workflow) == workflow


def test_no_two_questions_of_a_form_look_the_same():
    for file in FILES:
        nodes = json.loads(file.read_text(encoding="utf-8"))["nodes"]
        labels = [given["label"] for node in nodes for given in node["inputs"] if "label" in given]
        assert len(set(labels)) == len(labels), file.name


def test_nobody_is_written_into_a_list_of_people():
    """Then a new node's first one stands there: the newest."""
    for file in [*FILES, *(WORKFLOWS.parent / "subgraphs").glob("*.json")]:
        workflow = json.loads(file.read_text(encoding="utf-8"))
        inner = [one["nodes"] for one in workflow.get("definitions", {}).get("subgraphs", [])]
        people = [n for n in sum(inner, workflow["nodes"]) if n["type"] == "IsengardCharacter"]
        assert people and not any("widgets_values" in node for node in people), file.name
