/** Names for people of the files of pictures, for what is taken out of the panel; the server makes the same (generation/picture_names.py). */

/** Letters of what a picture shows, of a person's name, and of a whole name; bytes that every file system takes. */
const [MOST_WORDS, MOST_NAME, MOST, MOST_BYTES] = [40, 40, 120, 200];
const NUMBER_OF_SEED = 10_000;
const REFUSED = /[\\/:*?"<>|\x00-\x1f\x7f]+/g;
/** "portrait photo of" before somebody: it says nothing of what is shown. */
const LEAD = /(?:[\p{L}\p{N}_-]+\s+){1,3}of\s+(?=\{trigger\d?\})/gu;
const TRIGGER = /\{trigger\d?\}/g;
/** Where somebody stands while a prompt is looked through. */
const PERSON = "\0";
/** Brackets and weights of a prompt. */
const MARKUP = /[(){}[\]|]|:-?\d+(?:\.\d+)?/g;
/** What Windows has for itself, whatever ends the name. */
const DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[1-9]) *(?:\.|$)/i;

/** @param {string} text @param {number} most */
const first = (text, most) => [...text].slice(0, most).join("");
/** @param {string} text */
const tidy = (text) => text.split(/\s+/).filter(Boolean).join(" ");

/** @param {string[]} phrases */
const longest = (phrases) => phrases.reduce((most, phrase) => ([...phrase].length > [...most].length ? phrase : most), "");

/** The part of a prompt that says most: what the person does in it, else the longest phrase behind them, else the longest. @param {string} prompt */
export function wordsOfPrompt(prompt) {
  const plain = prompt.replaceAll(PERSON, " ").replace(LEAD, " ").replace(TRIGGER, ` ${PERSON} `).replace(MARKUP, " ");
  const told = plain.split(/[,.;\n]/);
  const at = told.findIndex((phrase) => phrase.includes(PERSON));
  const phrases = told.map((phrase) => tidy(phrase.replaceAll(PERSON, " ")));
  const said = (at >= 0 && (phrases[at] || longest(phrases.slice(at)))) || longest(phrases);
  if ([...said].length <= MOST_WORDS) return said;
  const cut = first(said, MOST_WORDS + 1);
  return cut.slice(0, Math.max(0, cut.lastIndexOf(" "))) || first(said, MOST_WORDS);
}

/** @param {string} text @param {string} otherwise where nothing is left of it */
function safeName(text, otherwise) {
  const plain = text.normalize("NFC").replace(REFUSED, " ").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "");
  const bytes = new TextEncoder().encode(first(tidy(plain), MOST)).slice(0, MOST_BYTES);
  const name = new TextDecoder().decode(bytes).replace(/\uFFFD+$/, "").replace(/^[ .]+|[ .]+$/g, "");
  return !name || DEVICE.test(name) ? otherwise : name;
}

/**
 * "Anna, rainy street 1253.png".
 * @param {Isengard.Generation} generation @param {Isengard.GeneratedImage} image @param {Record<string, string>} people names by id
 */
export function pictureName({ request: { characters, prompt } }, { seed, prompt: drawn }, people) {
  const names = characters.map(({ id }) => people[id] ?? "").filter((name) => name.trim());
  const said = [names.map((name) => first(name, MOST_NAME)).join(" and "), wordsOfPrompt(drawn || prompt)].filter(Boolean).join(", ");
  return `${safeName(said, "picture")} ${String(seed % NUMBER_OF_SEED).padStart(4, "0")}.png`;
}
