/** A fold that remembers being open. */

import { h } from "../../lib/dom.js";
import { lasting } from "../../lib/memory.js";

/**
 * A field in it that a browser refuses opens it: of what is folded away nobody would be told.
 * @param {string} key @param {HTMLElement} summary @param {{memory?: Isengard.Memory, opened?: () => unknown}} options @param {...Isengard.Child} children
 */
export function rememberedFold(key, summary, { memory = lasting(), opened = () => {} }, ...children) {
  const fold = h("details", { class: "isen-fold" }, summary, ...children);
  fold.open = memory?.getItem(key) === "1";
  fold.addEventListener("toggle", () => {
    memory?.setItem(key, fold.open ? "1" : "");
    if (fold.open) opened();
  });
  fold.addEventListener("invalid", () => (fold.open = true), { capture: true });
  return fold;
}
