/** Lists on our nodes: shown by names, saved as short names; the newest person is chosen where nobody is. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseFirst, keepLabels, renewList, showLabels } from "../../js/comfy_lists.js";

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
