/** "Improve this set": what a refusal or a closed dialog leaves of it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeElement, installDocument } from "./fake_dom.mjs";
import { error, make } from "./fake_store.mjs";

const page = installDocument();
Object.assign(FakeElement.prototype, {
  showModal() {},
  close() {
    this.fire("close");
  },
  dispatchEvent(event) {
    offers.push(event.detail);
  },
});
/** What was offered to be undone. @type {any[]} */
const offers = [];
globalThis.CustomEvent ??= class {
  constructor(type, more) {
    Object.assign(this, { type, ...more });
  }
};
const { openImproveSet } = await import("../../js/components/characters/crops/improve_set.js");

const proposals = [1, 2, 3, 4, 5].map((n) => ({ photo_id: `photo_${n}`, kind: "face", box: [0, 0, 10, 10], before: 0.1, after: 0.3, replaces: true }));
const photos = proposals.map(({ photo_id: id }) => ({ id, width: 100, height: 100 }));
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** The dialog of a person whose photos are looked at; each request for crops is answered by `made`. */
async function opened(made) {
  const { api, store } = make({
    "GET /characters/chr_1/improvements": { done: true, looked: 5, of: 5, faces: true, batch: "", proposals, left: [] },
    "GET /characters/chr_1/photos": { items: photos },
    "POST /characters/chr_1/improvements": made,
  });
  store.set({ photos: { chr_1: photos } });
  const view = Object.assign(new FakeElement("isen-character", page), { store, panel: null });
  const dialog = openImproveSet(view, "chr_1");
  await settled();
  return { api, dialog };
}

test("what is refused stays in the list to be tried again, what was made before it is told and can be undone", async () => {
  let asked = 0;
  const { dialog } = await opened(() => {
    asked += 1;
    if (asked === 2) throw error("disk_full", 507);
    return { batch: "batch_1" };
  });
  await dialog.apply.fire("click");
  assert.deepEqual([dialog.list.children.length, dialog.chosen.size, dialog.apply.hidden], [2, 2, false]);
  assert.equal(dialog.status.textContent, "3 crops were added.");
  assert.equal(dialog.undo.hidden, false);
  await dialog.apply.fire("click");
  assert.deepEqual([dialog.list.children.length, dialog.status.textContent], [0, "2 crops were added."]);
});

test("where the first is refused nothing is said to be made", async () => {
  const { dialog } = await opened(error("disk_full", 507));
  await dialog.apply.fire("click");
  assert.deepEqual([dialog.list.children.length, dialog.chosen.size, dialog.undo.hidden], [5, 5, true]);
  assert.match(dialog.status.textContent, /^5 crops would help/);
});

test("closed while they are made, no more are, and those that were can be taken back", async () => {
  const { api, dialog } = await opened(() => {
    dialog.dialog.close();
    return { batch: "batch_1" };
  });
  await dialog.apply.fire("click");
  const posts = api.asked.filter(([method]) => method === "POST");
  assert.equal(posts.length, 1);
  assert.deepEqual(offers.map(({ text }) => text), ["3 crops were added."]);
  await offers[0].undo();
  assert.match(api.asked.at(-1)[1], /undo/);
});
