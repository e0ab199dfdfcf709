/** What the made-up server says, and pictures drawn from their address. */

const SKIES = ["#7aa7d9", "#d99a7a", "#8fc7a3", "#c79ad0", "#d6c47a", "#7fc3c9"];

export function answerOf(state, method, path) {
  const [name, query] = path.split("?");
  const own = state.answers?.(method, name);
  if (own) return own;
  const lists = {
    "/characters": (query ?? "").includes("deleted=1") ? (state.trash ?? []) : (state.characters ?? []),
    "/training/jobs": (query ?? "").includes("backend_setup") ? (state.tasks ?? []) : (state.jobs ?? []),
    "/training/backends": state.backends ?? [BACKEND],
    "/generations": (query ?? "").includes("deleted=1") ? (state.deletedPictures ?? []) : (query ?? "").includes("purpose=grid") ? (state.walls ?? []) : (query ?? "").includes("purpose=bench") ? (state.benches ?? []) : (state.generations ?? []),
    "/training/families": state.families ?? FAMILIES,
    "/recipes": state.recipes ?? RECIPES,
    "/styles": STYLES,
    "/training/workers": [WORKER],
    "/training/presets": PRESETS,
  };
  if (name === "/health") return { body: { status: "ok", version: "0.1.0", mode: state.mode ?? "production", next_mode: state.nextMode ?? state.mode ?? "production", mode_fixed: state.modeFixed ?? false, language: "auto", comfyui: "0.3.75", host: { loopback: !state.open, can_restart: true }, recoveries: state.recoveries ?? [] } };
  if (name === "/languages") return { body: { languages: [{ code: "de", name: "Deutsch", dir: "ltr" }, { code: "en", name: "English", dir: "ltr" }] } };
  if (name === "/comfyui") return { body: { can_restart: true, queue: 3 } };
  if (name === "/training/gpu/free") return { body: GPU_HELD };
  if (name === "/training/preflight") return { body: state.preflight };
  if (name === "/training/machine") return { body: { gpus: [], can_train: state.canTrain ?? true, disk_free_bytes: 9e10, memory_bytes: 3e10, words: state.machineWords ?? "" } };
  if (name === "/storage") return { body: state.storage ?? { measuring: false, done: 0, of: 0, use: null } };
  if (name === "/storage/measure") return { body: { measuring: false, done: 214, of: 214, use: STORAGE } };
  if (name === "/storage/free") return { body: { freed_bytes: 1.2e9 } };
  if (name === "/folders") return { body: { can_open: state.here ?? false, items: query ? [{ name: query.includes("job") ? "job" : "person", path: "/data/isengard/jobs/job_5" }] : FOLDERS } };
  if (name === "/diagnostics/issue") return { body: ISSUE };
  if (name === "/practice") return { body: state.practiceLeft ?? { people: [], pictures: 0, loras: 0 } };
  if (name === "/prompts") return { body: { items: state.prompts ?? PAST_PROMPTS, next_cursor: null } };
  if (name.endsWith("/styles") && name.startsWith("/characters/")) return { body: { items: STYLE_PICTURES, making: state.stylesMaking ?? null, error: null } };
  if (name === "/likeness") return { body: state.meter ?? METER_MISSING };
  if (name === "/training/lending") return { body: { lending: state.lending ?? null } };
  if (name.endsWith("/forget")) return { body: { report: FORGET } };
  if (name === "/logs") return { body: { items: LOGS, next_cursor: null } };
  if (name === "/settings") return { body: state.settings ?? SETTINGS };
  if (name.endsWith("/improvements")) return { body: state.improvements ?? { done: true, looked: 22, of: 22, faces: true, batch: "", proposals: [], left: [] } };
  if (name.endsWith("/diagnosis")) return { body: { causes: state.causes ?? CAUSES } };
  if (name.endsWith("/photos") && query?.includes("deleted=1")) return { body: { items: state.deletedPhotos ?? [], next_cursor: null } };
  if (name.endsWith("/photos")) return { body: { items: state.photos ?? [], next_cursor: null } };
  if (name.endsWith("/loss")) return { body: { items: state.losses ?? [] } };
  if (name.endsWith("/log")) return { body: { lines: state.log ?? [] } };
  const more = state.more?.includes(name) ? "next" : null;
  return { body: { items: lists[name] ?? [], next_cursor: more } };
}

/** A face or a picture as SVG: its colours come from the address. */
export function pictureOf(path) {
  const seed = [...path].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7);
  const sky = SKIES[seed % SKIES.length];
  const coat = SKIES[(seed + 2) % SKIES.length];
  const x = 44 + (seed % 13);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" fill="${sky}"/>
    <ellipse cx="${x}" cy="100" rx="36" ry="30" fill="${coat}" stroke="#0003"/><ellipse cx="${x}" cy="40" rx="23" ry="27" fill="#5b3a29"/>
    <ellipse cx="${x}" cy="45" rx="18" ry="23" fill="#e8bb95"/><circle cx="${x - 7}" cy="42" r="2.4"/><circle cx="${x + 7}" cy="42" r="2.4"/>
    <path d="M${x - 7} 55q7 6 14 0" fill="none" stroke="#a4503c" stroke-width="2"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** As an older server says them, without `unreadable` and `needs_token`; `DAMAGED` is of today's, with files that are not whole. */
const FAMILIES = [
  { key: "sd15", label: "Stable Diffusion 1.5", status: "proven", licence: "CreativeML OpenRAIL-M", files: [{ file: "v1-5-pruned-emaonly.safetensors", folder: "checkpoints", hub: "stable-diffusion-v1-5/stable-diffusion-v1-5", size: 4265146304, here: false }], base_models: ["v1-5-pruned-emaonly.safetensors", "dreamshaper_8.safetensors"] },
  { key: "flux1_dev", label: "FLUX.1-dev", status: "experimental", licence: "FLUX.1 [dev] Non-Commercial", files: [], base_models: [] },
];
const model = (key, label, place, fit, note, more = {}) => ({
  ...FAMILIES[1], key, label, place, fit, note, licence: "Apache-2.0", needs_token: false, unreadable: [], checkpoints: [], routes: [], download_bytes: 16.1e9, train_s: 4300, vram_bytes: 12.9e9,
  good_at: "Photos from plain sentences, drawn in seconds.", sell: "yes", terms: "", gated: false, ...more,
});
/** Of today's, on a card of 12 GB. */
export const MODELS = [
  model("flux2_klein_4b", "FLUX.2 Klein 4B", 0, "recommended", "It fits with cached text embeddings."),
  model("z_image", "Z-Image", 1, "fits", "", { good_at: "Natural photos of people, drawn in eight steps.", download_bytes: 33e9, train_s: 5400 }),
  model("sd15", "Stable Diffusion 1.5", 3, "fits", "", { ...FAMILIES[0], needs_token: false, unreadable: [], download_bytes: 0, train_s: 1100, vram_bytes: 5.5e9, good_at: "Small and quick, with an older look. Best with simple prompts." }),
  model("krea2", "Krea 2", 4, "too_big", "It needs about 44.7 GB of the computer's memory; this one has 32.0 GB.", {
    licence: "Krea 2 Community License", sell: "limits", terms: "Its licence is free for people and companies that earn less than a million dollars a year, and wants the names of LoRAs to begin with Krea: their files do.", gated: true, needs_token: true, download_bytes: 35e9,
  }),
  model("flux1_dev", "FLUX.1 dev", 5, "too_big", "It needs about 21.4 GB of video memory even with all memory savings; this GPU has 12.0 GB.", { licence: "FLUX.1 [dev] Non-Commercial", sell: "ask", gated: true, needs_token: true, download_bytes: 34e9 }),
];
const checkpoint = (file, size, style, more = {}) => ({
  file, size, recommended: false, why: "tensors", label: "", style, style_from: style === "unknown" ? "" : "name", prediction: "epsilon", prediction_from: "", refused: "", ...more,
});
/** Of today's, with checkpoints of one's own; and with one alone. */
export const LOOKS = [{ ...FAMILIES[0], needs_token: false, unreadable: [], checkpoints: [
  checkpoint("v1-5-pruned-emaonly.safetensors", 4265146304, "unknown", { recommended: true, why: "name" }),
  checkpoint("sd15/photographic/realisticVisionV60B1_v51VAE.safetensors", 2.13e9, "photographic"),
  checkpoint("sd15/dreamshaper_8.safetensors", 2.13e9, "unknown"),
  checkpoint("fluffyanime_e6.safetensors", 2.13e9, "illustrated"),
  checkpoint("sd15/dreamshaper_8LCM.safetensors", 2.13e9, "unknown", { why: "last", label: "a model for few steps" }),
  checkpoint("anything_fp8.safetensors", 1.1e9, "unknown", { quantised: true, refused: "anything_fp8.safetensors is a quantised copy (fp8): you can make pictures with it, but the trainer needs the full model." }),
  checkpoint("noobai_vpred.safetensors", 2.13e9, "illustrated", { prediction: "v", prediction_from: "tensors", refused: "noobai_vpred.safetensors predicts velocity (v-prediction, going by its tensors): you can make pictures with it, but the trainer can't learn from it. Choose another checkpoint." }),
  checkpoint("unet.safetensors", 1.7e9, "unknown", { refused: "unet.safetensors has parts missing (VAE): neither the trainer nor ComfyUI can use it alone. Complete it with ComfyUI's Save Checkpoint, or choose another file." }),
] }, FAMILIES[1]];
export const ONE_LOOK = [{ ...LOOKS[0], base_models: ["v1-5-pruned-emaonly.safetensors"], checkpoints: LOOKS[0].checkpoints.slice(0, 1) }, FAMILIES[1]];
const route = (key, label, about, expert = false) => ({ key, label, about, expert, gated: false, page: "" });
/** A model that is trained in several ways. */
export const ROUTED = [{
  key: "z_image", label: "Z-Image", status: "experimental", licence: "Apache-2.0", files: [], base_models: ["z_image_turbo_bf16.safetensors"], needs_token: false,
  routes: [
    route("turbo", "Turbo with the training adapter", "What most people use: pictures are made with Turbo too."),
    route("base", "Base in bf16 with Adafactor", "Learns more slowly and needs more video memory; some faces come out closer."),
    route("de_turbo", "De-Turbo", "Turbo without its distillation: it takes long trainings without an adapter.", true),
  ],
}];
const WHY = "is not a whole model: 1.2 GB of 4.3 GB are there.";
export const DAMAGED = FAMILIES.map((known) => ({
  ...known, needs_token: false, files: known.files.map((file) => ({ ...file, fault: `${file.file} ${WHY}` })),
  unreadable: known.base_models.map((file) => ({ file, folder: "checkpoints", reason: `${file} ${WHY}` })),
}));
const preset = (name, label, description, steps, estimate_s) => ({
  name, label, description, steps, estimate_s, rank: 16, alpha: 16, lokr_factor: 8, learning_rate: 0.0001, resolution: [512, 768], save_every: steps / 10, vram_bytes: 8e9, disk_bytes: 1.9e8, learned: name === "quick",
});
const PRESETS = [
  preset("quick", "Quick", "A first impression in about half the time.", 700, 1500),
  preset("balanced", "Balanced", "Suits most people.", 1400, 4200),
  preset("quality", "Quality", "Longer, for many varied photos.", 2100, 9000),
];
const base = (file, why, label) => ({ family: "sd15", file, taken: true, why, label, defaults: {} });
const BASES = [base("sd15/realisticVisionV60B1_v51VAE.safetensors", "tensors", ""), base("sd15/dreamshaper_8LCM.safetensors", "last", "a model for few steps")];
const PROMPTING = {
  sd15: { form: "tags", weights: true, embeddings: true, words: 55, opening: "photo of", details: "natural light, sharp focus, skin detail", quality: "high quality", negative: "blurry, deformed, low quality" },
  flux1_dev: { form: "sentences", weights: true, embeddings: false, words: 350, opening: "A photograph of", details: "Soft natural light, sharp focus, fine detail.", quality: "", negative: "" },
};
const recipe = (name, label, identity, missing) => ({
  name, label, description: "", identity, families: ["sd15"], controls: ["prompt", "negative", "width", "height", "seed", "steps", "guidance", "strength", "sampler", "scheduler", "picture", "mask", "change"],
  needs_picture: false, source: "ours", people: 1, missing, foreign: [], bases: missing.length ? [] : BASES, defaults: { width: 512, height: 768, steps: 28, guidance: 7 },
  family_bounds: { sd15: { steps: [1, 200], guidance: [1, 20], strength: [0, 1.5] } },
  family_prompting: PROMPTING,
});
const RECIPES = [recipe("sd15-identity", "Portrait (Stable Diffusion 1.5)", "lora", []), recipe("flux1-dev-identity", "Portrait (FLUX.1-dev)", "lora", [{ file: "flux1-dev.safetensors", folder: "diffusion_models" }])];
export const FOR_TWO = { ...recipe("sd15-two", "Two people (Stable Diffusion 1.5)", "lora", []), people: 2 };
export const WITH_TWO = [...RECIPES, FOR_TWO];
const STYLES = [
  { kind: "style", name: "film", label: "Film still", prompt: "cinematic film still, {prompt}, shallow depth of field" },
  ...["Natural photo", "Studio portrait", "Black and white", "Watercolour", "Oil painting", "Comic"].map((label) => ({ kind: "style", name: label.toLowerCase(), label, prompt: `${label.toLowerCase()} of {prompt}` })),
  ...["Close-up", "Head and shoulders", "To the waist", "Full body"].map((label) => ({ kind: "shot", name: label, label, prompt: label.toLowerCase() })),
  { kind: "scene", name: "cafe", label: "In a café", prompt: "sitting in a small café by the window" },
  { kind: "scene", name: "beach", label: "Beach", prompt: "on a wide beach, sea behind" },
  { kind: "light", name: "window", label: "Window light", prompt: "soft light from a window" },
  { kind: "clothes", name: "coat", label: "Coat", prompt: "wearing a long wool coat" },
];
const STYLE_PICTURES = STYLES.filter(({ kind }) => kind === "style").map(({ name }, n) => ({ name, picture: n < 4 ? `/characters/chr_9/styles/${n}.jpg` : null }));
const PAST_PROMPTS = ["{trigger} on a rainy street at night, neon signs reflected in puddles", "portrait photo of {trigger}, soft window light", "{trigger} in a {red|blue|green} coat", "oil painting of {trigger}, visible brush strokes, rich colours"].map((prompt, n) => ({
  prompt, favourite: n === 1, orders: n + 1, at: `2026-11-2${9 - n}T10:00:00.000Z`, generation_id: n === 2 ? "" : `gen_${n}`, n: 0, recipe: "sd15-identity", characters: ["chr_9"],
}));
const SETUP = { possible: true, why_not: "", version: "0.12.26", licence: "MIT", source: "https://github.com/ostris/ai-toolkit", download_bytes: 3.0e9, disk_bytes: 5.6e9, status: "proven", installed: false, unfinished: false };
const BACKEND = { name: "ai_toolkit", label: "AI-Toolkit", default: true, placeholder: false, methods: ["lora", "lokr"], families: ["sd15", "flux1_dev", "z_image", "flux2_klein_4b", "krea2"], state: { name: "ai_toolkit", version: "0.12.26", state: "ready", detail: "" }, setup: { ...SETUP, installed: true } };
/** What measures likeness, before and after its set-up. */
const METER_OFFER = { ...SETUP, version: "20.0.1", licence: "Boost, CC0", source: "dlib-bin, face_recognition_models", download_bytes: 9.8e7, disk_bytes: 3.6e8 };
const FACE_MODELS = [
  ["auraface", "AuraFace v1", ["describer"], "Apache-2.0", 260694151, "fal/AuraFace-v1", false],
  ["dinov2_small", "DINOv2 small", ["variety"], "Apache-2.0", 88532934, "onnx-community/dinov2-small", true],
  ["sscd", "SSCD disc_mixup", ["copy"], "MIT", 98791638, "https://dl.fbaipublicfiles.com", true],
  ["yunet", "YuNet", ["detector"], "MIT", 232589, "opencv/face_detection_yunet", true],
].map(([key, label, roles, licence, size, source, calibrated]) => {
  const ready = key === "yunet";
  const state = { name: `faces_${key}`, version: ready ? label : "", state: ready ? "ready" : "not_installed", detail: "" };
  return { key, label, roles, licence, size, is_calibrated: calibrated, state, setup: { ...METER_OFFER, version: label, licence, source, download_bytes: size, disk_bytes: size, installed: ready } };
});
const METER_MISSING = { state: { name: "faces", version: "", state: "not_installed", detail: "Isengard can't measure likeness yet." }, setup: METER_OFFER, models: FACE_MODELS, used: {} };
export const METER_READY = { state: { name: "faces", version: "20.0.1", state: "ready", detail: "" }, setup: { ...METER_OFFER, installed: true }, models: FACE_MODELS, used: { detector: "yunet", marker: "dlib", describer: "dlib" } };
export const METER_REFUSED = { ...METER_MISSING, setup: { ...METER_OFFER, possible: false, why_not: "Whoever set up this computer has switched installing off." } };
export const BACKEND_MISSING = { ...BACKEND, setup: SETUP, state: { name: "ai_toolkit", version: "", state: "not_installed", detail: "AI-Toolkit, which does the training, is not set up yet." } };
/** Ours, and one that a pack beside ours brought. */
export const FOREIGN = [BACKEND, { ...BACKEND, name: "pencil", label: "Pencil", default: false, families: ["sd15"], setup: null, state: { name: "pencil", version: "0.1", state: "ready", detail: "" } }];
/** Both trainers of ours, with what speaks for each. */
export const TWO_TRAINERS = [
  { ...BACKEND, tagline: "better results, 3 GB once", about: "Trains every model here and loses nothing at a pause. It is downloaded once (about 3 GB), into a Python of its own." },
  {
    ...BACKEND, name: "comfyui_native", label: "ComfyUI", default: false, families: ["sd15", "z_image"], setup: null, loads_as_comfyui: true, savings: ["batch_size", "resolution", "rank"], tagline: "nothing to install",
    about: "ComfyUI's own training nodes, in a second ComfyUI beside yours. It trains fewer models than AI-Toolkit and forgets its momentum at every save, so choose it to try training out, or where AI-Toolkit does not run.",
    state: { name: "comfyui_native", version: "0.33.0", state: "ready", detail: "" },
  },
];
const WORKER = { id: "w1", host: "here", version: "0.1.0", gpus: [{ uuid: "GPU-1", name: "NVIDIA GeForce RTX 3090", total_bytes: 25.4e9, free_bytes: 4e9 }], backends: [], beat: 3, slots: 1 };
const THINGS = [["trash", 1.2e9, true, ""], ["thumbnails", 3.1e8, true, ""], ["caches", 2.4e9, true, ""], ["trainer", 9.6e9, true, "ai_toolkit"], ["faces", 1.37e8, true, "faces"], ["logs", 4.2e6, false, ""], ["hub", 3.1e10, false, ""], ["rest", 2.8e7, false, ""]].map(([name, bytes, can_free, tool]) => ({ name, bytes, can_free, tool }));
export const STORAGE = {
  measured_at: "2026-08-20T11:59:00Z", used_bytes: 1.9e10, free_bytes: 4.1e10, total_bytes: 5e11, things: THINGS,
  people: [{ id: "chr_9", name: "Anna", photos: 1.3e8, loras: 6.4e8, trainings: 3.9e9, pictures: 2.2e9 }, { id: "chr_8", name: "Ben", photos: 9e7, loras: 0, trainings: 0, pictures: 1.1e8 }],
  models: [{ key: "flux2_klein_4b", label: "FLUX.2 Klein 4B", bytes: 1.6e10, freed_bytes: 7.9e9 }, { key: "sd15", label: "Stable Diffusion 1.5", bytes: 4.2e9, freed_bytes: 0 }],
};
const FOLDERS = [["data", ""], ["models", "/models"], ["pictures", "/outputs"], ["recipes", "/recipes"], ["logs", "/logs"]].map(([name, end]) => ({ name, path: `/data/isengard${end}` }));
const ISSUE = { title: "Problem with Isengard 0.1.0 in ComfyUI 0.33.0", body: "### What happened\n\n\n### Versions\n\n- Isengard 0.1.0\n- ComfyUI 0.33.0, frontend 1.42.8 (app)\n- Python 3.12.7, Linux-6.8.0-x86_64-with-glibc2.39\n- aiohttp 3.11, pillow 11.0, torch 2.7.0\n" };
const SETTINGS = {
  items: [
    { name: "mode", value: "production", running: "production", choices: ["production", "fast-test"], source: "default", editable: true, secret: false },
    { name: "log_level", value: "INFO", source: "default", editable: true, secret: false },
    { name: "guard_comfyui", value: false, running: false, source: "default", editable: true, secret: false },
    { name: "language", value: "auto", source: "default", editable: true, secret: false },
    { name: "face_models", value: ["yunet", "auraface"], running: null, choices: [], source: "isengard.toml", editable: true, secret: false },
    { name: "mark_pictures", value: true, running: true, choices: ["0", "1"], source: "default", editable: true, secret: false },
    { name: "sign_pictures", value: true, running: true, choices: ["0", "1"], source: "default", editable: true, secret: false },
    { name: "lora_companions", value: false, running: false, choices: ["0", "1"], source: "default", editable: true, secret: false },
    { name: "visible_mark", value: false, running: false, choices: ["0", "1"], source: "default", editable: true, secret: false },
    { name: "hf_token", value: false, source: "default", editable: true, secret: true },
    { name: "comfyui_url", value: null, source: "default", editable: false, secret: false },
    { name: "allowed_hosts", value: [], source: "default", editable: false, secret: false },
  ],
  folders: { data: "C:\\ComfyUI\\user\\__isengard", logs: "C:\\ComfyUI\\user\\__isengard\\logs" },
  can_sign: false,
};
/** Its mode was changed and waits for a restart. */
export const SETTINGS_WAITING = { ...SETTINGS, items: SETTINGS.items.map((item) => (item.name === "mode" ? { ...item, value: "fast-test" } : item)) };
const GPU_HELD = { gpu: { uuid: "GPU-1", name: "RTX 4090", total_bytes: 25165824000, free_bytes: 6.1e9 }, holders: [], asked: true, waited_s: 20, comfyui_holds: true, words: "ComfyUI 16.6 GB, blender 1.0 GB" };
/** Three, the likeliest first. */
const CAUSES = [
  { code: "photos_disagree", action: "photos", weight: 75, values: { n: 4, count: 22, codes: "other_person,two_people" } },
  { code: "copies", action: "version", weight: 74, values: { copied: 4, told: 16, now: 1400, file: "anna/anna-sd15-700.safetensors", step: 700 } },
  { code: "few_photos", action: "photos", weight: 58, values: { n: 8 } },
];
const FORGET = { photos: 22, captions: 20, jobs: 3, samples: 60, versions: 2, images: 41, logs: 0, bytes: 4.1e8, elsewhere: ["albums/alb_1.json", "output/anna_00001_.png", "user/default/workflows/anna portrait.json"], others: ["outputs/gen_0bob/0001.png"], told: { "albums/alb_1.json": { words: "The album Anna in Paris", said: { words: { text: "The album {name}", values: { name: "Anna in Paris" } } } }, "outputs/gen_0bob/0001.png": { words: "A picture of Bob, 2026-08-20 10:00", said: { words: { text: "A picture of {names}, {when}", values: { names: { list: ["Bob"] }, when: { moment: "2026-08-20T10:00:00.000Z" } } } } } } };
const LOGS = ["Request refused", "Training job started", "Photo added"].map((message, n) => ({ timestamp: `2026-08-20T10:00:0${n}.000Z`, level: n ? "INFO" : "WARNING", service: n === 1 ? "worker" : "api", correlation_id: "ui-42", message, context: { logger: "isengard.web", code: "wrong_state" } }));
