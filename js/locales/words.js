/** `t("key", {name: value})`: the sentence of a key with its gaps filled, in the panel's language. What that lacks is said in English. */

import en from "./en.js";

/**
 * `panel` has the sentences by their keys, `server` those that come from the server, by their English.
 * @typedef {{code: string, dir: string, panel: Record<string, string>, server: Record<string, string>}} Language
 */

/** @type {Record<string, string>} */
const CATALOGUE = en;
/** @type {Language} */
export const ENGLISH = { code: "en", dir: "ltr", panel: {}, server: {} };
/** A number, or the gap where one stands, before its unit; in Chinese before the word that counts, which a space parts from it. */
const WITH_UNIT = /(?<=[\d}]) (?=(?:[KMGT]?B|[kMGT]o|s|min|h|px|%|°C)(?![\p{Script=Latin}\d])|\p{Script=Han}|[×x] [\d{])/gu;
/** The second side of a picture, and the minutes beside hours. */
const SECOND_NUMBER = /(?<=[\d}][ \u00a0]?(?:[×x]|h|시간|小时)) (?=[\d{])/g;
/** A number and the one word for what is counted. */
const COUNTED = /^(\{n\}|\d+) (?=\S+$)/;
/** "About", as the languages without capital letters write it, before its number, which a space parts from it or does not. */
const ABOUT_NUMBER = /(?<=[约약]) (?=[\d{])|(?<=約)(?=[\d{])/g;
/** In Chinese a space parts a word from letters and digits, never from another Chinese word. */
const CHINESE_APART = /(?<=\p{Script=Han})[ \u00a0]\ue000(?=\p{Script=Han})|(?<=\p{Script=Han})\ue001[ \u00a0](?=\p{Script=Han})|[\ue000\ue001]/gu;
let language = ENGLISH;
let catalogue = CATALOGUE;
let rules = new Intl.PluralRules(ENGLISH.code);

/** From now on in this language. @param {Language} next */
export function speak(next) {
  language = next;
  catalogue = { ...CATALOGUE, ...next.panel };
  rules = new Intl.PluralRules(next.code);
}

/** The language that is spoken: its code for `lang`, its direction for `dir`. */
export function spoken() {
  return language;
}

/** The same language as the reader's own region writes it, for dates and numbers: English in London is not English in New York. */
export function regional() {
  const { code } = language;
  const theirs = globalThis.navigator?.languages ?? [];
  return theirs.find((name) => name === code || name.startsWith(`${code}-`)) ?? code;
}

/**
 * `1 training`, `1,204 trainings`: the words for a number as the language tells numbers apart. The key for one ends in `_one`, for few in
 * `_few` and so on (CLDR's plural categories); a catalogue has those that its language needs, and the key alone for all others.
 * @param {string} key @param {number} number
 */
export function pluralKey(key, number) {
  const named = `${key}_${rules.select(number)}`;
  return Object.hasOwn(catalogue, named) && (Object.hasOwn(language.panel, named) || !Object.hasOwn(language.panel, key)) ? named : key;
}

/**
 * A sentence that counts something takes the number as `n`.
 * @param {string} key @param {Record<string, unknown>} [values] what stands in the sentence's gaps
 */
export function t(key, values = {}) {
  const sentence = catalogue[typeof values.n === "number" ? pluralKey(key, values.n) : key];
  return sentence === undefined ? key : filled(unbroken(sentence), values);
}

/** A number and its unit stay in one line, whatever space a translator has put between them; a dot between facts begins none. @param {string} sentence */
function unbroken(sentence) {
  return sentence.replace(WITH_UNIT, "\u00a0").replace(SECOND_NUMBER, "\u00a0").replace(COUNTED, "$1\u00a0").replace(ABOUT_NUMBER, (space) => (space ? "\u00a0" : "\u2060")).replaceAll(" · ", "\u00a0· ");
}

/**
 * Where a language is written from right to left, what stands in a gap keeps to its own direction.
 * @param {string} sentence @param {Record<string, unknown>} values
 */
export function filled(sentence, values) {
  const chinese = language.code === "zh";
  const [begin, end] = chinese ? ["\ue000", "\ue001"] : language.dir === "rtl" ? ["\u2068", "\u2069"] : ["", ""];
  const whole = sentence.replace(/\{(\w+)\}/g, (gap, name) => (Object.hasOwn(values, name) ? `${begin}${values[name]}${end}` : gap));
  return chinese ? whole.replace(CHINESE_APART, "") : whole;
}

/** What the server said in English, with its gaps, in the panel's language; as it came where that has no words for it. @param {string} english */
export function translated(english) {
  return english && unbroken(Object.hasOwn(language.server, english) ? language.server[english] : english);
}

/**
 * For words that the server chooses: one it made up later than this page, or a foreign plugin did, is shown as it is.
 * @param {string} key @param {string} otherwise
 */
export function wordOr(key, otherwise) {
  return Object.hasOwn(catalogue, key) ? catalogue[key] : otherwise;
}

/** Sentences one after the other; what there is not of them is left out. A full-width stop needs no space after it, an English one does. @param {...(string | null | undefined | false)} said */
export function sentences(...said) {
  return /** @type {string[]} */ (said.filter(Boolean)).reduce((all, one) => (all ? `${all}${/[。！？：」』）]$/.test(all) ? "" : " "}${one}` : one), "");
}
