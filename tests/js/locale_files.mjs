/**
 * What a language of the panel lacks: `locales/<code>/panel.json` beside the English of js/locales.
 *
 *     node tests/js/locale_files.mjs de        what German lacks, as JSON to fill in, and what is wrong with what it has
 *     node tests/js/locale_files.mjs           the same of every language, in numbers
 */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";

import en from "../../js/locales/en.js";

const LOCALES = new URL("../../locales/", import.meta.url);
const PLURAL = /_(?:zero|one|two|few|many|other)$/;
/** Larger numbers of things there are not; French has a form of its own from a million on. */
const MOST = 1000;

export const languages = () => readdirSync(LOCALES).filter((code) => code !== "en" && existsSync(new URL(`${code}/language.json`, LOCALES))).sort();

/** One of the JSON files of a language; empty where it is not there. */
export function fileOf(code, name) {
  const file = new URL(`${code}/${name}.json`, LOCALES);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

/** The key that a plural form belongs to; the key itself where it is none. */
const baseOf = (key, words = en) => (PLURAL.test(key) && Object.hasOwn(words, key.replace(PLURAL, "")) ? key.replace(PLURAL, "") : key);

const gapsOf = (sentence) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort().join();

/** Category -> how many whole numbers it is for; `other` has the key alone. */
function categoriesOf(code) {
  const rules = new Intl.PluralRules(code);
  const counts = new Map();
  for (let n = 0; n <= MOST; n += 1) counts.set(rules.select(n), (counts.get(rules.select(n)) ?? 0) + 1);
  counts.delete("other");
  return counts;
}

/** Every key that a language needs -> its English: plural forms by its own rule, where English counts. */
export function needed(code, words = en) {
  const counting = new Set(Object.keys(words).map((key) => baseOf(key, words)).filter((key) => Object.hasOwn(words, `${key}_one`)));
  const keys = Object.keys(words).filter((key) => baseOf(key, words) === key);
  return new Map(keys.flatMap((key) => {
    const forms = counting.has(key) ? [...categoriesOf(code).keys()] : [];
    return [[key, words[key]], ...forms.map((form) => [`${key}_${form}`, words[`${key}_${form}`] ?? words[key]])];
  }));
}

/** @returns {{missing: string[], wrong: string[]}} `panel` as it is in the file */
export function judged(code, panel, words = en) {
  const wanted = needed(code, words);
  const counts = categoriesOf(code);
  const wrong = Object.entries(panel).flatMap(([key, sentence]) => {
    const base = baseOf(key, words);
    if (!Object.hasOwn(words, base)) return [`${key}: English has no such key`];
    if (typeof sentence !== "string" || !sentence.trim()) return [`${key}: empty`];
    const form = key === base ? "" : key.slice(base.length + 1);
    // where a form is for one number alone, that number may stand in words
    const free = form && counts.get(form) === 1 ? [words[`${base}_one`] ?? words[base], words[base].replaceAll("{n}", "")].map(gapsOf) : [];
    const gaps = gapsOf(sentence);
    return gaps === gapsOf(words[base]) || free.includes(gaps) ? [] : [`${key}: gaps ${gaps || "none"}, English has ${gapsOf(words[base]) || "none"}`];
  });
  return { missing: [...wanted.keys()].filter((key) => !Object.hasOwn(panel, key)), wrong };
}

/** What comes from the server has every sentence of its English (locales/en/server.json), with the same gaps. */
export function judgedServer(server, english = fileOf("en", "server")) {
  const wrong = Object.entries(server).flatMap(([text, sentence]) =>
    !String(sentence).trim() ? [`${text}: empty`] : gapsOf(text) === gapsOf(sentence) ? [] : [`${text}: gaps ${gapsOf(sentence) || "none"}`]);
  return { missing: Object.keys(english).filter((text) => !Object.hasOwn(server, text)), wrong };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [code] = process.argv.slice(2);
  for (const one of code ? [code] : languages()) {
    const wanted = needed(one);
    const panel = judged(one, fileOf(one, "panel"));
    const server = judgedServer(fileOf(one, "server"));
    const left = { panel: Object.fromEntries(panel.missing.map((key) => [key, wanted.get(key)])), server: Object.fromEntries(server.missing.map((text) => [text, text])) };
    if (code) process.stdout.write(`${JSON.stringify(left, null, 2)}\n`);
    const wrong = [...panel.wrong, ...server.wrong];
    process.stderr.write(`${one}: ${panel.missing.length} of ${wanted.size} keys and ${server.missing.length} sentences of the server are missing, ${wrong.length} wrong\n${(code ? wrong : []).map((line) => `  ${line}\n`).join("")}`);
  }
}
