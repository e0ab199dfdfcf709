/** The shape of a picture, drawn as shapes. */

import { h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

/** @type {[string, number, number][]} */
const SHAPES = [["square", 1, 1], ["portrait", 2, 3], ["wide", 3, 2]];
const UNIT = 64;

export class ShapeChoice {
  constructor() {
    this.value = "square";
    /** @param {[string, number, number]} options */
    const one = ([name, w, tall]) =>
      h("label", { class: "isen-shape", title: t(name) },
        h("input", { type: "radio", name: "isen-shape", value: name, checked: name === this.value, "aria-label": t(name), "data-testid": `isen-shape-${name}`, on: { change: () => (this.value = name) } }),
        h("span", { style: `aspect-ratio:${w}/${tall}`, class: "isen-shape-box" }));
    this.element = h("div", { class: "isen-row", role: "radiogroup", "aria-label": t("shape") }, ...SHAPES.map(one));
  }

  get ratio() {
    const [, w, tall] = SHAPES.find(([name]) => name === this.value) ?? SHAPES[0];
    return w / tall;
  }

  /** The one nearest to a picture's ratio of width to height. @param {number} ratio */
  choose(ratio) {
    /** @param {[string, number, number]} options */
    const far = ([, w, tall]) => Math.abs(Math.log(w / tall / ratio));
    this.take(SHAPES.reduce((nearest, shape) => (far(shape) < far(nearest) ? shape : nearest))[0]);
  }

  /** @param {string} name */
  take(name) {
    this.value = name;
    for (const input of this.element.querySelectorAll("input")) input.checked = input.value === this.value;
  }
}

/** About the recipe's number of pixels in the wanted shape, in multiples of 64. @param {number} width @param {number} height @param {number} ratio */
export function sized(width, height, ratio) {
  const area = width * height;
  /** @param {number} value */
  const round = (value) => Math.max(UNIT, Math.round(value / UNIT) * UNIT);
  return [round(Math.sqrt(area * ratio)), round(Math.sqrt(area / ratio))];
}
