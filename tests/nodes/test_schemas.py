"""Ids, inputs and outputs of the nodes are a contract: shared graphs name them."""

from __future__ import annotations

import ast
import asyncio
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.slow
NODES = Path(__file__).resolve().parents[2] / "nodes"
ROOT = NODES.parent
CONTRACT = {
    "IsengardCharacter": (["character"], ["ISENGARD_CHARACTER", "STRING", "STRING", "IMAGE"]),
    "IsengardApplyIdentity": (["model", "clip", "character", "checkpoint", "strength"], ["MODEL", "CLIP"]),
    "IsengardApplyIdentityRegion": (
        ["positive", "model", "clip", "character", "checkpoint", "strength", "text", "left", "right"],
        ["CONDITIONING"],
    ),
    "IsengardApplyReference": (["conditioning", "vae", "character", "strength", "photos"], ["CONDITIONING"]),
    "IsengardRequest": (
        [
            *("prompt", "trigger_1", "trigger_2", "negative", "width", "height", "seed", "steps"),
            "guidance",
        ],
        ["STRING", "STRING", "INT", "INT", "INT", "INT", "FLOAT"],
    ),
    "IsengardPicture": (
        ["picture", "width", "height", "change", "image", "mask"],
        ["IMAGE", "MASK", "FLOAT"],
    ),
    "IsengardTrainLoRA": (
        ["character", "family", "preset", "overrides", "wait", "base_model", "route", "method"],
        ["ISENGARD_CHARACTER"],
    ),
    "IsengardSaveImage": (["images", "generation_id", "character"], []),
    "IsengardPlaceholderImage": (["text", "width", "height", "seed"], ["IMAGE"]),
    "IsengardIdentityScore": (["image", "character"], ["FLOAT", "STRING"]),
    "IsengardCharacterBatch": (["names"], ["ISENGARD_CHARACTER", "STRING", "STRING", "STRING"]),
    "IsengardLoRAStack": (
        ["character", "checkpoint", "strength", "model", "lora_stack"],
        ["LORA_STACK", "*", "FLOAT", "STRING"],
    ),
}


@pytest.fixture
def nodes(comfy):
    from isengard.nodes.extension import IsengardExtension

    return {node.GET_SCHEMA().node_id: node for node in asyncio.run(IsengardExtension().get_node_list())}


def test_ids_inputs_and_outputs(nodes):
    found = {
        name: ([i.id for i in node.GET_SCHEMA().inputs], [o.io_type for o in node.GET_SCHEMA().outputs])
        for name, node in nodes.items()
    }
    assert found == CONTRACT


#: Looked for in ComfyUI's node search, each of these finds the nodes that have to do with it.
SOUGHT = {
    **dict.fromkeys(
        ("person", "face", "portrait", "likeness", "character", "identity", "LoRA"),
        {*CONTRACT} - {"IsengardPlaceholderImage", "IsengardPicture", "IsengardRequest", "IsengardSaveImage"},
    ),
    "trigger word": {
        "IsengardCharacter",
        "IsengardCharacterBatch",
        "IsengardLoRAStack",
        "IsengardRequest",
    },
    "train": {"IsengardTrainLoRA"},
    "match": {"IsengardIdentityScore"},
}
ADVANCED = {
    "IsengardLoRAStack": {"checkpoint"},
    "IsengardApplyIdentity": {"checkpoint"},
    "IsengardApplyIdentityRegion": {"checkpoint"},
    "IsengardApplyReference": {"photos"},
    "IsengardTrainLoRA": {"overrides", "wait", "base_model", "route", "method"},
    "IsengardSaveImage": {"generation_id"},
}


@dataclass
class NewerSchema:
    """As in ComfyUI 0.15 and newer: everything that ours take and the fields that came since."""

    node_id: str
    display_name: str
    category: str
    description: str
    inputs: list
    outputs: list
    hidden: list = field(default_factory=list)
    is_output_node: bool = False
    not_idempotent: bool = False
    search_aliases: list[str] = field(default_factory=list)
    is_dev_only: bool = False


def test_what_a_node_is_looked_for_by(nodes, monkeypatch):
    from comfy_api.latest import io

    monkeypatch.setattr(io, "Schema", NewerSchema)
    schemas = {name: node.define_schema() for name, node in nodes.items()}
    for word, found in SOUGHT.items():
        assert {name for name, schema in schemas.items() if word in schema.search_aliases} == found, word
    assert {name for name, schema in schemas.items() if schema.is_dev_only} == {"IsengardPlaceholderImage"}


def test_rarely_used_inputs_are_advanced(nodes, monkeypatch):
    from comfy_api.latest import io

    def taking_advanced(kind):
        def made(*args, advanced=False, **options):
            given = kind(*args, **options)
            given.is_advanced = advanced
            return given

        return made

    for kind in ("String", "Int", "Boolean", "Combo"):
        monkeypatch.setattr(getattr(io, kind), "Input", taking_advanced(getattr(io, kind).Input))
    found = {
        name: {given.id for given in node.define_schema().inputs if getattr(given, "is_advanced", False)}
        for name, node in nodes.items()
    }
    assert {name: inputs for name, inputs in found.items() if inputs} == ADVANCED


def test_every_node_and_input_is_explained(nodes):
    for name, node in nodes.items():
        schema = node.GET_SCHEMA()
        assert schema.description and schema.category == "Isengard" and schema.display_name.startswith("Isen")
        assert all(given.tooltip for given in schema.inputs), name
        assert (ROOT / "extension" / "docs" / f"{name}.md").is_file(), f"no help page for {name}"


def test_help_pages_explain_each_input(nodes):
    for name, node in nodes.items():
        page = (ROOT / "extension" / "docs" / f"{name}.md").read_text(encoding="utf-8")
        schema = node.GET_SCHEMA()
        assert page.startswith(f"# {schema.display_name}\n"), name
        first = re.findall(r"^(?:\| |- \*\*)([\w, ]+)", page, re.MULTILINE)
        named = {word for words in first for word in re.split(r", | $", words)}
        assert {given.id for given in schema.inputs} <= named, name
    pages = {file.stem for file in (ROOT / "extension" / "docs").glob("*.md")}
    assert pages == set(nodes)


def test_translators_find_every_word_of_the_nodes(nodes):
    """ComfyUI's own catalogue, made from the schemas."""
    from pages import PAGES

    name = "locales/en/nodeDefs.json"
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), "run: python3 dev.py pages"


def test_ids_are_literals_for_the_managers_scanner():
    literals = {
        keyword.value.value
        for file in NODES.glob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "node_id" and isinstance(keyword.value, ast.Constant)
    }
    assert literals == set(CONTRACT)


def test_the_shipped_graphs_fit_the_nodes(nodes):
    for file in (ROOT / "workflows").glob("*/*.json"):
        for node in json.loads(file.read_text(encoding="utf-8")).values():
            if node["class_type"] in nodes:
                known = {given.id: given for given in nodes[node["class_type"]].GET_SCHEMA().inputs}
                required = {name for name, given in known.items() if not given.optional}
                assert required <= set(node["inputs"]) <= set(known), (file.name, node["class_type"])


def test_recipes_know_which_nodes_are_ours(nodes):
    from isengard.generation.image.graph import OURS
    from isengard.generation.image.recipe_checks import TRAINS

    assert set(nodes) == OURS | {TRAINS}, "or a person is asked to agree to them as to another pack's"


def test_the_folding_knows_the_requests_outputs(nodes):
    from isengard.generation.image.graph import REQUEST_OUTPUTS

    outputs = [output.display_name for output in nodes["IsengardRequest"].GET_SCHEMA().outputs]
    assert tuple(outputs) == REQUEST_OUTPUTS


def test_help_pages_show_their_node_as_it_is(nodes):
    """Taken from ComfyUI's canvas by `python tests/hosts/node_pictures.py`."""
    from hosts.node_pictures import DOCS, LARGEST, SHOWN, shown

    for name, node in nodes.items():
        file = DOCS / f"{name}.webp"
        assert f"]({file.name})" in (DOCS / f"{name}.md").read_text(encoding="utf-8"), name
        assert file.stat().st_size <= LARGEST, name
        with Image.open(file) as picture:
            assert picture.width >= 300 and picture.getexif()[SHOWN] == shown(node.GET_SCHEMA()), (
                f"{name} has changed: take its picture anew"
            )
    assert {file.stem for file in DOCS.glob("*.webp")} == set(nodes)
