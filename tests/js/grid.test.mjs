import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_PICTURES, SCENES, STRENGTHS, USUAL_VERSIONS, byTraining, cellsOf, newestWall, ordersOf, scenesOf, usualVersions, versionsFor } from "../../js/data/version_grid.js";

const version = (step, family = "sd15", job_id = "job_1") => ({ step, family, job_id, file: `anna/${family}-${step}`, picked: false });
const keys = (...steps) => new Set(steps.map((step) => `job_1 ${step}`));
const recipe = { name: "sd15-identity", families: ["sd15"], defaults: { width: 512, height: 768 } };
const anna = { id: "chr_1", class_word: "woman", versions: [version(200), version(200, "sdxl"), version(400), version(400)] };

test("every version that the recipe can draw, each step of a training once", () => {
  assert.deepEqual(versionsFor(anna, recipe).map(({ step }) => step), [200, 400]);
  const many = { ...anna, versions: Array.from({ length: 20 }, (_, n) => version(n + 1)) };
  assert.equal(versionsFor(many, recipe).length, 20);
  const again = { ...anna, versions: [{ ...version(200), job_id: "job_1" }, { ...version(400), job_id: "job_1" }, { ...version(200), job_id: "job_2" }] };
  assert.deepEqual(versionsFor(again, recipe).map(({ step, job_id: job }) => [step, job]), [[200, "job_1"], [400, "job_1"], [200, "job_2"]], "two trainings may have saved the same step");
  assert.deepEqual(byTraining(versionsFor(again, recipe)).map(({ job, versions }) => [job, versions.map(({ step }) => step)]), [["job_2", [200]], ["job_1", [200, 400]]], "the newest training first");
});

test("compared is what the newest training left, and what was best before it", () => {
  const of = (job, steps, more = {}) => steps.map((step) => ({ ...version(step), job_id: job, ...more }));
  const before = of("job_1", [100, 300]);
  const chosen = { ...before[0], picked: true, rank: 1 };
  const waiting = of("job_2", Array.from({ length: 10 }, (_, n) => 140 * (n + 1)), { file: "" });
  assert.deepEqual([...usualVersions({ ...anna, versions: [chosen, before[1], ...waiting] }, recipe)], [...waiting.map(({ step }) => `job_2 ${step}`), "job_1 100"]);
  const same = usualVersions({ ...anna, versions: [{ ...chosen, step: 280 }, ...waiting] }, recipe);
  assert.deepEqual([same.has("job_1 280"), same.has("job_2 280")], [true, true], "the best is that of its own training");
  const asked = (training) => [...usualVersions({ ...anna, versions: [...before, ...waiting] }, recipe, training)];
  assert.deepEqual(asked("job_1"), ["job_1 100", "job_1 300"], "of the training that was asked about");
  assert.equal(asked("gone").length, 10);
  const often = of("job_2", Array.from({ length: 41 }, (_, n) => n), { file: "" });
  const few = [...usualVersions({ ...anna, versions: often }, recipe)];
  assert.deepEqual([few.length, few[0], few.at(-1)], [USUAL_VERSIONS, "job_2 0", "job_2 40"], "as evenly as they are saved");
  assert.equal(usualVersions({ ...anna, versions: [] }, recipe).size, 0);
});

test("every version at every likeness in every scene, at fixed seeds, the stranger without the person's word", () => {
  const both = keys(200, 400);
  const orders = ordersOf(anna, recipe, { scenes: Object.keys(SCENES), keys: both });
  const seeds = (scenes) => ordersOf(anna, recipe, { scenes, keys: both }).filter((order) => order.prompt.includes("raincoat")).map((order) => order.seed);
  assert.equal(orders.length, 2 * STRENGTHS.length * 5 + 5);
  assert.ok(orders.every((order) => order.purpose === "grid" && order.count === 1 && order.width === 512 && order.height === 768));
  assert.equal(new Set(orders.map((order) => `${order.seed} ${order.prompt}`)).size, 5);
  const without = orders.filter((order) => !order.prompt.includes("{trigger}"));
  assert.equal(without.length, 2 * STRENGTHS.length + 1);
  assert.ok(orders.every((order) => order.prompt.includes("woman")));
  assert.deepEqual(seeds(["outfit"]), seeds(["outfit", "portrait"]));
  assert.equal(ordersOf(anna, recipe, { scenes: ["outfit"], keys: keys(400, 999) }).length, STRENGTHS.length + 1, "only what is there");
  assert.deepEqual(ordersOf(anna, recipe, { scenes: ["outfit"], keys: keys() }), []);
});

test("each scene once without the LoRA, by the newest version that was chosen, and the usual wall is not too large", () => {
  const scenes = Object.keys(SCENES);
  const bare = (steps) => ordersOf(anna, recipe, { scenes, keys: keys(...steps) }).filter((order) => order.characters[0].strength === 0);
  assert.deepEqual(bare([200, 400]).map((order) => order.characters[0].checkpoint), [400, 400, 400, 400, 400]);
  assert.deepEqual(bare([200]).map((order) => order.characters[0].checkpoint), [200, 200, 200, 200, 200]);
  assert.equal(new Set(bare([200, 400]).map((order) => order.seed)).size, scenes.length, "at the seeds of their scenes");
  const many = { ...anna, versions: [{ ...version(900, "sd15", "job_0"), rank: 1 }, ...Array.from({ length: 2 * USUAL_VERSIONS }, (_, n) => version(n + 1))] };
  assert.equal(ordersOf(many, recipe, { scenes, keys: usualVersions(many, recipe) }).length, MOST_PICTURES, "also with the best of an earlier training");
});

test("the newest wall, as a table of its scene", () => {
  const made = (order, n, click) => ({ id: `gen_${n}`, purpose: "grid", recipe: order.recipe, correlation_id: click, request: order });
  const orders = ordersOf(anna, recipe, { scenes: ["portrait", "stranger"], keys: keys(200, 400) });
  const old = made(orders[0], 0, "ui-1");
  const wall = orders.map((order, n) => made(order, n + 1, "ui-2"));
  const bench = { ...made(orders[0], 99, "ui-3"), purpose: "bench" };
  const found = newestWall([bench, ...wall.toReversed(), old], anna, recipe);
  assert.equal(found.length, orders.length);
  assert.deepEqual(scenesOf(found), ["portrait", "stranger"]);
  const { strengths, rows, without } = cellsOf(found, "stranger");
  assert.deepEqual([rows.map(({ step }) => step), strengths], [[200, 400], STRENGTHS]);
  assert.deepEqual(without.request.characters[0], { id: "chr_1", checkpoint: 400, job_id: "job_1", strength: 0 });
  assert.equal(cellsOf(found.filter((known) => known !== without), "stranger").without, null, "a wall of before has none");
  assert.ok(rows.every(({ step, cells }) => cells.length === 4 && cells.every((cell) => cell.request.characters[0].checkpoint === step && !cell.request.prompt.includes("{trigger}"))));
  assert.deepEqual(newestWall([], anna, recipe), []);
});

test("the same step of two trainings is two rows, each by its own file", () => {
  const twice = { ...anna, versions: [version(200), { ...version(200, "sd15", "job_2"), file: "anna/other-200" }, version(100)] };
  const orders = ordersOf(twice, recipe, { scenes: ["portrait"], keys: new Set(["job_1 200", "job_2 200", "job_1 100"]) });
  assert.deepEqual([...new Set(orders.map(({ characters: [use] }) => `${use.job_id} ${use.checkpoint}`))], ["job_1 200", "job_2 200", "job_1 100"]);
  const file = { "job_1 200": "anna/sd15-200", "job_2 200": "anna/other-200", "job_1 100": "anna/sd15-100" };
  const wall = orders.map((request, n) => ({ id: `gen_${10 + n}`, request, versions: [file[`${request.characters[0].job_id} ${request.characters[0].checkpoint}`]] }));
  const { rows } = cellsOf(wall, "portrait");
  assert.deepEqual(rows.map(({ key, step }) => [key, step]), [["anna/sd15-100", 100], ["anna/sd15-200", 200], ["anna/other-200", 200]]);
  assert.ok(rows.every(({ key, cells }) => cells.every((cell) => cell.versions[0] === key)));
  const old = wall.map(({ versions, ...known }) => known);
  assert.deepEqual(cellsOf(old, "portrait").rows.map(({ key }) => key), ["job_1 100", "job_1 200", "job_2 200"], "where the file is not known, its training and step");
});
