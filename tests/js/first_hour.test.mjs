/** The first hour: the step of the rail, the jobs in line, the order of models and which is begun with, and what is said of a sum. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { concernsLine } from "../../js/data/jobs.js";
import { inOrder, preferred } from "../../js/data/first_hour/models.js";
import { offersPractice, practiceOf } from "../../js/data/first_hour/practice.js";
import { lineOf, railStep } from "../../js/data/first_hour/way.js";
import { sum } from "../../js/components/first_hour/preparation.js";

const anna = (versions = []) => ({ id: "chr_1", versions });
const job = (id, state, more = {}) => ({ id, kind: "training", state, character_id: "chr_1", ...more });
const drawn = (state) => ({ state, request: { characters: [{ id: "chr_1" }] } });

test("the rail follows what there is of a person", () => {
  const cases = [
    [anna(), [], [], "photos"],
    [anna(), [job("job_1", "queued")], [], "train"],
    [anna(), [job("job_1", "failed")], [], "photos"],
    [anna(), [job("job_1", "running", { character_id: "chr_2" })], [], "photos"],
    [anna([{ picked: false }]), [job("job_1", "completed")], [], "choose"],
    [anna([{ picked: true }]), [], [], "pictures"],
    [anna([{ picked: false }]), [], [drawn("running")], "choose"],
    [anna([{ picked: false }]), [], [drawn("completed")], "pictures"],
    [anna(), null, null, "photos"],
  ];
  for (const [person, jobs, made, wanted] of cases) assert.equal(railStep(person, jobs, made), wanted);
});

test("the jobs in line: each with its state, the first unfinished one is now", () => {
  const training = job("job_3", "queued", { after: ["job_1", "job_2"] });
  const task = (id, kind, state) => ({ id, kind, state });
  const states = (one, other) => lineOf(training, [task("job_2", "model_download", other), task("job_1", "backend_setup", one)]).map(({ kind, state }) => `${kind} ${state}`);
  assert.deepEqual(states("running", "queued"), ["trainer now", "model waits", "training waits"]);
  assert.deepEqual(states("completed", "running"), ["trainer done", "model now", "training waits"]);
  assert.deepEqual(states("failed", "queued"), ["trainer stopped", "model waits", "training waits"]);
  assert.deepEqual(states("completed", "completed"), ["trainer done", "model done", "training now"]);
  assert.deepEqual(lineOf(training, []), []);
  assert.deepEqual(lineOf(job("job_3", "queued"), [task("job_1", "backend_setup", "running")]), []);
});

test("what a job before it does changes why a training waits", () => {
  const state = { jobs: [job("job_3", "queued", { after: ["job_1"] })], tasks: [] };
  const event = (id, to) => ({ type: "job.state", subject: { id }, data: { state: to } });
  assert.equal(concernsLine(event("job_1", "failed"), state), true);
  assert.equal(concernsLine(event("job_9", "failed"), state), false);
  assert.equal(concernsLine(event("job_9", "queued"), state), true);
});

const family = (key, place, fit, bases = [], status = "experimental") => ({ key, place, fit, base_models: bases, status });

test("models in their order; the one to begin with needs no download where that can be", () => {
  const some = [family("a", 2, "fits"), family("b", 0, "recommended"), family("c", 1, "fits", ["x"])];
  assert.deepEqual(inOrder(some, false).map(({ key }) => key), ["b", "c", "a"]);
  assert.deepEqual(inOrder(some, true).map(({ key }) => key), ["c"]);
  assert.equal(preferred(some), "c");
  assert.equal(preferred(some.slice(0, 2)), "b");
  assert.equal(preferred([family("a", 0, "too_big", ["x"]), family("b", 1, "fits", [], "proven")]), "b");
  assert.equal(preferred([family("a", 0, "too_big")]), "a");
  assert.equal(preferred([]), undefined);
});

test("the sum in one sentence", () => {
  const lacks = { download_bytes: 7.3e9, seconds: 1200, train_s: 3600, gpu: "RTX 3090" };
  assert.equal(sum(lacks), "7.3\u00a0GB to download, about 20\u00a0min, then about 1\u00a0h of training on your RTX 3090");
  assert.equal(sum({ ...lacks, gpu: "" }), "7.3\u00a0GB to download, about 20\u00a0min, then about 1\u00a0h of training");
});

test("practice mode is offered where something is missing, and never twice", () => {
  const state = (mode, next, ready) => ({ health: { mode, next_mode: next }, backends: [{ default: true, state: { state: ready ? "ready" : "not_installed" } }] });
  assert.equal(offersPractice(state("production", "production", true), true), false);
  assert.equal(offersPractice(state("production", "production", true), false), true);
  assert.equal(offersPractice(state("production", "production", false), true), true);
  assert.equal(offersPractice(state("production", "fast-test", false), false), false);
  assert.equal(offersPractice(state("fast-test", "fast-test", true), null), false);
  const fixed = state("production", "production", false);
  assert.equal(offersPractice({ ...fixed, health: { ...fixed.health, mode_fixed: true } }, false), false, "the environment says the mode");
  assert.deepEqual(practiceOf(state("production", "production", true)), null);
  assert.deepEqual(practiceOf({ health: { mode: "fast-test" } }), { mode: "fast-test", next: "fast-test" });
  assert.deepEqual(practiceOf(state("fast-test", "production", true)), { mode: "fast-test", next: "production" });
});
