/** The folded options of a picture, by their own names; only those the chosen way of making it has. */

import { loadSamplers } from "../../data/comparisons.js";
import { field, h } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";

const OPEN_KEY = "isengard.images.advanced";
const NUMBERS = { steps: { min: 1, max: 200 }, guidance: { min: 0, max: 30, step: 0.1 } };
/** Those whose choices ComfyUI knows. */
const LISTS = { sampler: "sampler_name", scheduler: "scheduler" };
export const EMPTY = { steps: null, guidance: null, sampler: null, scheduler: null, negative: "" };

export class ImageAdvanced {
  /** @param {import("../../data/store.js").Store} store */
  constructor(store, { memory = globalThis.localStorage } = {}) {
    this.store = store;
    this.inputs = {};
    for (const [name, rules] of Object.entries(NUMBERS)) this.inputs[name] = h("input", { type: "number", ...rules, "data-testid": `isen-${name}` });
    for (const name of Object.keys(LISTS)) this.inputs[name] = h("select", { "data-testid": `isen-${name}` });
    this.inputs.negative = h("textarea", { rows: 2, maxlength: 2000, "data-testid": "isen-negative" });
    const { negative, ...short } = this.inputs;
    this.fields = Object.fromEntries(Object.entries(short).map(([name, input]) => [name, field(t(name === "steps" ? "stepsShort" : name), input, t(`${name}Hint`))]));
    this.fields.negative = field(t("negative"), negative, t("negativeHint"));
    const grid = Object.keys(short).map((name) => this.fields[name]);
    this.element = h("details", { class: "isen-fold" }, h("summary", { text: t("advanced"), "data-testid": "isen-image-advanced" }), h("div", { class: "isen-grid" }, ...grid), this.fields.negative);
    this.element.open = memory?.getItem(OPEN_KEY) === "1";
    this.element.addEventListener("toggle", () => {
      memory?.setItem(OPEN_KEY, this.element.open ? "1" : "");
      if (this.element.open) loadSamplers(this.store);
    });
  }

  show(recipe, samplers) {
    for (const [name, part] of Object.entries(this.fields)) part.hidden = !recipe.controls.includes(name);
    this.element.hidden = Object.values(this.fields).every((part) => part.hidden);
    for (const name of Object.keys(NUMBERS)) this.inputs[name].placeholder = recipe.defaults[name] ?? "";
    for (const [name, input] of Object.entries(LISTS)) this.#choices(this.inputs[name], samplers?.[input] ?? []);
  }

  #choices(select, names) {
    const kept = select.value;
    const all = kept && !names.includes(kept) ? [...names, kept] : names;
    fill(select, all, () => [h("option", { value: "", text: t("asRecipe") }), ...all.map((name) => h("option", { value: name, text: name }))]);
    select.value = kept;
  }

  /** What was filled in, of what is shown. */
  values() {
    const said = (name) => (this.fields[name].hidden ? "" : this.inputs[name].value.trim());
    return Object.fromEntries(Object.entries(EMPTY).map(([name, none]) => [name, said(name) ? (name in NUMBERS ? Number(said(name)) : said(name)) : none]));
  }

  /** As it was filled in, also what is hidden now. */
  get draft() {
    return Object.fromEntries(Object.keys(EMPTY).map((name) => [name, this.inputs[name].value]));
  }

  take(values) {
    for (const name of Object.keys(LISTS)) this.#choices(this.inputs[name], values[name] ? [values[name]] : []);
    for (const name of Object.keys(EMPTY)) this.inputs[name].value = values[name] ?? "";
  }
}
