/** How carefully a picture is drawn: draft, normal or fine, each with the steps it takes for the chosen way. */

import { h } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { counted } from "../../lib/format.js";
import { t } from "../../locales/words.js";

/** @typedef {keyof typeof SHARES} Quality */
const SHARES = { draft: 0.5, normal: 1, fine: 1.6 };

const QUALITIES = /** @type {Quality[]} */ (Object.keys(SHARES));

/** Steps of a quality; models that need few steps keep at least two. @param {Quality} quality @param {number} usual */
export function stepsOf(quality, usual) {
  return Math.max(Math.min(2, usual), Math.round(usual * SHARES[quality]));
}

export class QualityChoice {
  /** @param {() => void} changed @param {string} [name] of the choice in the page */
  constructor(changed, name = "isen-quality") {
    this.changed = changed;
    this.name = name;
    /** @type {Quality} */
    this.value = "normal";
    this.usual = 1;
    this.element = h("div", { class: "isen-segments", role: "radiogroup", "aria-label": t("quality") });
  }

  /** `usual`: the steps of the chosen way. @param {number} usual */
  show(usual) {
    this.usual = usual;
    fill(this.element, usual, () => QUALITIES.map((name) => this.#segment(name)));
  }

  get steps() {
    return this.value === "normal" ? null : stepsOf(this.value, this.usual);
  }

  /** The quality that takes so many steps; none of them: false. @param {number | null} steps */
  choose(steps) {
    const found = steps === null ? "normal" : QUALITIES.find((name) => stepsOf(name, this.usual) === steps);
    this.value = found ?? "normal";
    for (const input of this.element.querySelectorAll("input")) input.checked = input.value === this.value;
    return Boolean(found);
  }

  /** @param {Quality} name */
  #segment(name) {
    const chosen = () => {
      this.value = name;
      this.changed();
    };
    return h("label", { class: "isen-segment", title: counted("steps", stepsOf(name, this.usual)) },
      h("input", { type: "radio", name: this.name, value: name, checked: name === this.value, "data-testid": `${this.name}-${name}`, on: { change: chosen } }),
      t(`quality_${name}`));
  }
}
