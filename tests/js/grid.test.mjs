import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_VERSIONS, SCENES, STRENGTHS, cellsOf, newestWall, ordersOf, scenesOf, versionsFor } from "../../js/grid.js";

const version = (step, family = "sd15") => ({ step, family, file: `anna/${family}-${step}`, picked: false });
const recipe = { name: "sd15-identity", families: ["sd15"], defaults: { width: 512, height: 768 } };
const anna = { id: "chr_1", class_word: "woman", versions: [version(200), version(200, "sdxl"), version(400), version(400)] };

test("only versions that the recipe can draw, each step once, the newest that fit", () => {
  assert.deepEqual(versionsFor(anna, recipe).map(({ step }) => step), [200, 400]);
  const many = { ...anna, versions: Array.from({ length: 20 }, (_, n) => version(n + 1)) };
  assert.deepEqual(versionsFor(many, recipe).map(({ step }) => step), Array.from({ length: MOST_VERSIONS }, (_, n) => 13 + n));
});

test("every version at every likeness in every scene, at fixed seeds, the stranger without the person's word", () => {
  const orders = ordersOf(anna, recipe, Object.keys(SCENES));
  assert.equal(orders.length, 2 * STRENGTHS.length * 5);
  assert.ok(orders.every((order) => order.purpose === "grid" && order.count === 1 && order.width === 512 && order.height === 768));
  assert.equal(new Set(orders.map((order) => `${order.seed} ${order.prompt}`)).size, 5);
  const without = orders.filter((order) => !order.prompt.includes("{trigger}"));
  assert.equal(without.length, 2 * STRENGTHS.length);
  assert.ok(orders.every((order) => order.prompt.includes("woman")));
  assert.deepEqual(ordersOf(anna, recipe, ["outfit"]).map((order) => order.seed), ordersOf(anna, recipe, ["outfit", "portrait"]).filter((order) => order.prompt.includes("raincoat")).map((order) => order.seed));
});

test("the newest wall, as a table of its scene", () => {
  const made = (order, n, click) => ({ id: `gen_${n}`, purpose: "grid", recipe: order.recipe, correlation_id: click, request: order });
  const orders = ordersOf(anna, recipe, ["portrait", "stranger"]);
  const old = made(orders[0], 0, "ui-1");
  const wall = orders.map((order, n) => made(order, n + 1, "ui-2"));
  const bench = { ...made(orders[0], 99, "ui-3"), purpose: "bench" };
  const found = newestWall([bench, ...wall.toReversed(), old], anna, recipe);
  assert.equal(found.length, orders.length);
  assert.deepEqual(scenesOf(found), ["portrait", "stranger"]);
  const { steps, strengths, rows } = cellsOf(found, "stranger");
  assert.deepEqual([steps, strengths], [[200, 400], STRENGTHS]);
  assert.ok(rows.flat().every((cell, index) => cell.request.characters[0].checkpoint === steps[Math.floor(index / 4)] && !cell.request.prompt.includes("{trigger}")));
  assert.deepEqual(newestWall([], anna, recipe), []);
});
