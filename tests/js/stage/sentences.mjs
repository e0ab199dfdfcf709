/** What the made-up server says in English, as the real one sends it to a panel: with its template, and what stands in the gaps. */

import { SENTENCES } from "./texts.mjs";

const AMOUNTS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const SPANS = { s: 1, min: 60, h: 3600 };
/** "{some} and {last}": what has so few letters of its own is no sentence, and no frame of several. */
const FEW_LETTERS = 8;
/** How sentences follow one another. */
const BETWEEN = /(?<=[.?!]) (?=\p{Lu})/u;
/** What stands in a gap that more words follow is never several sentences. */
const INNER_GAP = "((?:(?![.?!] \\p{Lu}).)+?)";
let templates = [];
const found = new Map();

/** @param {Record<string, string>} english locales/en/server.json */
export function learn(english) {
  if (templates.length) return;
  templates = Object.keys(english).map((text) => ({
    text, letters: text.replace(/\{\w+\}/g, "").length, names: [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
    pattern: new RegExp(`^${text.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).reduce((before, part) => before + (part ? INNER_GAP : "(.+?)") + part)}$`, "su"),
  })).sort((one, other) => other.letters - one.letters);
}

/** `body` with `said` beside each sentence of ours; what the server has no words for stays as it is. */
export function withTemplates(body) {
  if (Array.isArray(body)) return body.map(withTemplates);
  if (body === null || typeof body !== "object") return body;
  const said = {};
  for (const [key, value] of Object.entries(body)) {
    if (!SENTENCES.has(key)) body[key] = withTemplates(value);
    else if (typeof value === "string") Object.assign(said, templated(key, value));
    else if (Array.isArray(value)) value.forEach((one, at) => Object.assign(said, templated(`${key}.${at}`, one)));
  }
  return Object.keys(said).length ? { ...body, said: { ...said, ...body.said } } : body;
}

function templated(key, text) {
  const template = templateOf(text);
  return template ? { [key]: template } : {};
}

/** The template of a text, of several sentences those of each; null where one of them has none. */
export function templateOf(text) {
  if (!found.has(text)) found.set(text, ofOne(text) ?? ofSeveral(text.split(BETWEEN)));
  return found.get(text);
}

function ofOne(text) {
  for (const { text: template, letters, names, pattern } of templates) {
    const fits = letters && letters <= text.length && (letters >= FEW_LETTERS || !/[.?!](?: |$)/.test(text));
    const gaps = fits && pattern.exec(text);
    if (gaps) return { text: template, values: Object.fromEntries(names.map((name, at) => [name, valueOf(gaps[at + 1])])) };
  }
  return null;
}

function ofSeveral(parts) {
  const said = parts.map(ofOne);
  if (parts.length < 2 || said.includes(null)) return null;
  const names = parts.map((_, at) => `sentence${at}`);
  return { text: names.map((name) => `{${name}}`).join(" "), values: Object.fromEntries(names.map((name, at) => [name, said[at]])) };
}

/** A size, a time and a number as the server sends them; a sentence of ours in a gap as such. */
function valueOf(gap) {
  const [, number, unit] = /^([\d.]+) (\w+)$/.exec(gap) ?? [];
  if (Object.hasOwn(AMOUNTS, unit)) return { bytes: number * AMOUNTS[unit] };
  if (Object.hasOwn(SPANS, unit)) return { seconds: number * SPANS[unit] };
  return /^\d[\d,]*(?:\.\d+)?$/.test(gap) ? Number(gap.replaceAll(",", "")) : (ofOne(gap) ?? ofName(gap));
}

/** "RTX 3090 (24.0 GB)", "ComfyUI 16.6 GB": a name with its size. */
function ofName(gap) {
  const [, name, bracket, size] = /^(\S.*?) (\(?)([\d.]+ GB)\)?$/.exec(gap) ?? [];
  return name ? { text: bracket ? "{name} ({size})" : "{name} {size}", values: { name, size: valueOf(size) } } : gap;
}
