import assert from "node:assert/strict";
import { test } from "node:test";

import { answered, emptyState, reduced, runningJobs, shareOf, shownRoute, upserted, waitingJobs } from "../../js/data/state.js";

const progress = (more) => ({ phase: "training", step: 0, total_steps: 100, loss: null, eta_s: null, ...more });
const job = (id, state = "running", more = {}) => ({
  id, kind: "training", state, priority: 50, position: 0, progress: progress({}), checkpoints: [], artifacts: [], ...more,
});
const event = (type, id, data) => ({ type, subject: { kind: "job", id }, data });
const with_ = (more) => ({ ...emptyState(), ...more });

test("a job's state comes in whole, newest first, and other kinds of jobs stay out", () => {
  let state = with_({ jobs: [job("job_1")] });
  state = reduced(state, event("job.state", "job_2", { job: job("job_2", "queued") }));
  state = reduced(state, event("job.state", "job_1", { job: job("job_1", "completed") }));
  state = reduced(state, event("job.state", "job_3", { job: job("job_3", "queued", { kind: "model_download" }) }));
  assert.deepEqual(state.jobs.map((known) => [known.id, known.state]), [["job_2", "queued"], ["job_1", "completed"]]);
});

test("an answer that an event has overtaken changes nothing; a new attempt does", () => {
  const list = [job("job_1", "cancelled", { attempt: 1 })];
  assert.equal(answered(list, job("job_1", "cancelling", { attempt: 1 })), list);
  assert.equal(answered(list, job("job_1", "queued", { attempt: 2 }))[0].state, "queued");
  assert.equal(answered(list, job("job_1", "completed", { attempt: 1 }))[0].state, "completed");
  assert.equal(answered([], job("job_2", "queued")).length, 1);
  const running = [job("gen_1", "running")];
  assert.equal(answered(running, job("gen_1", "queued")), running, "else it would say waiting until it ended");
  assert.equal(answered(running, job("gen_1", "cancelling"))[0].state, "cancelling");
});

test("nothing is added to a list that was not fetched yet", () => {
  const state = reduced(emptyState(), event("job.state", "job_1", { job: job("job_1") }));
  assert.equal(state.jobs, null);
});

test("progress moves the job and grows its curve once a step", () => {
  let state = with_({ jobs: [job("job_1")], losses: { job_1: [] } });
  for (const step of [1, 2, 2, 3]) {
    state = reduced(state, event("job.progress", "job_1", { progress: progress({ step, loss: 0.5 / step }) }));
  }
  assert.equal(state.jobs[0].progress.step, 3);
  assert.deepEqual(state.losses.job_1.map((point) => point.step), [1, 2, 3]);
});

test("a replayed sample or checkpoint does not appear twice", () => {
  let state = with_({ jobs: [job("job_1")] });
  for (const step of [20, 10, 20]) {
    state = reduced(state, event("job.sample", "job_1", { file: `samples/${step}.png`, step }));
    state = reduced(state, event("job.checkpoint", "job_1", { checkpoint: { step } }));
  }
  assert.deepEqual(state.jobs[0].artifacts.map((sample) => sample.step), [10, 20]);
  assert.deepEqual(state.jobs[0].checkpoints.map((checkpoint) => checkpoint.step), [10, 20]);
});

test("log lines are kept for a training that was opened, and only so many", () => {
  let state = with_({ logs: { job_1: ["first"] } });
  state = reduced(state, event("job.log", "job_1", { lines: Array.from({ length: 400 }, (_, n) => String(n)) }));
  state = reduced(state, event("job.log", "job_2", { lines: ["x"] }));
  assert.equal(state.logs.job_1.length, 300);
  assert.equal(state.logs.job_1.at(-1), "399");
  assert.equal(state.logs.job_2, undefined);
});

test("a person who was deleted or forgotten goes, one who was restored comes back", () => {
  const told = (change, character) => ({ type: "character.changed", subject: { kind: "character", id: "chr_1" }, data: { change, character } });
  const anna = { id: "chr_1", name: "Anna", deleted_at: null };
  let state = with_({ characters: [anna] });
  state = reduced(state, told("deleted", { ...anna, deleted_at: "2026" }));
  assert.deepEqual(state.characters, []);
  state = reduced(state, told("restored", anna));
  assert.deepEqual(state.characters, [anna]);
  state = reduced(state, told("forgotten", null));
  assert.deepEqual(state.characters, []);
});

test("proof pictures stay out of the stream, users' pictures come in", () => {
  const told = (id, purpose) => ({ type: "generation.state", subject: { kind: "generation", id }, data: { generation: { id, purpose } } });
  let state = with_({ generations: [] });
  state = reduced(reduced(state, told("gen_1", "proof")), told("gen_2", "user"));
  assert.deepEqual(state.generations.map((known) => known.id), ["gen_2"]);
});

test("pictures that changed together are taken in at once, each into its own list", () => {
  const told = (...generations) => ({ type: "generations.changed", subject: { kind: "generations", id: "" }, data: { generations } });
  const compared = [{ id: "gen_9", purpose: "grid" }];
  let state = with_({ generations: [{ id: "gen_3" }, { id: "gen_1", purpose: "user" }], comparisons: compared });
  state = reduced(state, told({ id: "gen_1", purpose: "user", favourite: true }, { id: "gen_2", purpose: "user" }, { id: "gen_3", purpose: "user", deleted_at: "2026" }));
  assert.deepEqual(state.generations, [{ id: "gen_2", purpose: "user" }, { id: "gen_1", purpose: "user", favourite: true }]);
  assert.equal(state.comparisons, compared, "nothing of them was told");
  state = reduced(state, told({ id: "gen_10", purpose: "bench" }, { id: "gen_4", purpose: "proof" }));
  assert.deepEqual(state.comparisons.map(({ id }) => id), ["gen_9", "gen_10"]);
  assert.equal(state.generations.length, 2);
});

test("workers come, change and go", () => {
  const told = (worker) => ({ type: "worker.state", subject: { kind: "worker", id: "w1" }, data: { worker } });
  let state = reduced(emptyState(), told({ id: "w1", beat: 1 }));
  state = reduced(state, told({ id: "w1", beat: 2 }));
  assert.deepEqual(state.workers, [{ id: "w1", beat: 2 }]);
  assert.deepEqual(reduced(state, told(null)).workers, []);
});

test("an event of a newer server changes nothing", () => {
  const state = emptyState();
  assert.equal(reduced(state, event("job.something_new", "job_1", {})), state);
});

test("a deleted item leaves its list", () => {
  assert.deepEqual(upserted([{ id: "gen_1" }], { id: "gen_1", deleted_at: "2026" }), []);
});

test("the number on the tab counts what runs or waits; the line is by priority, then place", () => {
  const jobs = [job("job_4", "queued", { position: 2 }), job("job_3", "queued", { position: 1 }), job("job_5", "queued", { position: 9, priority: 60 }), job("job_2", "paused"), job("job_1", "completed")];
  assert.equal(runningJobs(with_({ jobs })).length, 3);
  assert.deepEqual(waitingJobs(with_({ jobs })).map((known) => known.id), ["job_5", "job_3", "job_4"]);
});

test("a finished training is whole whatever its last report said", () => {
  assert.equal(shareOf(job("job_1", "completed", { progress: progress({ step: 90 }) })), 1);
  assert.equal(shareOf(job("job_1", "running", { progress: progress({ step: 50 }) })), 0.5);
  assert.equal(shareOf(job("job_1", "running", { progress: progress({ total_steps: 0 }) })), 0);
  assert.equal(shareOf(job("job_1", "preparing", { progress: progress({ total_steps: 0, bytes_done: 2e9, bytes_total: 8e9 }) })), 0.25);
});

test("the route to someone who is gone leads to the list", () => {
  const state = with_({ characters: [{ id: "chr_1" }], jobs: [job("job_1")] });
  const shown = (route) => shownRoute({ ...state, route });
  assert.deepEqual(shown({ tab: "characters", id: "chr_2" }), { tab: "characters" });
  assert.deepEqual(shown({ tab: "characters", id: "chr_1" }), { tab: "characters", id: "chr_1" });
  assert.deepEqual(shown({ tab: "training", job: "job_9" }), { tab: "training" });
  assert.deepEqual(shown({ tab: "training", train: "?" }), { tab: "training", train: "?" });
});

test("of somebody who was forgotten nothing is left, however far down a list it stands; pictures of others stay", () => {
  const picture = (id, ids, more = {}) => ({ id, request: { characters: ids.map((one) => ({ id: one })) }, people: [], ...more });
  const state = with_({
    characters: [{ id: "chr_1" }, { id: "chr_2" }],
    photos: { chr_1: [{ id: "photo_1" }], chr_2: [] },
    uploads: [{ key: "a", characterId: "chr_1" }],
    jobs: [job("job_2", "completed", { character_id: "chr_1" }), job("job_1", "completed", { character_id: "chr_2" })],
    tasks: [job("job_3", "completed", { kind: "captioning", character_id: "chr_1" }), job("job_4", "completed", { kind: "model_download" })],
    logs: { job_2: ["Ann"], job_1: [] }, losses: { job_2: [] },
    generations: [picture("gen_4", ["chr_2"]), picture("gen_3", ["chr_1", "chr_2"]), picture("gen_2", ["chr_2"], { people: ["chr_1"] }), picture("gen_1", ["chr_1"])],
    comparisons: [picture("gen_5", ["chr_1"])],
  });
  const left = reduced(state, event("character.changed", "chr_1", { change: "forgotten", character: null }));
  const ids = (list) => list.map(({ id }) => id);
  assert.deepEqual([left.characters, left.jobs, left.tasks, left.generations, left.comparisons, left.uploads].map(ids), [["chr_2"], ["job_1"], ["job_4"], ["gen_4"], [], []]);
  assert.deepEqual([left.photos, left.logs, left.losses].map((known) => Object.keys(known)), [["chr_2"], ["job_1"], []]);
  const trashed = reduced(state, event("character.changed", "chr_1", { change: "deleted", character: null }));
  assert.deepEqual([trashed.characters, trashed.generations].map(ids), [["chr_2"], ["gen_4", "gen_3", "gen_2", "gen_1"]], "who is in the trash may come back");
});
