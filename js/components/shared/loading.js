/** What stands where something is on its way. */

import { h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

const SKELETONS = 6;

/** Grey squares where the faces will be: nothing jumps when they come. */
export function connecting() {
  const blank = () => h("span", { class: "isen-picture isen-skeleton" });
  return h("div", { class: "isen-wall", role: "status", "aria-label": t("loading") }, ...Array.from({ length: SKELETONS }, blank));
}
