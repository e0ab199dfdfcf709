import assert from "node:assert/strict";
import { test } from "node:test";

import { installDocument } from "./fake_dom.mjs";

installDocument();
const { bestOf, drawable, faceless, leaking, measuredIn, measuresOf, nearest, passedOver, undecided, unmeasured, versionsOn } = await import("../../js/data/likeness_rules.js");
const { Api } = await import("../../js/data/api.js");
const { FaceModels } = await import("../../js/components/settings/face_models.js");
const { LikenessMeter } = await import("../../js/components/comparing/likeness_meter.js");
const { versionEntries } = await import("../../js/components/comparing/version_entries.js");
const { WallFindings } = await import("../../js/components/comparing/version_findings.js");
const { measures } = await import("../../js/components/comparing/version_measures.js");
const { VersionNames } = await import("../../js/components/shared/version_names.js");
const { badge, likenessWords, measuredWords } = await import("../../js/components/shared/score_badge.js");
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
  const versions = [{ file: "a", step: 200, job_id: "job_1", rank: 2, nearest: true, scores: { likeness: 0.7 } }, { file: "b", step: 600, job_id: "job_1", rank: 0, nearest: false, scores: { likeness: 0.9 } }, { file: "c", step: 400, job_id: "job_2", rank: 1, nearest: true, scores, tied: ["b"] }];
  assert.deepEqual(nearest(versions), { file: "c", step: 400, job_id: "job_2", strength: 0.85, score: 0.55, own: 0.61, tied: [{ step: 600, job_id: "job_1" }] });
  assert.deepEqual(nearest(versions.slice(0, 2)), { file: "a", step: 200, job_id: "job_1", strength: 1, score: 0.7, own: null, tied: [] });
  assert.equal(nearest([{ file: "a", step: 200, rank: 0, nearest: true, scores: { likeness: 0.5 } }]).file, "a", "what somebody chose is another question");
  assert.equal(nearest([versions[1]]), null);
});

test("a stranger who looks like the person is told, the likest one", () => {
  assert.equal(leaking([stranger(200, 1, 0.2), one(200, 1, 0.9)]), null);
  assert.equal(leaking([stranger(200, 0, 0.41)]), null, "nobody's LoRA is in that picture");
  const found = leaking([stranger(200, 1, 0.41), stranger(400, 1.15, 0.55)]);
  assert.equal(found.request.characters[0].checkpoint, 400);
  const alike = stranger(400, 0, 0.45);
  assert.equal(leaking([alike, stranger(200, 1, 0.55)]), null, "the base alone draws somebody alike");
  assert.equal(leaking([alike, stranger(200, 1, 0.61)]).request.characters[0].strength, 1);
});

const unseen = (why) => ({ ...one(200, 1, null), images: [{ n: 0, likeness: { score: null, verdict: "not_measurable", faces: 0, why } }] });

test("where nothing could be measured that is said, with the commonest reason", () => {
  assert.equal(faceless([one(200, 1, undefined)]), null);
  assert.equal(faceless([one(200, 1, null), one(200, 1, 0.2)]), null);
  assert.equal(faceless([one(200, 1, null), one(200, 1, undefined)]), "", "a record of before reasons");
  assert.equal(faceless([unseen("turned"), unseen("drawing"), unseen("drawing")]), "drawing");
});

const measured = (step, scores, more = {}) => ({ file: `anna/${step}`, step, job_id: "job_1", faults: [], tied: [], rank: 0, nearest: false, scores: { told: 9, ...scores }, ...more });

test("a version without copies told was measured by an older pack: it counts as not measured", () => {
  assert.equal(measuresOf({ step: 200, scores: { likeness: 0.7, measured: 12 } }), null);
  assert.deepEqual(measuresOf(measured(200, { likeness: 0.56, copied: 4, yardstick_trained: 1 }, { faults: ["copies"] })), {
    file: "anna/200", step: 200, job_id: "job_1", likeness: 0.56, low: null, high: null, own: null, copied: 4, told: 9, flexible: null, trained: true, faults: ["copies"],
  });
});

test("why nothing was chosen: some wait, none is like enough, or each has its fault", () => {
  const [unlike, copies, clear] = [["unlike"], ["copies"], []].map((faults, n) => measured(n, { likeness: 0.3 }, { faults }));
  const old = { ...clear, scores: { likeness: 0.5 } };
  const unseenOne = measured(9, {}, { faults: ["not_measurable"] });
  assert.deepEqual([[old], [clear, old], [unlike, unlike], [unlike, unseenOne], [unlike, copies], [unseenOne], [clear]].map(undecided), ["", "waiting", "unlike", "unlike", "faulty", "faulty", ""]);
});

test("a version that its number alone would have made the best is told with its fault", () => {
  const best = { score: 0.56, step: 700 };
  const copy = measured(1500, { likeness: 0.66, copied: 4 }, { faults: ["copies"] });
  const poor = measured(200, { likeness: 0.5 }, { faults: ["stiff"] });
  const worst = measured(100, { likeness: 0.6 }, { faults: ["unlike"] });
  assert.equal(passedOver([poor, copy, worst], best).step, 1500);
  assert.equal(passedOver([poor, worst], best), null);
  assert.equal(passedOver([poor], null).step, 200);
});

test("a wall is of the versions that it was drawn with, not of the one that its pictures without the LoRA name", () => {
  const versions = [200, 400, 600].map((step) => measured(step));
  const drawn = (step, strength) => ({ ...one(step, strength, 0.5), versions: [`anna/${step}`] });
  assert.deepEqual(versionsOn([drawn(200, 1), drawn(400, 0.7), drawn(600, 0)], versions).map(({ step }) => step), [200, 400]);
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

test("what the worker tells of a model reaches that model alone", () => {
  const model = (key, state) => ({ key, state: { name: `faces_${key}`, state }, setup: OFFER });
  const { store } = house({ ...READY, models: [model("yunet", "not_installed"), model("sscd", "not_installed")] });
  store.take({ type: "backend.state", subject: { kind: "backend", id: "faces_yunet" }, data: { state: { name: "faces_yunet", state: "ready" }, setup: READY.setup } });
  const { likeness } = store.state;
  assert.deepEqual(likeness.models.map((known) => known.state.state), ["ready", "not_installed"]);
  assert.equal(likeness.state.state, "ready");
  assert.equal(likeness.models[0].key, "yunet");
});

test("a model is chosen for one thing it does, and the others stay chosen", async () => {
  const model = (key, role, more = {}) => ({ key, label: key, roles: [role], licence: "MIT", size: 1e6, is_calibrated: key !== "auraface", state: { name: `faces_${key}`, state: "ready" }, setup: { ...OFFER, installed: true }, ...more });
  const { store } = house({ ...READY, models: [model("yunet", "detector"), model("auraface", "describer"), model("sscd", "copy", { state: { name: "faces_sscd", state: "not_installed" }, setup: OFFER })] });
  const saved = [];
  const models = new FaceModels(store, async (names) => Boolean(saved.push(names)));
  models.choose({ name: "face_models", value: ["auraface"], editable: true });
  assert.equal(models.element.hidden, false);
  assert.equal(named(models.choices, "isen-face-model-describer").value, "auraface");
  assert.match(texts(models.details), /yunet is installed but not in use.*auraface is installed and in use.*doesn't judge or choose/s);
  const detector = named(models.choices, "isen-face-model-detector");
  detector.value = "yunet";
  await detector.fire("change");
  const describer = named(models.choices, "isen-face-model-describer");
  describer.value = "";
  await describer.fire("change");
  assert.deepEqual(saved, ["auraface,yunet", ""]);
  models.show({ ...store.state, likeness: MISSING });
  assert.equal(models.element.hidden, true);
});

test("the findings say the nearest, the photos' own likeness, the leak, and offer to measure the rest", async () => {
  const { calls, store } = house(READY, { pictures: 1 });
  const person = { id: "chr_1", name: "Anna", versions: [] };
  const best = { file: "a", step: 200, strength: 0.85, score: 0.55, own: 0.61, tied: [] };
  const findings = new WallFindings(store, person);
  const wall = [one(200, 0.85, 0.55), stranger(400, 1.15, 0.45), one(400, 1, undefined)];
  findings.show(wall, { running: false, best });
  assert.match(texts(findings.words), /Best match for Anna: step 200 at strength 0\.85 \(0\.55\)\. The photos score 0\.61 against each other/);
  assert.match(texts(findings.words), /At step 400 and strength 1.15, even the stranger looks like Anna/);
  await press(findings.words, "isen-measure");
  assert.deepEqual(calls.at(-1), ["POST", "/isengard/characters/chr_1/likeness"]);
  findings.show(wall, { running: false });
  assert.match(texts(findings.words), /Measuring: 1 picture left/);
  findings.show(wall.slice(0, 2), { running: false });
  assert.doesNotMatch(texts(findings.words), /left/);
});

test("the choice is told with its reason: a tie, a copy passed over, the yardstick, what is missing", () => {
  const { store } = house(READY);
  const findings = new WallFindings(store, { id: "chr_1", name: "Anna", versions: [] });
  const versions = [measured(700, { likeness: 0.55, flexible: 0.8 }), measured(1500, { likeness: 0.66, copied: 4, flexible: 0.9 }, { faults: ["copies"] })];
  const best = { file: "anna/700", step: 700, strength: 0.85, score: 0.55, own: null, tied: [{ step: 1400, job_id: "job_1" }] };
  const said = (options) => (findings.show([one(700, 1, 0.5), one(700, 0, 0.1)], { running: false, ...options }), texts(findings.words));
  assert.match(said({ versions, best }), /Steps 700 and 1,400 are equally good, so the earlier one is used\./);
  assert.match(said({ versions, best }), /Step 1,500 copies a training photo in 4 of 9 pictures, so it was not chosen\./);
  assert.match(said({ versions, best: { ...best, tied: [...best.tied, { step: 2100, job_id: "job_1" }] } }), /Step 700 and steps 1,400 and 2,100 are equally good, so the earliest one is used\./);
  assert.doesNotMatch(said({ versions, best }), /without the LoRA|set aside/);
  const trained = versions.map((known) => ({ ...known, scores: { ...known.scores, yardstick_trained: 1 } }));
  assert.match(said({ versions: trained, best }), /No photos of Anna were set aside/);
  assert.match(said({ versions: [measured(700, { likeness: 0.3 }, { faults: ["unlike"] })] }), /No version looks enough like Anna yet/);
  assert.match(said({ versions: [measured(700, { likeness: 0.6 }, { faults: ["stiff"] })] }), /Step 700 was not chosen: it hardly follows the prompt\./);
  assert.match(said({ versions: [...versions, { ...versions[0], step: 2100, scores: {} }] }), /Measured so far: 2 of 3 versions/);
  findings.show([one(700, 1, 0.5)], { running: false, versions, best });
  assert.match(texts(findings.words), /no pictures without the LoRA.*Make the pictures again/);
});

test("where two trainings have saved the same step, the training is told", () => {
  const { store } = house(READY);
  const findings = new WallFindings(store, { id: "chr_1", name: "Anna", versions: [] });
  const of = (job_id, file, scores, more) => ({ ...measured(700, { flexible: 0.9, ...scores }, more), file, job_id, created_at: "2026-11-01T12:00:00" });
  const versions = [of("job_1", "anna/a", { likeness: 0.55 }), of("job_2", "anna/b", { likeness: 0.66, copied: 4 }, { faults: ["copies"] })];
  const known = { jobs: [{ id: "job_1", backend: "own", created_at: "2026-11-01T12:00:00" }, { id: "job_2", backend: "comfyui_native", created_at: "2026-11-02T12:00:00" }], backends: [{ name: "comfyui_native", label: "ComfyUI" }] };
  const names = new VersionNames(versions, known);
  const best = { file: "anna/a", step: 700, job_id: "job_1", strength: 0.85, score: 0.55, own: null, tied: [{ step: 700, job_id: "job_2" }] };
  const leak = { ...stranger(700, 1.15, 0.45), versions: ["anna/b"] };
  findings.show([one(700, 1, 0.5), leak], { running: false, versions, best, names });
  const [a, b] = ["700 (own, 11/01/2026)", "700 (ComfyUI, 11/02/2026)"];
  for (const words of [`step ${a} at strength 0.85`, `Steps ${a} and ${b} are equally good`, `Step ${b} copies a training photo`, `At step ${b} and strength 1.15`]) assert.ok(texts(findings.words).includes(words), words);
  const same = measures(measuresOf({ ...versions[1], scores: { ...versions[1].scores, likeness: 0.56 } }), best, "Anna", names.step(best)).filter(Boolean);
  assert.match(same.map(texts).join(" "), /the same as step 700 \(own, 11\/01\/2026\)/, "of another training, though of the same step");
});

const bars = (element) => [element, ...(element.children ?? []).flatMap((child) => (typeof child === "string" ? [] : bars(child)))].filter(({ localName }) => localName === "meter");

test("a version's likeness with its interval, copies and flexibility, in words and bars", () => {
  const best = { file: "anna/700", step: 700, score: 0.56 };
  const shown = (known) => measures(measuresOf(known), best, "Anna").filter(Boolean);
  const copy = shown(measured(1500, { likeness: 0.55, low: 0.51, high: 0.59, own_photos: 0.61, copied: 4, flexible: 0.425 }, { faults: ["copies", "leaks"] }));
  assert.equal(copy.map(texts).join(" "), "Match 0.55 (0.51 to 0.59), the same as step 700Copies a training photo in 4 of 9 picturesFlexibility 43% Drawback: it copies training photos and even a stranger looks like Anna.");
  const isBad = ({ attributes: { low, max } }) => Number(low) > 1 && Number(max) > Number(low);
  assert.deepEqual(bars(copy[0]).map(isBad), [false, true, false], "the copies' bar is the bad one");
  assert.equal(shown(measured(700, { likeness: 0.56 })).map(texts).join(" "), "Match 0.56No copied photo in 9 pictures");
  assert.equal(shown(measured(700, { likeness: 0.56, told: 1, copied: 1 })).map(texts).join(" "), "Match 0.56Copies a training photo in 1 of 1 picture");
  assert.equal(shown(measured(700, { told: 0 }, { faults: ["not_measurable"] })).map(texts).join(" "), "Copies: no picture could be checked Drawback: most of its pictures show no clear face.");
});

const version = (step, job_id, scores = {}, more = {}) => ({ step, job_id, scores, picked: false, ...more });

test("the best is the server's choice, among those that are asked about", () => {
  const versions = [version(100, "job_1", {}, { rank: 2 }), version(200, "job_1"), version(300, "job_2", {}, { rank: 1 })];
  assert.equal(bestOf(versions).step, 300);
  assert.equal(bestOf(versions.slice(0, 2)).step, 100);
  assert.equal(bestOf([]), null);
});

test("the versions to choose from say what is known of them", () => {
  const versions = [version(100, "job_1", { likeness: 0.61, told: 9 }), version(200, "job_1", { likeness: 0.7 }, { picked: true, rank: 1 }), version(100, "job_2", { likeness: 0.5, told: 9 }, { faults: ["copies"] })];
  assert.deepEqual(versionEntries(versions), [["best", "the best (step 200)"], ["last", "the last"],
    ["job_2 100", "step 100 · match 0.50 · copies photos"], ["job_1 200", "step 200 · your choice"], ["job_1 100", "step 100 · match 0.61"]]);
  assert.deepEqual(versionEntries([]), []);
});

test("of two families of a recipe, those are shown that ComfyUI has everything of", () => {
  const person = { versions: [{ step: 1, family: "a" }, { step: 2, family: "b" }, { step: 3, family: "c" }] };
  const steps = (ready) => drawable(person, { families: ["a", "b"], ready }).map(({ step }) => step);
  assert.deepEqual([steps(["b"]), steps(["a", "b"]), steps([]), steps(undefined)], [[2], [1, 2], [1, 2], [1, 2]]);
  assert.deepEqual(drawable(undefined, { families: ["a"] }), []);
});

test("every word that a picture can get has its sentence", () => {
  assert.equal(likenessWords({ verdict: "good", score: 0.5612 }, "Anna"), "Match 0.56: looks like Anna");
  assert.equal(likenessWords({ verdict: "good", score: 0.5612, copied: true }, "Anna"), "Match 0.56: looks like Anna, and copies a training photo");
  for (const verdict of ["fair", "poor"]) assert.doesNotMatch(likenessWords({ verdict, score: 0.4 }, "Anna"), /likeness_/);
  const unmeasuredWords = ["no_face", "too_small", "turned", "drawing", "", "of a later pack"].map((why) => likenessWords({ verdict: "not_measurable", score: null, why }, "Anna"));
  assert.equal(new Set(unmeasuredWords).size, 5, "each reason has its own, an unknown one what was said before");
  for (const words of unmeasuredWords) assert.doesNotMatch(words, /unmeasured_|likeness_/);
});

test("a picture of two wears a number for each, of one the one that older records have", () => {
  const alone = one(200, 1, 0.56);
  const names = { chr_1: "Anna", chr_2: "Ben" };
  assert.deepEqual(measuredIn(alone).map(({ id, likeness }) => [id, likeness.score]), [["chr_1", 0.56]]);
  const two = { ...alone, request: { ...alone.request, characters: [{ id: "chr_1" }, { id: "chr_2" }] } };
  two.images = [{ ...alone.images[0], likenesses: { chr_2: { verdict: "not_measurable", score: null, why: "turned" }, chr_1: { verdict: "good", score: 0.56, copied: true } } }];
  assert.equal(texts(badge(two, names)), "0.56–");
  assert.equal(texts(badge(two, names, two.images[0], { quiet: true })), "0.56");
  assert.equal(measuredWords(two, names), "Match 0.56: looks like Anna, and copies a training photo · Ben: The face is turned too far away to be measured");
  assert.equal(badge(one(200, 1, undefined), names), null);
  assert.equal(badge(one(200, 1, null), names, undefined, { quiet: true }), null);
});
