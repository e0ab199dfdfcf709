/** Trained versions of a character and what is proven about each. */

import { h } from "../lib/dom.js";
import { t } from "../locales/words.js";

const FIT = { fits: "proofFits", partial: "proofPartial", unchecked: "proofUnchecked", wrong: "proofWrong" };
const IMAGE = { changed: "imageChanged", unchanged: "imageUnchanged", pending: "imagePending", skipped: "imageSkipped" };

export function versionList(character) {
  const rows = [...character.versions].reverse().map((version) =>
    h("li", { title: version.file },
      h("span", { text: t("versionLine", { family: version.family, step: version.step }) }),
      h("small", { class: "isen-muted", text: ` ${proofWords(version)}` })));
  return [h("summary", { text: t("versions", { n: character.versions.length }) }), h("ul", { class: "isen-list" }, ...rows)];
}

export function proofWords({ proof, placeholder }) {
  const words = [t(FIT[proof.fit]), t(IMAGE[proof.image])];
  return (placeholder ? [t("placeholder"), ...words] : words).join(" · ");
}
