/** What stands in a prompt and means nothing to ComfyUI, or needs a file that it does not have. Pure. */

/** Of Stable Diffusion web UI: a LoRA is put on by a node here. */
const NETWORK = /<(?:lora|lyco|hypernet):[^<>\n]{0,200}>/gi;
const WILDCARD = /(?<![\p{L}\p{N}_])__[\p{L}\p{N}_/-]{1,80}__(?![\p{L}\p{N}_])/gu;
/** Braces around a word: neither a choice (`{a|b}`) nor a person, nor the braces of JSON. */
const BRACES = /\{(?!trigger[12]?\})[\p{L}\p{N}_ -]{1,40}\}/gu;
const EMBEDDING = /embedding:([^\s,()<>{}|:]{1,200})/g;

/** The names of embeddings that a prompt asks for. @param {string} text */
export const embeddingsIn = (text) => [...new Set([...text.matchAll(EMBEDDING)].map(([, name]) => name.replace(/\.+$/, "")))];

/**
 * One entry for each kind of thing that needs a word: `[key of the sentence, what it is about]`.
 * @param {string} text prompt and negative prompt
 * @param {string[] | null} embeddings as ComfyUI names its files; null where that is not known (yet)
 * @returns {[string, string][]}
 */
export function notesOn(text, embeddings) {
  const missing = embeddings ? embeddingsIn(text).filter((name) => !has(embeddings, name)) : [];
  /** @type {[string, string[] | null][]} */
  const found = [["noteNetwork", text.match(NETWORK)], ["noteWildcard", text.match(WILDCARD)], ["noteBraces", text.match(BRACES)], ["noteEmbedding", missing]];
  return found.flatMap(([key, texts]) => (texts?.length ? [[key, [...new Set(texts)].join(", ")]] : []));
}

/** ComfyUI takes a name with or without its ending, and folders with either slash. @param {string[]} embeddings @param {string} name */
function has(embeddings, name) {
  /** @param {string} text */
  const plain = (text) => text.replaceAll("\\", "/").replace(/\.(safetensors|pt|bin)$/i, "");
  return embeddings.some((known) => plain(known) === plain(name));
}
