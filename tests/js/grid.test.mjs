import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_PICTURES, SCENES, STRENGTHS, USUAL_VERSIONS, cellsOf, newestWall, ordersOf, scenesOf, usualSteps, versionsFor } from "../../js/data/version_grid.js";

const version = (step, family = "sd15") => ({ step, family, file: `anna/${family}-${step}`, picked: false });
const recipe = { name: "sd15-identity", families: ["sd15"], defaults: { width: 512, height: 768 } };
const anna = { id: "chr_1", class_word: "woman", versions: [version(200), version(200, "sdxl"), version(400), version(400)] };

test("every version that the recipe can draw, each step once", () => {
  assert.deepEqual(versionsFor(anna, recipe).map(({ step }) => step), [200, 400]);
  const many = { ...anna, versions: Array.from({ length: 20 }, (_, n) => version(n + 1)) };
  assert.equal(versionsFor(many, recipe).length, 20);
  const again = { ...anna, versions: [{ ...version(200), job_id: "job_1" }, { ...version(400), job_id: "job_1" }, { ...version(200), job_id: "job_2" }] };
  assert.deepEqual(versionsFor(again, recipe).map(({ step, job_id: job }) => [step, job]), [[400, "job_1"], [200, "job_2"]], "a step is that of the newest training");
});

test("compared is what the newest training left, and what was best before it", () => {
  const of = (job, steps, more = {}) => steps.map((step) => ({ ...version(step), job_id: job, ...more }));
  const before = of("job_1", [100, 300]);
  const chosen = { ...before[0], picked: true, rank: 1 };
  const waiting = of("job_2", Array.from({ length: 10 }, (_, n) => 140 * (n + 1)), { file: "" });
  assert.deepEqual([...usualSteps({ ...anna, versions: [chosen, before[1], ...waiting] }, recipe)], [...waiting.map(({ step }) => step), 100]);
  const often = of("job_2", Array.from({ length: 41 }, (_, n) => n), { file: "" });
  const few = [...usualSteps({ ...anna, versions: often }, recipe)];
  assert.deepEqual([few.length, few[0], few.at(-1)], [USUAL_VERSIONS, 0, 40], "as evenly as they are saved");
  assert.equal(usualSteps({ ...anna, versions: [] }, recipe).size, 0);
});

test("every version at every likeness in every scene, at fixed seeds, the stranger without the person's word", () => {
  const both = new Set([200, 400]);
  const orders = ordersOf(anna, recipe, { scenes: Object.keys(SCENES), steps: both });
  const seeds = (scenes) => ordersOf(anna, recipe, { scenes, steps: both }).filter((order) => order.prompt.includes("raincoat")).map((order) => order.seed);
  assert.equal(orders.length, 2 * STRENGTHS.length * 5 + 5);
  assert.ok(orders.every((order) => order.purpose === "grid" && order.count === 1 && order.width === 512 && order.height === 768));
  assert.equal(new Set(orders.map((order) => `${order.seed} ${order.prompt}`)).size, 5);
  const without = orders.filter((order) => !order.prompt.includes("{trigger}"));
  assert.equal(without.length, 2 * STRENGTHS.length + 1);
  assert.ok(orders.every((order) => order.prompt.includes("woman")));
  assert.deepEqual(seeds(["outfit"]), seeds(["outfit", "portrait"]));
  assert.equal(ordersOf(anna, recipe, { scenes: ["outfit"], steps: new Set([400, 999]) }).length, STRENGTHS.length + 1, "only what is there");
  assert.deepEqual(ordersOf(anna, recipe, { scenes: ["outfit"], steps: new Set() }), []);
});

test("each scene once without the LoRA, by the newest version that was chosen, and the usual wall is not too large", () => {
  const scenes = Object.keys(SCENES);
  const bare = (steps) => ordersOf(anna, recipe, { scenes, steps: new Set(steps) }).filter((order) => order.characters[0].strength === 0);
  assert.deepEqual(bare([200, 400]).map((order) => order.characters[0].checkpoint), [400, 400, 400, 400, 400]);
  assert.deepEqual(bare([200]).map((order) => order.characters[0].checkpoint), [200, 200, 200, 200, 200]);
  assert.equal(new Set(bare([200, 400]).map((order) => order.seed)).size, scenes.length, "at the seeds of their scenes");
  const many = { ...anna, versions: Array.from({ length: USUAL_VERSIONS }, (_, n) => version(n + 1)) };
  assert.equal(ordersOf(many, recipe, { scenes, steps: usualSteps(many, recipe) }).length, MOST_PICTURES);
});

test("the newest wall, as a table of its scene", () => {
  const made = (order, n, click) => ({ id: `gen_${n}`, purpose: "grid", recipe: order.recipe, correlation_id: click, request: order });
  const orders = ordersOf(anna, recipe, { scenes: ["portrait", "stranger"], steps: new Set([200, 400]) });
  const old = made(orders[0], 0, "ui-1");
  const wall = orders.map((order, n) => made(order, n + 1, "ui-2"));
  const bench = { ...made(orders[0], 99, "ui-3"), purpose: "bench" };
  const found = newestWall([bench, ...wall.toReversed(), old], anna, recipe);
  assert.equal(found.length, orders.length);
  assert.deepEqual(scenesOf(found), ["portrait", "stranger"]);
  const { steps, strengths, rows, without } = cellsOf(found, "stranger");
  assert.deepEqual([steps, strengths], [[200, 400], STRENGTHS]);
  assert.deepEqual(without.request.characters[0], { id: "chr_1", checkpoint: 400, strength: 0 });
  assert.equal(cellsOf(found.filter((known) => known !== without), "stranger").without, null, "a wall of before has none");
  assert.ok(rows.flat().every((cell, index) => cell.request.characters[0].checkpoint === steps[Math.floor(index / 4)] && !cell.request.prompt.includes("{trigger}")));
  assert.deepEqual(newestWall([], anna, recipe), []);
});
