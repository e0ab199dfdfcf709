/** Presses and keys that come faster than the server answers, or while things are drawn anew: none is lost, and none means something else. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeElement, installDocument } from "./fake_dom.mjs";
import { make } from "./fake_store.mjs";

const page = installDocument();
globalThis.Image = class {};
Object.assign(FakeElement.prototype, { showModal() {}, close() {}, scrollIntoView() {}, click() { this.fire("click"); } });
FakeElement.prototype.dispatchEvent = () => true;
Object.defineProperty(FakeElement.prototype, "classList", { get() { return { toggle() {}, add() {}, remove() {}, contains: () => false }; } });
const { ActionBar } = await import("../../js/components/looking/action_bar.js");
const { CaptionEditor } = await import("../../js/components/characters/captions.js");
const { ModelCards } = await import("../../js/components/first_hour/model_cards.js");
const { CheckpointList } = await import("../../js/components/training/checkpoints.js");
const { StyleChoice } = await import("../../js/components/prompting/style_choice.js");
const { openLoras } = await import("../../js/components/outside_loras/lora_dialog.js");
const { openCulling } = await import("../../js/components/photo_day/culling.js");
const { letterOf } = await import("../../js/locales/reading.js");
const { lasting, rememberIn } = await import("../../js/lib/memory.js");

const all = (element) => [element, ...element.children.flatMap((child) => (typeof child === "string" ? [] : all(child)))];
const named = (element, testid) => all(element).find((one) => one.dataset.testid === testid);

/** The panel as dialogs need it. */
const view = (store) => Object.assign(new FakeElement("isen-panel", page), { store, panel: null });

test("three presses of K on a slow line are three choices, sent one after the other", async () => {
  const { store } = make();
  const pictures = [1, 2, 3, 4].map((n) => ({ n, generation_id: `gen_${n}`, image: { n: 0 }, choice: "", aside: null }));
  const order = [];
  const release = [];
  const choose = (one, choice) => {
    order.push([one.n, choice.choice]);
    return new Promise((resolve) => release.push(() => resolve({ ...one, choice: choice.choice })));
  };
  const place = view(store);
  const dialog = openCulling(place, { pictures, at: 0, person: { id: "chr_1", name: "Ann" }, choose });
  const [keep, told] = ["isen-cull-keep", "isen-cull-told"].map((testid) => named(dialog, testid));
  const said = new Set();
  for (let n = 0; n < 3; n += 1) {
    keep.click();
    said.add(told.firstChild);
    await new Promise(setImmediate);
  }
  assert.deepEqual([...said].map((words) => words.textContent), ["Kept.", "Kept.", "Kept."], "each is something new, which is read aloud");
  assert.equal(named(dialog, "isen-cull-place").attributes.role, "status");
  assert.equal(named(dialog, "isen-cull-place").textContent, "4 of 4");
  for (let n = 0; n < 3; n += 1) {
    await new Promise(setImmediate);
    assert.equal(order.length, n + 1, "the next is sent when the one before was answered");
    release[n]();
  }
  assert.deepEqual(order, [[1, "keep"], [2, "keep"], [3, "keep"]]);
});

test("the next picture can be marked before the server has answered for this one, and one picture not twice", async () => {
  const entries = [1, 2].map((n) => ({ generation: { id: `gen_${n}` }, image: { n: 0 } }));
  let at = 0;
  const marked = [];
  const action = { id: "favourite", words: "favourite", icon: "heart", key: "f", bar: true, testid: "isen-favourite", when: () => true, run: (_view, entry) => (marked.push(entry.generation.id), new Promise(() => {})) };
  const bar = new ActionBar([action], { view: {}, entry: () => entries[at], viewer: {} });
  const [{ element }] = bar.placed;
  element.click();
  element.click();
  at = 1;
  bar.show({});
  assert.equal(element.getAttribute("aria-busy"), null);
  element.click();
  assert.deepEqual(marked, ["gen_1", "gen_2"]);
  assert.equal(element.getAttribute("aria-busy"), "true");
});

test("a press on the trigger word that leaves the caption takes what was typed along", () => {
  const { store } = make();
  const sent = [];
  store.changePhoto = (_person, photo, { caption }) => sent.push([photo, caption]);
  const place = view(store);
  const editor = new CaptionEditor(place, "chr_1");
  for (const field of all(editor.element)) field.value ??= "";
  editor.element.open = true;
  const character = { id: "chr_1", name: "Ann", trigger_word: "annqvx", class_word: "woman" };
  const photo = (caption) => ({ id: "pho_1", caption, leaks: [] });
  editor.show(character, [photo("")]);
  const chip = named(editor.element, "isen-caption-chip");
  const text = all(editor.rows).find(({ localName }) => localName === "textarea");
  text.value = "in a park";
  editor.show(character, [photo("in a park")]);  // what the typing has saved comes back between press and release
  assert.equal(named(editor.element, "isen-caption-chip"), chip);
  chip.click();
  assert.deepEqual(sent, [["pho_1", "annqvx, in a park"]]);
});

test("arrow keys go through the models one by one: no card moves while the focus is among them", () => {
  const family = (key, more) => ({ key, label: key, fit: "fits", base_models: [], status: "proven", licence: "free", ...more });
  const families = ["a", "b", "c", "d", "e"].map((key) => family(key));
  const cards = new ModelCards(() => cards.show(families));
  cards.show(families, "a");
  const keys = (list) => list.children.map((card) => card.dataset.family);
  assert.deepEqual([keys(cards.list), keys(cards.rest)], [["a", "b", "c"], ["d", "e"]]);
  const field = named(cards.element, "isen-family-d");
  field.focus();
  field.checked = true;
  field.fire("change");
  assert.equal(cards.value, "d");
  assert.deepEqual([keys(cards.list), keys(cards.rest)], [["a", "b", "c"], ["d", "e"]]);
  assert.equal(page.activeElement, field);
  page.activeElement = null;
  cards.show(families);
  assert.deepEqual([keys(cards.list), keys(cards.rest)], [["a", "b", "c", "d"], ["e"]]);
  assert.deepEqual(families.filter(({ key }) => named(cards.element, `isen-family-${key}`).checked).map(({ key }) => key), ["d"]);
});

test("a browser whose storage is full or forbidden remembers nothing, and nothing stops", () => {
  const refuse = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  rememberIn({ getItem: refuse, setItem: refuse });
  lasting().setItem("isengard.fold", "1");
  assert.equal(lasting().getItem("isengard.fold"), null);
  rememberIn({ getItem: () => null, setItem: () => { throw new TypeError("a fault of ours"); } });
  assert.throws(() => lasting().setItem("a", "b"), /a fault of ours/);
  rememberIn(null);
});

test("a letter is the same with Caps Lock, and on keyboards of other letters the one that lies there", () => {
  const keys = [["f", "KeyF"], ["F", "KeyF"], ["\u0430", "KeyF"], ["\u3139", "KeyF"], ["a", "KeyQ"], ["z", "KeyY"], ["?", "KeyM"], ["Delete", "Delete"], ["ArrowLeft", "ArrowLeft"], ["f", undefined]];
  assert.deepEqual(keys.map(([key, code]) => letterOf({ key, code })), ["f", "f", "f", "f", "a", "z", "?", "Delete", "ArrowLeft", "f"]);
});

test("a key that is held deletes one picture, not all that come after it", () => {
  const gone = [];
  const action = { id: "delete", words: "deleteImage", icon: "trash", key: "Delete", bar: true, testid: "isen-delete-image", when: () => true, run: (_view, entry) => void gone.push(entry.image.n) };
  let n = 0;
  const bar = new ActionBar([action], { view: {}, entry: () => ({ generation: { id: "gen_1" }, image: { n: n++ } }), viewer: {} });
  const held = (repeat) => bar.press({ key: "Delete", code: "Delete", repeat, target: { matches: () => false } });
  assert.deepEqual([held(false), held(true), held(true)], [true, true, true], "it means something here all the time");
  assert.equal(gone.length, 1);
});

test("who asks for a save is told that it was heard, until the checkpoint is here", async () => {
  const { store } = make({ "POST /training/jobs/job_1/save-now": {} });
  const list = new CheckpointList(store);
  const job = (more) => ({ id: "job_1", state: "running", checkpoints: [{ step: 10, size: 1, published: false, proof: {} }], ...more });
  store.listen(() => list.show(job()));
  list.show(job());
  assert.equal(list.told.textContent, "");
  await list.save.fire("click");
  assert.match(list.told.textContent, /^Saving once this step is done/);
  list.show(job({ checkpoints: [10, 11].map((step) => ({ step, size: 1, published: false, proof: {} })) }));
  assert.equal(list.told.textContent, "");
});

test("pictures of styles that were asked for another model are not shown for the one that is chosen now", async () => {
  globalThis.IntersectionObserver = class { observe() {} };
  Object.assign(FakeElement.prototype, { querySelectorAll: () => [], checkVisibility: () => true });
  const waiting = {};
  const { store } = make();
  store.api.prompts.stylePictures = (_id, { recipe }) => new Promise((resolve) => (waiting[recipe] = (picture) => resolve({ items: [{ name: "film", picture }], making: null, error: null })));
  const choice = new StyleChoice(store, () => {});
  for (const recipe of ["slow", "quick"]) choice.fit({ person: { id: "chr_1", name: "Ann" }, order: { recipe, base_model: null } });
  waiting.quick("quick.png");
  await new Promise(setImmediate);
  waiting.slow("slow.png");
  await new Promise(setImmediate);
  assert.deepEqual(choice.known.items.map(({ picture }) => picture), ["quick.png"]);
});

test("of two LoRAs that were pressed the one pressed last is asked about, however slowly the first is read", async () => {
  const waiting = {};
  const { store } = make({ "GET /loras": { items: ["slow", "quick"].map((name) => ({ name: `${name}.safetensors`, person: "" })) } });
  store.api.loras.list = async () => ({ items: ["slow", "quick"].map((name) => ({ name: `${name}.safetensors`, person: "" })) });
  store.api.loras.facts = (name) => new Promise((resolve) => (waiting[name] = () => resolve({ title: name, words: [], bases: [], fitting: [], family: "", size: 1 })));
  Object.assign(FakeElement.prototype, { querySelector: () => null, value: "" });
  const place = view(store);
  openLoras(place);
  await new Promise(setImmediate);
  for (const row of all(place).filter((one) => one.dataset.testid === "isen-lora")) row.click();
  waiting["quick.safetensors"]();
  await new Promise(setImmediate);
  waiting["slow.safetensors"]();
  await new Promise(setImmediate);
  assert.equal(named(place, "isen-lora-name").value, "quick.safetensors");
});
