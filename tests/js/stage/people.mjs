/** Made-up people, photos, trainings and pictures. */

const AT = "2026-08-20T10:00:00Z";

export function version(step, more = {}) {
  return { job_id: "job_2", step, file: `anna/anna-sd15-${step}.safetensors`, size: 37.9e6, sha256: "", family: "sd15", proof: { header: true, finite: true, nonzero: true, fit: "fits", image: "changed" }, scores: {}, placeholder: false, picked: false, rank: 0, nearest: false, created_at: AT, ...more };
}

export function character(n, name, more = {}) {
  return { id: `chr_${n}`, name, slug: name.toLowerCase(), trigger_word: "nnxmtnk", class_word: "woman", notes: "", cover_photo_id: `pho_${n}`, consent: true, created_at: AT, deleted_at: null, photo_count: 22, versions: [], ...more };
}

export const ANNA = character(9, "Anna", { versions: [version(700), version(1400, { rank: 1 })] });
export const PEOPLE = [ANNA, character(8, "Ben", { class_word: "man" }), character(7, "Milo the very long-named dog", { class_word: "dog", photo_count: 3 }), character(6, "Zoë", { cover_photo_id: null, photo_count: 0 })];

const FOUND = { 3: { code: "blurred", message: "Looks blurred: a sharper photo teaches more." }, 7: { code: "twin", message: "Looks almost like photo 2: variety teaches more." }, 12: { code: "small", message: "Only 300 x 400 pixels: larger is better." }, 13: { code: "no_face", message: "No face was found." }, 14: { code: "several_faces", message: "Shows several people." }, 16: { code: "other_person", message: "Is this somebody else?" } };

/** As a set of a real person is: much from the front and from near, little else. */
const WORDS = { angle: ["frontal", "frontal", "frontal", "three_quarter", "turned"], light: ["even", "even", "even", "side"], mouth: ["closed", "wide", "wide"], clothes: ["black", "blue", "black", "grey", "brown", ""] };
const wordsOf = (index) => Object.fromEntries(Object.entries(WORDS).map(([name, words]) => [name, words[index % words.length]]));

export function photos(count) {
  return Array.from({ length: count }, (_, index) => ({
    id: `pho_${index}`, character_id: "chr_9", file: "", width: 3024, height: 4032, name: `IMG_${2000 + index}.HEIC`, caption: index % 3 ? `nnxmtnk, on a bench in a park, number ${index}` : "",
    caption_source: "", brightness: 60 + ((index * 37) % 120), face: index === 13 ? 0 : index % 5 ? 0.35 : 0.15, face_words: wordsOf(index), included: index !== 5, held_out: index === 10 || index === 15, findings: FOUND[index] ? [FOUND[index]] : [], created_at: AT, deleted_at: null,
  }));
}

export function losses(count, total = 1400) {
  return Array.from({ length: count }, (_, index) => ({ step: Math.round((index * total) / 200) + 1, loss: 0.1 + 0.28 * Math.exp(-index / 40) + 0.03 * Math.sin(index * 2.7) * Math.cos(index / 3), learning_rate: 1e-4 }));
}

export function job(n, state, more = {}) {
  const { progress, ...rest } = more;
  return {
    id: `job_${n}`, kind: "training", needs: "gpu", state, attempt: 1, priority: 50, position: n, order: "", request: { preset: "balanced", family: "sd15", character_id: "chr_9" },
    character_id: "chr_9", backend: "ai_toolkit", family: "sd15", placeholder: false,
    progress: { phase: "training", step: 0, total_steps: 1400, loss: null, learning_rate: 1e-4, seconds_per_step: null, eta_s: null, vram_used_bytes: null, temperature_c: null, warnings: [], ...progress },
    error: null, artifacts: [], checkpoints: [], parent_job_id: null, worker_id: "w1", correlation_id: "ui-1", created_at: AT, started_at: AT, finished_at: null, updated_at: AT, ...rest,
  };
}

/** As trainers make them: the person, and the stranger of the leak check. */
export function samples(count) {
  return Array.from({ length: 2 * count }, (_, index) => {
    const step = ((index >> 1) + 1) * 140;
    return { kind: "sample", file: `samples/${step}_${index % 2}.png`, step, sha256: "" };
  });
}

export function checkpoints(count) {
  return Array.from({ length: count }, (_, index) => ({ step: (index + 1) * 140, file: "", size: 37.9e6, sha256: "", family: "sd15", proof: { header: true, finite: true, nonzero: true, fit: "fits", image: "pending" }, scores: {}, published: index === count - 1 }));
}

export function generation(n, state, more = {}) {
  const images = state === "completed" ? Array.from({ length: more.count ?? 1 }, (_, index) => ({ n: index, file: `${index}.png`, width: 512, height: n % 2 ? 512 : 768, seed: 71 + index, deleted_at: null })) : [];
  return {
    id: `gen_${n}`, prompt_ids: [], recipe: "sd15-identity", state, images, error: null, favourite: n === 3, purpose: "user", made_from: null, created_at: AT, deleted_at: null,
    request: { recipe: "sd15-identity", characters: [{ id: "chr_9", checkpoint: "best", strength: 1 }], prompt: "portrait photo of {trigger} in a garden, soft window light, 85 mm", negative: "", width: 512, height: 768, count: 1, seed: null, steps: null, guidance: null },
    progress: { image: 0, count: 2, step: 11, total_steps: 28 }, ...more,
  };
}
