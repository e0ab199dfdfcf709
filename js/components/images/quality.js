/** How carefully a picture is drawn: draft, normal or fine, each with the steps it takes for the chosen way. */

import { h } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { count } from "../../lib/format.js";
import { t } from "../../locales/words.js";

const SHARES = { draft: 0.5, normal: 1, fine: 1.6 };

/** Steps of a quality; models that need few steps keep at least two. */
export function stepsOf(quality, usual) {
  return Math.max(Math.min(2, usual), Math.round(usual * SHARES[quality]));
}

export class QualityChoice {
  constructor(changed) {
    this.changed = changed;
    this.value = "normal";
    this.element = h("div", { class: "isen-segments", role: "radiogroup", "aria-label": t("quality") });
  }

  /** `usual`: the steps of the chosen way. */
  show(usual) {
    this.usual = usual;
    fill(this.element, usual, () => Object.keys(SHARES).map((name) => this.#segment(name)));
  }

  get steps() {
    return this.value === "normal" ? null : stepsOf(this.value, this.usual);
  }

  /** The quality that takes so many steps; none of them: false. */
  choose(steps) {
    const found = steps === null ? "normal" : Object.keys(SHARES).find((name) => stepsOf(name, this.usual) === steps);
    this.value = found ?? "normal";
    for (const input of this.element.querySelectorAll("input")) input.checked = input.value === this.value;
    return Boolean(found);
  }

  #segment(name) {
    const chosen = () => {
      this.value = name;
      this.changed();
    };
    return h("label", { class: "isen-segment", title: t("steps", { n: count(stepsOf(name, this.usual)) }) },
      h("input", { type: "radio", name: "isen-quality", value: name, checked: name === this.value, "data-testid": `isen-quality-${name}`, on: { change: chosen } }),
      t(`quality_${name}`));
  }
}
