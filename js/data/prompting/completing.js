/** A few words made into a whole prompt, as the chosen model is written to (core/families/prompting.py); no language model is asked. Pure. */

import { wordsIn } from "./findings.js";

const TOKEN = /\{trigger[12]?\}/g;
/** A prompt of more words is one already. */
const FEW = 12;
/** Who writes these knows what they want. */
const EXPERT = /[<>[\]()]|embedding:|__|\bBREAK\b|"\s*:/;
const PICTURE = /\b(?:photo(?:graph(?:y)?)?s?|pictures?|portraits?|selfies?|snapshots?|headshots?|close-?up|paintings?|drawings?|sketch(?:es)?|illustrations?|watercolou?rs?|renders?|film still|comics?|anime|cartoons?)\b/i;
const NO_PHOTO = /\b(?:paintings?|drawings?|sketch(?:es)?|illustrations?|watercolou?rs?|renders?|comics?|anime|cartoons?)\b/i;

/** Whether it is a few words in letters that the frame around them fits. @param {string} text */
export function isShort(text) {
  const words = text.replaceAll(TOKEN, "");
  return !text.includes("\n") && !EXPERT.test(words) && wordsIn(words) <= FEW && !/(?!\p{Script=Latin})\p{L}/u.test(words);
}

/** The people, where nobody is named. @param {string} text @param {number} people */
function withPeople(text, people) {
  const tokens = people > 1 ? "{trigger1} and {trigger2}" : "{trigger}";
  if (text.match(TOKEN)) return text;
  return text ? `${tokens}, ${text}` : tokens;
}

/**
 * The whole prompt: `text` in its style, filled out where it is a few words and `fills`. @param {string} text
 * @param {{prompting: Schema.Prompting | null, style?: {prompt: string}, people?: number, fills?: boolean}} options
 */
export function completed(text, { prompting, style, people = 1, fills = true }) {
  const short = Boolean(fills && prompting?.opening && isShort(text));
  const words = short ? withPeople(text.trim().replace(/[\s,]+$/, ""), people) : text;
  if (style) {
    const styled = style.prompt.replaceAll("{prompt}", () => words.trim());
    return short && prompting ? joined(prompting.form, [styled, prompting.quality]) : styled;
  }
  if (!short || !prompting) return text;
  const opened = PICTURE.test(words) ? words : `${prompting.opening} ${words}`;
  return joined(prompting.form, [opened, NO_PHOTO.test(words) ? "" : prompting.details, prompting.quality]);
}

/** @param {Schema.Prompting["form"]} form @param {string[]} parts */
function joined(form, parts) {
  const said = parts.filter(Boolean);
  if (form === "tags") return said.join(", ");
  return said.map((part, index) => (index < said.length - 1 && !/[.!?…"”]$/.test(part) ? `${part}.` : part)).join(" ");
}
