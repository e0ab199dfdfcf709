import assert from "node:assert/strict";
import { test } from "node:test";

import { button, field, h, sends } from "../../js/lib/dom.js";
import { fill, keyed } from "../../js/lib/lists.js";
import { installDocument } from "./fake_dom.mjs";

const page = installDocument();
const NASTY = '<img src=x onerror="alert(1)">';

test("data stays data: text and attributes are never parsed", () => {
  const element = h("p", { text: NASTY, title: NASTY }, null, false, undefined);
  assert.equal(element.children.length, 1);
  assert.equal(element.children[0], NASTY);
  assert.equal(element.getAttribute("title"), NASTY);
  assert.deepEqual(h("p", {}, NASTY).children, [NASTY]);
});

test("false and null leave an attribute out, true gives an empty one", () => {
  const element = h("input", { hidden: false, title: null, required: true, "aria-label": "x" });
  assert.deepEqual(element.attributes, { required: "", "aria-label": "x" });
});

test("a button of ours never submits a form, and a bare one is named", () => {
  const element = button("Delete", () => {}, { icon: "trash", bare: true, testid: "isen-x" });
  assert.equal(element.getAttribute("type"), "button");
  assert.equal(element.getAttribute("aria-label"), "Delete");
  assert.equal(element.getAttribute("data-testid"), "isen-x");
  assert.equal(element.textContent, "");
});

test("a button cannot be pressed twice while it works, and can again after a failure", async () => {
  let release;
  let runs = 0;
  const element = button("Go", () => {
    runs += 1;
    return new Promise((resolve, reject) => (release = { resolve, reject }));
  });
  const first = element.fire("click");
  assert.equal(element.getAttribute("aria-busy"), "true");
  await element.fire("click");
  assert.equal(runs, 1);
  release.reject(new Error("away"));
  await assert.rejects(first, /away/);
  assert.equal(element.getAttribute("aria-busy"), null);
  const third = element.fire("click");
  release.resolve();
  await third;
  assert.equal(runs, 2);
});

test("a form is sent once, however often its key or button is pressed, and the page stays", async () => {
  let release;
  let runs = 0;
  let stays = 0;
  const submitter = h("button");
  const form = h("form", { on: { submit: sends(() => ((runs += 1), new Promise((resolve) => (release = resolve)))) } });
  const preventDefault = () => (stays += 1);
  const first = form.fire("submit", { submitter, preventDefault });
  assert.equal(submitter.getAttribute("aria-busy"), "true");
  await form.fire("submit", { submitter, preventDefault });
  await form.fire("submit", { submitter: null, preventDefault });
  assert.deepEqual([runs, stays], [1, 3]);
  release();
  await first;
  form.fire("submit", { submitter, preventDefault });
  assert.equal(runs, 2);
});

test("a field's label and hint point at its control", () => {
  const control = h("input");
  const element = field("Name", control, "Only for you");
  const [label, , hint] = element.children;
  assert.equal(label.getAttribute("for"), control.id);
  assert.equal(control.getAttribute("aria-describedby"), hint.getAttribute("id"));
});

test("fill builds only when its key changes", () => {
  const element = h("div");
  let built = 0;
  const make = () => [h("b", { text: String(++built) }), null];
  fill(element, { a: 1 }, make);
  fill(element, { a: 1 }, make);
  assert.equal(built, 1);
  fill(element, { a: 2 }, make);
  assert.equal(element.textContent, "2");
});

test("fill gives the focus back to the same place", () => {
  const element = h("div");
  fill(element, 1, () => [h("button"), h("span", {}, h("button"))]);
  element.children[1].children[0].focus();
  fill(element, 2, () => [h("button"), h("span", {}, h("button"))]);
  assert.equal(page.activeElement, element.children[1].children[0]);
});

const ways = { id: (item) => item.id, make: (item) => h("li", { text: item.name }) };

test("keyed keeps the node of what did not change, in the new order", () => {
  const list = h("ul");
  keyed(list, [{ id: "a", name: "A" }, { id: "b", name: "B" }, { id: "c", name: "C" }], ways);
  const [a, b, c] = list.children;
  keyed(list, [{ id: "d", name: "D" }, { id: "c", name: "C" }, { id: "a", name: "A" }], ways);
  assert.equal(list.textContent, "DCA");
  assert.equal(list.children[1], c);
  assert.equal(list.children[2], a);
  assert.equal(b.parentNode, null);
});

test("keyed makes a changed one anew, or hands it to update, and the focus stays", () => {
  const list = h("ul");
  const focusable = { ...ways, make: (item) => h("li", {}, h("button", { text: item.name })) };
  keyed(list, [{ id: "a", name: "A" }], focusable);
  const [before] = list.children;
  before.children[0].focus();
  keyed(list, [{ id: "a", name: "B" }], focusable);
  assert.notEqual(list.children[0], before);
  assert.equal(page.activeElement, list.children[0].children[0]);
  const updated = [];
  keyed(list, [{ id: "a", name: "C" }], { ...focusable, update: (node, item) => updated.push([node, item.name]) });
  assert.deepEqual(updated, [[list.children[0], "C"]]);
});
