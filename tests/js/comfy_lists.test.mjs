/** Lists on our nodes: shown by names, saved as short names; the newest person is chosen where nobody is. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseFirst, keepLabels, renewList, showLabels, startNode } from "../../js/comfy_lists.js";

const definition = (labels, kind = Object.keys(labels)) => ({
  name: "IsengardCharacter",
  input: { required: { character: [kind, { options: Object.keys(labels), labels }] } },
});

const person = (value, values) => ({ comfyClass: "IsengardCharacter", widgets: [{ name: "character", value, options: { values } }] });

test("a person is shown by name and saved by the short name", () => {
  keepLabels(definition({ "anna-2": "Anna (anna-2)", anna: "Anna (anna)", zoe: "Zoë" }));
  const node = person("zoe", ["anna-2", "anna", "zoe"]);
  showLabels(node);
  const [{ options, value }] = node.widgets;
  assert.deepEqual(options.values.map(options.getOptionLabel), ["Anna (anna-2)", "Anna (anna)", "Zoë"]);
  assert.equal(value, "zoe");
  assert.equal(options.getOptionLabel("somebody-elses"), "somebody-elses", "whom this library does not know");
  assert.equal(options.getOptionLabel(null), "");
});

test("the first is chosen where nobody is, and nobody is taken away", () => {
  keepLabels(definition({ zoe: "Zoë" }));
  const [empty, chosen, none] = [person("", ["zoe", "anna"]), person("anna", ["zoe", "anna"]), person("", [])];
  for (const node of [empty, chosen, none]) chooseFirst(node);
  assert.deepEqual([empty, chosen, none].map((node) => node.widgets[0].value), ["zoe", "anna", ""]);
});

/** Nodes of one graph, as ComfyUI makes them: each starts with the first of its list, then is given what was saved of it. */
function graphOf(values, ...saved) {
  const graph = { nodes: [] };
  for (const value of saved) {
    const node = { ...person(values[0] ?? "", values), graph: null };
    startNode(node);
    if (value) node.widgets[0].value = value;
    graph.nodes.push(Object.assign(node, { graph }));
  }
  return graph;
}

const chosen = async (graph) => {
  await Promise.resolve();
  return graph.nodes.map((node) => node.widgets[0].value);
};

test("two people are two: nodes that come together take another person each, or nobody where there is no other", async () => {
  keepLabels(definition({ zoe: "Zoë", anna: "Anna" }));
  const both = ["zoe", "anna"];
  assert.deepEqual(await chosen(graphOf(both, "", "")), ["zoe", "anna"]);
  assert.deepEqual(await chosen(graphOf(both, "", "zoe")), ["anna", "zoe"]);
  assert.deepEqual(await chosen(graphOf(both, "anna", "anna")), ["anna", "anna"], "what was saved stays");
  assert.deepEqual(await chosen(graphOf(["zoe"], "", "")), ["zoe", ""]);
  assert.deepEqual(await chosen(graphOf([""], "", "")), ["", ""]);
});

test("the second of two that were empty when they came is another person too, once the list is there", async () => {
  const graph = graphOf([""], "", "");
  await chosen(graph);
  const known = definition({ zoe: "Zoë", anna: "Anna" });
  keepLabels(known);
  for (const node of graph.nodes) renewList(node, known);
  assert.deepEqual(await chosen(graph), ["zoe", "anna"]);
});

/** A blueprint as ComfyUI puts it down: the nodes inside first, then its own widgets, which begin with the values of theirs. */
function blueprint(graph, values, names) {
  const subgraph = { nodes: [], inputs: names.map((name, id) => ({ name, linkIds: [id] })), getLink: (id) => ({ target_id: id, target_slot: 0 }), getNodeById: (id) => subgraph.nodes[id] };
  for (const _ of names) {
    const inside = { ...person(values[0], values), inputs: [{ widget: { name: "character" } }], graph: null };
    startNode(inside);
    subgraph.nodes.push(Object.assign(inside, { graph: subgraph }));
  }
  const widgets = names.map((name, id) => ({ ...subgraph.nodes[id].widgets[0], name }));
  const node = { type: "an id", subgraph, graph: null, widgets: [...widgets, { name: "scene", value: "", options: {} }] };
  startNode(node);
  graph.nodes.push(Object.assign(node, { graph }));
  return node;
}

test("a blueprint for two people starts with two, one for a person with the newest", async () => {
  keepLabels(definition({ zoe: "Zoë", anna: "Anna" }));
  const start = async (...given) => {
    const node = blueprint(...given);
    await Promise.resolve();
    return node.widgets.map((widget) => widget.value);
  };
  const empty = { nodes: [] };
  assert.deepEqual(await start(empty, ["zoe", "anna"], ["left", "right"]), ["zoe", "anna", ""]);
  assert.deepEqual(await start(empty, ["zoe", "anna"], ["person"]), ["zoe", ""], "everybody is in this graph already");
  assert.deepEqual(await start({ nodes: [] }, ["zoe"], ["left", "right"]), ["zoe", "", ""]);
});

test("a node that is put down by itself has somebody, also where everybody is on another one", async () => {
  const graph = graphOf(["zoe"], "zoe");
  await chosen(graph);
  const node = { ...person("zoe", ["zoe"]), graph };
  graph.nodes.push(node);
  startNode(node);
  assert.deepEqual(await chosen(graph), ["zoe", "zoe"]);
});

for (const kind of [undefined, "COMBO"])
  test(`a list is renewed in place, however ComfyUI describes it (${kind ?? "a list"})`, () => {
    keepLabels(definition({ "": "" }));
    const node = person("", [""]);
    const { options } = node.widgets[0];
    const { values } = options;
    showLabels(node);
    const renamed = definition({ eve: "Eva" }, kind);
    keepLabels(renamed);
    renewList(node, renamed);
    assert.deepEqual([values, node.widgets[0].value, node.widgets[0].options.getOptionLabel("eve")], [["eve"], "eve", "Eva"]);
    assert.notEqual(node.widgets[0].options, options, "what a form watches");
  });

test("other packs' nodes and lists without names are left alone", () => {
  keepLabels({ name: "KSampler", input: { required: { sampler_name: [["euler"], {}], seed: ["INT"] } } });
  const node = { comfyClass: "KSampler", widgets: [{ name: "sampler_name", value: "", options: { values: ["euler"] } }] };
  showLabels(node), chooseFirst(node);
  assert.deepEqual([node.widgets[0].value, node.widgets[0].options.getOptionLabel], ["", undefined]);
});
