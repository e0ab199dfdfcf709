/** A language that nobody speaks, made from the English words: what is not between its marks was never in a catalogue. */

import en from "../../../js/locales/en.js";

const ACCENTS = { a: "á", e: "é", i: "í", o: "ó", u: "ú", n: "ñ", c: "ç", s: "š" };
/** Longer than English, as most languages are. */
const LONGER = 0.3;

export function pseudo() {
  return Object.fromEntries(Object.entries(en).map(([key, sentence]) => [key, `⟦${accented(sentence)}${"~".repeat(Math.round(sentence.length * LONGER))}⟧`]));
}

/** Gaps keep their names. */
function accented(sentence) {
  return sentence.replace(/\{\w+\}|[aeiouncs]/g, (found) => ACCENTS[found] ?? found);
}

/** The letters of `text` that neither stand between marks nor are data. */
export function leftOver(text, data) {
  let rest = text;
  for (let before = ""; before !== rest; ) {
    before = rest;
    rest = rest.replace(/⟦[^⟦⟧]*⟧/g, " ");
  }
  for (const known of data) if (rest.includes(known)) rest = rest.replaceAll(known, " ");
  // numbers with their unit are written the same way everywhere
  rest = rest.replace(/\d[\d.,]*\s?(?:[KMGT]?B|px)\b/g, " ");
  return rest.replace(/[^\p{L}]/gu, "");
}
