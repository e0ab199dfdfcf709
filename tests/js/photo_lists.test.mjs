import assert from "node:assert/strict";
import { test } from "node:test";

import { error, make } from "./fake_store.mjs";

test("photos are fetched once more for all that was told meanwhile", async () => {
  const { store, api } = make({});
  await Promise.all(Array.from({ length: 20 }, () => store.loadPhotos("chr_1")));
  assert.equal(api.asked.filter(([, path]) => path.endsWith("/photos")).length, 2);
});

test("a photo's change shows at once and is taken back when it is refused", async () => {
  const { store } = make({ "PATCH /characters/chr_1/photos/pho_1": error("photo_not_found", 404) });
  store.set({ photos: { chr_1: [{ id: "pho_1", included: true }] } });
  const done = store.changePhoto("chr_1", "pho_1", { included: false });
  assert.equal(store.state.photos.chr_1[0].included, false);
  await done;
  assert.equal(store.state.photos.chr_1[0].included, true);
  assert.equal(store.state.problem.code, "photo_not_found");
});

/** A store with one photo whose changes are answered when the test says so: `answer(photo)`, the oldest first. */
function changing(more = {}) {
  const waiting = [];
  const made = make({ "PATCH /characters/chr_1/photos/pho_1": () => new Promise((resolve, reject) => waiting.push({ resolve, reject })), ...more });
  made.store.set({ photos: { chr_1: [{ id: "pho_1", included: true, held_out: false, caption: "" }, { id: "pho_2", caption: "" }] } });
  const settle = () => new Promise(setImmediate);
  const answer = async (photo) => {
    await settle();
    const { resolve, reject } = waiting.shift();
    if (photo instanceof Error) reject(photo);
    else resolve({ id: "pho_1", ...photo });
    await settle();
  };
  const shown = () => made.store.state.photos.chr_1[0];
  const ticks = () => [shown().included, shown().held_out];
  return { ...made, waiting, answer, settle, shown, ticks };
}

test("a caption that could not be saved stays in its field, and is saved once ComfyUI answers again", async () => {
  let there = false;
  const sent = [];
  const list = () => ({ items: [{ id: "pho_1", caption: "" }], next_cursor: null });
  const { store } = make({ "GET /characters/chr_1/photos": list, "PATCH /characters/chr_1/photos/pho_1": (_, body) => (sent.push(body.caption), there ? { id: "pho_1", ...body } : Promise.reject(error("offline", 0))) });
  await store.refresh();
  await store.loadPhotos("chr_1");
  const field = () => store.photos.captionOf(store.state.photos.chr_1[0]);
  await store.changePhoto("chr_1", "pho_1", { caption: "by the sea, smiling" });
  assert.deepEqual([store.state.photos.chr_1[0].caption, field(), store.state.problem.code], ["", "by the sea, smiling", "offline"]);
  there = true;
  await store.refresh();
  assert.deepEqual([store.state.photos.chr_1[0].caption, field(), store.state.problem], ["by the sea, smiling", "by the sea, smiling", null]);
  await store.refresh();
  assert.equal(sent.length, 2, "once");
});

test("a refused caption makes way for one that was written since, here or elsewhere", async () => {
  const { store, answer, shown } = changing();
  const field = () => store.photos.captionOf(shown());
  const [first, second] = ["one", "two"].map((caption) => store.changePhoto("chr_1", "pho_1", { caption }));
  await answer(error("disk_full", 507));
  assert.equal(field(), "two", "the second is not answered yet");
  await answer(error("disk_full", 507));
  await Promise.all([first, second]);
  assert.deepEqual([shown().caption, field()], ["", "two"]);
  store.photos.keep("chr_1", [{ id: "pho_1", caption: "of another tab" }]);
  assert.equal(field(), "of another tab");
});

test("the answer to a change does not take back the one made since", async () => {
  const { store, answer, ticks } = changing();
  const both = [store.changePhoto("chr_1", "pho_1", { held_out: true }), store.changePhoto("chr_1", "pho_1", { included: false })];
  assert.deepEqual(ticks(), [false, true]);
  await answer({ included: true, held_out: true });
  assert.deepEqual(ticks(), [false, true], "the second is not answered yet");
  await answer({ included: false, held_out: true });
  await Promise.all(both);
  assert.deepEqual(ticks(), [false, true]);
});

test("changes of one photo are sent one after the other, and the last one asked for wins", async () => {
  const { store, api, answer, settle, shown } = changing();
  const both = ["in a garden", "on a beach"].map((caption) => store.changePhoto("chr_1", "pho_1", { caption }));
  await settle();
  assert.deepEqual(api.asked.map(([, , body]) => body.caption), ["in a garden"]);
  await answer({ caption: "in a garden" });
  assert.equal(shown().caption, "on a beach");
  await answer({ caption: "on a beach" });
  await Promise.all(both);
  assert.deepEqual([shown().caption, api.asked.length], ["on a beach", 2]);
});

test("a refused change takes back itself alone, and stays told while the next goes through", async () => {
  const { store, answer, ticks } = changing();
  const both = [store.changePhoto("chr_1", "pho_1", { held_out: true }), store.changePhoto("chr_1", "pho_1", { included: false })];
  await answer(error("offline", 0));
  assert.deepEqual(ticks(), [false, false]);
  await answer({ included: false, held_out: false });
  await Promise.all(both);
  assert.deepEqual([...ticks(), store.state.problem.code], [false, false, "offline"]);
});

test("a list that is told meanwhile changes everything but what is not answered yet", async () => {
  const told = { items: [{ id: "pho_1", included: true, held_out: true, caption: "told" }, { id: "pho_2", caption: "told too" }, { id: "pho_3" }] };
  const { store, answer, shown } = changing({ "GET /characters/chr_1/photos": told });
  const done = store.changePhoto("chr_1", "pho_1", { included: false });
  await store.loadPhotos("chr_1");
  assert.deepEqual([shown().included, shown().held_out, shown().caption], [false, true, "told"]);
  assert.deepEqual(store.state.photos.chr_1.slice(1), told.items.slice(1));
  store.photos.keep("chr_1", told.items);
  assert.equal(shown().included, false, "nor does the answer to something else");
  await answer(error("offline", 0));
  await done;
  assert.deepEqual(shown(), told.items[0], "refused: what was told last is true");
});

test("a list that was asked for before an answer and comes after it is older than the answer", async () => {
  let list;
  const { store, answer, shown } = changing({ "GET /characters/chr_1/photos": () => new Promise((resolve) => (list = resolve)) });
  const loaded = store.loadPhotos("chr_1");
  const done = store.changePhoto("chr_1", "pho_1", { included: false });
  await answer({ included: false });
  await done;
  list({ items: [{ id: "pho_1", included: true }, { id: "pho_2" }] });
  await loaded;
  assert.equal(shown().included, false);
  const again = store.loadPhotos("chr_1");
  list({ items: [{ id: "pho_1", included: true }] });
  await again;
  assert.equal(shown().included, true, "changed by somebody else since");
});

/** Three photos on a server that keeps what it is told of many. */
function many() {
  const kept = Object.fromEntries(["pho_1", "pho_2", "pho_3"].map((id) => [id, { id, included: true, held_out: false, caption: `of ${id}`, caption_source: "template" }]));
  const items = () => ({ items: Object.values(kept) });
  const edit = (_, { photos }) => {
    for (const [id, changes] of Object.entries(photos)) Object.assign(kept[id], "caption" in changes ? { caption_source: "user" } : {}, changes);
    return items();
  };
  const made = make({ "PATCH /characters/chr_1/photos": edit, "GET /characters/chr_1/photos": items });
  made.store.set({ photos: { chr_1: structuredClone(Object.values(kept)) } });
  return { ...made, kept };
}

test("many photos are changed in one request and put back in one, each as it was", async () => {
  const { store, api, kept } = many();
  kept.pho_2.included = false;
  await store.loadPhotos("chr_1");
  const before = structuredClone(store.state.photos.chr_1);
  api.asked.length = 0;
  const changed = store.photos.changeMany("chr_1", ["pho_1", "pho_2"], { included: false, held_out: false });
  assert.deepEqual(store.state.photos.chr_1.map(({ included }) => included), [false, false, true], "shown at once");
  const back = await changed;
  assert.equal(api.asked.length, 1);
  await back();
  assert.equal(api.asked.length, 2);
  assert.deepEqual(store.state.photos.chr_1, before);
});

test("the way back of captions says whose they were", async () => {
  const { store, api, kept } = many();
  const back = await store.photos.changeMany("chr_1", ["pho_1", "pho_3"], { caption: "on a beach" });
  assert.deepEqual([kept.pho_1.caption, kept.pho_1.caption_source, kept.pho_2.caption], ["on a beach", "user", "of pho_2"]);
  await back();
  assert.deepEqual([kept.pho_3.caption, kept.pho_3.caption_source], ["of pho_3", "template"]);
  assert.deepEqual(Object.keys(api.asked[1][2].photos), ["pho_1", "pho_3"]);
});

test("a refusal of many takes all of them back, and there is nothing to undo", async () => {
  const { store } = make({ "PATCH /characters/chr_1/photos": error("photo_not_found", 404), "POST /characters/chr_1/photos/delete": error("photo_not_found", 404) });
  store.set({ photos: { chr_1: [{ id: "pho_1", included: true }, { id: "pho_2", included: true }] } });
  assert.equal(await store.photos.changeMany("chr_1", ["pho_1", "pho_2"], { included: false }), null);
  assert.deepEqual(store.state.photos.chr_1.map(({ included }) => included), [true, true]);
  assert.equal(await store.photos.removeMany("chr_1", ["pho_1"]), null);
});
