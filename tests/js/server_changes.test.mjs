/** The server lends, is updated, or is slow: what the panel's memory makes of it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Api } from "../../js/data/api.js";
import { emptyState, isOutdated, reduced } from "../../js/data/state.js";
import { Store } from "../../js/data/store.js";

const answers = { "/isengard/health": { version: "1.0.0", mode: "production" }, "/isengard/training/lending": { lending: { job_id: "job_1", asked_at: "x", until: "" } } };

function made(more = {}) {
  const asked = [];
  const ways = {
    url: (path) => path,
    fetch: async (path, { method }) => {
      asked.push(`${method} ${path}`);
      if (method === "DELETE") return { status: 204, ok: true };
      const body = { ...answers, ...more }[path] ?? { items: [], next_cursor: null };
      return { status: 200, ok: true, json: async () => (typeof body === "function" ? body() : body) };
    },
  };
  return { asked, store: new Store(new Api(ways), { memory: null, later: () => {} }) };
}

test("what is lent is known after a reload, changed by an event, and given back", async () => {
  const { store, asked } = made();
  await store.refresh();
  assert.equal(store.state.lending.job_id, "job_1");
  const until = "2026-01-01T00:02:00Z";
  store.take({ type: "lending.state", subject: { kind: "job", id: "job_1" }, data: { lending: { job_id: "job_1", asked_at: "x", until } } });
  assert.equal(store.state.lending.until, until);
  await store.giveBack();
  assert.equal(store.state.lending, null);
  assert.ok(asked.includes("DELETE /isengard/training/lending"));
  assert.equal(reduced(store.state, { type: "lending.state", subject: {}, data: { lending: null } }).lending, null);
});

test("a page that was opened before an update says so, and only then", async () => {
  let version = "1.0.0";
  const { store } = made({ "/isengard/health": () => ({ version, mode: "production" }) });
  assert.equal(isOutdated(emptyState()), false);
  await store.refresh();
  assert.equal(isOutdated(store.state), false);
  version = "1.1.0";
  await store.refresh();
  assert.equal(isOutdated(store.state), true);
});

test("a slow answer is told once it is slow, and no longer when it is there", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let release;
  const { store } = made({ "/isengard/characters/chr_1": () => new Promise((resolve) => (release = resolve)) });
  store.api.ways.fetch = () => new Promise((resolve) => (release = () => resolve({ status: 200, ok: true, json: async () => ({}) })));
  const answer = store.api.get("/characters/chr_1");
  assert.equal(store.state.slow, false);
  context.mock.timers.tick(4000);
  assert.equal(store.state.slow, true);
  release();
  await answer;
  assert.equal(store.state.slow, false);
});
