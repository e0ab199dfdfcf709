/** Captions that describe the person, and the GPU that a training uses. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { gpuNote } from "../../js/components/training/gpu_note.js";
import { interruption } from "../../js/components/shared/job_words.js";
import { leakNote } from "../../js/components/characters/photo_words.js";
import { h } from "../../js/lib/dom.js";
import { installDocument } from "./fake_dom.mjs";

globalThis.document = installDocument();
const LEAKS = [{ word: "blonde", kind: "hair", at: 12 }, { word: "hair", kind: "hair", at: 19 }];
const CAPTION = "annqvx with blonde hair <b>";

test("words that describe the person are marked where they stand, as text", () => {
  const [marked, sentence] = leakNote({ caption: CAPTION, leaks: LEAKS });
  assert.equal(marked.textContent, CAPTION);
  assert.deepEqual(marked.children.filter((child) => child.localName === "mark").map((child) => child.textContent), ["blonde", "hair"]);
  assert.match(sentence.textContent, /“blonde” and “hair” describe the person/);
});

test("a clean caption, and one that has changed since, are left alone", () => {
  assert.deepEqual(leakNote({ caption: "annqvx in a park", leaks: [] }), []);
  assert.deepEqual(leakNote({ caption: "annqvx on a red sofa" }), []);
  assert.deepEqual(leakNote({ caption: "annqvx in a green park", leaks: LEAKS }), []);
});

const job = (changes) => ({ id: "job_1", needs: "gpu", state: "running", character_id: "chr_1", progress: { eta_s: 700 }, error: null, ...changes });
const told = (jobs) => {
  const place = h("div", {});
  gpuNote(/** @type {any} */ ({}), place, { jobs, characters: [{ id: "chr_1", name: "Ann" }] });
  return place;
};

test("while a training uses the GPU, pictures are warned of it and it can be paused", () => {
  const place = told([job({})]);
  assert.equal(place.hidden, false);
  assert.match(place.textContent, /Ann's training is using the GPU.*about 12\u00a0min left.*Pause the training/);
  assert.doesNotMatch(told([job({ state: "preparing" })]).textContent, /Pause/);
});

test("a training that is still fetching its models leaves the GPU to pictures", () => {
  for (const phase of ["downloading", "checking"]) {
    assert.equal(told([job({ state: "preparing", progress: { phase } })]).hidden, true);
    assert.equal(told([job({ state: "running", progress: { phase } })]).hidden, false);
  }
});

test("a paused one can go on; none, or one on the processor, is not mentioned", () => {
  assert.match(told([job({ state: "paused" })]).textContent, /is paused.*Resume training/);
  for (const jobs of [null, [], [job({ needs: "cpu" })], [job({ state: "completed" })], [job({ state: "paused", error: { code: "disk_full" } })]]) {
    assert.equal(told(jobs).hidden, true);
  }
});

test("what broke a training off is said on it, and nothing where nothing did", () => {
  const why = { code: "worker_lost", message: "Interrupted at 1,430 of 2,000.", hint: "It goes on from its last checkpoint." };
  assert.equal(interruption({ interruption: why }).textContent, "Interrupted at 1,430 of 2,000. It goes on from its last checkpoint.");
  assert.ok(!interruption({ interruption: null }));
});
