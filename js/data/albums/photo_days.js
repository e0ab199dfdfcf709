/** What a photo day is asked for with, and how its pictures are sorted. Knows the store, no element. */

import { ApiError } from "../api.js";
import { drawable } from "../likeness_rules.js";

/** What is chosen where nobody has chosen anything yet, by the names of styles and scenes. */
const USUAL_STYLES = ["photo", "studio", "film", "golden"];
const USUAL = { styles: 4, scenes: 5, count: 40 };
export const MOST = 200;
/** A side of a square picture, as a share of the workflow's own. @type {Record<Isengard.DayDraft["size"], number>} */
export const SIZES = { small: 0.75, normal: 1, large: 1.25 };
const UNIT = 64;

/**
 * The choice before anybody has made one: four styles that are photographs, five scenes, two shapes, forty pictures.
 * @param {Isengard.Style[]} items @param {Isengard.Character} person @returns {Isengard.DayDraft}
 */
export function usualDraft(items, person) {
  /** @param {string} kind */
  const names = (kind) => items.filter((item) => item.kind === kind).map(({ name }) => name);
  const styles = names("style");
  const usual = USUAL_STYLES.filter((name) => styles.includes(name));
  return {
    styles: (usual.length ? usual : styles).slice(0, USUAL.styles),
    scenes: names("scene").slice(0, USUAL.scenes),
    shapes: ["square", "portrait"],
    count: USUAL.count, recipe: "", negative: "",
    prompt: `photo of {trigger}, ${person.class_word}`,
    words: {},
    size: "normal",
    quality: "normal",
  };
}

/** Width and height of a square picture; as large as the workflow draws by itself where that is meant. @param {Isengard.DayDraft["size"]} size @param {Record<string, number>} usual */
export function squareOf(size, { width = 512, height = 512 }) {
  const side = Math.max(UNIT, Math.round((Math.sqrt(width * height) * SIZES[size]) / UNIT) * UNIT);
  return size === "normal" ? [width, height] : [side, side];
}

/** Workflows that draw this person alone and that ComfyUI has everything for. @param {Isengard.Recipe[]} recipes @param {Isengard.Character} person */
export function recipesFor(recipes, person) {
  const here = recipes.filter((known) => !known.missing.length && (known.people ?? 1) === 1 && known.confirmed !== false);
  const theirs = here.filter((known) => (known.identity === "lora" ? drawable(person, known).length : known.identity === "placeholder" || person.photo_count));
  // of those that draw a trained person the ones that do come first
  return theirs.sort((one, other) => Number(other.identity === "lora") - Number(one.identity === "lora"));
}

/**
 * What is sent: chosen styles and scenes with their words as they are now. `steps` null, and the normal size: as the workflow says.
 * @param {Isengard.DayDraft} draft @param {Isengard.Style[]} items @param {Isengard.Character} person
 * @param {{usual: Record<string, number>, steps: number | null}} [drawn] @returns {Schema.PhotoDayOrder}
 */
export function orderOf(draft, items, person, { usual, steps } = { usual: {}, steps: null }) {
  const [width, height] = draft.size === "normal" ? [null, null] : squareOf(draft.size, usual);
  /** @param {"style" | "scene"} kind @param {string[]} chosen */
  const motifs = (kind, chosen) => items.filter((item) => item.kind === kind && chosen.includes(item.name))
    .map(({ name, label, prompt }) => ({ name, label, prompt: (draft.words[`${kind}-${name}`] ?? "").trim() || prompt }));
  return {
    person: { id: person.id, checkpoint: "best", strength: 1, reference: 1, words: "" }, recipe: draft.recipe, prompt: draft.prompt, negative: draft.negative,
    styles: motifs("style", draft.styles), scenes: motifs("scene", draft.scenes), shapes: draft.shapes, count: draft.count, seed: null, width, height, steps,
  };
}

/** How many different pictures a choice makes before one comes again. @param {Isengard.DayDraft} draft */
export function combinations({ styles, scenes, shapes }) {
  return Math.max(1, styles.length) * Math.max(1, scenes.length) * shapes.length;
}

/** The pictures of a day by what was said and found of them; the best first. @param {Isengard.PhotoDay} day @returns {Record<Isengard.DaySection, Isengard.DayPicture[]>} */
export function sectionsOf({ pictures, order }) {
  const there = new Map(pictures.filter(({ image }) => image).map((picture) => [picture.n, picture]));
  const ranked = order.flatMap((n) => there.get(n) ?? []);
  return {
    undecided: ranked.filter(({ choice }) => !choice),
    keep: ranked.filter(({ choice }) => choice === "keep"),
    reject: ranked.filter(({ choice }) => choice === "reject"),
    aside: [...there.values()].filter(({ aside }) => aside),
  };
}

/** How far it is: 0 to 1 over all that is drawn at all. @param {Isengard.PhotoDay} day */
export function dayShare({ pictures }) {
  const wanted = pictures.filter(({ state }) => state !== "skipped").length;
  return wanted ? pictures.filter(({ state }) => state === "drawn" || state === "failed").length / wanted : 1;
}

/** The newest picture that a style or a scene was drawn in, for the choice. @param {Schema.PhotoDay[]} days @param {"style" | "scene"} kind @param {string} label */
export function exampleOf(days, kind, label) {
  for (const { pictures } of days) {
    const drawn = pictures.find((picture) => picture[kind] === label && picture.state === "drawn" && picture.choice !== "reject");
    if (drawn) return { id: drawn.generation_id };
  }
  return null;
}

/** A person's day that is being drawn, as events have told it: how far it is. @param {Isengard.State["photoDays"]} days @param {string} person */
export function runningDay(days, person) {
  return Object.values(days).find(({ state, character_id: id }) => state === "running" && id === person) ?? null;
}

/** What styles look like with a person's own model, by name; nothing where the server did not answer. @param {Isengard.Store} store @param {string} person @param {string} recipe */
export async function styleLooks(store, person, recipe) {
  try {
    const { items } = await store.api.prompts.stylePictures(person, { recipe, base_model: null });
    return Object.fromEntries(items.flatMap(({ name, picture }) => (picture ? [[name, store.api.prompts.stylePictureUrl(picture, 0)]] : [])));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return {};
  }
}

/** A person's days, the newest first; null where the server did not answer. @param {Isengard.Store} store @param {string} person */
export async function daysOf(store, person) {
  try {
    return (await store.api.photoDays.list(person)).items;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    store.missed(error);
    return null;
  }
}
