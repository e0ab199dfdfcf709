/** What stands in a prompt and does not do what it says: ComfyUI or the chosen model does not know it, or it is broken. Pure. */

import { choicesIn, commentsIn, uncommented } from "./choices.js";
import { count } from "../../lib/format.js";

/** As the server takes it (core/records/generation.py). */
export const MOST_LETTERS = 8000;
/** Beyond this a weight burns the picture. */
const BURNS = 3;
/** No program weighs more. */
const MOST_WEIGHT = 10;
/** Of Stable Diffusion web UI: a LoRA is put on by a node here. */
const NETWORK = /<(?:lora|lyco|hypernet):[^<>\n]{0,200}>/gi;
const WILDCARD = /(?<![\p{L}\p{N}_])__[\p{L}\p{N}_/-]{1,80}__(?![\p{L}\p{N}_])/gu;
/** Braces around a word: neither a choice (`{a|b}`) nor a person, nor the braces of JSON. */
const BRACES = /(?<!\\)\{(?!trigger[12]?\})[\p{L}\p{N}_ -]{1,40}\}/gu;
const EMBEDDING = /embedding:([^\s,()<>{}|:]{1,200})/g;
const WEIGHT = /(?<!\\)\(((?:[^()\\]|\\.)*?):[ ]*(\d{1,3}(?:\.\d*)?|\.\d+)[ ]*\)/gs;
const BREAK = /(?<![\p{L}\p{N}_"'])(?:BREAK|AND)(?![\p{L}\p{N}_"'])/gu;
const SCHEDULE = /(?<!\\)\[[^[\]\n:]{0,200}:[^[\]\n]{0,200}:[ ]*[\d.]+[ ]*\]/g;

/** The names of embeddings that a prompt asks for. @param {string} text */
export const embeddingsIn = (text) => [...new Set([...text.matchAll(EMBEDDING)].map(([, name]) => name.replace(/\.+$/, "")))];

/**
 * One entry for each kind of thing that needs a word: `[key of the sentence, what it is about]`.
 * @param {string[]} texts the prompt and what else is sent, each read by itself
 * @param {{embeddings?: string[] | null, prompting?: Schema.Prompting | null, model?: string}} known `embeddings` as ComfyUI names its files, null where that is
 *   not known (yet); `prompting` how the chosen model reads, null where its own nodes may read in another way
 * @returns {[string, string][]}
 */
export function notesOn(texts, { embeddings = null, prompting = null } = {}) {
  /** @type {[string, string[] | null][]} */
  const found = texts.flatMap((text) => [...ofChoices(text), ...ofWords(uncommented(text)), ...(prompting ? ofModel(uncommented(text), prompting, embeddings) : [])]);
  const kinds = [...new Set(found.filter(([, parts]) => parts?.length).map(([key]) => key))];
  return kinds.map((key) => [key, [...new Set(found.filter(([other]) => other === key).flatMap(([, parts]) => parts ?? []))].join(", ")]);
}

/** @param {string} text @returns {[string, string[] | null][]} */
function ofChoices(text) {
  const { choice, broken, others } = choicesIn(text);
  const lacking = choice && broken;
  return [["noteTooLong", text.length > MOST_LETTERS ? [count(text.length)] : null], ["noteUnclosed", lacking ? ["{ }"] : null], ["noteOtherChoices", lacking ? null : others], ["noteComment", commentsIn(text)]];
}

/** @param {string} text @returns {[string, string[] | null][]} */
const ofWords = (text) => [["noteWildcard", text.match(WILDCARD)], ["noteBraces", text.match(BRACES)]];

/** @param {string} text @param {Schema.Prompting} prompting @param {string[] | null} embeddings @returns {[string, string[] | null][]} */
function ofModel(text, prompting, embeddings) {
  const weights = [...text.matchAll(WEIGHT)].filter(([, words, weight]) => !isRatio(words, weight));
  const high = weights.filter(([, , weight]) => Number(weight) > BURNS).map(([whole]) => whole);
  const named = embeddingsIn(text);
  return [
    ["noteNetwork", text.match(NETWORK)], ["noteBreak", text.match(BREAK)], ["noteSchedule", text.match(SCHEDULE)],
    ["noteWeights", prompting.weights ? null : weights.filter(([, , weight]) => Number(weight) <= MOST_WEIGHT).map(([whole]) => whole)],
    ["noteWeightHigh", prompting.weights ? high : null],
    ["noteEmbeddingModel", prompting.embeddings ? null : named],
    ["noteEmbedding", prompting.embeddings && embeddings ? named.filter((name) => !has(embeddings, name)) : null],
    ["noteLong", text.length <= MOST_LETTERS && wordsIn(text) > LONG * prompting.words ? [String(prompting.words)] : null],
  ];
}

/** `(16:9)` and `(at 10:30)` weigh nothing. @param {string} words @param {string} weight */
const isRatio = (words, weight) => /\d$/.test(words) && !weight.includes(".");

/** So many times what a model was trained to read at a time is too much. */
const LONG = 2;
/** @param {string} text */
export const wordsIn = (text) => (text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? []).length;

/** The same text without what a note is about, for those that can be taken out by a press. @type {Record<string, (text: string) => string>} */
export const MENDED = {
  noteNetwork: (text) => text.replace(new RegExp(` ?${NETWORK.source}(?: ?,)?`, "gi"), "").trim(),
  noteBreak: (text) => text.replace(new RegExp(`\\s*${BREAK.source}[ ]*,?\\s*`, "gu"), ", ").replace(/,(?:\s*,)+/g, ",").replace(/^[\s,]+/, ""),
  noteSchedule: (text) => text.replace(SCHEDULE, (whole) => whole.slice(1).split(":")[0] || whole.split(":")[1]),
  noteWeights: (text) => {
    let plain = text;
    for (let before = ""; before !== plain; ) {
      before = plain;
      plain = plain.replace(WEIGHT, (whole, words, weight) => (Number(weight) > MOST_WEIGHT || isRatio(words, weight) ? whole : words));
    }
    return plain;
  },
};

/** ComfyUI takes a name with or without its ending, and folders with either slash. @param {string[]} embeddings @param {string} name */
function has(embeddings, name) {
  /** @param {string} text */
  const plain = (text) => text.replaceAll("\\", "/").replace(/\.(safetensors|pt|bin)$/i, "");
  return embeddings.some((known) => plain(known) === plain(name));
}
