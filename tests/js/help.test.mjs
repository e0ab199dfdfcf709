/** Help where one is: where the table begins, the page's title, the room on the disk, and the people of several folders. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { titleOf, wantTitle } from "../../js/data/help/page_title.js";
import { RoomWatch, incomingBytes } from "../../js/data/help/room_watch.js";
import { PLACES, partsOf, placesFrom } from "../../js/data/help/shortcuts.js";
import { makePeople } from "../../js/data/photos/uploads.js";
import { peopleIn } from "../../js/lib/files.js";
import { newIssue } from "../../js/data/help/links.js";
import { PageTitle } from "../../js/comfy_title.js";
import en from "../../js/locales/en.js";
import { make, memory } from "./fake_store.mjs";

test("every shortcut and every place has its words, and a combination is taken apart at its pluses", () => {
  const keys = PLACES.flatMap(({ id, shortcuts }) => [`keysIn_${id}`, ...shortcuts.map(({ does }) => `does_${does}`)]);
  assert.deepEqual(keys.filter((key) => !en[key]), []);
  assert.deepEqual(["ctrl+shift+z", "+", "ctrl++", "?"].map(partsOf), [["ctrl", "shift", "z"], ["+"], ["ctrl", "+"], ["?"]]);
});

test("the place that has the focus is first, then what holds everywhere", () => {
  const inside = (...selectors) => ({ closest: (at) => selectors.includes(at) });
  const first = (focus) => placesFrom(focus).slice(0, 2).map(({ id }) => id);
  assert.deepEqual(first(inside(".isen-tiles", ".isen-panel")), ["gallery", "panel"]);
  assert.deepEqual(first(null), ["panel", "tabs"]);
  assert.equal(placesFrom(null).length, PLACES.length);
});

test("a training that runs is in the title, and nothing else; not where it was switched off", () => {
  const job = (state, more = {}) => ({ kind: "training", state, character_id: "chr_1", progress: { step: 42, total_steps: 100 }, ...more });
  const kept = memory();
  const said = (...jobs) => titleOf({ jobs, characters: [{ id: "chr_1", name: "Ann" }] }, kept);
  assert.equal(said(job("queued"), job("running")), "42\u00a0%\u00a0· Ann");
  assert.equal(said(job("queued"), job("completed"), job("running", { kind: "captioning" })), "");
  wantTitle(false, kept);
  assert.equal(said(job("running")), "");
  wantTitle(true, kept);
  assert.notEqual(said(job("running")), "");
});

test("the page's own title is kept while ours stands before it, also one that it was given meanwhile", () => {
  const page = { title: "ComfyUI" };
  const title = new PageTitle(page);
  title.say("");
  assert.equal(page.title, "ComfyUI");
  title.say("42\u00a0%\u00a0· Ann");
  assert.equal(page.title, "42\u00a0%\u00a0· Ann — ComfyUI");
  page.title = "[7%] KSampler";
  title.say("42\u00a0%\u00a0· Ann");
  assert.equal(page.title, "42\u00a0%\u00a0· Ann — [7%] KSampler");
  title.say("43 %\u00a0· Ann");
  assert.equal(page.title, "43 %\u00a0· Ann — [7%] KSampler");
  title.say("");
  assert.equal(page.title, "[7%] KSampler");
  title.say("1 % · Ben");
  page.title = "ComfyUI";
  title.say("");
  assert.equal(page.title, "ComfyUI");
});

test("the disk is asked for room while something goes on, twice a minute at most, and is quiet afterwards", async () => {
  const { store, api } = make({ "GET /storage/room": { free_bytes: 1, needed_bytes: 2, low: true } });
  let now = 0;
  const watch = new RoomWatch(store, () => now);
  const asked = () => api.asked.filter(([, path]) => path.startsWith("/storage/room")).map(([, path]) => path);
  const upload = { share: 0.5, error: null, file: { size: 200 } };
  store.set({ connection: "online" });
  await watch.look(store.state);
  assert.deepEqual(asked(), []);
  store.set({ uploads: [upload, { ...upload, error: {} }] });
  assert.equal(incomingBytes(store.state), 100);
  await watch.look(store.state);
  await watch.look(store.state);
  assert.deepEqual([asked(), store.state.room?.low], [["/storage/room?incoming=100"], true]);
  now = 31_000;
  await watch.look(store.state);
  assert.equal(asked().length, 2);
  store.set({ uploads: [] });
  await watch.look(store.state);
  assert.equal(store.state.room, null);
});

test("two folders that came at once are two people; one folder, loose photos and folders of other things are not", () => {
  const found = (folder, name = "a.jpg") => ({ folder, file: new File(["x"], name) });
  const names = (...all) => peopleIn(all).map(({ name, found: theirs }) => `${name} ${theirs.length}`);
  assert.deepEqual(names(found("Ann"), found("Ann/2019"), found("Ann", "a.txt"), found("Ben")), ["Ann 3", "Ben 1"]);
  assert.deepEqual(names(found("Ann"), found("Ann/2019")), []);
  assert.deepEqual(names(found("Ann"), found("Ben"), found("")), []);
  assert.deepEqual(names(found("Ann"), found("notes", "a.pdf")), []);
});

test("each folder's person gets its own photos, and the first that is refused is the last", async () => {
  const made = [];
  const { store } = make({ "POST /characters": (_, body) => (made.length < 2 ? { id: `chr_${made.push(body)}`, versions: [], ...body } : new Error("full")) });
  const given = [];
  store.addPhotos = async (id, files) => void given.push([id, files]);
  const people = ["Ann", "Ben"].map((name) => ({ name, found: [name] }));
  assert.equal(await makePeople(store, people, "woman"), 2);
  assert.deepEqual(made.map(({ name, class_word: kind, consent }) => [name, kind, consent]), [["Ann", "woman", false], ["Ben", "woman", false]]);
  assert.deepEqual(given, [["chr_1", ["Ann"]], ["chr_2", ["Ben"]]]);
});

test("the form for an issue is filled by its address, whatever the text holds", () => {
  const address = new URL(newIssue({ title: "a & b #1", body: "1\n2" }));
  assert.deepEqual([address.searchParams.get("title"), address.searchParams.get("body"), address.hash], ["a & b #1", "1\n2", ""]);
});
