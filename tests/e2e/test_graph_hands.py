"""Our nodes in the hands of people who live in the graph: saved, copied, put into subgraphs, opened where nobody of that name is."""

from __future__ import annotations

import pytest
from hosts import comfyui

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.full]
#: A person, put on and named in the prompt, with values that are nobody's default.
BUILD = """async () => {
  const { app } = window.comfyAPI.app;
  app.graph.clear();
  const add = (kind) => { const node = window.LiteGraph.createNode(kind); app.graph.add(node); return node; };
  const [base, person, apply, request, train] = ['CheckpointLoaderSimple', 'IsengardCharacter', 'IsengardApplyIdentity',
    'IsengardRequest', 'IsengardTrainLoRA'].map(add);
  const set = (node, name, value) => { node.widgets.find((one) => one.name === name).value = value; };
  const join = (from, output, to, input) => from.connect(output, to, to.inputs.findIndex((one) => one.name === input));
  set(person, 'character', 'nobody-here');
  set(apply, 'checkpoint', 'nobody-here/gone-000400.safetensors');
  set(apply, 'strength', 0.85);
  set(request, 'prompt', 'a {trigger} on a hill');
  set(train, 'family', 'sdxl');
  set(train, 'preset', 'quality');
  set(train, 'overrides', '{"steps": 800}');
  set(train, 'method', 'lokr');
  join(base, 0, apply, 'model');
  join(base, 1, apply, 'clip');
  join(person, 0, apply, 'character');
  join(person, 0, train, 'character');
  join(person, 1, request, 'trigger_1');
}"""
TOLD = """async () => {
  const { app } = window.comfyAPI.app;
  const { output } = await app.graphToPrompt();
  return Object.values(output).filter((node) => node.class_type.startsWith('Isengard'))
    .map((node) => [node.class_type, Object.fromEntries(Object.entries(node.inputs).map(([name, value]) =>
      [name, Array.isArray(value) ? ['link', value[1]] : value]))]).sort();
}"""
AGAIN = """async () => {
  const { app } = window.comfyAPI.app;
  const kept = JSON.parse(JSON.stringify(app.graph.serialize()));
  app.graph.clear();
  await app.loadGraphData(kept);
}"""
INSIDE = """async () => {
  const { app } = window.comfyAPI.app;
  const chosen = app.graph.nodes.filter((node) => node.type.startsWith('Isengard'));
  const made = app.graph.convertToSubgraph(new Set(chosen));
  return made.node.inputs.map((one) => one.name);
}"""
COPIED = """async () => {
  const { app } = window.comfyAPI.app;
  const { canvas } = app;
  const before = app.graph.nodes.length;
  canvas.selectItems(app.graph.nodes);
  canvas.copyToClipboard();
  canvas.pasteFromClipboard({ connectInputs: false });
  return [before, app.graph.nodes.length];
}"""


@pytest.fixture
def told(graph_page):
    """What ComfyUI would run of our nodes in the graph, as it was built."""
    graph_page.evaluate(BUILD)
    told = graph_page.evaluate(TOLD)
    given = dict(told)
    assert given["IsengardCharacter"] == {"character": "nobody-here"}
    assert given["IsengardTrainLoRA"]["method"] == "lokr"
    return told


@pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
def test_saved_and_opened_again_nothing_is_replaced(fast_server, graph_page, told):
    """Neither a person nor a version that this computer does not have, and no value by its place."""
    graph_page.evaluate(AGAIN)
    assert graph_page.evaluate(TOLD) == told


@pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
def test_inside_a_subgraph_they_run_as_outside(fast_server, graph_page, told):
    graph_page.evaluate(INSIDE)
    assert graph_page.evaluate(TOLD) == told
    graph_page.evaluate(AGAIN)
    assert graph_page.evaluate(TOLD) == told


@pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
def test_a_copy_holds_the_same_values_and_links(fast_server, graph_page, told):
    before, after = graph_page.evaluate(COPIED)
    assert after == 2 * before
    copied = graph_page.evaluate(TOLD)
    assert sorted(map(str, copied)) == sorted(map(str, [*told, *told]))
