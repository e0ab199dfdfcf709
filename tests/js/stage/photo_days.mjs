/** Photo days of the stage: what the made-up server says of them, and their states. */

import { METER_READY } from "./answers.mjs";
import { settled } from "./settled.mjs";

const STYLES = [["photo", "Natural photo"], ["studio", "Studio portrait"], ["film", "Film still"], ["golden", "Golden hour"], ["watercolour", "Watercolour"]];
const SCENES = [["cafe", "In a café"], ["city", "City street"], ["night", "City at night"], ["beach", "On the beach"], ["forest", "In a forest"], ["snow", "In the snow"]];
const MOTIFS = [
  ...STYLES.map(([name, label]) => ({ kind: "style", name, label, prompt: `{prompt}, ${label.toLowerCase()}` })),
  ...SCENES.map(([name, label]) => ({ kind: "scene", name, label, prompt: label.toLowerCase() })),
];
const likeness = (score, more = {}) => ({ verdict: score === null ? "not_measurable" : score >= 0.5 ? "good" : score >= 0.4 ? "fair" : "poor", score, faces: 1, why: score === null ? "no_face" : "", copied: false, model: "", rivals: 0, ...more });
/** What was found, by the picture's number: the rest is measured well. */
const ASIDE = { 3: ["another_person", likeness(0.21)], 5: ["no_face", likeness(null)], 8: ["two_heads", likeness(0.52, { rivals: 1 })], 11: ["twin", likeness(0.55)] };
const CHOICES = { 0: "keep", 4: "keep", 2: "reject" };

function picture(n, drawn, choices) {
  const there = n < drawn;
  const [aside, measured] = (there && ASIDE[n]) || ["", likeness(0.44 + ((n * 7) % 15) / 100)];
  return {
    n, style: STYLES[n % 4][1], scene: SCENES[n % 5][1], shape: n % 2 ? "portrait" : "square", prompt: "photo of {trigger}, woman", width: 512, height: n % 2 ? 640 : 512, seed: 1250 + n,
    state: there ? "drawn" : n === drawn ? "drawing" : "waiting", generation_id: there || n === drawn ? `gen_${500 + n}` : "", error: null, choice: (there && choices[n]) || "", back: false,
    image: there ? { n: 0, file: "0000.png", width: 512, height: 512, seed: 1250 + n, look: "", likeness: measured, likenesses: {}, favourite: false, deleted_at: null } : null,
    aside, twin_of: aside === "twin" ? 1 : null,
  };
}

/** @param {number} drawn of 40 */
function day(drawn, { id = "day_1", choices = {}, ...more } = {}) {
  const pictures = Array.from({ length: 40 }, (_, n) => picture(n, drawn, choices));
  return {
    id, name: "Anna, 30 November 2026", character_id: "chr_9", album_id: "alb_1", recipe: "sd15-identity", person: { id: "chr_9", checkpoint: 1400, strength: 1, reference: 1, words: "" }, negative: "",
    state: drawn === 40 ? "done" : "running", pictures, error: null, correlation_id: "ui-9", created_at: "2026-08-20T10:00:00Z", finished_at: null,
    order: pictures.filter(({ image, aside }) => image && !aside).map(({ n }) => n), seconds_each: 18.2, waits_for: "", measures: true, ...more,
  };
}

/** @param {object[]} days @param {number | null} each */
const answers = (days, each = 18.2) => (method, name) => {
  if (name === "/styles") return { body: { items: MOTIFS, next_cursor: null } };
  if (name === "/photo-days/plan") return { body: { pictures: days[0]?.pictures.map(({ image: _, aside: __, twin_of: ___, ...one }) => one) ?? day(0).pictures, seconds_each: each } };
  if (name === "/photo-days") return { body: { items: days, next_cursor: null } };
  const known = days.find(({ id }) => name.startsWith(`/photo-days/${id}`));
  return known && { body: known };
};
const pressed = (selector) => async (page) => {
  page.querySelector(selector).click();
  await settled();
};
const PLACE = { route: { tab: "images", day: "chr_9" } };
const FAILED = { code: "gpu_out_of_memory", message: "The GPU ran out of memory.", hint: "Free ComfyUI's memory, then press Resume.", log: [], offer: "" };

/** @param {object} all what every state has */
export function photoDayStates(all) {
  const done = day(40, { choices: CHOICES });
  return {
    "photo-day-form": { ...all, ...PLACE, answers: answers([]), then: (page) => (page.querySelector("details").open = true) },
    "photo-day-unknown": { ...all, ...PLACE, answers: answers([], null) },
    "photo-day-running": { ...all, ...PLACE, answers: answers([day(17, { choices: CHOICES, waits_for: "pictures" })]), meter: METER_READY },
    "photo-day-paused": { ...all, ...PLACE, answers: answers([day(9, { state: "paused", error: FAILED, measures: false }), day(40, { id: "day_2", name: "Anna, 28 November 2026" })]) },
    "photo-day-done": { ...all, ...PLACE, answers: answers([done]), meter: METER_READY },
    "photo-day-aside": { ...all, ...PLACE, answers: answers([done]), meter: METER_READY, then: pressed('[data-testid="isen-day-section-aside"]') },
    "photo-day-culling": { ...all, ...PLACE, answers: answers([done]), meter: METER_READY, then: pressed('[data-testid="isen-day-through"]') },
  };
}
