/** Thumbnails asked for before the wall that shows them is there: the view is built while they are on their way. */

import { picturesOf } from "../../data/gallery.js";
import { h } from "../../lib/dom.js";

/** About what a wide panel shows at once. */
const FIRST = 30;
/** Whatever is not shown by then is let go. */
const KEPT_MS = 5000;
/** @type {Map<string, HTMLImageElement>} */
const asked = new Map();

/** @param {import("../../data/api.js").Api} api @param {Isengard.Generation[]} generations */
export function askEarly(api, generations, { later = (/** @type {() => void} */ work, /** @type {number} */ ms) => void setTimeout(work, ms) } = {}) {
  for (const { generation, image } of picturesOf(generations).slice(0, FIRST)) {
    const src = api.generations.thumbUrl(generation, image);
    asked.set(src, made(src));
  }
  later(() => asked.clear(), KEPT_MS);
}

/** The one that is on its way, or a new one. @param {string} src */
export function thumbnail(src) {
  const early = asked.get(src);
  asked.delete(src);
  return early ?? made(src);
}

/** @param {string} src */
function made(src) {
  return h("img", { class: "isen-picture", decoding: "async", src, "data-testid": "isen-image" });
}
