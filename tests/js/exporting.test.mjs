/** What goes along when a character is exported, and how far one is that comes in. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { exportEntry } from "../../js/components/characters/exporting.js";
import { Api } from "../../js/data/api.js";
import { FakeElement, installDocument } from "./fake_dom.mjs";
import { error, make } from "./fake_store.mjs";

const page = installDocument();
const { uploading } = await import("../../js/data/photos/uploads.js");
const { Importer } = await import("../../js/components/characters/importer.js");

test("its size is that of the versions the server has ranked, whichever was picked", async () => {
  FakeElement.prototype.showModal = () => {};
  const panel = new FakeElement("isen-panel", page);
  const versions = [
    { family: "sd15", size: 1e6, picked: false, rank: 1 },
    { family: "sd15", size: 5e6, picked: false, rank: 0 },
    { family: "sdxl", size: 2e6, picked: true, rank: 2 },
  ];
  const view = { panel, store: { api: new Api({ url: (path) => path }) } };
  await exportEntry(view, () => ({ id: "chr_1", name: "Ann", versions }), () => {}).fire("click");
  assert.match(panel.textContent, /\b3(\.0)?\u00a0MB/);
});

test("a file that has been sent is still to be read: its bar says no more that it is whole", async () => {
  const seen = [];
  const { store } = make({});
  const { bar, take } = /** @type {any} */ (importerOf(store));
  store.api.characters.bring = async (_, { progress }) => {
    for (const share of [0.4, 1]) seen.push((progress(share), bar.value ?? null));
    throw error("character_full", 409);
  };
  bar.removeAttribute = () => (bar.value = undefined);
  await take({});
  assert.deepEqual([seen, bar.hidden], [[0.4, null], true]);
});

test("who goes elsewhere while a person is read stays there, and finds the bar again when they come back", async () => {
  const { store } = make({});
  const told = [];
  const view = { store, dispatchEvent: ({ detail }) => told.push(detail.text) };
  const importer = new Importer(/** @type {any} */ (view));
  const again = new Importer(/** @type {any} */ (view));
  let read = () => {};
  store.api.characters.bring = (_, { progress }) => (progress(0.5), new Promise((resolve) => (read = () => resolve({ character: { id: "chr_1", name: "Ann", photo_count: 3 }, refused: [], former_trigger: "" }))));
  const done = importer.take(/** @type {any} */ ({}));
  store.go({ tab: "images" });
  again.show(store.state.importing);
  assert.deepEqual([again.bar.hidden, again.bar.value, uploading(store.state)], [false, 0.5, true]);
  read();
  await done;
  again.show(store.state.importing);
  assert.deepEqual([store.state.route, told, again.bar.hidden, uploading(store.state)], [{ tab: "images" }, ["Ann was imported with 3 photos."], true, false]);
});

function importerOf(store) {
  const importer = new Importer(/** @type {any} */ ({ store }));
  return { bar: importer.bar, take: (file) => importer.take(file) };
}
