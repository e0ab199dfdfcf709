/** The offer to undo: how long it stands. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { UndoBar } from "../../js/components/panel/undo_bar.js";
import { FakeElement, installDocument } from "./fake_dom.mjs";
import { error, make } from "./fake_store.mjs";

const page = installDocument();
Object.assign(FakeElement.prototype, {
  matches: () => false,
  querySelectorAll: () => [],
  querySelector() {
    return this.children.find((child) => child.localName === "button") ?? null;
  },
});

function shown() {
  const { store } = make({});
  const bar = new UndoBar(/** @type {any} */ (page.createElement("div")), store);
  return { bar, store, press: () => /** @type {any} */ (bar.element).querySelector("button").fire("click") };
}

test("an undo that is refused can be tried again, one that is done cannot", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { bar, store, press } = shown();
  const earlier = error("earlier", 409);
  store.set({ problem: earlier });
  let refuses = true;
  bar.show({ text: "4 photos removed", undo: () => store.attempt(() => (refuses ? Promise.reject(error("disk_full", 507)) : 1)) });
  await press();
  assert.equal(bar.element.hidden, false);
  mock.timers.tick(19_999);
  assert.equal(bar.element.hidden, false, "as long as at first");
  refuses = false;
  await press();
  assert.equal(bar.element.hidden, true);
  mock.timers.reset();
});

test("what stood there before is no refusal, and a newer offer stays", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { bar, store, press } = shown();
  store.set({ problem: error("earlier", 409) });
  bar.show({ text: "moved", undo: async () => {} });
  await press();
  assert.equal(bar.element.hidden, true);
  let release;
  bar.show({ text: "moved", undo: () => new Promise((resolve) => (release = resolve)) });
  const pressed = press();
  bar.show({ text: "removed", undo: () => {} });
  release();
  await pressed;
  assert.equal(bar.element.hidden, false);
  mock.timers.tick(19_999);
  assert.equal(bar.element.hidden, false);
  mock.timers.tick(1);
  assert.equal(bar.element.hidden, true);
  assert.equal(bar.press(), false);
  mock.timers.reset();
});

test("what is only told goes sooner, and what is told with nothing to say takes an offer away", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { bar } = shown();
  bar.show({ text: "kept", undo: null });
  mock.timers.tick(7999);
  assert.equal(bar.element.hidden, false);
  mock.timers.tick(1);
  assert.equal(bar.element.hidden, true);
  bar.show({ text: "Ann is in the trash.", undo: () => {} });
  assert.equal(bar.element.hidden, false);
  bar.show({ text: "", undo: null });
  assert.equal(bar.element.hidden, true);
  mock.timers.reset();
});
