import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../js/data/api.js";
import { installDocument } from "./fake_dom.mjs";
import { make, memory, error } from "./fake_store.mjs";

installDocument();
const { View, whenBack } = await import("../../js/components/shared/view.js");

test("refresh fetches every list and says online", async () => {
  const { store } = make({ "GET /characters": { items: [{ id: "chr_1" }], next_cursor: "more" } });
  await store.refresh();
  assert.equal(store.state.connection, "online");
  assert.deepEqual(store.state.characters, [{ id: "chr_1" }]);
  assert.equal(store.state.cursors.characters, "more");
  assert.deepEqual(store.state.jobs, []);
});

test("a list that is here before the others is told at once, and only the first time", async () => {
  let release;
  const told = [];
  const { store } = make({ "GET /recipes": () => new Promise((resolve) => (release = resolve)), "GET /generations": { items: [{ id: "gen_1" }], next_cursor: null } });
  store.early = (name, items) => told.push([name, items.length]);
  const done = store.refresh();
  await new Promise(setImmediate);
  assert.deepEqual(told.find(([name]) => name === "generations"), ["generations", 1]);
  assert.equal(store.state.generations, null);
  release({ items: [], next_cursor: null });
  await done;
  told.length = 0;
  const again = store.refresh();
  await new Promise(setImmediate);
  release({ items: [], next_cursor: null });
  await again;
  assert.deepEqual(told, []);
});

test("what is told while the lists are on their way is not lost", async () => {
  let release;
  const { store } = make({ "GET /characters": () => new Promise((resolve) => (release = resolve)) });
  const done = store.refresh();
  await new Promise(setImmediate);
  store.take({ type: "character.changed", subject: { id: "chr_2" }, data: { change: "created", character: { id: "chr_2" } } });
  release({ items: [{ id: "chr_1" }] });
  await done;
  assert.deepEqual(store.state.characters.map((known) => known.id), ["chr_2", "chr_1"]);
});

test("what was taken away here while the lists were on their way does not come back with them", async () => {
  const waiting = [];
  const { store } = make({ "GET /recipes": () => new Promise((resolve) => waiting.push(resolve)) });
  const done = store.refresh();
  await new Promise(setImmediate);
  store.keepOwn({ recipes: [] });
  waiting.shift()({ items: [{ name: "mine" }], next_cursor: null }); // as it was when they were asked for
  await new Promise(setImmediate);
  waiting.shift()?.({ items: [], next_cursor: null });
  await done;
  assert.deepEqual(store.state.recipes, []);
});

test("refresh asked for twice at once runs once more at the end, never side by side", async () => {
  const { store, api } = make({});
  await Promise.all([store.refresh(), store.refresh(), store.refresh()]);
  assert.equal(api.asked.filter(([, path]) => path === "/health").length, 2);
});

for (const [code, status, connection] of [["session_needed", 401, "locked"], ["host_not_allowed", 403, "locked"], ["starting", 503, "starting"], ["schema_newer", 503, "broken"], ["offline", 0, "offline"], ["offline", 502, "offline"], ["offline", 504, "offline"]]) {
  test(`${code} means ${connection}`, async () => {
    const waits = [];
    const { store } = make({ "GET /health": error(code, status) }, { later: (_, ms) => waits.push(ms) });
    await store.refresh();
    assert.equal(store.state.connection, connection);
    assert.equal(store.state.failure?.code ?? null, connection === "broken" ? code : null);
    assert.deepEqual(waits, connection === "locked" ? [] : [1000]);
  });
}

test("where something that was pressed needs the link again, the panel asks for it", async () => {
  const answers = {};
  const { store } = make(answers);
  await store.refresh();
  assert.equal(store.state.connection, "online");
  const ended = error("session_needed", 401);
  store.api.get = async () => { throw ended; };
  assert.equal(await store.attempt(() => { throw ended; }), null);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(store.state.connection, "locked");
  assert.equal(store.state.problem, ended);
});

test("it tries again by itself, slower each time, with one timer only", async () => {
  const works = [];
  const { store } = make({ "GET /health": error("offline", 0) }, { later: (work, ms) => works.push([work, ms]) });
  await store.refresh();
  await store.refresh();
  assert.deepEqual(works.map(([, ms]) => ms), [1000]);
  works[0][0]();
  await store.refresh();
  assert.deepEqual(works.map(([, ms]) => ms), [1000, 5000]);
});

test("a refusal is shown where the person looks and is gone with the next try", async () => {
  const { store } = make({});
  const refused = error("wrong_state", 409);
  assert.equal(await store.attempt(() => Promise.reject(refused)), null);
  assert.equal(store.state.problem, refused);
  assert.equal(await store.attempt(async () => 7), 7);
  assert.equal(store.state.problem, null);
});

test("what nobody pressed takes no refusal away, and shows its own only where none is", async () => {
  const { store } = make({});
  const [pressed, loaded] = [error("wrong_state", 409), error("disk_full", 507)];
  await store.attempt(() => Promise.reject(pressed));
  assert.equal(await store.ask(async () => 7), 7);
  assert.equal(store.state.problem, pressed);
  assert.equal(await store.ask(() => Promise.reject(loaded)), null);
  assert.equal(store.state.problem, pressed);
  store.set({ problem: null });
  await store.ask(() => Promise.reject(loaded));
  assert.equal(store.state.problem, loaded);
  await assert.rejects(store.ask(() => Promise.reject(new TypeError("ours"))), /ours/);
});

test("once ComfyUI answers again views ask again, and what they could not ask is no problem any more", async () => {
  let health = { mode: "production" };
  const { store } = make({ "GET /health": () => (health instanceof Error ? Promise.reject(health) : health) });
  await store.refresh();
  const returned = store.state.returns;
  await store.refresh();
  assert.equal(store.state.returns, returned, "it was there all the time");
  let again = 0;
  const stop = whenBack(store, () => (again += 1));
  health = error("offline", 0);
  await store.refresh();
  health = { mode: "production" };
  await store.refresh();
  assert.deepEqual([store.state.returns, again], [returned + 1, 1]);
  await store.ask(() => Promise.reject(error("offline", 0))); // a loss that is over before the connection tells of it
  assert.equal(store.state.problem.code, "offline");
  await store.refresh();
  assert.deepEqual([store.state.returns, store.state.problem, again], [returned + 2, null, 2]);
  const notDone = new ApiError(0, { code: "offline", message: "", hint: "", correlation_id: "ui-1" });
  await store.attempt(() => Promise.reject(notDone));
  store.set({ connection: "offline" });
  stop();
  await store.refresh();
  assert.deepEqual([store.state.problem, again], [notDone, 2], "what somebody pressed was not done, and that stays said");
});

test("a view is told once, also of what came while it was away", () => {
  const { store } = make({});
  const told = [];
  const view = Object.assign(new View(), { store, update: () => told.push("update"), online: () => told.push("online") });
  view.connectedCallback();
  store.set({ returns: 1 });
  store.set({ slow: false });
  view.disconnectedCallback();
  store.set({ returns: 2 });
  view.connectedCallback();
  assert.deepEqual(told, ["update", "update", "online", "update", "update", "online"]);
});

test("every action has its own correlation id", async () => {
  const { store } = make({});
  const ids = [];
  for (let n = 0; n < 3; n += 1) await store.attempt(async (id) => ids.push(id));
  assert.equal(new Set(ids).size, 3);
  assert.match(ids[0], /^ui-[0-9a-f]{16}$/);
});

test("a fault of ours is not shown as the server's", async () => {
  const { store } = make({});
  await assert.rejects(store.attempt(() => Promise.reject(new TypeError("ours"))), /ours/);
});

test("all people are listed, however many pages that takes", async () => {
  const { store, api } = make({ "GET /characters": (path) => (path.includes("cursor=c1") ? { items: [{ id: "chr_1" }], next_cursor: null } : { items: [{ id: "chr_3" }, { id: "chr_2" }], next_cursor: "c1" }) });
  await store.refresh();
  assert.deepEqual(store.state.characters.map(({ id }) => id), ["chr_3", "chr_2", "chr_1"]);
  assert.equal(api.asked.filter(([, path]) => path.startsWith("/characters?")).length, 2);
});

test("the next page is added without what is known already", async () => {
  const { store } = make({ "GET /generations": (path) => (path.includes("cursor=c1") ? { items: [{ id: "gen_2" }, { id: "gen_1" }], next_cursor: null } : { items: [{ id: "gen_3" }, { id: "gen_2" }], next_cursor: "c1" }) });
  await store.refresh();
  await store.more("generations");
  assert.deepEqual(store.state.generations.map((known) => known.id), ["gen_3", "gen_2", "gen_1"]);
  assert.equal(store.state.cursors.generations, null);
});

test("where one was is remembered, and nonsense in the memory is not believed", () => {
  const kept = memory();
  const { store } = make({}, { memory: kept });
  store.go({ tab: "training", job: "job_1" });
  assert.deepEqual(make({}, { memory: kept }).store.state.route, { tab: "training", job: "job_1" });
  store.go({ tab: "images", id: "chr_1", compare: "sd15" });
  assert.equal(store.state.route.compare, "sd15");
  assert.deepEqual(make({}, { memory: kept }).store.state.route, { tab: "images" }, "what is opened once is not opened by a reload");
  kept.setItem("isengard.route", "{nonsense");
  assert.deepEqual(make({}, { memory: kept }).store.state.route, { tab: "characters" });
});

test("a training that ended gives its person the version it made", async () => {
  const trained = { id: "chr_1", name: "Anna", versions: [{ step: 20 }] };
  const { api, store } = make({ "GET /characters/chr_1": () => trained });
  store.set({ characters: [{ id: "chr_1", name: "Anna", versions: [] }], jobs: [] });
  const told = (kind, state) => ({ type: "job.state", subject: { id: "job_1" }, data: { state, job: { id: "job_1", kind, state, character_id: "chr_1" } } });
  store.take(told("training", "running"));
  store.take(told("captioning", "completed"));
  assert.deepEqual(api.asked, []);
  store.take(told("training", "completed"));
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(store.state.characters, [trained]);
});

test("pictures of an earlier filter are not shown under the one that was chosen while they were on their way", async () => {
  const release = [];
  const { store, api } = make({ "GET /generations": () => new Promise((resolve) => release.push(resolve)) });
  const first = store.refresh();
  await new Promise(setImmediate);
  release[0]({ items: [{ id: "gen_9" }], next_cursor: "old" });
  await first;
  const again = store.refresh();
  await new Promise(setImmediate);
  const filter = { ...store.state.galleryFilter, favourite: true };
  store.set({ galleryFilter: filter, generations: [{ id: "gen_1" }], cursors: { ...store.state.cursors, generations: null } });
  release[1]({ items: [{ id: "gen_9" }], next_cursor: "old" });
  await new Promise(setImmediate);
  assert.deepEqual(store.state.generations, [{ id: "gen_1" }]);
  assert.equal(store.state.cursors.generations, null);
  release[2]({ items: [{ id: "gen_2" }], next_cursor: null });  // asked for once more, by the filter as it is
  await again;
  assert.deepEqual(store.state.generations, [{ id: "gen_2" }]);
  assert.match(api.asked.filter(([, path]) => path.startsWith("/generations")).at(-1)[1], /favourite/);
});

test("a long list of trainings is continued by a refresh, and the one that is looked at stays", async () => {
  const page = { items: [{ id: "job_9" }, { id: "job_8" }], next_cursor: "c1" };
  const { store, api } = make({ "GET /training/jobs": (path) => (path.includes("cursor=c1") ? { items: [{ id: "job_7" }], next_cursor: null } : path.includes("kind=training") ? page : { items: [] }), "GET /training/jobs/job_2": { id: "job_2" } });
  await store.refresh();
  await store.more("jobs");
  await store.refresh();
  assert.deepEqual(store.state.jobs.map(({ id }) => id), ["job_9", "job_8", "job_7"]);
  assert.equal(store.state.cursors.jobs, null);
  store.go({ tab: "training", job: "job_2" });
  await store.refresh();
  assert.deepEqual(store.state.jobs.at(-1), { id: "job_2" });
  const asked = api.asked.length;
  store.go({ tab: "training", job: "job_7" });
  await store.refresh();
  assert.ok(!api.asked.slice(asked).some(([, path]) => path === "/training/jobs/job_7"), "one that is listed is not asked for");
});
