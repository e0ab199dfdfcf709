import assert from "node:assert/strict";
import { test } from "node:test";

import { installDocument } from "./fake_dom.mjs";

installDocument();
const { cancelComparison, compare, loadComparisons, loadSamplers, namesOf } = await import("../../js/data/comparisons.js");
const { pieces, placeOfToken, recast } = await import("../../js/components/prompting/prompt_box.js");
const { stepsOf } = await import("../../js/components/shared/quality.js");
const { STRENGTHS, StrengthBench } = await import("../../js/components/comparing/strength_bench.js");
const { boundsOf, WIDE } = await import("../../js/data/bounds.js");
const { SeedChoice, LARGEST } = await import("../../js/components/images/seed.js");
const { Likeness } = await import("../../js/components/images/strength_slider.js");
const { Store } = await import("../../js/data/store.js");

test("a prompt is cut at its people and nowhere else", () => {
  assert.deepEqual(pieces("photo of {trigger}, smiling"), ["photo of ", "{trigger}", ", smiling"]);
  assert.deepEqual(pieces("{trigger1} and {trigger2}"), ["{trigger1}", " and ", "{trigger2}"]);
  assert.deepEqual(pieces("{trigger3} {other} {{x}}"), ["{trigger3} {other} {{x}}"]);
  assert.deepEqual(pieces(""), []);
  assert.deepEqual(["{trigger}", "{trigger1}", "{trigger2}"].map(placeOfToken), [0, 0, 1]);
});

test("a second person comes into the prompt beside the first and goes out of it again", () => {
  assert.equal(recast("photo of {trigger}, soft light", 2), "photo of {trigger1} and {trigger2}, soft light");
  assert.equal(recast("photo of {trigger1} and {trigger2}, soft light", 1), "photo of {trigger}, soft light");
  assert.equal(recast("{trigger2} hugs {trigger}", 2), "{trigger2} hugs {trigger}", "what somebody wrote stays");
  assert.equal(recast("a street, {trigger}, {trigger2}", 1), "a street, {trigger}");
  assert.equal(recast("a street", 2), "a street");
});

test("a quality is a number of steps of the chosen way", () => {
  assert.deepEqual(["draft", "normal", "fine"].map((name) => stepsOf(name, 20)), [10, 20, 32]);
  assert.deepEqual(["draft", "normal", "fine"].map((name) => stepsOf(name, 4)), [2, 4, 6]);
  assert.equal(stepsOf("draft", 1), 1);
});

test("a number is bounded by the model that the person is drawn with", () => {
  const klein = { steps: [1, 50], guidance: [1, 3], strength: [0, 2] };
  const recipe = { families: ["sd15", "klein"], family_bounds: { sd15: { ...klein, strength: [0, 1.5] }, klein } };
  assert.equal(boundsOf(recipe, "klein", undefined), klein);
  assert.deepEqual(boundsOf(recipe, "", undefined).strength, [0, 1.5], "nobody is trained yet: the first family's");
  assert.equal(boundsOf({ families: [], family_bounds: {} }, "", undefined), WIDE, "somebody's own workflow");
  assert.equal(boundsOf(recipe, "klein", { defaults: {} }), klein);
  assert.deepEqual(boundsOf(recipe, "klein", { defaults: { guidance: 4 } }), { ...WIDE, strength: [0, 2] });
});

test("a likeness that one model's slider does not reach comes back with a model that does", () => {
  const slider = new Likeness({ testid: "x", word: "likeness", most: 1.5 });
  slider.value = 1.8;
  assert.equal(slider.value, 1.5);
  slider.reach(2);
  assert.equal(slider.value, 1.8);
});

test("ComfyUI's lists of samplers, as old and new versions write them", () => {
  const node = (names, kinds) => ({ KSampler: { input: { required: { sampler_name: names, scheduler: kinds } } } });
  const wanted = { sampler_name: ["euler"], scheduler: ["normal"] };
  assert.deepEqual(namesOf(node([["euler"]], [["normal"], {}])), wanted);
  assert.deepEqual(namesOf(node(["COMBO", { options: ["euler"] }], ["COMBO", { options: ["normal"] }])), wanted);
  assert.deepEqual(namesOf({}), { sampler_name: [], scheduler: [] });
});

function storeOf(answers) {
  const calls = [];
  const ways = {
    url: (path) => path,
    fetch: async (path, init) => {
      calls.push({ path, id: init.headers?.["X-Correlation-ID"], body: init.body && JSON.parse(init.body) });
      return new Response(JSON.stringify(answers(path, calls.length)), { status: 200 });
    },
  };
  return import("../../js/data/api.js").then(({ Api }) => ({ calls, store: new Store(new Api(ways), { memory: null }) }));
}

test("a comparison is one action: one correlation id, kept apart from the pictures", async () => {
  const { calls, store } = await storeOf((_, n) => ({ id: `gen_${n}`, purpose: "bench" }));
  store.set({ generations: [] });
  assert.ok(await compare(store, STRENGTHS.map((strength) => ({ strength, purpose: "bench" }))));
  assert.deepEqual(calls.map((call) => call.body.strength), [0.6, 0.7, 0.8, 0.9, 1.0, 1.1]);
  assert.equal(new Set(calls.map((call) => call.id)).size, 1);
  assert.equal(store.state.comparisons.length, 6);
  assert.deepEqual(store.state.generations, []);
});

test("a comparison cancelled while it is being ordered orders nothing more", async () => {
  const { calls, store } = await storeOf((path, n) => ({ id: path.split("/")[3] ?? `gen_${n}`, purpose: "bench", state: path.endsWith("cancel") ? "cancelled" : "queued" }));
  const ordering = compare(store, STRENGTHS.map((strength) => ({ strength, purpose: "bench" })));
  await cancelComparison(store, [{ id: "gen_1", purpose: "bench" }]);
  assert.equal(await ordering, false);
  const orders = calls.filter((call) => !call.path.endsWith("/cancel"));
  const cancelled = calls.filter((call) => call.path.endsWith("/cancel")).map((call) => call.path.split("/")[3]);
  assert.ok(orders.length < STRENGTHS.length);
  assert.equal(new Set(cancelled).size, orders.length, "each that was ordered is taken back");
});

test("progress and state of a comparison reach it, proofs reach nothing", async () => {
  const { store } = await storeOf(() => ({ items: [{ id: "gen_1", purpose: "grid", state: "running" }], next_cursor: null }));
  await loadComparisons(store, "grid", "chr_1");
  store.take({ type: "generation.progress", subject: { id: "gen_1" }, data: { progress: { step: 3 } } });
  assert.equal(store.state.comparisons[0].progress.step, 3);
  store.take({ type: "generation.state", subject: { id: "gen_2" }, data: { generation: { id: "gen_2", purpose: "proof" } } });
  assert.equal(store.state.comparisons.length, 1);
});

test("a wall that is larger than a page is loaded to its end, what was compared before it is not", async () => {
  const page = (click, cursor) => ({ items: [1, 2].map((n) => ({ id: `gen_${click}${cursor}${n}`, purpose: "grid", correlation_id: n === 2 ? click : "ui-9" })), next_cursor: "older" });
  for (const [click, pages] of [["ui-9", 2], ["ui-1", 1]]) {
    const { calls, store } = await storeOf((path) => page(click, path.includes("cursor=older") ? "b" : "a"));
    await loadComparisons(store, "grid", "chr_1");
    assert.equal(calls.length, pages);
    assert.equal(store.state.comparisons.length, 2 * pages);
  }
});

test("samplers are asked for once, and quietly", async () => {
  const { calls, store } = await storeOf(() => ({ KSampler: { input: { required: { sampler_name: [["euler"]], scheduler: [["normal"]] } } } }));
  await loadSamplers(store);
  await loadSamplers(store);
  assert.deepEqual(calls.map((call) => call.path), ["/object_info/KSampler"]);
  assert.deepEqual(store.state.samplers.sampler_name, ["euler"]);
});

test("a seed that the page would round is refused as it is typed, and what is right again is not", () => {
  const seed = new SeedChoice();
  const refused = [];
  seed.input.setCustomValidity = (words) => refused.push(words);
  const type = (text) => ((seed.input.value = text), seed.input.fire("input"), [seed.value, Boolean(refused.at(-1)), seed.hint.hidden]);
  assert.deepEqual(type("9007199254740993"), [9007199254740992, true, false]);
  assert.match(seed.hint.textContent, new RegExp(String(LARGEST)));
  assert.deepEqual(type(String(LARGEST)), [LARGEST, false, true]);
  assert.ok(Number.isSafeInteger(LARGEST + 15), "of sixteen pictures each seed is exact");
  assert.deepEqual(type("abc"), [null, false, true], "the field's own pattern refuses it");
  type("99999999999999999999");
  seed.lock.checked = false;
  seed.lock.fire("change");
  assert.deepEqual([seed.value, refused.at(-1), seed.hint.hidden], [null, "", true], "let go");
  seed.value = 2 ** 60;
  assert.ok(refused.at(-1), "a form that was left so");
});

test("a picture's seed that the page has only as a rounded number is not taken for that picture's seed", () => {
  const seed = new SeedChoice();
  seed.input.setCustomValidity = () => {};
  seed.reuse(2 ** 60);
  assert.deepEqual([seed.value, seed.lock.checked, seed.hint.hidden], [null, false, false]);
  seed.reuse(7);
  assert.deepEqual([seed.value, seed.lock.checked], [7, true]);
});

test("six strengths are not drawn with what the form refuses", async () => {
  const made = [];
  const view = { store: { attempt: (run) => run("ui-1"), api: { generations: { create: async (order) => (made.push(order), { id: `gen_${made.length}` }) } }, keepGeneration() {} } };
  const form = { right: false, valid: () => form.right, request: () => ({ characters: [{ id: "char_1" }], prompt: "a", count: 4, seed: 5 }), use() {} };
  const bench = new StrengthBench(view, form);
  await bench.start.fire("click");
  assert.deepEqual(made, []);
  form.right = true;
  await bench.start.fire("click");
  assert.deepEqual(made.map(({ seed, characters }) => [seed, characters[0].strength]), STRENGTHS.map((strength) => [5, strength]));
});
