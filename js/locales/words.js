/** `t("key", {name: value})`: the catalogue's sentence with its gaps filled. */

import en from "./en.js";

let catalogue = en;

/** For other languages and for the pseudo-locale of the tests. */
export function speak(words) {
  catalogue = { ...en, ...words };
}

export function t(key, values = {}) {
  const sentence = catalogue[key];
  if (sentence === undefined) return key;
  return sentence.replace(/\{(\w+)\}/g, (gap, name) => (name in values ? String(values[name]) : gap));
}

/** `1 photo`, `7 photos` */
export function photos(n) {
  return n === 1 ? t("onePhoto") : t("photoCount", { n });
}
