/** ComfyUI restarted from the panel: offered where it can be, asked first where pictures would be lost. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Api } from "../../js/data/api.js";
import { advisesRestart, restartButton } from "../../js/components/shared/restart.js";
import { Store } from "../../js/data/store.js";
import { FakeElement, installDocument } from "./fake_dom.mjs";

const page = installDocument();

function made(queue, more = {}) {
  const asked = [];
  const answers = { "GET /isengard/comfyui": { can_restart: true, queue }, "POST /isengard/comfyui/restart": { lost: queue } };
  const ways = {
    url: (path) => path,
    fetch: async (path, { method, body }) => {
      if (method === "POST") asked.push(JSON.parse(body));
      return { status: 200, ok: true, json: async () => answers[`${method} ${path}`] };
    },
  };
  const store = new Store(new Api(ways), { memory: null, later: () => {} });
  store.set({ health: { host: { can_restart: true } }, ...more });
  return { asked, store };
}

const panel = new FakeElement("isen-panel", page);
const press = (row) => row.children[0].fire("click", { currentTarget: { closest: () => panel } });
const found = (node, testid) => (node.dataset?.testid === testid ? node : (node.children ?? []).map((child) => found(child, testid)).find(Boolean));

test("it is offered only where it can be done", () => {
  const { store } = made(0);
  assert.ok(restartButton(store));
  for (const state of [{ health: null }, { health: { host: {} } }, { desktop: true }]) {
    const other = made(0, state).store;
    assert.equal(restartButton(other), null, JSON.stringify(state));
  }
  assert.ok(restartButton(made(0, { health: null }).store, true), "what cannot work says it elsewhere");
});

test("an empty queue restarts at once, and a running training is told to go on", async () => {
  const { asked, store } = made(0, { jobs: [{ state: "running" }] });
  const row = restartButton(store);
  assert.match(row.textContent, /Training keeps running/);
  await press(row);
  assert.deepEqual(asked, [{}]);
  assert.match(row.textContent, /Back in a moment/);
  store.set({ health: { ...store.state.health, boot_id: "another" } });
  assert.doesNotMatch(row.textContent, /Back in a moment/, "it is back");
});

test("what is in the queue is asked for first", async () => {
  FakeElement.prototype.showModal = () => {};
  FakeElement.prototype.close = function close() {
    this.remove();
  };
  const { asked, store } = made(3);
  await press(restartButton(store));
  assert.deepEqual(asked, []);
  assert.equal(found(panel, "isen-restart-loses").textContent, "3 pictures in ComfyUI's queue will be lost.");
  await found(panel, "isen-restart-cancel").fire("click");
  assert.deepEqual([panel.children.length, asked], [0, []]);
  await press(restartButton(store));
  await found(panel, "isen-restart-anyway").fire("click");
  assert.deepEqual([panel.children.length, asked], [0, [{ lose_queue: true }]]);
});

test("the server's advice is recognised in its own words", () => {
  for (const text of ["but it didn't: restart ComfyUI.", "Restart ComfyUI to repair it.", "Update ComfyUI, then restart it."]) assert.ok(advisesRestart({ message: "It failed.", hint: text }), text);
  for (const text of ["", undefined, "restart the computer, then press Set up again.", "ComfyUI was restarted before"]) assert.equal(advisesRestart({ message: text }), false, text);
});
