/** Trained versions of a character and what is proven about each. */

import { button, h } from "../lib/dom.js";
import { ago, bytes, count } from "../lib/format.js";
import { t } from "../locales/words.js";

const FIT = { fits: "proofFits", partial: "proofPartial", unchecked: "proofUnchecked", wrong: "proofWrong" };
const IMAGE = { changed: "imageChanged", unchanged: "imageUnchanged", pending: "imagePending", skipped: "imageSkipped" };

/** @param {import("../store.js").Store} store */
export function versionList(store, character) {
  const labelOf = (family) => store.state.families.find((known) => known.key === family)?.label ?? family;
  const rows = [...character.versions].reverse().map((version) =>
    h("li", { class: "isen-stack-tight", title: version.file },
      h("span", { text: t(version.picked ? "versionPicked" : "versionLine", { family: labelOf(version.family), step: count(version.step) }) }),
      h("small", { class: "isen-muted", text: `${bytes(version.size)} · ${ago(version.created_at)}` }),
      h("small", { class: "isen-muted", text: proofWords(version) })));
  return [h("summary", { text: t("versions", { n: character.versions.length }) }), h("ul", { class: "isen-plain-list" }, ...rows),
    character.versions.some((version) => !version.placeholder) && button(t("compareVersions"), () => store.go({ tab: "images", id: character.id, compare: true }), { icon: "table", testid: "isen-compare-of-character" })];
}

/** What is known about a file, in words. */
export function proofWords({ proof, placeholder }) {
  const words = [t(FIT[proof.fit]), t(IMAGE[proof.image])];
  return (placeholder ? [t("placeholder"), ...words] : words).join(" · ");
}
