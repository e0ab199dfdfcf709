/** Dialogs: what closes them, and what is said while one is open. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { nearWork, openDialog } from "../../js/components/shared/dialogs.js";
import { h } from "../../js/lib/dom.js";
import { FakeElement, installDocument } from "./fake_dom.mjs";

const page = installDocument();
const RECT = { left: 100, right: 300, top: 100, bottom: 300 };
Object.assign(FakeElement.prototype, {
  getBoundingClientRect: () => RECT,
  showModal() {
    this.open = true;
  },
  close() {
    this.open = false;
    this.fire("close");
  },
  querySelectorAll() {
    return this.children.filter((child) => child.localName === "dialog" && child.open);
  },
});

/** @param {FakeElement} panel */
const opened = (panel) => /** @type {any} */ (openDialog(/** @type {any} */ (panel), { label: "x" }));

test("a dialog closes by a press behind it, not by one that began or ended within it", async () => {
  const [text, within, edge, behind] = [{ clientX: 150, clientY: 150 }, { clientX: 290, clientY: 150 }, { clientX: 300, clientY: 300 }, { clientX: 20, clientY: 150 }];
  const afterPress = async (from, to) => {
    const dialog = opened(page.createElement("div"));
    await dialog.fire("pointerdown", from);
    await dialog.fire("click", to); // where a press ends elsewhere than it began the browser tells what holds both: the dialog
    return dialog.open;
  };
  const field = h("textarea");
  assert.equal(await afterPress({ ...text, target: field }, behind), true, "a text is marked beyond the edge");
  assert.equal(await afterPress({ ...text, target: field }, within), true, "a text is marked beyond its field");
  assert.equal(await afterPress(within, within), true, "between two controls");
  assert.equal(await afterPress(edge, edge), true);
  assert.equal(await afterPress(behind, within), true);
  assert.equal(await afterPress(behind, behind), false);
});

test("what is said while dialogs are open is in the one on top, and goes on below it once that closes", () => {
  const panel = page.createElement("div");
  const bar = page.createElement("p");
  const place = () => nearWork(/** @type {any} */ (panel), /** @type {any} */ (bar), () => panel.append(bar));
  place();
  assert.equal(bar.parentNode, panel);
  const [lower, upper] = [opened(panel), opened(panel)];
  place();
  assert.equal(bar.parentNode, upper);
  upper.close();
  assert.equal(bar.parentNode, lower);
  panel.append(bar); // home meanwhile: nothing is left to say
  lower.close();
  assert.equal(bar.parentNode, panel);
});
