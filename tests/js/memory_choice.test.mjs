/** How much memory a training takes: what is shown, and which options a choice fills in and clears. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { AdvancedFields, number } from "../../js/components/training/advanced.js";
import { MemoryChoice } from "../../js/components/training/memory_choice.js";
import { installDocument } from "./fake_dom.mjs";

globalThis.document = installDocument();
const GB = 2 ** 30;
const decided = (more) => ({ cache_text: false, quantize: true, low_vram: true, bits: 8, resolution: [768, 1024], offload: 0, ...more });
const offer = (more) => ({
  words: "", pace: 1, pace_words: "about as long", vram_bytes: 15 * GB, estimate_s: 3600, learned: false, fits: true, automatic: false, chosen: false,
  overrides: decided({}), ...more,
});
const OFFERS = [
  offer({ fits: false }),
  offer({ words: "cached text embeddings", vram_bytes: 11 * GB, automatic: true, chosen: true, overrides: decided({ cache_text: true }) }),
  offer({ words: "cached text embeddings, 768 px and rank 8", vram_bytes: 9 * GB, pace_words: "about 28% less time", learned: true,
    overrides: decided({ cache_text: true, resolution: [768], rank: 8, alpha: 8 }) }),
];

function built(offers, automatic = true) {
  const taken = [];
  const choice = new MemoryChoice((options, before) => taken.push({ options, before }));
  choice.show(offers, automatic);
  const radios = choice.list.children.map((label) => label.children[0]);
  return { choice, taken, radios, rows: choice.list.children.map((label) => label.textContent) };
}

test("every setting says what it takes, how long, and whether it fits", () => {
  const { choice, rows, radios } = built(OFFERS);
  assert.equal(choice.element.hidden, false);
  assert.match(choice.summary.textContent, /^Memory: Automatic \(cached text embeddings, about 11\u00a0GB video memory\)$/);
  assert.match(rows[1], /Default.*too much for this GPU.*about 15\u00a0GB video memory.*estimated time/);
  assert.match(rows[3], /768\u00a0px and rank 8.*about 9\u00a0GB video memory.*a step takes about 28% less time.*measured on this computer/);
  assert.doesNotMatch(rows[1], /a step takes/);
  assert.deepEqual(radios.map((radio) => Boolean(radio.checked)), [true, false, false, false]);
});

test("what nobody chose is automatic, else the chosen one is marked, and own numbers are none of them", () => {
  assert.deepEqual(built(OFFERS, false).radios.map((radio) => Boolean(radio.checked)), [false, false, true, false]);
  const own = built(OFFERS.map((one) => ({ ...one, chosen: false })), false);
  assert.match(own.choice.summary.textContent, /your own values/);
  assert.ok(own.radios.every((radio) => !radio.checked));
});

test("without a GPU, or with nothing to give up, nothing is asked", () => {
  assert.equal(built(OFFERS.map((one) => ({ ...one, fits: null }))).choice.element.hidden, true);
  assert.equal(built(OFFERS.slice(0, 1)).choice.element.hidden, true);
  assert.equal(built([]).choice.element.hidden, true);
});

test("a choice fills in its options, and Automatic clears them but not the person's own rank", () => {
  let checks = 0;
  const fields = new AdvancedFields(() => (checks += 1), { memory: null });
  for (const control of Object.values({ ...fields.inputs, ...fields.switches })) control.value = "";
  fields.inputs.rank.value = "64";
  assert.equal(fields.memoryIsAutomatic, true);
  fields.put(OFFERS[1].overrides, OFFERS[0].overrides);
  assert.equal(fields.memoryIsAutomatic, false);
  assert.deepEqual(fields.values(), { rank: 64, resolution: [768, 1024], offload: 0, bits: 8, quantize: true, low_vram: true, cache_text: true });
  fields.put({}, OFFERS[0].overrides);
  assert.deepEqual([fields.values(), fields.memoryIsAutomatic, checks], [{ rank: 64 }, true, 2]);
});

test("a trainer is asked for those savings alone that it can do, and told those of a choice", () => {
  const fields = new AdvancedFields(() => undefined, { memory: null });
  for (const control of Object.values({ ...fields.inputs, ...fields.switches })) control.value = "";
  fields.inputs.offload.value = "0.5";
  fields.switches.quantize.value = "true";
  assert.deepEqual(fields.values(), { offload: 0.5, quantize: true });
  fields.offer(["lora", "lokr"], ["batch_size", "resolution", "rank"]);
  const hidden = ["offload", "bits"].map((name) => fields.fields[name].hidden);
  assert.deepEqual([...hidden, ...Object.values(fields.switchFields).map((one) => one.hidden)], [true, true, true, true, true]);
  assert.deepEqual([fields.values(), fields.memoryIsAutomatic], [{}, true]);
  fields.put({ resolution: [512], offload: 0, quantize: false }, OFFERS[0].overrides);
  assert.deepEqual([fields.values(), fields.memoryIsAutomatic], [{ resolution: [512], offload: 0, quantize: false }, false]);
  fields.offer(["lora", "lokr"]);
  assert.equal(fields.fields.offload.hidden, false);
});

test("what the chosen one gave up besides is cleared with it", () => {
  const last = OFFERS.map((one, number) => ({ ...one, chosen: number === 2 }));
  const { taken, choice } = built(last, false);
  choice.list.children[0].children[0].fire("change");
  assert.deepEqual(taken.map(({ options, before }) => [options, Object.keys(before).includes("rank")]), [[{}, true]]);
});

test("a decimal comma is a point, and what may mean thousands is left to the server", () => {
  const read = { "0,0001": 0.0001, "0,500": 0.5, ",5": 0.5, "1,5": 1.5, "-0,1": -0.1, "1e-4": 0.0001, "1.5": 1.5, 512: 512, "1,400": "1,400", "a,b": "a,b" };
  assert.deepEqual(Object.fromEntries(Object.keys(read).map((text) => [text, number(text)])), read);
});
