import assert from "node:assert/strict";
import { test } from "node:test";

import { useOf, versionEntries } from "../../js/components/comparing/version_entries.js";
import { VersionNames } from "../../js/components/shared/version_names.js";
import { askedFor, awaitsChoice, drawnWith, spread, withCheckpoints } from "../../js/data/versions.js";

const PROOF = { header: true, finite: true, nonzero: true, fit: "fits", image: "pending" };
const checkpoint = (step, proof = {}) => ({ step, family: "sd15", size: 1, proof: { ...PROOF, ...proof }, scores: {}, published: false });
const version = (job_id, step, more = {}) => ({ job_id, step, file: `anna/${job_id}-${step}`, family: "sd15", proof: PROOF, scores: {}, picked: false, ...more });
const job = (n, checkpoints, more = {}) => ({ id: `job_${n}`, character_id: "chr_1", family: "sd15", request: {}, checkpoints, ...more });
const steps = (person) => person.versions.map((known) => [known.job_id, known.step, known.file !== ""]);

test("every sound checkpoint can be drawn with, in the order they were trained", () => {
  const anna = { id: "chr_1", versions: [version("job_0", 50), version("job_2", 20)] };
  const unsound = [checkpoint(40, { finite: false }), checkpoint(50, { nonzero: false }), checkpoint(60, { fit: "wrong" }), checkpoint(70, { header: false })];
  const jobs = [job(3, [checkpoint(10)]), job(2, [checkpoint(10), checkpoint(20), ...unsound]), job(4, [checkpoint(99)], { character_id: "chr_2" })];
  const found = steps(withCheckpoints(anna, jobs));
  assert.deepEqual(found, [["job_0", 50, true], ["job_2", 10, false], ["job_2", 20, true], ["job_3", 10, false]]);
  const lokr = withCheckpoints(anna, [job(3, [checkpoint(10)], { request: { method: "lokr" } })]);
  assert.equal(lokr.versions.at(-1).method, "lokr");
  assert.equal(withCheckpoints(anna, null), anna, "nothing is known of trainings yet");
});

test("the best and the last are of what is published; a training under way has steps alone", () => {
  const jobs = [job(2, [checkpoint(10), checkpoint(20)])];
  const none = withCheckpoints({ id: "chr_1", versions: [] }, jobs);
  assert.deepEqual(versionEntries(none.versions), [["job_2 20", "step 20"], ["job_2 10", "step 10"]]);
  const one = withCheckpoints({ id: "chr_1", versions: [version("job_2", 20, { rank: 1 })] }, jobs);
  assert.deepEqual(versionEntries(one.versions).map(([value]) => value), ["best", "last", "job_2 20", "job_2 10"]);
});

test("after a training there is something to choose until somebody has chosen", () => {
  const recipe = { families: ["sd15"], controls: ["strength"], missing: [], people: 1 };
  const done = job(2, [checkpoint(10), checkpoint(20)]);
  const anna = { id: "chr_1", versions: [version("job_2", 20)] };
  assert.equal(awaitsChoice(done, anna, [recipe]), true);
  assert.equal(awaitsChoice(job(2, [checkpoint(20)]), anna, [recipe]), false, "one alone");
  assert.equal(awaitsChoice(done, anna, [{ ...recipe, missing: [{}] }, { ...recipe, families: ["sdxl"] }, { ...recipe, people: 2 }, { ...recipe, controls: [] }]), false, "no way to draw them");
  assert.equal(awaitsChoice(done, { ...anna, versions: [version("job_2", 20, { picked: true })] }, [recipe]), false);
  assert.equal(awaitsChoice(done, { ...anna, versions: [version("job_1", 20, { picked: true })] }, [recipe]), true, "of an earlier training");
});

test("a picture is that of a version which was there when it was made", () => {
  const versions = [version("job_1", 20, { trained_at: "2026-11-01T00:00:00.000Z" }), version("job_2", 20, { trained_at: "2026-11-03T00:00:00.000Z" }), version("job_3", 20, { file: "", trained_at: "" })];
  const made = (at, step = 20) => ({ created_at: at, request: { characters: [{ checkpoint: step }] } });
  assert.equal(drawnWith(versions, made("2026-11-02T00:00:00.000Z"))?.job_id, "job_1");
  assert.equal(drawnWith(versions, made("2026-11-04T00:00:00.000Z"))?.job_id, "job_2");
  assert.equal(drawnWith(versions, made("2026-11-04T00:00:00.000Z", 30)), null);
  const [first] = versions;
  assert.equal(drawnWith(versions, { ...made("2026-11-04T00:00:00.000Z"), versions: [first.file] })?.file, first.file, "its record says the file");
  assert.equal(drawnWith(versions, { ...made("2026-11-04T00:00:00.000Z"), versions: ["gone"] }), null);
});

test("as evenly as may be, with the first and the last", () => {
  assert.deepEqual(spread([1, 2, 3], 5), [1, 2, 3]);
  assert.deepEqual(spread([0, 1, 2, 3, 4, 5, 6, 7, 8], 3), [0, 4, 8]);
});

test("what was asked for is a version of its own training; an older record tells it by its file, or by its step alone", () => {
  const versions = [version("job_1", 20), version("job_1", 30), version("job_2", 20)];
  const job = (use, file) => askedFor(versions, use, file)?.job_id;
  assert.deepEqual([job({ checkpoint: 20, job_id: "job_1" }), job({ checkpoint: 20, job_id: "job_2" }), job({ checkpoint: 30, job_id: "job_2" })], ["job_1", "job_2", undefined]);
  assert.deepEqual([job({ checkpoint: 20 }), job({ checkpoint: 20, job_id: null }), job({ checkpoint: 20 }, "anna/job_1-20"), job({ checkpoint: 20 }, "gone")], ["job_2", "job_2", "job_1", undefined]);
  assert.equal(job({ checkpoint: 20, job_id: "of before" }, "anna/job_1-20"), "job_1", "a LoRA of one's own that was taken in anew is the same file");
  assert.equal(job({ checkpoint: 20, job_id: "job_1" }, "moved"), "job_1", "published anew by another name");
  assert.deepEqual([job({ checkpoint: "best" }), job({ checkpoint: "last" }), job({ checkpoint: 40 })], [undefined, undefined, undefined]);
  const made = { created_at: "2026-11-04T00:00:00.000Z", request: { characters: [{ checkpoint: 20, job_id: "job_1" }] } };
  assert.equal(drawnWith(versions, made)?.job_id, "job_1", "where its record has no file");
});

test("each version can be chosen, and tells its training where several have left some", () => {
  const done = (n, backend, at) => job(n, [], { backend, created_at: at });
  const known = { jobs: [done(1, "ai_toolkit", "2026-11-01T10:00:00Z"), done(2, "comfyui_native", "2026-11-03T10:00:00Z")], backends: [{ name: "ai_toolkit", label: "AI-Toolkit" }, { name: "comfyui_native", label: "ComfyUI" }] };
  const versions = [version("job_1", 20, { rank: 1 }), version("job_2", 20, { picked: true }), version("job_2", 10)];
  assert.deepEqual(versionEntries(versions, known), [
    ["best", "the best (step 20) · AI-Toolkit, 11/01/2026"], ["last", "the last"],
    ["job_2 10", "step 10 · ComfyUI, 11/03/2026"], ["job_2 20", "step 20 · ComfyUI, 11/03/2026 · your choice"], ["job_1 20", "step 20 · AI-Toolkit, 11/01/2026"],
  ]);
  assert.deepEqual(["best", "last", "job_1 20", ""].map(useOf), [{ checkpoint: "best" }, { checkpoint: "last" }, { checkpoint: 20, job_id: "job_1" }, { checkpoint: "best" }]);
});

test("trainings are told apart by trainer and day, by the minute of one day, and a file of one's own by its name", () => {
  const of = (n, more) => version(`job_${n}`, 20, { trained_at: `2026-11-01T1${n}:00:00`, ...more });
  const names = new VersionNames([of(1), of(2), of(3, { outside: "people\\anna.safetensors", step: 0 })]);
  assert.deepEqual([1, 2, 3].map((n) => names.training({ job_id: `job_${n}` })), ["11/01/2026, 11:00", "11/01/2026, 12:00", "anna.safetensors"]);
  assert.equal(names.step({ step: 20, job_id: "job_2" }), "20 (11/01/2026, 12:00)");
  assert.equal(names.step({ step: 0, job_id: "job_3" }), "0", "no other has it");
  const close = [...["05", "05", "40"].map((second, n) => of(n + 4, { trained_at: `2026-11-01T10:00:${second}` })), of(7), of(8, { outside: "a/anna.safetensors" }), of(9, { outside: "b/anna.safetensors" })];
  const told = new VersionNames([close[2], ...close.slice(0, 2), ...close.slice(3)]);
  assert.deepEqual(close.map((known) => told.training(known)), ["11/01/2026, 10:00:05, #1", "11/01/2026, 10:00:05, #2", "11/01/2026, 10:00:40", "11/01/2026, 17:00", "a/anna.safetensors", "b/anna.safetensors"]);
  const alone = new VersionNames([of(1), version("job_1", 30)]);
  assert.deepEqual([alone.training({ job_id: "job_1" }), alone.step({ step: 30, job_id: "job_1" })], ["", "30"]);
});
