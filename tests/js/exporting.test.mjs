/** What goes along when a character is exported. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { exportEntry } from "../../js/components/characters/exporting.js";
import { Api } from "../../js/data/api.js";
import { FakeElement, installDocument } from "./fake_dom.mjs";

const page = installDocument();

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
