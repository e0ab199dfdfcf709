/** What a photo is for, and which of them teach little. Pure. */

import { isWeak } from "./coverage.js";

/** @typedef {"train" | "aside" | "unused"} Use */
/** @type {Use[]} */
export const USES = ["train", "aside", "unused"];
/** The server keeps two marks of a photo; one that is not used is nothing else. @type {Record<Use, {included: boolean, held_out: boolean}>} */
export const MARKS = { train: { included: true, held_out: false }, aside: { included: true, held_out: true }, unused: { included: false, held_out: false } };
/** So many photos are left at least: fewer teach a face less than weak ones do. */
export const LEAST = 10;
/** Findings about two photos: only one of the two is left out. */
const OF_TWO = new Set(["twin", "same_shot"]);

/** @typedef {{id: string, included: boolean, findings: {code: string, other?: string}[]}} Judged */
/** @typedef {{id: string, codes: string[]}} Weak a photo and why */

/** @param {{included: boolean, held_out: boolean}} photo @returns {Use} */
export function useOf({ included, held_out: aside }) {
  return !included ? "unused" : aside ? "aside" : "train";
}

/** What all of them are for; '' where they differ. @param {{included: boolean, held_out: boolean}[]} photos @returns {Use | ""} */
export function commonUse(photos) {
  const uses = new Set(photos.map(useOf));
  const [only] = uses;
  return uses.size === 1 ? only : "";
}

/**
 * The photos that may be left out, in their order, and how many weak ones stay because too few would be left.
 * @param {Judged[]} photos with the findings that hold now
 * @returns {{out: Weak[], kept: number}}
 */
export function weakOnes(photos) {
  const used = photos.filter((photo) => photo.included);
  const alone = new Map(used.map(({ id, findings }) => [id, findings.map(({ code }) => code).filter((code) => isWeak(code) && !OF_TWO.has(code))]));
  /** @type {Map<string, string[]>} */
  const found = new Map([...alone].filter(([, codes]) => codes.length));
  for (const { id, findings } of used) {
    const doubles = findings.filter(({ code, other }) => OF_TWO.has(code) && other && alone.has(other) && !found.has(other)).map(({ code }) => code);
    if (doubles.length) found.set(id, [...(found.get(id) ?? []), ...doubles]);
  }
  const worst = [...found].map(([id, codes]) => ({ id, codes })).sort((a, b) => b.codes.length - a.codes.length);
  const chosen = new Set(worst.slice(0, Math.max(0, used.length - LEAST)).map(({ id }) => id));
  const out = [...found].filter(([id]) => chosen.has(id)).map(([id, codes]) => ({ id, codes }));
  const order = used.map(({ id }) => id);
  return { out: out.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id)), kept: found.size - out.length };
}
