/** Every state the panel can be in (PANEL.md), by name. */

import { BACKEND_MISSING, DAMAGED, FOREIGN, LOOKS, MODELS, METER_READY, METER_REFUSED, ONE_LOOK, ROUTED, SETTINGS_WAITING, TWO_TRAINERS, WITH_TWO } from "./answers.mjs";
import { ANNA, PEOPLE, character, checkpoints, generation, job, losses, photos, samples, version } from "./people.mjs";
import { photoDayStates } from "./photo_days.mjs";
import { settled } from "./settled.mjs";

const RUNNING = job(5, "running", {
  progress: { step: 930, loss: 0.113, seconds_per_step: 2.14, eta_s: 1006, vram_used_bytes: 21.3e9, temperature_c: 71 }, artifacts: samples(6), checkpoints: checkpoints(6),
});
const TRACE = ["Traceback (most recent call last):", "  File \"run.py\", line 120, in main", "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB"];
const OOM = { code: "gpu_out_of_memory", log: TRACE, offer: "retry_smaller", message: "Training stopped: the GPU ran out of memory.", hint: "Free ComfyUI's memory, or train smaller." };
const RESTARTED = { code: "comfyui_restarted", message: "ComfyUI was restarted before these pictures were done.", hint: "Press Make again: the settings are kept." };
const FAILED = job(3, "failed", { character_id: "chr_8", error: OOM, finished_at: "2026-08-20T11:00:00Z", attempt: 2, progress: { step: 300 } });
const DONE = job(2, "completed", { progress: { step: 1400, loss: 0.09 }, artifacts: [...samples(10), { kind: "lora", file: "anna/anna-sd15-001400-bbd1e1b0.safetensors", sha256: "", step: 1400 }], checkpoints: checkpoints(10), finished_at: "2026-08-20T11:00:00Z" });
const ENDED_EARLY = { ...DONE, checkpoints: checkpoints(8), progress: { ...DONE.progress, step: 1122, stopped_early: { reason: "copies", step: 1120, best_step: 840 } } };
const measuredSave = (step, likeness, copied, flexible, faults = []) => version(step, { scores: { likeness, copied, told: 8, flexible, own_photos: 0.61 }, faults, rank: step === 840 ? 1 : 0, nearest: step === 840 });
const SAVES = [measuredSave(560, 0.38, 0, 0.96, ["unlike"]), measuredSave(700, 0.47, 0, 0.92), measuredSave(840, 0.55, 0, 0.9), measuredSave(980, 0.6, 5, 0.71, ["copies"]), measuredSave(1120, 0.61, 7, 0.52, ["copies", "stiff"])];
const LEFT_OUT = { ...DONE, progress: { ...DONE.progress, held_out_loss: 0.127, warnings: ["The trainer could not read 1 of 22 photos and continues without them."] } };
const SLOW = job(4, "running", { progress: { ...RUNNING.progress, warnings: ["Training has become 9 times slower: the GPU's memory is full and it borrows the computer's. Free ComfyUI's memory, or cancel and train smaller."] } });
const HELD = job(4, "running", { progress: { phase: "downloading", step: 0, bytes_done: 3.1e9, bytes_total: 1.6e10, warnings: ["RTX 4090 has 5.7 GB of 23.4 GB free, but training needs about 14.9 GB. In use by: ComfyUI 16.6 GB. Isengard asked ComfyUI to free its memory, but it didn't: restart ComfyUI."] } });
const AGAIN = job(4, "running", { attempt: 2, interruption: { code: "worker_lost", message: "Interrupted at 930 of 1,400: the worker ended.", hint: "It resumes automatically from its last checkpoint." }, progress: RUNNING.progress });
const WAITS = job(8, "queued", { character_id: "chr_8", waits_for: { code: "gpu", message: "Waiting for a worker with a GPU.", hint: "It starts automatically as soon as a machine with an NVIDIA GPU works for this data folder." } });
const JOBS = [RUNNING, job(6, "queued", { character_id: "chr_8" }), job(7, "queued", { character_id: "chr_7" }), FAILED, DONE];
const LOG = Array.from({ length: 40 }, (_, index) => `anna: ${index * 7}/1400 [00:41<12:10, 2.14s/it, lr: 1.0e-04 loss: 1.1e-01]`);
/** A rung of the memory ladder. @param {string} words @param {number} size @param {string} pace */
const rung = (words, size, pace, more = {}) => ({
  words, pace: 1, pace_words: pace, vram_bytes: size * 2 ** 30, estimate_s: 4200, learned: false, fits: size < 15, automatic: false, chosen: false,
  overrides: { cache_text: words !== "", quantize: true, low_vram: true, bits: 8, resolution: [768, 1024], offload: 0 }, ...more,
});
const MEMORY = [
  rung("", 23.5, "about as long"), rung("cached text embeddings", 15.6, "about as long"),
  rung("cached text embeddings and 768 px", 13.6, "about 28% less time", { automatic: true, chosen: true }),
  rung("cached text embeddings, 768 px and half of its layers in the computer's memory", 9.8, "about 1.2 times as long"),
];
const SAVED = { severity: "info", code: "memory_saved", message: "FLUX.2 Klein 9B usually takes about 23.5 GB of video memory; RTX 4080 has 16.0 GB. It fits with cached text embeddings and 768 px: about 13.6 GB, and a step takes about 28% less time (estimated from published times).", fix: "choose_memory" };
const OK = { ok: true, findings: [], memory: MEMORY, plan: { photos: 22, held_out: 3, steps: 1400 }, stopping: { why_not: "", reloads: 6, automatic: false, words: "The GPU can't hold both programs, so training pauses for pictures up to 6 times and reloads its model after each." } };
const NO_FACES = { ...OK, stopping: { why_not: "no_face_tools", reloads: 0, automatic: false, words: "Isengard can't measure likeness here yet: set up measuring in the settings." } };
const BLOCKED = { ok: false, plan: OK.plan, memory: [], findings: [
  { severity: "error", code: "base_model_missing", message: "The model to train on was not found in ComfyUI's folders.", fix: "download_model" },
  { severity: "warning", code: "few_photos", message: "3 photos are few: 20 varied ones give a much better likeness.", fix: "add_photos" },
  { severity: "info", code: "x", message: "The first run downloads 4 GB.", fix: "" }] };
const IN_USE = { ...OK, findings: [{ severity: "info", code: "gpu_in_use", message: "17.8 GB of 24.0 GB video memory are in use (ComfyUI 16.6 GB, blender 0.9 GB). Isengard asks ComfyUI to free it before the training starts.", fix: "free_gpu" }] };
const UNWRITABLE = { error: { code: "data_folder_unavailable", message: "Isengard can't use the data folder: No space left on device.", hint: "Check its disk and permissions, or set another data folder, then restart ComfyUI." } };
const proposal = (n, kind, box, more) => ({ photo_id: `pho_${n}`, kind, box, replaces: kind !== "close", reason: "The face is small here.", before: 0.11, after: 0.34, ...more });
const IMPROVEMENTS = { done: true, looked: 22, of: 22, faces: true, batch: "", proposals: [
  proposal(1, "head", [600, 400, 2400, 2200]), proposal(3, "close", [900, 500, 2100, 1700]), proposal(7, "person", [200, 300, 1400, 2000]), proposal(12, "frame", [0, 700, 3024, 3300], { before: null, after: null }),
], left: [{ photo_id: "pho_4", reason: "few_pixels" }, { photo_id: "pho_6", reason: "few_pixels" }, { photo_id: "pho_9", reason: "who" }] };
const all = { characters: PEOPLE, jobs: JOBS, photos: photos(22), losses: losses(133), log: LOG, preflight: OK };
const anna = { tab: "characters", id: "chr_9" };
const at = (tab, more = {}) => ({ route: { tab, ...more } });
const refused = (name, message, hint) => ({ key: name, name, file: { name }, characterId: "chr_9", share: 1, error: { message, hint } });
/** A prompt as somebody types it. */
const write = async (page, text) => {
  const box = page.querySelector('[data-testid="isen-prompt"]');
  box.textContent = text;
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await settled();
};
const click = (selector) => async (page) => {
  for (const element of page.querySelectorAll(selector)) element.click();
  await settled();
};
const choose = (selector, value) => async (page) => {
  const list = page.querySelector(selector);
  list.value = value;
  list.dispatchEvent(new Event("change"));
  await settled();
};

/** Pictures are made only where they are in sight. */
const toPictures = async (page) => {
  page.querySelector('[data-testid="isen-wall"]').scrollIntoView();
  for (let frame = 0; frame < 60 && !page.querySelector(".isen-tile"); frame += 1) await new Promise(requestAnimationFrame);
  await settled();
};
/** What a picture can be gone on from with, from the viewer's menu. @param {string} testid */
const onwardBy = (testid) => async (page) => {
  await toPictures(page);
  for (const selector of [".isen-tile button", '[data-testid="isen-more-actions"]', `[data-testid="${testid}"]`]) {
    page.querySelector(selector).click();
    await settled();
  }
};
const toComparison = async (page) => {
  await toPictures(page);
  await click(".isen-tile:first-child button")(page);
  await click('[data-testid="isen-compare"]')(page);
};
const bench = (done) => [0.6, 0.7, 0.8, 0.9, 1, 1.1].map((strength, n) => {
  const made = generation(40 + n, n < done ? "completed" : "queued", { purpose: "bench", correlation_id: "ui-7" });
  return { ...made, request: { ...made.request, characters: [{ id: "chr_9", checkpoint: "best", strength }] } };
});
const wall = () => [700, 1400].flatMap((step, row) => [0.7, 0.85, 1, 1.15].map((strength, column) => {
  const made = generation(60 + row * 4 + column, row && column > 1 ? "queued" : "completed", { purpose: "grid", correlation_id: "ui-8" });
  return { ...made, request: { ...made.request, seed: 20261124, characters: [{ id: "chr_9", checkpoint: step, strength }] } };
}));
/** The same with the scene as the model draws it by itself. */
const wallWithout = () => {
  const made = generation(77, "completed", { purpose: "grid", correlation_id: "ui-8" });
  return [{ ...made, request: { ...made.request, seed: 20261124, characters: [{ id: "chr_9", checkpoint: 1400, strength: 0 }] } }, ...wall()];
};
/** Measured: step 700 at 0.85 is the nearest, one picture shows no face, one copies a photo, and a stranger looks like her. */
const SCORES = [[0.41, 0.56, 0.52, null], [0.33, 0.47, 0.5, 0.44]];
const verdictOf = (score) => (score === null ? "not_measurable" : score >= 0.5 ? "good" : score >= 0.4 ? "fair" : "poor");
const likeness = (score, more = {}) => ({ verdict: verdictOf(score), score, faces: score === null ? 0 : 1, why: score === null ? "too_small" : "", copied: score === null ? null : false, ...more });
const scored = (known, score, more = {}) => ({ ...known, state: "completed", images: generation(60, "completed").images.map((image) => ({ ...image, likeness: likeness(score, more), likenesses: {} })) });
const drawnBy = (known) => ({ ...known, versions: [`anna/anna-sd15-${known.request.characters[0].checkpoint}.safetensors`] });
const measuredWall = () => {
  const [bare, ...drawn] = wallWithout().map((known) => drawnBy({ ...known, request: { ...known.request, prompt: "portrait photo of {trigger}, woman" } }));
  const shown = [scored(bare, 0.14), ...drawn.map((known, n) => scored(known, SCORES[n >> 2][n % 4], { copied: n === 6 }))];
  const strangers = wall().map((known, n) => ({ ...scored(known, n === 7 ? 0.45 : 0.2), id: `gen_${80 + n}`, request: { ...known.request, seed: 20261128, prompt: "portrait photo of a woman" } }));
  return [...strangers, ...shown];
};
/** One alone, one of two people, one that shows no face. */
const measuredPictures = () => {
  const [two, alone, none] = [generation(34, "completed"), generation(33, "completed"), generation(32, "completed")];
  const people = [{ id: "chr_9", checkpoint: "best", strength: 1 }, { id: "chr_8", checkpoint: "best", strength: 1 }];
  const both = { chr_9: likeness(0.52), chr_8: likeness(0.43, { copied: true }) };
  return [
    { ...two, request: { ...two.request, characters: people }, images: two.images.map((image) => ({ ...image, likeness: both.chr_9, likenesses: both })) },
    scored(alone, 0.58), scored(none, null, { why: "turned" }),
  ];
};
/** A picture that does not look like her, and why. */
const poor = (known) => ({ ...known, images: known.images.map((image) => ({ ...image, likeness: { verdict: "poor", score: 0.31, faces: 1, why: "", copied: false } })) });
const NO_FACE_TOOLS = { code: "face_tools_missing", message: "Isengard can't fix faces yet: the tools that find them aren't set up.", hint: "Set them up in the settings, then press Fix faces again.", log: [], offer: "", said: {} };
const unmended = (known) => ({ ...known, images: known.images.map((image) => ({ ...image, mending_error: NO_FACE_TOOLS })) });
const OF_PICTURE = [
  { code: "trigger_missing", action: "put_trigger", weight: 94, values: { trigger: "nnxmtnk" } },
  { code: "strength_low", action: "strength", weight: 72, values: { strength: 0.85, now: 0.6 } },
  { code: "other_version", action: "version", weight: 64, values: { file: "anna/anna-sd15-700.safetensors", step: 700, now: 1400, likeness: 0.47, best: 0.56 } },
];
const task = (state, progress, more = {}) => ({ ...job(9, state, { progress }), kind: "backend_setup", backend: "ai_toolkit", character_id: null, request: { action: "install" }, ...more });
const INSTALLING = task("running", { phase: "installing", step: 2, total_steps: 4, bytes_done: 2.1e9, bytes_total: 5.6e9 });
const NO_ROOM = task("failed", { phase: "installing" }, { error: { code: "disk_full", message: "AI-Toolkit needs 5.6 GB and 1.2 GB are free.", hint: "Free some space, then press Retry: the download so far is kept." } });
/** What is lacking, as one sum; the line of jobs that one press made; and the same after the first gave up. */
const LACKS = { ...BLOCKED, preparation: {
  steps: [{ kind: "trainer", label: "AI-Toolkit", download_bytes: 3e9 }, { kind: "model", label: "Stable Diffusion 1.5", download_bytes: 4.3e9 }], download_bytes: 7.3e9, seconds: 1200, measured: false,
  train_s: 3600, gpu: "RTX 3090", in_line: true, ok: true, findings: BLOCKED.findings.slice(1, 2),
} };
const FETCHING = { ...task("queued", {}), id: "job_11", kind: "model_download", family: "sd15", backend: "" };
const IN_LINE = job(12, "queued", { after: ["job_9", "job_11"], waits_for: { code: "step", message: "Starts automatically after setting up AI-Toolkit.", hint: "" } });
const STOPPED = { ...IN_LINE, waits_for: { code: "step_stopped", message: "Waiting: setting up AI-Toolkit isn't done. AI-Toolkit needs 5.6 GB, but only 1.2 GB are free. Free some space, then press Retry: the download so far is kept.", hint: "The photos stay as they were when you started; Retry continues from what is there." } };
const FRESH = { ...ANNA, versions: [], practice: true };
const bare = { ...all, backends: [BACKEND_MISSING], jobs: [] };

const COMPARE = click('[data-testid="isen-compare-versions"]');
const meterTask = (state, progress, more = {}) => task(state, progress, { backend: "faces", ...more });
const scores = (likeness, more) => ({ likeness, low: likeness - 0.04, high: likeness + 0.03, strength: 0.85, own_photos: 0.61, measured: 16, told: 16, copied: 0, flexible: 0.86, stranger: 0.2, quality: 0.7, ...more });
const MEASURED = { ...ANNA, versions: [
  version(700, { scores: scores(0.56, { chosen: 1 }), rank: 1, nearest: true, faults: [], tied: [] }),
  version(1400, { scores: scores(0.57, { copied: 7, flexible: 0.52, stranger: 0.45 }), faults: ["copies", "stiff", "leaks"], tied: [] }),
] };
/** Two that cannot be told apart, held against photos that they were trained on; and none that is like enough. */
const TIED = { ...ANNA, versions: [version(700, { scores: scores(0.55, { yardstick_trained: 1 }), rank: 1, nearest: true, faults: [], tied: ["anna/anna-sd15-1400.safetensors"] }), version(1400, { scores: scores(0.57, { copied: 1 }), faults: [], tied: [] })] };
const UNLIKE = { ...ANNA, versions: [version(700, { scores: scores(0.21), rank: 1, faults: ["unlike"], tied: [] }), version(1400, { scores: scores(0.33), faults: ["unlike"], tied: [] })] };
/** Both trainers have trained her with the same steps; of the newer training one step alone is published. */
const OF_BOTH = { ...ANNA, versions: [
  version(700, { scores: scores(0.55), rank: 1, nearest: true, faults: [], tied: ["anna/anna-sd15-000700-c0ffee00.safetensors"] }), version(1400),
  version(700, { job_id: "job_4", file: "anna/anna-sd15-000700-c0ffee00.safetensors", scores: scores(0.57, { copied: 1 }), faults: [], tied: [] }),
] };
const BOTH_TRAININGS = [DONE, job(4, "completed", { backend: "comfyui_native", created_at: "2026-08-22T10:00:00Z", checkpoints: checkpoints(10) })];
const ofBoth = () => [["job_2", OF_BOTH.versions[0].file], ["job_4", OF_BOTH.versions[2].file]].flatMap(([job_id, file], row) => [0.7, 0.85, 1, 1.15].map((strength, column) => {
  const made = scored(generation(60 + 4 * row + column, "completed", { purpose: "grid", correlation_id: "ui-8", versions: [file] }), 0.48 + 0.02 * column + 0.01 * row);
  return { ...made, request: { ...made.request, seed: 20261124, characters: [{ id: "chr_9", checkpoint: 700, job_id, strength }] } };
}));
const WITH_BOTH = { ...all, ...at("images"), backends: TWO_TRAINERS, jobs: BOTH_TRAININGS, characters: [OF_BOTH, ...PEOPLE.slice(1)], meter: METER_READY };

/** The photos of a folder that was dropped. */
const arrived = (folder) => photos(12).map(({ name, id }) => ({ file: { name: name || `${id}.jpg`, type: "image/jpeg" }, folder }));

export const STATES = {
  setup: { ...bare, ...at("training", { setup: true }) },
  "setup-running": { ...bare, tasks: [INSTALLING], ...at("training", { setup: true }) },
  "setup-failed": { ...bare, tasks: [NO_ROOM], ...at("training", { setup: true }) },
  "setup-done": { ...all, tasks: [task("completed", { phase: "trying" })], ...at("training", { setup: true }) },
  model: { ...all, ...at("training", { model: "sd15", train: "chr_9" }) },
  "model-damaged": { ...all, families: DAMAGED, ...at("training", { model: "sd15", train: "chr_9" }) },
  "model-running": { ...all, tasks: [{ ...task("running", { phase: "downloading", bytes_done: 1.9e9, bytes_total: 4265146304 }), kind: "model_download", family: "sd15" }], ...at("training", { model: "sd15" }) },
  "train-routes": { ...all, families: ROUTED, ...at("training", { train: "chr_9" }), then: choose('[data-testid="isen-route"]', "base") },
  "train-models": { ...all, families: MODELS, machineWords: "Recommended for your RTX 3060 (12.0 GB): FLUX.2 Klein 4B.", ...at("training", { train: "chr_9" }), then: click('[data-testid="isen-models-more"] > summary') },
  "train-lacking": { ...bare, families: MODELS, ...at("training", { train: "chr_9" }), characters: [FRESH], preflight: LACKS, machineWords: "Recommended for your RTX 3090 (24.0 GB): FLUX.2 Klein 4B." },
  "job-in-line": { ...bare, ...at("training", { job: "job_12" }), characters: [{ ...FRESH, practice: false }], jobs: [IN_LINE], tasks: [FETCHING, INSTALLING], losses: [], log: [] },
  "job-line-stopped": { ...bare, ...at("training", { job: "job_12" }), characters: [{ ...FRESH, practice: false }], jobs: [STOPPED], tasks: [FETCHING, NO_ROOM], losses: [], log: [] },
  "practice-left": { ...all, ...at("characters"), characters: [FRESH, ...PEOPLE.slice(1, 3)], practiceLeft: { people: [{ id: "chr_9", name: "Anna" }], pictures: 12 } },
  "practice-leaving": { ...all, ...at("characters"), mode: "fast-test", nextMode: "production" },
  "trainings-no-trainer": { ...bare, ...at("training") },
  empty: { ...at("characters") },
  "empty-no-gpu": { ...at("characters"), canTrain: false },
  "character-unknown-consent": { ...all, route: anna, characters: [{ ...ANNA, consent: false }] },
  "character-replace": { ...all, route: anna, photos: photos(4), then: click('[data-testid="isen-captions"], [data-testid="isen-caption-each"], [data-testid="isen-replace-fold"]') },
  lent: { ...all, ...at("training"), lending: { job_id: "job_5", asked_at: "2026-08-20T10:00:00Z", until: "2026-08-20T10:02:00Z" } },
  "lent-saving": { ...all, ...at("training"), lending: { job_id: "job_5", asked_at: "2026-08-20T10:00:00Z", until: "" } },
  recovered: { ...all, ...at("training"), recoveries: [
    { code: "jobs_rebuilt", at: "2026-11-24T19:30:12.345Z", count: 1204, file: "jobs.db.corrupt-20261124T193012345678" },
    { code: "jobs_refilled", at: "2026-11-24T19:30:12.345Z", count: 12, file: "" }, { code: "people_rebuilt", at: "2026-11-24T19:30:12.345Z", count: 9, file: "isengard.db.corrupt-20261124T193012345678" }] },
  outdated: { ...all, ...at("characters"), after: (store) => store.set({ firstVersion: "0.0.9" }) },
  slow: { ...all, ...at("characters"), after: (store) => store.set({ slow: true }) },
  "settings-log": { ...all, ...at("settings", { log: "ui-42" }), settings: SETTINGS_WAITING },
  characters: { ...all, ...at("characters") },
  "characters-many": { ...all, ...at("characters"), characters: Array.from({ length: 100 }, (_, n) => character(n, `Person ${n}`)) },
  "characters-trash": { ...all, ...at("characters"), trash: [character(3, "Eve", { deleted_at: "2026-11-20T10:00:00Z" }), character(2, "Someone with quite a long name", { deleted_at: "2026-11-02T10:00:00Z" })], then: click('[data-testid="isen-trash"]') },
  "characters-new": { ...all, ...at("characters"), then: click('[data-testid="isen-new-character"]') },
  "characters-arrivals": { ...all, ...at("characters"), after: (store) => store.set({ arrivals: { found: arrived("Anna"), name: "Anna" } }) },
  "offline-between": { ...all, ...at("characters"), after: (store) => store.set({ connection: "offline", retryS: 5, failure: { message: "The server between this page and ComfyUI asks you to sign in.", hint: "Reload this page, sign in, then try again." } }) },
  loading: { ...at("characters"), answers: () => ({ status: 503, body: { error: { code: "starting", message: "Isengard is starting.", hint: "" } } }) },
  offline: { ...all, ...at("characters"), after: (store) => store.set({ connection: "offline", retryS: 5 }) },
  locked: { ...at("characters"), answers: () => ({ status: 401, body: { error: { code: "session_needed", message: "", hint: "" } } }) },
  "locked-here": { ...at("characters"), answers: (_, path) => (path === "/session/link" ? { body: { links: ["http://127.0.0.1:8188/#isengard_token=t", "http://studio:8188/#isengard_token=t"], token: "t" } } : { status: 401, body: { error: { code: "session_needed", message: "", hint: "" } } }) },
  blocked: { ...at("characters"), answers: (_, path) => (path === "/comfyui" ? null : { status: 503, body: UNWRITABLE }) },
  "practice-fixed": { ...all, ...at("characters"), mode: "fast-test", modeFixed: true },
  fasttest: { ...all, ...at("characters"), mode: "fast-test" },
  character: { ...all, route: anna },
  "character-menu": { ...all, route: anna, then: click('[data-testid="isen-more"]') },
  "character-edit": { ...all, route: anna, then: click('[data-testid="isen-edit"]') },
  "character-new": { ...all, route: anna, photos: [], jobs: [], characters: [{ ...ANNA, photo_count: 0, versions: [], cover_photo_id: null }] },
  "character-many": { ...all, route: anna, photos: photos(500) },
  "character-captions": { ...all, route: anna, then: click('[data-testid="isen-captions"], [data-testid="isen-caption-template"]') },
  "character-each": { ...all, route: anna, photos: photos(4), then: click('[data-testid="isen-captions"], [data-testid="isen-caption-each"]') },
  "character-uploads": { ...all, route: anna, after: (store) => store.set({ uploads: [
    { key: "a", name: "IMG_2101.HEIC", file: {}, characterId: "chr_9", share: 0.62, error: null }, { key: "b", name: "IMG_2102.HEIC", file: {}, characterId: "chr_9", share: 0, error: null },
    refused("holiday.gif", "This is a GIF picture.", "Save it as a JPEG or PNG photo, then add that."), refused("IMG_2007.HEIC", "It is the same picture as photo 7.", ""),
    { key: "n", name: "", characterId: "chr_9", share: 1, error: null, note: { words: "notPhotos", names: ["IMG_2101.MOV", "IMG_2101.AAE", "._IMG_2101.HEIC", "IMG_2102.MOV"], n: 4 } },
    { key: "r", name: "", characterId: "chr_9", share: 1, error: null, note: { words: "filesCut", names: [], n: 5000 } }] }) },
  "character-kinds": { ...all, route: anna, then: click('[data-testid="isen-chart"], [data-testid="isen-kind-angle_three_quarter"]') },
  "character-why": { ...all, route: anna, then: click('[data-testid="isen-why-not"]') },
  "character-mend-photos": { ...all, route: { ...anna, open: "photos", codes: "other_person" } },
  "character-selected": { ...all, route: anna, then: click('.isen-strip li:nth-child(2) .isen-tick, .isen-strip li:nth-child(3) .isen-tick, .isen-strip li:nth-child(5) .isen-tick') },
  photo: { ...all, route: anna, then: click(".isen-strip li:nth-child(4) .isen-plain") },
  crop: { ...all, route: anna, then: async (page) => {
    await click(".isen-strip li:nth-child(4) .isen-plain")(page);
    await click('[data-testid="isen-crop"]')(page);
  } },
  improve: { ...all, route: anna, improvements: IMPROVEMENTS, then: click('[data-testid="isen-improve"]') },
  "improve-without-faces": { ...all, route: anna, improvements: { ...IMPROVEMENTS, faces: false, proposals: [], left: [], batch: "0123456789abcdef" }, then: click('[data-testid="isen-improve"]') },
  forget: { ...all, route: anna, then: click('[data-testid="isen-forget"]') },
  trainings: { ...all, ...at("training") },
  "trainings-empty": { ...all, ...at("training"), jobs: [] },
  train: { ...all, ...at("training", { train: "chr_9" }) },
  "train-looks": { ...all, ...at("training", { train: "chr_9" }), families: LOOKS, then: click('[data-testid="isen-looks-refused"]') },
  "train-one-look": { ...all, ...at("training", { train: "chr_9" }), families: ONE_LOOK },
  "train-other": { ...all, ...at("training", { train: "chr_9" }), backends: [...FOREIGN] },
  "train-two-trainers": { ...all, ...at("training", { train: "chr_9" }), backends: TWO_TRAINERS, families: LOOKS, then: choose('[data-testid="isen-trainer"]', "comfyui_native") },
  "train-blocked": { ...all, ...at("training", { train: "chr_9" }), preflight: BLOCKED },
  "train-warned": { ...all, ...at("training", { train: "chr_9" }), preflight: { ...BLOCKED, ok: true, findings: BLOCKED.findings.slice(1) } },
  "train-memory": { ...all, ...at("training", { train: "chr_9" }), preflight: { ...OK, findings: [SAVED] }, then: click('[data-testid="isen-fix-choose_memory"]') },
  "train-stopping": { ...all, ...at("training", { train: "chr_9" }), then: click('[data-testid="isen-preset-quality"]') },
  "train-stopping-off": { ...all, ...at("training", { train: "chr_9" }), preflight: NO_FACES, then: click('[data-testid="isen-preset-quality"]') },
  "train-held": { ...all, ...at("training", { train: "chr_9" }), preflight: IN_USE, then: click('[data-testid="isen-fix-free_gpu"]') },
  "train-advanced": { ...all, ...at("training", { train: "chr_9" }), then: click('[data-testid="isen-advanced"]') },
  job: { ...all, ...at("training", { job: "job_5" }) },
  "job-slow": { ...all, ...at("training", { job: "job_4" }), jobs: [SLOW] },
  "job-held": { ...all, ...at("training", { job: "job_4" }), jobs: [HELD], then: click('[data-testid="isen-restart"]') },
  "job-again": { ...all, ...at("training", { job: "job_4" }), jobs: [AGAIN] },
  "job-failed-log": { ...all, ...at("training", { job: "job_3" }), losses: losses(40), then: click('[data-testid="isen-error-log"]') },
  "job-log": { ...all, ...at("training", { job: "job_5" }), then: click('[data-testid="isen-log"], [data-testid="isen-checkpoints"]') },
  "job-queued": { ...all, ...at("training", { job: "job_7" }), losses: [], log: [] },
  "job-waits-for-gpu": { ...all, ...at("training", { job: "job_8" }), jobs: [WAITS], losses: [], log: [] },
  "job-done": { ...all, ...at("training", { job: "job_2" }), losses: losses(200) },
  "job-done-chosen": { ...all, ...at("training", { job: "job_2" }), losses: losses(200), characters: [{ ...ANNA, versions: [version(700, { picked: true, rank: 1 }), version(1400)] }] },
  "job-ended-early": { ...all, ...at("training", { job: "job_2" }), jobs: [ENDED_EARLY], losses: losses(150), characters: [{ ...ANNA, versions: SAVES }] },
  "job-done-without-all": { ...all, ...at("training", { job: "job_2" }), jobs: [LEFT_OUT], losses: losses(200) },
  "job-failed": { ...all, ...at("training", { job: "job_3" }), losses: losses(40) },
  "images-away": { ...all, ...at("images"), generations: [generation(5, "running"), generation(4, "failed", { error: RESTARTED }), generation(3, "completed")], after: (store) => store.set({ connection: "offline", retryS: 5 }) },
  images: { ...all, ...at("images"), generations: [generation(5, "running"), generation(4, "completed", { count: 4 }), generation(3, "completed"), generation(2, "failed", { error: OOM })] },
  "images-form": { ...all, ...at("images"), generations: [], benches: bench(5), then: async (page) => {
    await click('[data-testid="isen-image-settings"]')(page);
    page.querySelector('[data-testid="isen-style-film"]').click();
  } },
  "images-prompting": { ...all, ...at("images"), generations: [], stylesMaking: { done: 3, count: 7 }, then: async (page) => {
    await click('[data-testid="isen-image-settings"]')(page);
    await write(page, "{trigger} in a {red|blue coat\n<lora:film:0.8> {trigger}, (smile:9)");
    await click('[data-testid="isen-suggest-shot"]')(page);
  } },
  "images-prompts": { ...all, ...at("images"), generations: [], then: click('[data-testid="isen-prompt-history"]') },
  "images-two": { ...all, ...at("images"), recipes: WITH_TWO, characters: [ANNA, character(8, "Ben", { versions: [version(700, { rank: 1 })] })], then: click('[data-testid="isen-add-second"]') },
  "images-stranger": { ...all, ...at("images"), generations: [], characters: [{ ...ANNA, versions: [version(1400, { rank: 1, base_model: "sd15/analogMadness_v70.safetensors", base_sha256: "ab" })] }] },
  ...photoDayStates(all),
  wall: { ...all, ...at("images"), walls: wallWithout(), then: COMPARE },
  "wall-measured": { ...all, ...at("images"), characters: [MEASURED, ...PEOPLE.slice(1)], meter: METER_READY, walls: measuredWall(), then: COMPARE },
  "wall-tied": { ...all, ...at("images"), characters: [TIED, ...PEOPLE.slice(1)], meter: METER_READY, walls: measuredWall().filter(({ request }) => request.prompt.includes("{trigger}") && request.characters[0].strength > 0), then: COMPARE },
  "images-two-trainings": { ...WITH_BOTH, generations: [generation(3, "completed")], then: click('[data-testid="isen-image-settings"]') },
  "wall-two-trainings": { ...WITH_BOTH, walls: ofBoth(), then: COMPARE },
  "wall-unlike": { ...all, ...at("images"), characters: [UNLIKE, ...PEOPLE.slice(1)], meter: METER_READY, walls: measuredWall().slice(8), then: COMPARE },
  "wall-drawings": { ...all, ...at("images"), meter: METER_READY, walls: wall().slice(0, 4).map((known) => scored(known, null, { why: "drawing" })), then: COMPARE },
  "wall-unmeasured": { ...all, ...at("images"), meter: METER_READY, walls: wall().filter((known) => known.state === "completed"), then: COMPARE },
  "wall-meter-running": { ...all, ...at("images"), walls: wall(), tasks: [meterTask("running", { phase: "downloading", bytes_done: 4.1e7, bytes_total: 9.8e7 })], then: COMPARE },
  "wall-meter-failed": { ...all, ...at("images"), walls: wall(), tasks: [meterTask("failed", {}, { error: { code: "packages_failed", message: "The tools that measure likeness could not be downloaded.", hint: "The log's last lines say why. Check the internet connection, then press Retry." } })], then: COMPARE },
  "bench-measured": { ...all, ...at("images"), meter: METER_READY, generations: [], benches: bench(6).map((known, n) => scored(known, [0.31, 0.42, 0.51, 0.55, 0.54, null][n])) },
  "images-measured": { ...all, ...at("images"), generations: measuredPictures(), then: toPictures },
  "viewer-measured": { ...all, ...at("images"), generations: measuredPictures(), then: async (page) => {
    await toPictures(page);
    await click(".isen-tile:first-child button")(page);
  } },
  "images-empty": { ...all, ...at("images") },
  "images-deleted": { ...all, ...at("images"), generations: [], more: ["/generations"], deletedPictures: [generation(4, "completed", { count: 4, deleted_at: "2026-11-20T10:00:00Z" }), generation(3, "completed", { deleted_at: "2026-11-19T10:00:00Z" })], then: click('[data-testid="isen-picture-trash"]') },
  "photos-deleted": { ...all, route: anna, deletedPhotos: photos(70).map((photo, n) => ({ ...photo, deleted_at: `2026-11-${String(29 - (n >> 3)).padStart(2, "0")}T10:00:00Z` })), then: click('[data-testid="isen-photo-trash"]') },
  "images-nobody": { ...all, ...at("images"), characters: [PEOPLE[1]] },
  "images-many": { ...all, ...at("images"), more: ["/generations"], generations: Array.from({ length: 60 }, (_, n) => generation(n, "completed")), then: toPictures },
  viewer: { ...all, ...at("images"), generations: [generation(4, "completed", { count: 4 })], then: async (page) => {
    await toPictures(page);
    await click(".isen-tile button")(page);
  } },
  "viewer-unmended": { ...all, ...at("images"), generations: [unmended(generation(4, "completed", { count: 4 }))], then: async (page) => {
    await toPictures(page);
    await click(".isen-tile button")(page);
  } },
  "viewer-menu": { ...all, ...at("images"), generations: [generation(4, "completed", { count: 4 })], then: async (page) => {
    await toPictures(page);
    await click(".isen-tile button")(page);
    await click('[data-testid="isen-more-actions"]')(page);
  } },
  "onward-vary": { ...all, ...at("images"), generations: [generation(4, "completed", { count: 4 })], then: onwardBy("isen-variations") },
  "onward-enlarge": { ...all, ...at("images"), generations: [generation(4, "completed", { count: 4 })], then: onwardBy("isen-enlarge-picture") },
  "onward-into": { ...all, ...at("images"), generations: [generation(4, "completed", { count: 4 })], then: async (page) => {
    await onwardBy("isen-into-picture")(page);
    const stage = page.querySelector('[data-testid="isen-mask"]');
    for (const key of [" ", "ArrowDown", "ArrowDown", "ArrowDown", " "]) stage.dispatchEvent(new KeyboardEvent("keydown", { key }));
  } },
  "onward-keep": { ...all, ...at("images"), generations: [generation(4, "completed", { count: 4 })], then: onwardBy("isen-keep-training") },
  "images-selected": { ...all, ...at("images"), generations: Array.from({ length: 9 }, (_, n) => generation(n, "completed")), then: async (page) => {
    await toPictures(page);
    for (const open of page.querySelectorAll(".isen-tile:nth-child(-n+3) > button")) open.dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: true }));
  } },
  "images-filters": { ...all, ...at("images"), generations: [generation(4, "completed", { count: 4 })], then: click('[data-testid="isen-gallery-filters"]') },
  "images-settings": { ...all, ...at("images"), generations: [generation(4, "completed", { count: 4 })], then: click('[data-testid="isen-image-settings"]') },
  compare: { ...all, ...at("images"), generations: [generation(4, "completed"), generation(3, "completed")], then: toComparison },
  "compare-sides": { ...all, ...at("images"), generations: [generation(4, "completed"), generation(3, "completed")], then: async (page) => {
    await toComparison(page);
    await click('[data-testid="isen-compare-sides"], [data-testid="isen-zoom-in"]')(page);
  } },
  "images-poor": { ...all, ...at("images"), causes: OF_PICTURE, generations: [poor(generation(4, "completed")), generation(3, "completed")], then: toPictures },
  "viewer-poor": { ...all, ...at("images"), causes: OF_PICTURE, generations: [poor(generation(4, "completed"))], then: async (page) => {
    await toPictures(page);
    await click(".isen-tile button")(page);
  } },
  video: { ...all, ...at("video") },
  settings: { ...all, ...at("settings") },
  "settings-storage": { ...all, ...at("settings", { storage: true }) },
  "storage-low": { ...all, ...at("images"), after: (store) => store.set({ room: { free_bytes: 8e8, needed_bytes: 1.9e9, low: true } }) },
  "people-at-once": { ...all, ...at("characters"), after: (store) => store.set({ arrivals: { found: [...arrived("Cleo"), ...arrived("Dan")], name: "Cleo", people: [{ name: "Cleo", found: arrived("Cleo") }, { name: "Dan", found: arrived("Dan") }] } }) },
  help: { ...all, ...at("images"), generations: [generation(4, "completed", { count: 4 })], then: click('[data-testid="isen-help"]') },
  "help-report": { ...all, ...at("settings"), then: click('[data-testid="isen-report-problem"]') },
  "settings-open": { ...all, ...at("settings"), open: true },
  "settings-meter": { ...all, ...at("settings"), meter: METER_READY },
  "settings-meter-refused": { ...all, ...at("settings"), meter: METER_REFUSED },
  refusal: { ...all, ...at("training"), after: (store) => store.attempt(() => store.api.get("/nothing")).then(() => store.set({ problem: { message: "Only a failed or cancelled job can be retried.", hint: "Reload: it may have changed in the meantime.", correlationId: "ui-42" } })) },
};
