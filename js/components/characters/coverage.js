/** What a person's photos cover, in a few sentences. */

import { h, icon } from "../../lib/dom.js";
import { coverageOf } from "../../lib/coverage.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { findingsNow } from "./photo_words.js";

export class Coverage {
  constructor() {
    this.element = h("ul", { class: "isen-findings", "aria-label": t("coverage"), "data-testid": "isen-coverage" });
  }

  /** @param {Isengard.Photo[]} list */
  show(list) {
    const lines = coverageOf(list.map((photo) => ({ ...photo, findings: findingsNow(photo, list) })));
    this.element.hidden = !lines.length;
    fill(this.element, lines, () => lines.map(line));
  }
}

/** @param {import("../../lib/coverage.js").Line} options */
function line({ key, values, hint }) {
  return h("li", { class: hint ? "isen-info-line" : "isen-warning-line" }, icon(hint ? "info-circle" : "exclamation-triangle"), h("span", { class: "isen-grow", text: t(key, values) }));
}
