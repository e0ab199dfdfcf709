/** The folded advanced options: the trainer's own names, plain tooltips, the preset's value as placeholder. */

import { button, field, h } from "../../lib/dom.js";
import { inRow } from "../../lib/format.js";
import { lasting } from "../../lib/memory.js";
import { t } from "../../locales/words.js";
import { rememberedFold } from "../shared/fold.js";

const OPEN_KEY = "isengard.advanced";
/** A decimal comma, where no thousand is meant: the digits of phones have no point in half of Europe. */
const COMMA = /^(-?0*),(\d+)$|^(-?\d+),(\d{1,2}|\d{4,})$/;
/** What is no number is sent as it is written: the server says what is wrong with it. @param {string} text */
export function number(text) {
  const read = Number(text.replace(COMMA, (_, zeros, after, whole, rest) => `${zeros || whole || 0}.${after ?? rest}`));
  return Number.isFinite(read) ? read : text;
}
/** @param {string} text */
const numbers = (text) => text.split(",").map((part) => number(part.trim()));
/** @param {string} text */
const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
/**
 * Name of the override, its words, how its text is read; `lines` are written in a text area.
 * @type {[string, string, (text: string) => unknown][]}
 */
const FIELDS = [
  ["steps", "overrideSteps", number],
  ["rank", "overrideRank", number],
  ["alpha", "overrideAlpha", number],
  ["lokr_factor", "overrideLokrFactor", number],
  ["learning_rate", "overrideRate", number],
  ["resolution", "overrideResolution", numbers],
  ["batch_size", "overrideBatch", number],
  ["save_every", "overrideSave", number],
  ["offload", "overrideOffload", number],
  ["bits", "overrideBits", number],
  ["seed", "overrideSeed", number],
  ["sample_prompts", "overrideSamples", lines],
];
const SWITCHES = [["quantize", "overrideQuantize"], ["low_vram", "overrideLowVram"], ["cache_text", "overrideCacheText"]];
/** What can be trained, the usual one first. */
const METHODS = ["lora", "lokr"];
/** What one method alone is told. @type {Record<string, string>} */
const ONLY = { rank: "lora", alpha: "lora", lokr_factor: "lokr" };
/** What decides how much memory is taken: with none of it filled in, the server chooses. */
const MEMORY = ["resolution", "offload", "bits", "quantize", "low_vram", "cache_text"];
/** What of it a trainer has to know: one that does not is not asked for it. */
const KNOWN = MEMORY.slice(1);

export class AdvancedFields {
  /** @param {() => void} changed @param {{memory?: ReturnType<typeof lasting>, remade?: () => void}} [more] `remade`: another method, so the presets have other numbers */
  constructor(changed, { memory = lasting(), remade = changed } = {}) {
    this.changed = changed;
    this.remade = remade;
    /** @type {string[]} */
    this.offered = [];
    /** @type {readonly string[]} */
    this.savings = KNOWN;
    /** Filled in by a choice of memory, not by hand. @type {Set<string>} */
    this.chosen = new Set();
    this.methods = h("select", { "data-testid": "isen-method", on: { change: () => this.#remake() } },
      ...METHODS.map((name) => h("option", { value: name, text: t(`method_${name}`) })));
    this.methodField = field(t("trainingMethod"), this.methods, t("trainingMethodHint"));
    this.inputs = Object.fromEntries(FIELDS.map(([name, , read]) => [name, this.#input(name, read)]));
    this.switches = Object.fromEntries(SWITCHES.map(([name]) => [name, this.#switch(name)]));
    this.fields = Object.fromEntries(FIELDS.map(([name, key]) => [name, field(t(key), this.inputs[name], t(`${key}Hint`))]));
    const { sample_prompts: samples, ...fields } = this.fields;
    this.switchFields = Object.fromEntries(SWITCHES.map(([name, key]) => [name, field(t(key), this.switches[name], t(`${key}Hint`))]));
    const switches = Object.values(this.switchFields);
    this.element = rememberedFold(OPEN_KEY, h("summary", { text: t("advanced"), "data-testid": "isen-advanced" }), { memory },
      this.methodField, h("div", { class: "isen-grid" }, ...Object.values(fields), ...switches), samples, button(t("resetAdvanced"), () => this.#reset()));
    this.offer(METHODS.slice(0, 1));
  }

  /**
   * What the trainer can train: nobody is asked who has no choice; and what of `savings` it can do to take less memory.
   * @param {string[]} methods @param {readonly string[]} [savings]
   */
  offer(methods, savings = KNOWN) {
    this.offered = METHODS.filter((name) => methods.includes(name));
    this.methodField.hidden = this.offered.length < 2;
    if (savings.join() !== this.savings.join()) this.chosen.clear();
    this.savings = savings;
    this.#fit();
  }

  get method() {
    return this.offered.includes(this.methods.value) ? this.methods.value : "lora";
  }

  /** Show the options of the method that is chosen, and of the trainer. */
  #fit() {
    for (const [name, method] of Object.entries(ONLY)) this.fields[name].hidden = method !== this.method;
    for (const name of KNOWN) (this.fields[name] ?? this.switchFields[name]).hidden = !this.savings.includes(name);
  }

  /** Whether it was filled in for this trainer. @param {string} name @param {HTMLElement} shown */
  #counts(name, shown) {
    return !shown.hidden || this.chosen.has(name);
  }

  #remake() {
    this.#fit();
    this.remade();
  }

  /** @param {string} name @param {(text: string) => unknown} read */
  #input(name, read) {
    const props = { "data-testid": `isen-override-${name}`, on: { input: () => this.changed() } };
    return read === lines ? h("textarea", { rows: 3, ...props }) : h("input", { type: "text", inputmode: "decimal", ...props });
  }

  /** Not chosen, on or off: the preset decides until someone does. @param {string} name */
  #switch(name) {
    return h("select", { "data-testid": `isen-override-${name}`, on: { change: () => this.changed() } },
      h("option", { value: "", text: t("asPreset") }), h("option", { value: "true", text: t("on") }), h("option", { value: "false", text: t("off") }));
  }

  /** Only what was filled in. */
  values() {
    const filled = FIELDS.filter(([name]) => this.#counts(name, this.fields[name]) && this.inputs[name].value.trim());
    const chosen = SWITCHES.filter(([name]) => this.#counts(name, this.switchFields[name]) && this.switches[name].value);
    return Object.fromEntries([
      ...filled.map(([name, , read]) => [name, read(this.inputs[name].value.trim())]),
      ...chosen.map(([name]) => [name, this.switches[name].value === "true"]),
    ]);
  }

  /** As it was written. */
  get draft() {
    return { ...Object.fromEntries(Object.entries({ ...this.inputs, ...this.switches }).map(([name, control]) => [name, control.value])), method: this.methods.value };
  }

  /** @param {Record<string, string>} draft */
  take(draft) {
    for (const [name, control] of Object.entries({ ...this.inputs, ...this.switches })) control.value = draft[name] ?? "";
    this.methods.value = draft.method ?? METHODS[0];
    this.#fit();
  }

  /** Whether nobody has decided anything about memory. */
  get memoryIsAutomatic() {
    const values = this.values();
    return MEMORY.every((name) => !(name in values));
  }

  /** Fill in `options`, after those named in `before` were cleared. @param {Record<string, unknown>} options @param {Record<string, unknown>} before */
  put(options, before) {
    /** @type {Record<string, HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>} */
    const controls = { ...this.inputs, ...this.switches };
    for (const name of Object.keys(before)) controls[name].value = "";
    this.chosen = new Set(Object.keys(options));
    for (const [name, value] of Object.entries(options)) controls[name].value = Array.isArray(value) ? value.join(", ") : String(value);
    this.changed();
  }

  /** @param {Isengard.Preset | undefined} preset */
  defaults(preset) {
    for (const [name] of FIELDS) {
      const value = /** @type {Record<string, unknown> | undefined} */ (/** @type {unknown} */ (preset))?.[name];
      this.inputs[name].placeholder = value === undefined || this.fields[name].hidden ? "" : t("fromPreset", { value: Array.isArray(value) ? inRow(value.map(String)) : value });
    }
  }

  #reset() {
    for (const control of [...Object.values(this.inputs), ...Object.values(this.switches)]) control.value = "";
    this.methods.value = METHODS[0];
    this.#remake();
  }
}
