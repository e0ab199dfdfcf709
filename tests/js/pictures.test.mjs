import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import { installDocument } from "./fake_dom.mjs";

installDocument();
const { lacking } = await import("../../js/components/images/recipe_state.js");
const { bannersOf } = await import("../../js/components/panel/panel.js");
const { gpuLine, statusLine } = await import("../../js/components/shared/job_words.js");
const { lendingBanner, lendingOf } = await import("../../js/components/training/gpu_lending.js");
const { samplesOf } = await import("../../js/components/characters/versions.js");

const recipe = (more) => ({ identity: "lora", families: ["sd15"], missing: [], ...more });
const person = (...families) => ({ name: "Anna", versions: families.map((family) => ({ family, step: 1 })) });

test("a recipe says why it cannot draw this person", () => {
  assert.equal(lacking(recipe(), person("sd15")), "");
  assert.match(lacking(recipe(), person("sdxl")), /Anna was trained for another model/);
  assert.match(lacking(recipe({ missing: [{ file: "a.safetensors", folder: "checkpoints" }] }), person("sd15")), /a\.safetensors into models\/checkpoints/);
  const two = [{ file: "a.safetensors", folder: "vae", size: 335e6 }, { file: "b.safetensors", folder: "unet", size: 0 }];
  assert.match(lacking(recipe({ missing: two }), person("sd15")), /Put a\.safetensors \(335\u00a0MB\) into models\/vae and b\.safetensors into models\/unet\.$/);
  assert.equal(lacking(recipe({ identity: "placeholder" }), person()), "");
});

const health = { mode: "fast-test" };
const calm = { connection: "online", retryS: null, health: { mode: "production" }, problem: null, characters: [] };

test("the lines above the view: none when all is well, each state with its own", () => {
  assert.deepEqual(bannersOf(calm), []);
  const signIn = { message: "Sign in.", hint: "Reload." };
  assert.deepEqual(bannersOf({ ...calm, connection: "offline", failure: signIn }).map(([, text]) => text), ["Sign in. Reload."]);
  assert.deepEqual(bannersOf({ ...calm, health }), []);
  const [[kind, text]] = bannersOf({ ...calm, connection: "offline", retryS: 5 });
  assert.deepEqual([kind, text], ["isen-warn", "ComfyUI isn't responding. Trying again in 5\u00a0s."]);
  const [[, withTraining]] = bannersOf({ ...calm, connection: "offline", retryS: 5, jobs: [{ state: "running" }] });
  assert.match(withTraining, /Training keeps running\.$/);
  const slips = [
    { kind: "settings_slip", file: "isengard.toml", line: 3, reason: "" },
    { kind: "setting_slip", file: "isengard.toml", line: 0, reason: "mode must be one of production, fast-test." },
    { kind: "pack_slip", file: "a pack/pyproject.toml", line: 12, reason: "" },
  ];
  assert.deepEqual(bannersOf({ ...calm, health: { mode: "production", slips } }).map(([, said]) => said.split(/[,.] (?=so|Isengard uses)/)[0]), [
    "isengard.toml, line 3 can't be read", "isengard.toml: mode must be one of production, fast-test", "a pack/pyproject.toml, line 12 can't be read",
  ]);
  const [problem] = bannersOf({ ...calm, problem: { message: "No.", hint: "", correlationId: "ui-1" } });
  assert.deepEqual(problem, ["isen-error", "No.", "isen-problem", "ui-1", false]);
});

const job = (progress, more = {}) => ({ state: "running", attempt: 1, worker_id: "w1", progress: { phase: "training", seconds_per_step: null, eta_s: null, vram_used_bytes: null, ...progress }, ...more });

test("a running training in one line, without what is not known", () => {
  assert.equal(statusLine(job({ seconds_per_step: 2.14, eta_s: 1200 })), "training\u00a0· 2.1\u00a0s per step\u00a0· about 20\u00a0min left");
  assert.equal(statusLine(job({ seconds_per_step: 0.001 })), "training", "no number that says nothing");
  assert.equal(statusLine(job({})), "training");
  assert.equal(statusLine(job({ phase: "downloading", bytes_done: 3.1e9, bytes_total: 16e9 })), "downloading\u00a0· 3.1\u00a0GB of about 16\u00a0GB");
  assert.equal(statusLine(job({ phase: "downloading", bytes_done: 3.1e9, bytes_total: null })), "downloading\u00a0· 3.1\u00a0GB");
  assert.equal(statusLine(job({ phase: "warming up" }, { attempt: 2 })), "warming up\u00a0· attempt 2");
  assert.equal(statusLine(job({}, { state: "completed" })), "");
});

test("the GPU of the worker that trains, as it is used now", () => {
  const workers = [{ id: "w1", gpus: [{ name: "RTX 3090", total_bytes: 24 * 2 ** 30, free_bytes: 4 * 2 ** 30 }] }, { id: "w2", gpus: [] }];
  assert.equal(gpuLine(job({ vram_used_bytes: 21.3 * 2 ** 30 }), workers), "RTX 3090\u00a0· 21\u00a0GB of 24\u00a0GB used");
  assert.equal(gpuLine(job({}), workers), "RTX 3090\u00a0· 20\u00a0GB of 24\u00a0GB used");
  assert.equal(gpuLine(job({}, { worker_id: "w2" }), workers), "");
  assert.equal(gpuLine(job({}, { state: "queued" }), workers), "");
});

test("every node has its help page", () => {
  const pages = readdirSync(new URL("../../extension/docs/", import.meta.url));
  for (const node of ["Character", "ApplyIdentity", "Request", "SaveImage", "PlaceholderImage"]) assert.ok(pages.includes(`Isengard${node}.md`), node);
});

test("a version is seen by the sample of its step, where there is one", () => {
  const jobs = [{ id: "job_1", request: {}, artifacts: [{ kind: "sample", file: "samples/20 a.png", step: 20 }, { kind: "lora", file: "x", step: 40 }] }];
  const versions = [{ file: "a", job_id: "job_1", step: 20 }, { file: "b", job_id: "job_1", step: 40 }, { file: "c", job_id: "job_gone", step: 20 }];
  assert.deepEqual(samplesOf({ versions }, jobs), { a: { jobId: "job_1", file: "samples/20 a.png" } });
  assert.deepEqual(samplesOf({ versions }, null), {});
});

test("a pause for pictures is told by the person's name, and in a sentence of its own where nobody knows it", () => {
  const told = (until, characters) => lendingBanner({}, lendingOf({ lending: { job_id: "job_1", until }, jobs: [{ id: "job_1", character_id: "chr_1" }], characters })).children[0].textContent.trim();
  const ann = [{ id: "chr_1", name: "Ann" }];
  assert.equal(told("", ann), "Ann is saving. Pictures start as soon as training has paused.");
  assert.equal(told("", []), "The training is saving. Pictures start as soon as it has paused.");
  assert.match(told("2026-12-29T12:00:00Z", ann), /^Ann is paused until .+, then resumes\.$/);
  assert.match(told("2026-12-29T12:00:00Z", null), /^The training is paused until .+, then resumes\.$/);
});
