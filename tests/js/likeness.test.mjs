import assert from "node:assert/strict";
import { test } from "node:test";

import { installDocument } from "./fake_dom.mjs";

installDocument();
const { bestOf, drawable, faceless, leaking, nearest, unmeasured } = await import("../../js/data/likeness_rules.js");
const { Api } = await import("../../js/data/api.js");
const { LikenessMeter } = await import("../../js/components/comparing/likeness_meter.js");
const { versionEntries } = await import("../../js/components/comparing/version_entries.js");
const { WallFindings, likenessWords } = await import("../../js/components/comparing/version_findings.js");
const { Store } = await import("../../js/data/store.js");

let made = 0;
const verdictOf = (score) => (score === null ? "not_measurable" : score >= 0.5 ? "good" : score >= 0.4 ? "fair" : "poor");
const one = (step, strength, score, { prompt = "portrait of {trigger}", state = "completed" } = {}) => ({
  id: `gen_${++made}`, state, request: { prompt, characters: [{ id: "chr_1", checkpoint: step, strength }] },
  images: state === "completed" ? [{ n: 0, likeness: score === undefined ? null : { score, verdict: verdictOf(score), faces: 1 } }] : [],
});
const stranger = (step, strength, score) => one(step, strength, score, { prompt: "portrait of a woman" });

test("the nearest is what the server measured, of the family it puts first", () => {
  const scores = { likeness: 0.55, strength: 0.85, own_photos: 0.61, measured: 12 };
  const versions = [{ file: "a", step: 200, rank: 2, nearest: true, scores: { likeness: 0.7 } }, { file: "b", step: 200, rank: 0, nearest: false, scores: { likeness: 0.9 } }, { file: "c", step: 400, rank: 1, nearest: true, scores }];
  assert.deepEqual(nearest(versions), { file: "c", step: 400, strength: 0.85, score: 0.55, own: 0.61 });
  assert.deepEqual(nearest(versions.slice(0, 2)), { file: "a", step: 200, strength: 1, score: 0.7, own: null });
  assert.equal(nearest([{ file: "a", step: 200, rank: 0, nearest: true, scores: { likeness: 0.5 } }]).file, "a", "what somebody chose is another question");
  assert.equal(nearest([versions[1]]), null);
});

test("a stranger who looks like the person is told, the likest one", () => {
  assert.equal(leaking([stranger(200, 1, 0.2), one(200, 1, 0.9)]), null);
  const found = leaking([stranger(200, 1, 0.41), stranger(400, 1.15, 0.55)]);
  assert.equal(found.request.characters[0].checkpoint, 400);
});

test("where nothing could be measured that is said", () => {
  assert.equal(faceless([one(200, 1, undefined)]), false);
  assert.equal(faceless([one(200, 1, null), one(200, 1, 0.2)]), false);
  assert.equal(faceless([one(200, 1, null), one(200, 1, undefined)]), true);
});

test("only what was made, alone and not measured yet is left to measure", () => {
  const two = one(200, 1, undefined);
  two.request.characters.push({ id: "chr_2" });
  assert.equal(unmeasured([one(200, 1, undefined), one(200, 1, 0.3), one(200, 1, undefined, { state: "queued" }), two]), 1);
});

function house(likeness, answer = {}) {
  const calls = [];
  const ways = { url: (path) => path, fetch: async (path, init) => (calls.push([init.method, path]), new Response(JSON.stringify(answer), { status: 200 })) };
  const store = new Store(new Api(ways), { memory: null, later: () => {} });
  store.set({ likeness, tasks: [], characters: [] });
  return { calls, store };
}
const OFFER = { possible: true, why_not: "", download_bytes: 1e8, installed: false };
const MISSING = { state: { state: "not_installed" }, setup: OFFER };
const READY = { state: { state: "ready" }, setup: { ...OFFER, installed: true } };
const texts = (element) => element.textContent;
const named = (element, testid) => {
  if (element.dataset?.testid === testid) return element;
  return (element.children ?? []).map((child) => named(child, testid)).find(Boolean) ?? null;
};
const press = async (element, testid) => {
  await named(element, testid).fire("click");
};

test("the meter is offered where something could be measured, and set up by one press", async () => {
  const { calls, store } = house(MISSING, { id: "job_1", kind: "backend_setup", backend: "faces", state: "queued", request: {}, progress: {} });
  const meter = new LikenessMeter(store);
  meter.show(store.state, true);
  assert.equal(meter.element.hidden, true);
  meter.show(store.state);
  assert.equal(meter.element.hidden, false);
  await press(meter.buttons, "isen-meter-setup");
  assert.deepEqual(calls, [["POST", "/isengard/training/backends/faces/setup"]]);
  meter.show(store.state);
  assert.ok(named(meter.buttons, "isen-meter-cancel"));
});

test("what the worker tells of the tools is known at once, and a ready meter steps aside", () => {
  const { store } = house(MISSING);
  store.take({ type: "backend.state", subject: { kind: "backend", id: "faces" }, data: READY });
  assert.equal(store.state.likeness.state.state, "ready");
  const meter = new LikenessMeter(store);
  meter.show(store.state);
  assert.equal(meter.element.hidden, true);
  const settings = new LikenessMeter(store, { removable: true });
  settings.show(store.state);
  assert.ok(named(settings.buttons, "isen-meter-remove"));
});

test("the findings say the nearest, the photos' own likeness, the leak, and offer to measure the rest", async () => {
  const { calls, store } = house(READY, { pictures: 1 });
  const person = { id: "chr_1", name: "Anna", versions: [] };
  const best = { file: "a", step: 200, strength: 0.85, score: 0.55, own: 0.61 };
  const findings = new WallFindings(store, person);
  const wall = [one(200, 0.85, 0.55), stranger(400, 1.15, 0.45), one(400, 1, undefined)];
  findings.show(wall, { running: false, best });
  assert.match(texts(findings.words), /Nearest to Anna: step 200 at likeness 0.85, with a resemblance of 0.55. The photos reach 0.61 among themselves/);
  assert.match(texts(findings.words), /In step 400 at likeness 1.15 even the stranger looks like Anna/);
  await press(findings.words, "isen-measure");
  assert.deepEqual(calls.at(-1), ["POST", "/isengard/characters/chr_1/likeness"]);
  findings.show(wall, { running: false });
  assert.match(texts(findings.words), /Measuring: 1 picture left/);
  findings.show(wall.slice(0, 2), { running: false });
  assert.doesNotMatch(texts(findings.words), /left/);
});

const version = (step, job_id, scores = {}, more = {}) => ({ step, job_id, scores, picked: false, ...more });

test("the best is the server's choice, among those that are asked about", () => {
  const versions = [version(100, "job_1", {}, { rank: 2 }), version(200, "job_1"), version(300, "job_2", {}, { rank: 1 })];
  assert.equal(bestOf(versions).step, 300);
  assert.equal(bestOf(versions.slice(0, 2)).step, 100);
  assert.equal(bestOf([]), null);
});

test("the versions to choose from say what is known of them", () => {
  const versions = [version(100, "job_1", { likeness: 0.61 }), version(200, "job_1", {}, { picked: true, rank: 1 }), version(100, "job_2", { likeness: 0.5 })];
  assert.deepEqual(versionEntries(versions), [["best", "the best (step 200)"], ["last", "the last"], ["200", "step 200 · your choice"], ["100", "step 100 · resemblance 0.50"]]);
  assert.deepEqual(versionEntries([]), []);
});

test("of two families of a recipe, those are shown that ComfyUI has everything of", () => {
  const person = { versions: [{ step: 1, family: "a" }, { step: 2, family: "b" }, { step: 3, family: "c" }] };
  const steps = (ready) => drawable(person, { families: ["a", "b"], ready }).map(({ step }) => step);
  assert.deepEqual([steps(["b"]), steps(["a", "b"]), steps([]), steps(undefined)], [[2], [1, 2], [1, 2], [1, 2]]);
  assert.deepEqual(drawable(undefined, { families: ["a"] }), []);
});

test("every word that a picture can get has its sentence", () => {
  assert.equal(likenessWords({ verdict: "good", score: 0.5612 }, "Anna"), "Resemblance 0.56: looks like Anna");
  for (const verdict of ["fair", "poor", "not_measurable"]) assert.doesNotMatch(likenessWords({ verdict, score: 0.4 }, "Anna"), /likeness_/);
});
