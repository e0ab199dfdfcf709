"""Our nodes among other packs' on ComfyUI's canvas: what can be connected, and what a bypassed node lets through."""

from __future__ import annotations

import re
import urllib.request

import pytest
from hosts import comfyui
from PIL import Image

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.full]
#: Nodes by name, links as [from, output, to, input]; answers with the links that ComfyUI made, and the graph it would run.
BUILD = """async ([nodes, links, bypassed]) => {
  const { app } = window.comfyAPI.app;
  app.graph.clear();
  const made = {};
  for (const [name, kind] of Object.entries(nodes)) {
    made[name] = window.LiteGraph.createNode(kind);
    app.graph.add(made[name]);
  }
  const joined = links.map(([from, output, to, input]) => {
    const slot = made[to].inputs.findIndex((known) => known.name === input);
    made[from].connect(output, made[to], slot);
    return made[to].inputs[slot]?.link != null;
  });
  for (const name of bypassed) made[name].mode = 4;
  const { output } = await app.graphToPrompt();
  const names = Object.fromEntries(Object.entries(made).map(([name, node]) => [String(node.id), name]));
  const told = {};
  for (const [id, node] of Object.entries(output)) {
    told[names[id]] = Object.fromEntries(Object.entries(node.inputs).map(([input, value]) =>
      [input, Array.isArray(value) ? [names[value[0]], value[1]] : value]));
  }
  return { joined, told };
}"""


@pytest.fixture(scope="module")
def build(graph_page):
    def build(nodes, links, bypassed=()):
        made = graph_page.evaluate(BUILD, [nodes, links, list(bypassed)])
        assert made["joined"] == [True] * len(links), dict(zip(map(str, links), made["joined"], strict=True))
        return made["told"]

    return build


PERSON_NODES = {
    "IsengardApplyIdentity": "character",
    "IsengardApplyIdentityRegion": "character",
    "IsengardApplyReference": "character",
    "IsengardTrainLoRA": "character",
    "IsengardIdentityScore": "character",
    "IsengardLoRAStack": "character",
    "IsengardCharacterBatch": "names",
}


@pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
def test_a_text_of_another_node_names_the_person(fast_server, build):
    nodes = {"text": "PrimitiveString", **{kind: kind for kind in PERSON_NODES}}
    told = build(nodes, [["text", 0, kind, given] for kind, given in PERSON_NODES.items()])
    assert all(told[kind][given] == ["text", 0] for kind, given in PERSON_NODES.items()), told


@pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
def test_a_bypassed_node_lets_model_text_encoder_and_person_through(fast_server, build):
    nodes = {
        "base": "CheckpointLoaderSimple",
        "ann": "IsengardCharacter",
        "train": "IsengardTrainLoRA",
        "apply": "IsengardApplyIdentity",
        "second": "IsengardApplyIdentity",
        "stack": "IsengardLoRAStack",
        "words": "CLIPTextEncode",
        "region": "IsengardApplyIdentityRegion",
        "sampler": "KSampler",
    }
    links = [
        *(["base", 0, "apply", "model"], ["base", 1, "apply", "clip"], ["ann", 0, "train", "character"]),
        *(
            ["train", 0, "apply", "character"],
            ["apply", 0, "second", "model"],
            ["apply", 1, "second", "clip"],
        ),
        *(
            ["ann", 0, "second", "character"],
            ["second", 0, "sampler", "model"],
            ["second", 1, "words", "clip"],
        ),
        *(["words", 0, "region", "positive"], ["base", 0, "region", "model"], ["base", 1, "region", "clip"]),
        *(["ann", 0, "region", "character"], ["region", 0, "sampler", "positive"]),
    ]
    told = build(nodes, links, ("apply", "second", "region"))
    assert told["sampler"]["model"] == ["base", 0] and told["words"]["clip"] == ["base", 1]
    assert told["sampler"]["positive"] == ["words", 0]
    told = build(nodes, links, ("train", "second"))
    assert told["apply"]["character"] == ["ann", 0]
    assert told["sampler"]["model"] == ["apply", 0] and told["words"]["clip"] == ["apply", 1]


@pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
def test_a_persons_lora_goes_into_comfyuis_own_loader(fast_server, build):
    nodes = {
        "base": "CheckpointLoaderSimple",
        "ann": "IsengardCharacter",
        "stack": "IsengardLoRAStack",
        "load": "LoraLoader",
    }
    links = [
        *(["base", 0, "load", "model"], ["base", 1, "load", "clip"], ["ann", 0, "stack", "character"]),
        *(["stack", 1, "load", "lora_name"], ["stack", 2, "load", "strength_model"]),
        ["base", 0, "stack", "model"],
    ]
    told = build(nodes, links)
    assert told["load"]["lora_name"] == ["stack", 1] and told["load"]["strength_model"] == ["stack", 2]


@pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
def test_a_help_page_and_its_picture_are_where_comfyui_looks_for_them(fast_server):
    kind = "IsengardCharacterBatch"
    module = fast_server.get(f"/object_info/{kind}")[kind]["python_module"]
    folder = f"{fast_server.url}/extensions/{module.split('.')[1]}/docs"
    with urllib.request.urlopen(f"{folder}/{kind}.md") as page:
        (picture,) = re.findall(r"\]\((\w+\.webp)\)", page.read().decode("utf-8"))
    with urllib.request.urlopen(f"{folder}/{picture}") as answer, Image.open(answer) as image:
        assert image.format == "WEBP" and image.width > 300
