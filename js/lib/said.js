/** What the server says, in the panel's language: every message, hint, label and description of its answers is shown through here. */

import { bytes, count, decimal, inRow, memory, moment, span } from "./format.js";
import { filled, sentences, t, translated, wordOr } from "../locales/words.js";

/** Sentences one after the other, each with words of its own. */
const ONLY_GAPS = /^\{\w+\}(?: \{\w+\})+$/;
const MOST_PLACES = 3;

/**
 * `field` of what the server answered, as a sentence. What an older record or a foreign pack says is shown as it is.
 * @template {object} Thing @param {Thing | null | undefined} thing @param {Extract<keyof Thing, string>} field
 */
export function said(thing, field) {
  const { said: templates, [field]: english } = /** @type {Record<string, any>} */ (thing ?? {});
  const template = templates?.[field];
  return template ? sentence(template) : translated(String(english ?? ""));
}

/** Where `field` holds several sentences. @template {object} Thing @param {Thing} thing @param {Extract<keyof Thing, string>} field @returns {string[]} */
export function saidEach(thing, field) {
  const { said: templates, [field]: english } = /** @type {Record<string, any>} */ (thing);
  return english.map((/** @type {string} */ one, /** @type {number} */ at) => {
    const template = templates?.[`${field}.${at}`];
    return template ? sentence(template) : translated(one);
  });
}

/** What happened, and what to do about it. @param {{message: string, hint?: string | null} | null | undefined} reason */
export function explained(reason) {
  return sentences(said(reason, "message"), said(reason, "hint"));
}

/** @param {Isengard.Template} template @returns {string} */
function sentence({ text = "", key = "", values = {} }) {
  if (key) return t(key, values);
  const shown = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, valued(value)]));
  if (ONLY_GAPS.test(text)) return sentences(...text.split(" ").map((gap) => filled(gap, shown)));
  return filled(translated(text), shown);
}

/** @type {Record<string, (value: any) => string>} */
const KINDS = { fixed: (text) => decimal(Number(text), (text.split(".")[1] ?? "").length), bytes, memory, seconds: span, moment, state: (name) => wordOr(`state_${name}`, name), list: (items) => inRow(items.map(valued)) };

/** A name or a file's own words as they are, everything else by the reader's language and region. @param {unknown} value @returns {string} */
function valued(value) {
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : decimal(value, 0, MOST_PLACES);
  if (typeof value !== "object" || value === null) return String(value ?? "");
  if ("text" in value) return sentence(/** @type {Isengard.Template} */ (value));
  const [[kind, one]] = [...Object.entries(value), [""]];
  return Object.hasOwn(KINDS, kind) ? KINDS[kind](one) : "";
}
