/** The options of a picture by their own names; only those the chosen way of making it has. */

import { loadSamplers } from "../../data/comparisons.js";
import { drawnBy, strangers, trainedOn } from "../../data/drawing_base.js";
import { field, h, say } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { said } from "../../lib/said.js";
import { sentences, t } from "../../locales/words.js";
import { NegativePrompt } from "../prompting/negative_prompt.js";

/** @typedef {"steps" | "guidance"} Numeric */
/** @typedef {"sampler" | "scheduler"} List */
/** @typedef {Numeric | List | "negative" | "base_model"} Name */
const NUMBERS = { steps: { step: 1 }, guidance: { step: 0.1 } };
/** Those whose choices ComfyUI knows. */
/** @type {Record<List, keyof Isengard.Samplers>} */
const LISTS = { sampler: "sampler_name", scheduler: "scheduler" };

const NAMES = /** @type {Name[]} */ (["steps", "guidance", "sampler", "scheduler", "negative", "base_model"]);
/** @typedef {Isengard.Recipe["bases"][number]} Base */

/** A file of another model, which is named beside it. @param {{file: string, label?: string}} base */
function otherWords(base) {
  const label = said(base, "label");
  return label ? t("baseOther", { file: base.file, label }) : base.file;
}

export class ImageAdvanced {
  /** @param {import("../../data/store.js").Store} store */
  constructor(store) {
    this.store = store;
    /** @type {Base[]} */
    this.bases = [];
    /** @type {import("../../data/drawing_base.js").Drawn[]} */
    this.people = [];
    /** @type {Isengard.Recipe | undefined} */
    this.recipe = undefined;
    /** @type {Schema.Prompting | null} */
    this.reads = null;
    /** @param {Numeric} name */
    const number = (name) => h("input", { type: "number", ...NUMBERS[name], "data-testid": `isen-${name}` });
    /** @param {List} name */
    const list = (name) => h("select", { "data-testid": `isen-${name}` });
    this.negative = new NegativePrompt();
    const negative = this.negative.input;
    const base = h("select", { "data-testid": "isen-base-model" });
    this.inputs = { steps: number("steps"), guidance: number("guidance"), sampler: list("sampler"), scheduler: list("scheduler"), negative, base_model: base };
    /** @param {Name} name */
    const labelled = (name) => field(t(name === "steps" ? "stepsShort" : name), this.inputs[name], t(`${name}Hint`));
    this.fields = { steps: labelled("steps"), guidance: labelled("guidance"), sampler: labelled("sampler"), scheduler: labelled("scheduler"), negative: this.negative.element, base_model: field(t("pictureModel"), base) };
    /** Stands outside the fold: pictures that come from another checkpoint look different. */
    this.note = h("p", { class: "isen-note isen-break", role: "status", hidden: true, "data-testid": "isen-base-note" });
    this.why = h("small", { class: "isen-muted isen-break", "data-testid": "isen-base-why" });
    this.fields.base_model.append(this.why);
    base.addEventListener("change", () => (this.#say(), this.#leaveOut()));
    this.inputs.guidance.addEventListener("input", () => this.#leaveOut());
    const { negative: _, base_model: __, ...short } = this.fields;
    const grid = Object.values(short);
    this.element = h("div", { class: "isen-stack" }, h("div", { class: "isen-grid" }, ...grid), this.fields.negative, this.fields.base_model);
  }

  /** They come into sight: ComfyUI's names are needed now. */
  opened() {
    loadSamplers(this.store);
  }

  /**
   * @param {Isengard.Recipe} recipe @param {Isengard.Samplers | null} samplers
   * @param {{family: string, people: import("../../data/drawing_base.js").Drawn[]}} drawn `family`: '' where any will do
   */
  show(recipe, samplers, { family, people }) {
    this.people = people;
    this.recipe = recipe;
    for (const [name, part] of Object.entries(this.fields)) part.hidden = !recipe.controls.includes(name === "negative" ? "prompt" : name);
    this.#choose(recipe.bases.filter((base) => !family || base.family === family));
    this.element.hidden = Object.values(this.fields).every((part) => part.hidden);
    for (const name of /** @type {Numeric[]} */ (Object.keys(NUMBERS))) this.inputs[name].placeholder = String(recipe.defaults[name] ?? "");
    for (const [name, input] of /** @type {[List, keyof Isengard.Samplers][]} */ (Object.entries(LISTS))) this.#choices(this.inputs[name], samplers?.[input] ?? []);
  }

  /** How the chosen model is written to. @param {Schema.Prompting | null} prompting */
  set prompting(prompting) {
    this.reads = prompting;
    this.#leaveOut();
  }

  /** Whether a negative prompt does anything, at this guidance. */
  #leaveOut() {
    const { recipe, reads } = this;
    if (!recipe) return;
    const guidance = Number(this.values().guidance ?? this.base?.defaults.guidance ?? recipe.defaults.guidance ?? 7);
    this.negative.show({ takes: recipe.controls.includes("negative"), guidance, model: said(recipe, "label"), usual: reads?.negative ?? "" });
  }

  /** The numbers that the model bears: the browser says it where one is beyond. Hidden fields are not asked. @param {Schema.Bounds} bounds */
  bound(bounds) {
    for (const name of /** @type {Numeric[]} */ (Object.keys(NUMBERS))) {
      const [least, most] = bounds[name];
      this.inputs[name].min = String(least);
      this.inputs[name].max = String(most);
      this.inputs[name].disabled = this.fields[name].hidden;
      say(/** @type {HTMLElement} */ (this.fields[name].lastElementChild), t("bounded", { hint: t(`${name}Hint`), least, most }));
    }
  }

  /** The files a picture can be made with: the one that is taken by itself, and each by its name. @param {Base[]} bases */
  #choose(bases) {
    this.bases = bases;
    this.fields.base_model.hidden = !bases.length;
    const { base_model: select } = this.inputs;
    const kept = bases.some((base) => base.file === select.value) ? select.value : "";
    fill(select, bases.map((base) => base.file), () => [
      h("option", { value: "", text: t("baseAuto") }),
      ...bases.map((base) => h("option", { value: base.file, text: otherWords(base) })),
    ]);
    for (const option of [...select.options]) if (option.value && !bases.some((base) => base.file === option.value)) option.remove(); // an earlier picture's, which is gone
    select.value = kept;
    this.#say();
  }

  /** The file that is to be chosen, where ComfyUI has it. @param {string} file */
  showBase(file) {
    const bare = file.toLowerCase().split(/[/\\]/).at(-1);
    const known = this.bases.find((base) => base.file.toLowerCase().split(/[/\\]/).at(-1) === bare);
    if (known) this.inputs.base_model.value = known.file;
    this.#say();
  }

  /** Which file it is, and why. */
  #say() {
    const chosen = this.inputs.base_model.value;
    const base = chosen ? this.base : drawnBy(this.bases, this.people);
    const { file = "", why } = base ?? {};
    const label = said(base, "label");
    const [own] = this.people.filter(({ version }) => base && trainedOn(this.bases, version) === base);
    this.#warn(chosen);
    this.why.textContent = own && !chosen ? t("baseTrained", { file, name: own.name }) : !why ? t("baseNone") : !chosen ? t(`baseWhy_${why}`, { file, label }) : label ? t("baseIsOther", { label }) : t("baseChosen");
  }

  /** Whose LoRA was trained on another checkpoint than the one that draws, and why that one does. @param {string} chosen */
  #warn(chosen) {
    const lines = strangers(this.bases, this.people, chosen).map(({ why, ...words }) => t(`baseStranger_${why}`, words));
    this.note.hidden = !lines.length;
    say(this.note, sentences(...lines));
  }

  /** The file that was chosen by its name. */
  get base() {
    return this.bases.find((one) => one.file === this.inputs.base_model.value);
  }

  /** @param {HTMLSelectElement} select @param {string[]} names */
  #choices(select, names) {
    const kept = select.value;
    const all = kept && !names.includes(kept) ? [...names, kept] : names;
    fill(select, all, () => [h("option", { value: "", text: t("asRecipe") }), ...all.map((name) => h("option", { value: name, text: name }))]);
    select.value = kept;
  }

  /** What was filled in, of what is shown. */
  values() {
    /** @param {Name} name */
    const entered = (name) => (this.fields[name].hidden || this.inputs[name].hidden ? "" : this.inputs[name].value.trim());
    /** @param {Numeric} name */
    const number = (name) => (entered(name) ? Number(entered(name)) : null);
    return { steps: number("steps"), guidance: number("guidance"), sampler: entered("sampler") || null, scheduler: entered("scheduler") || null, negative: entered("negative"), base_model: entered("base_model") || null };
  }

  /** As it was filled in, also what is hidden now. */
  get draft() {
    return Object.fromEntries(NAMES.map((name) => [name, this.inputs[name].value]));
  }

  /** @param {Partial<Record<Name, unknown>>} values */
  take(values) {
    const file = String(values.base_model ?? "");
    const { base_model: select } = this.inputs;
    if (file && ![...select.options].some((option) => option.value === file)) select.append(h("option", { value: file, text: file }));
    for (const name of /** @type {List[]} */ (Object.keys(LISTS))) this.#choices(this.inputs[name], values[name] ? [String(values[name])] : []);
    for (const name of NAMES) this.inputs[name].value = String(values[name] ?? "");
    this.#leaveOut();
  }
}
