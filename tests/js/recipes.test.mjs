import assert from "node:assert/strict";
import { test } from "node:test";

import { installDocument } from "./fake_dom.mjs";

installDocument();
const { Api } = await import("../../js/data/api.js");
const { addRecipe, confirmRecipe, graphOf, nameOfFile, removeRecipe, restoreRecipe } = await import("../../js/data/recipes.js");
const { lacking, unconfirmed } = await import("../../js/components/images/recipe_state.js");
const { Store } = await import("../../js/data/store.js");

const GRAPH = { 1: { class_type: "IsengardRequest", inputs: {} } };

test("a dropped file is a graph, or it is said why it is none", () => {
  assert.deepEqual(graphOf(JSON.stringify(GRAPH)), { graph: GRAPH });
  assert.deepEqual(graphOf(JSON.stringify({ nodes: [], links: [] })), { problem: "canvasFormat" });
  for (const text of ["", "{", "[]", "{}", "null", "3", '{"1":{"class_type":3,"inputs":{}}}', '{"1":{"class_type":"X"}}', '{"1":null}']) {
    assert.deepEqual(graphOf(text), { problem: "notAGraph" }, text);
  }
  for (const around of [{ client_id: "x", prompt: GRAPH, extra_data: {} }, { workflow: { nodes: [] }, output: GRAPH }]) {
    assert.deepEqual(graphOf(JSON.stringify(around)), { graph: GRAPH });
  }
  const named = { prompt: GRAPH[1], output: GRAPH[1], class_type: GRAPH[1] };
  assert.deepEqual([graphOf(JSON.stringify(named)), graphOf(JSON.stringify({ prompt: named }))], [{ graph: named }, { graph: named }]);
  assert.equal(nameOfFile("My best (2).JSON"), "My best (2)");
  assert.equal(nameOfFile(".json"), "recipe");
  assert.equal(nameOfFile(`${"x".repeat(200)}.json`).length, 80);
});

function storeOf(answer) {
  const calls = [];
  const ways = { url: (path) => path, fetch: async (path, init) => (calls.push([init.method, path, init.body && JSON.parse(init.body)]), new Response(JSON.stringify(answer), { status: 200 })) };
  const store = new Store(new Api(ways), { memory: null });
  store.set({ recipes: [{ name: "ours" }] });
  return { calls, store };
}

test("a recipe is kept, agreed to, put away and brought back", async () => {
  const recipe = { name: "mine", foreign: ["X"], confirmed: false };
  const { calls, store } = storeOf(recipe);
  assert.equal((await addRecipe(store, "Mine", GRAPH)).name, "mine");
  assert.deepEqual(store.state.recipes.map(({ name }) => name), ["ours", "mine"]);
  await confirmRecipe(store, recipe);
  assert.equal(store.state.recipes.length, 2);
  assert.ok(await removeRecipe(store, "mine"));
  assert.deepEqual(store.state.recipes.map(({ name }) => name), ["ours"]);
  await restoreRecipe(store, "mine");
  assert.deepEqual(store.state.recipes.map(({ name }) => name), ["ours", "mine"]);
  assert.deepEqual(calls, [
    ["POST", "/isengard/recipes", { name: "Mine", graph: GRAPH }],
    ["POST", "/isengard/recipes/mine/confirm", { foreign: ["X"] }],
    ["DELETE", "/isengard/recipes/mine", undefined],
    ["POST", "/isengard/recipes/mine/restore", {}],
  ]);
});

test("what stands against a recipe, the heaviest first", () => {
  const recipe = (more) => ({ identity: "lora", families: ["sd15"], missing: [], foreign: [], findings: [], ...more });
  const anna = { name: "Anna", photo_count: 0, versions: [{ family: "sd15", step: 1 }] };
  assert.equal(lacking(recipe({}), anna), "");
  assert.equal(lacking(recipe({ findings: [{ severity: "error", message: "No node X." }] }), anna), "No node X.");
  assert.equal(lacking(recipe({ findings: [{ severity: "warning", message: "Two samplers." }] }), anna), "");
  assert.match(lacking(recipe({ identity: "reference" }), anna), /Anna has no photos yet/);
  assert.equal(lacking(recipe({ identity: "reference" }), { ...anna, photo_count: 3, versions: [] }), "");
  assert.ok(unconfirmed(recipe({ foreign: ["X"], confirmed: false })));
  assert.ok(!unconfirmed(recipe({ foreign: ["X"], confirmed: true })) && !unconfirmed(recipe({ confirmed: false })));
});
