/** What is asked for when pictures start from another one, and a mask as strokes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { canStart, orderAgain, orderFrom, personOf, recipesFor } from "../../js/data/from_picture.js";
import { LISTS } from "../../js/data/fetched_lists.js";
import { isPainted, maskSize, movedBy, paint } from "../../js/lib/mask_strokes.js";

const CONTROLS = ["prompt", "picture", "mask", "change"];
const recipe = (name, more = {}) => ({ name, label: name, identity: "lora", people: 1, controls: CONTROLS, missing: [], families: ["sd15"], ready: ["sd15"], ...more });
const person = (id, family) => ({ id, name: id, photo_count: 0, versions: family ? [{ family, step: 10 }] : [] });
const ENTRY = {
  generation: { id: "gen_1", request: { recipe: "a", characters: [{ id: "ann", checkpoint: 20, strength: 0.8, later: 1 }], prompt: "{trigger}", negative: "", steps: 9, guidance: null, sampler: "euler", scheduler: null, base_model: "b", width: 512, height: 768, seed: 7, count: 4 } },
  image: { n: 2, width: 512, height: 768 },
};

test("a picture's own workflow comes first among those that can draw whoever is in it", () => {
  const recipes = [recipe("z", { families: ["flux"], ready: [] }), recipe("b"), recipe("a"), recipe("two", { people: 2 }), recipe("plain", { controls: ["prompt"] }), recipe("lacks", { missing: [{ file: "x" }] })];
  const state = { recipes, characters: [person("ann", "sd15"), person("ben")] };
  assert.deepEqual(recipesFor(state, "a", ["ann"]).map(({ name }) => name), ["a", "b"]);
  assert.deepEqual(recipesFor(state, "gone", ["ann"]).map(({ name }) => name), ["b", "a"]);
  assert.deepEqual(recipesFor(state, "a", ["ben"]), [], "nobody has trained Ben");
  assert.deepEqual(recipesFor(state, "a", ["somebody who was deleted"]), []);
  assert.equal(canStart(ENTRY, state), true);
});

test("photos alone are enough where a workflow takes the likeness from them", () => {
  const state = { recipes: [recipe("photos", { identity: "reference" }), recipe("practice", { identity: "placeholder" })], characters: [{ ...person("ben"), photo_count: 3 }] };
  assert.deepEqual(recipesFor(state, "", ["ben"], "mask").map(({ name }) => name), ["photos"]);
});

test("an order takes over the picture's request with a new seed; the sampler only where it is the same workflow's", () => {
  const order = orderFrom(ENTRY, "a", { count: 3 }, { how: "variation", change: 0.4 });
  assert.deepEqual(order.start, { how: "variation", generation_id: "gen_1", n: 2, change: 0.4, scale: 1 });
  assert.deepEqual(order.characters, [{ id: "ann", checkpoint: 20, strength: 0.8 }], "an older server takes no field that it does not know");
  assert.deepEqual([order.seed, order.count, order.steps, order.sampler, order.base_model], [null, 3, 9, "euler", "b"]);
  assert.equal("width" in order || "height" in order, false, "the picture says how large it is");
  assert.equal("sampler" in orderFrom(ENTRY, "b", {}, { how: "from_picture" }), false);
});

test("workflows of ours that only begin with a picture are not among those to choose from; one of somebody's own is", async () => {
  const items = [recipe("a"), recipe("from-picture", { needs_picture: true, source: "ours" }), recipe("mine", { needs_picture: true, source: "user" })];
  const page = await LISTS.recipes({ recipes: { list: async () => ({ items, next_cursor: null }) } });
  assert.deepEqual(page.items.map(({ name }) => name), ["a", "mine"]);
});

test("the brush goes by arrow keys, no further than the picture", () => {
  assert.deepEqual(movedBy([0.5, 0.5], { key: "ArrowRight", shiftKey: false }), [0.54, 0.5]);
  assert.deepEqual(movedBy([0.5, 0.5], { key: "ArrowUp", shiftKey: true }), [0.5, 0.49]);
  assert.deepEqual(movedBy([0.99, 0.01], { key: "ArrowRight", shiftKey: false }), [1, 0.01]);
  assert.equal(movedBy([0.5, 0.5], { key: "a", shiftKey: false }), null);
});

test("a mask is as large as the picture, as far as it is sent", () => {
  assert.deepEqual(maskSize({ width: 512, height: 768 }), [512, 768]);
  assert.deepEqual(maskSize({ width: 4032, height: 3024 }), [1024, 768]);
});

test("strokes are lines as thick as the brush, and erasing takes away", () => {
  const said = [];
  const context = new Proxy({ canvas: { width: 200, height: 100 } }, {
    get: (known, name) => known[name] ?? ((...given) => said.push([name, ...given])),
    set: (known, name, value) => (said.push([name, value]), (known[name] = value), true),
  });
  const strokes = [{ points: [[0.5, 0.5], [1, 0.5]], radius: 0.1, erases: false }, { points: [[0, 0]], radius: 0.2, erases: true }];
  paint(context, strokes, "#fff");
  assert.deepEqual(said.filter(([name]) => name === "lineTo"), [["lineTo", 100, 50], ["lineTo", 200, 50], ["lineTo", 0, 0]]);
  assert.deepEqual(said.filter(([name]) => name === "lineWidth"), [["lineWidth", 20], ["lineWidth", 40]]);
  assert.deepEqual(said.filter(([name]) => name === "globalCompositeOperation").map(([, value]) => value), ["source-over", "destination-out", "source-over"]);
  assert.equal(isPainted(strokes), true);
  assert.equal(isPainted(strokes.slice(1)), false);
});

test("what failed is made again from the same picture", () => {
  const failed = { ...ENTRY.generation, made_from: { generation_id: "", n: 0, how: "into_picture" } };
  const order = orderAgain(failed);
  assert.deepEqual(order.start, { how: "into_picture", generation_id: "gen_1", n: 0, again: true });
  assert.deepEqual([order.seed, order.characters], [7, [{ id: "ann", checkpoint: 20, strength: 0.8 }]], "with its own seed");
  const use = { id: "ann", checkpoint: 20, job_id: "job_1", strength: 0.8 };
  assert.deepEqual(personOf({ ...use, later: 1 }), use, "with the step of its own training");
});
