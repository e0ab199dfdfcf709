/**
 * Languages that nobody speaks, made from the English words: what is not between their marks was never in a catalogue, nor said by
 * lib/said.js. `mirrored` is written from right to left besides.
 */

import en from "../../../js/locales/en.js";

const ACCENTS = { a: "á", e: "é", i: "í", o: "ó", u: "ú", n: "ñ", c: "ç", s: "š" };
/** Longer than English, as most languages are. */
const LONGER = 0.3;

/** @param {string} sentence */
const pseudo = (sentence) => `⟦${accented(sentence)}${"~".repeat(Math.round(sentence.length * LONGER))}⟧`;

const panel = Object.fromEntries(Object.entries(en).map(([key, sentence]) => [key, pseudo(sentence)]));
/** Whatever the server says has words here. */
const server = new Proxy({}, {
  getOwnPropertyDescriptor: (_, english) => (english ? { value: pseudo(String(english)), configurable: true, enumerable: true } : undefined),
  get: (_, english) => pseudo(String(english)),
});

/** Codes that Intl knows: one of a language as English, one from right to left. */
export const PSEUDO = {
  pseudo: { code: "en", dir: "ltr", panel, server },
  mirrored: { code: "ar", dir: "rtl", panel, server },
};

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
  // a sentence with an element in its gap is two texts
  rest = rest.replace(/⟦[^⟦⟧]*$/, " ").replace(/^[^⟦⟧]*⟧/, " ");
  for (const known of data) if (rest.includes(known)) rest = rest.replaceAll(known, " ");
  // numbers with their unit are written the same way everywhere
  rest = rest.replace(/\d[\d.,]*\s?(?:[KMGT]?B|px)\b/g, " ");
  return rest.replace(/[^\p{L}]/gu, "");
}
