/** `t("key", {name: value})`: the catalogue's sentence with its gaps filled, in the panel's language. */

import { LANGUAGES } from "./languages.js";

/** @type {Record<string, string>} */
const ENGLISH = LANGUAGES.en.words;
let catalogue = ENGLISH;
let code = "en";

/** Words that are not in `LANGUAGES`: the pseudo-locale of the tests. @param {Record<string, string>} words */
export function speak(words) {
  catalogue = { ...ENGLISH, ...words };
}

/**
 * The first of these that there is a catalogue for, else English; `auto` is none. True when the language changed.
 * @param {...(string | null | undefined)} wanted `pt-BR` is content with `pt`
 */
export function speakFirst(...wanted) {
  const codes = wanted.flatMap((name) => [name, name?.split("-")[0]]);
  const found = codes.find((name) => name && Object.hasOwn(LANGUAGES, name)) ?? "en";
  if (found === code) return false;
  code = found;
  speak(LANGUAGES[found].words);
  return true;
}

/** The code of the language that is spoken, for `lang`. */
export function spoken() {
  return code;
}

/** The same language as the reader's own region writes it, for dates and numbers: English in London is not English in New York. */
export function regional() {
  const theirs = globalThis.navigator?.languages ?? [];
  return theirs.find((name) => name === code || name.startsWith(`${code}-`)) ?? code;
}

/**
 * `1 training`, `1,204 trainings`: the words for a number as the language tells numbers apart. The key for one ends in `_one`, for few in
 * `_few` and so on (CLDR's plural categories); a catalogue has those that its language needs, and the key alone for all others.
 * @param {string} key @param {number} number
 */
export function pluralKey(key, number) {
  const named = `${key}_${new Intl.PluralRules(code).select(number)}`;
  return Object.hasOwn(catalogue, named) ? named : key;
}

/** @param {string} key @param {Record<string, unknown>} [values] what stands in the sentence's gaps */
export function t(key, values = {}) {
  const sentence = catalogue[key];
  if (sentence === undefined) return key;
  return sentence.replace(/\{(\w+)\}/g, (gap, name) => (name in values ? String(values[name]) : gap));
}

/**
 * For words that the server chooses: one it made up later than this page, or a foreign plugin did, is shown as it is.
 * @param {string} key @param {string} otherwise
 */
export function wordOr(key, otherwise) {
  return Object.hasOwn(catalogue, key) ? catalogue[key] : otherwise;
}

/** `1 photo`, `7 photos` @param {number} n */
export function photos(n) {
  return n === 1 ? t("onePhoto") : t("photoCount", { n });
}
