/** Why a queued job waits: asked for anew when the line or the workers change, said on the job. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { waitsFor } from "../../js/components/shared/job_words.js";
import { trainerOf } from "../../js/components/training/trainer_line.js";
import { Api, ApiError } from "../../js/data/api.js";
import { Store } from "../../js/data/store.js";
import { reasonOf, withReasons } from "../../js/data/jobs.js";
import { installDocument } from "./fake_dom.mjs";

globalThis.document = installDocument();
const WHY = { code: "gpu", message: "Waiting for a worker with a GPU.", hint: "It begins by itself." };
const job = (id, state, more = {}) => ({ id, kind: "training", state, ...more });
const settled = () => new Promise((resolve) => setTimeout(resolve));

function made(items) {
  const asked = [];
  const get = async (path) => {
    asked.push(path);
    return { items: items() };
  };
  const store = new Store(Object.assign(new Api({ fetch, url: (path) => path }), { get }), { memory: null, later: () => {} });
  store.set({ jobs: [job("job_1", "queued"), job("job_2", "running")], tasks: [] });
  return { asked, store };
}

test("a worker that comes or goes changes the reasons, and many at once are one question more", async () => {
  let why = WHY;
  const { store, asked } = made(() => [job("job_1", "queued", { waits_for: why })]);
  const event = { type: "worker.state", subject: { id: "w" }, data: { worker: null } };
  for (let n = 0; n < 5; n += 1) store.take(event);
  await settled();
  assert.equal(asked.length, 2);
  assert.deepEqual(store.state.jobs.map((known) => known.waits_for), [WHY, null]);
  why = null;
  store.take(event);
  await settled();
  assert.equal(reasonOf(store.state.jobs[0]), null);
});

test("a job that is queued is asked about; nothing is asked while nothing waits", async () => {
  const { store, asked } = made(() => [job("job_1", "queued", { waits_for: WHY })]);
  store.take({ type: "job.state", subject: { id: "job_1" }, data: { state: "queued", job: job("job_1", "queued") } });
  await settled();
  assert.equal(reasonOf(store.state.jobs.find((known) => known.id === "job_1")), WHY);
  store.set({ jobs: [job("job_2", "running")] });
  store.take({ type: "worker.state", subject: { id: "w" }, data: { worker: null } });
  await settled();
  assert.equal(asked.length, 1);
});

test("the reason is said in words while the job is queued, and not a moment longer", () => {
  const [queued] = withReasons([job("job_1", "queued")], [job("job_1", "queued", { waits_for: WHY })]);
  assert.equal(waitsFor(queued).textContent, "Waiting for a worker with a GPU. It begins by itself.");
  assert.equal(waitsFor({ ...queued, state: "preparing" }), null);
  assert.equal(waitsFor(job("job_1", "queued")), null);
  assert.equal(withReasons(null, []), null);
});

test("a trainer that is missing here is not asked for where a worker of another machine has it", () => {
  const backend = { name: "ai_toolkit", setup: {}, state: { name: "ai_toolkit", state: "not_installed", detail: "It is not set up yet." } };
  const worker = (state) => ({ backends: [{ name: "ai_toolkit", state }] });
  const line = (workers) => trainerOf({ backends: [backend], tasks: [], health: { mode: "production" }, workers });
  assert.equal(line([]).words, "It is not set up yet.");
  assert.equal(line([worker("not_installed")]).words, "It is not set up yet.");
  assert.equal(line([worker("not_installed"), worker("ready")]), null);
});

/** A store whose log and curve of a job come when they are released. */
function slow(log, loss = { items: [] }) {
  const answers = { log: null, loss: null };
  const get = (path) => new Promise((resolve, reject) => (answers[/log/.test(path) ? "log" : "loss"] = { resolve, reject }));
  const store = new Store(Object.assign(new Api({ fetch, url: (path) => path }), { get }), { memory: null, later: () => {} });
  store.set({ jobs: [job("job_2", "running", { progress: {} })], tasks: [] });
  const come = async (done) => (answers.log.resolve({ lines: log }), answers.loss.resolve(loss), await done);
  return { store, answers, come };
}
const lines = (...told) => ({ type: "job.log", subject: { id: "job_2" }, data: { lines: told } });
const step = (n) => ({ type: "job.progress", subject: { id: "job_2" }, data: { progress: { step: n, loss: n / 10 } } });

test("lines and steps that are told while a log is opened follow what it brings, each once", async () => {
  const { store, come } = slow(["1", "2", "3"], { items: [{ step: 1, loss: 0.1 }] });
  const done = store.loadJob("job_2");
  store.take(lines("2", "3"), step(1), step(2));
  store.take(lines("4"), lines("5"));
  await come(done);
  assert.deepEqual(store.state.logs.job_2, ["1", "2", "3", "4", "5"]);
  assert.deepEqual(store.state.losses.job_2, [{ step: 1, loss: 0.1 }, { step: 2, loss: 0.2 }]);
  store.take(lines("6"));
  assert.deepEqual(store.state.logs.job_2.slice(-2), ["5", "6"]);
});

test("a log that cannot be fetched once more stays as it is known", async () => {
  const { store, answers, come } = slow(["1"]);
  await come(store.loadJob("job_2"));
  const again = store.loadJob("job_2");
  store.take(lines("2"));
  answers.log.reject(new ApiError(0, { code: "offline", message: "", hint: "" }));
  answers.loss.resolve({ items: [] });
  await again;
  assert.deepEqual(store.state.logs.job_2, ["1", "2"]);
});
