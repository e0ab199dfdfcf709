/** Words of a caption that describe the person, marked where they stand, with one sentence on why that matters. */

import { h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

/** Nothing where the caption is clean, or has been changed since it was looked at. */
export function leakNote({ caption, leaks = [] }) {
  const standing = leaks.filter(({ word, at }) => caption.slice(at, at + word.length) === word);
  if (!standing.length) return [];
  const words = [...new Set(standing.map((leak) => leak.word.toLowerCase()))];
  const sentence = t(words.length > 1 ? "leakMany" : "leakOne", { words: words.join("”, “") });
  return [h("p", { class: "isen-leaks", "data-testid": "isen-leaks" }, ...marked(caption, standing)), h("small", { class: "isen-warn-text", text: sentence })];
}

function marked(caption, leaks) {
  const parts = [];
  let end = 0;
  for (const { word, at } of leaks) {
    parts.push(caption.slice(end, at), h("mark", { text: word }));
    end = at + word.length;
  }
  return [...parts, caption.slice(end)];
}
