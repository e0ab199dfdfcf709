/** What a photo day is asked for with: styles, scenes and shapes as pictures, their words, how many; and what comes of it. */

import { button, field, h, icon, picture, say } from "../../lib/dom.js";
import { about, counted, decimal } from "../../lib/format.js";
import { newCorrelationId } from "../../lib/ids.js";
import { fill } from "../../lib/lists.js";
import { kept, lasting, recalled } from "../../lib/memory.js";
import { ApiError } from "../../data/api.js";
import { MOST, SIZES, combinations, exampleOf, orderOf, recipesFor, squareOf, styleLooks, usualDraft } from "../../data/albums/photo_days.js";
import { usualOf } from "../../data/bounds.js";
import { explained, said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { QualityChoice } from "../shared/quality.js";

const DRAFT_KEY = "isengard.photo_day";
/** After the last change, before the server is asked what comes of it. */
const ASKS_AFTER_MS = 250;
const SHAPES = /** @type {[Isengard.DayDraft["shapes"][number], string][]} */ ([["square", "1/1"], ["portrait", "2/3"], ["wide", "3/2"]]);
const SIZES_OF_DAY = /** @type {Isengard.DayDraft["size"][]} */ (Object.keys(SIZES));
const KINDS = /** @type {["style", "scene"]} */ (["style", "scene"]);

export class DayForm {
  /**
   * @param {Isengard.View} view
   * @param {(day: Isengard.PhotoDay) => unknown} begun
   */
  constructor(view, begun, { memory = lasting() } = {}) {
    this.store = view.store;
    this.begun = begun;
    this.memory = memory;
    /** What styles look like, by name. @type {Record<string, string>} */
    this.looks = {};
    /** Workflows that draw this person. @type {Isengard.Recipe[]} */
    this.usable = [];
    /** The numbers of the chosen one. @type {Record<string, number>} */
    this.usual = {};
    /** Whose day is asked for. */
    this.shown = "";
    /** @type {Isengard.DayDraft | null} */
    this.draft = null;
    this.groups = { style: group("dayStyles", "isen-day-styles"), scene: group("dayScenes", "isen-day-scenes") };
    this.shapes = h("div", { class: "isen-row", role: "group", "aria-label": t("dayShapes") });
    this.count = h("input", { type: "number", min: 1, max: MOST, "data-testid": "isen-day-count", on: { input: () => this.#changed() } });
    this.recipe = h("select", { "data-testid": "isen-day-recipe", on: { change: () => this.#changed() } });
    this.recipeField = field(t("recipe"), this.recipe);
    this.quality = new QualityChoice(() => this.#changed(), "isen-day-quality");
    this.qualityField = h("div", { class: "isen-field" }, h("span", { class: "isen-label", text: t("quality") }), this.quality.element);
    this.size = h("select", { "data-testid": "isen-day-size", on: { change: () => this.#changed() } });
    this.sizeField = field(t("daySize"), this.size);
    this.prompt = h("textarea", { rows: 2, "data-testid": "isen-day-prompt", on: { input: () => this.#changed() } });
    this.negative = h("textarea", { rows: 1, "data-testid": "isen-day-negative", on: { input: () => this.#changed() } });
    this.words = h("div", { class: "isen-stack-tight" });
    this.plan = h("p", { class: "isen-muted", role: "status", "data-testid": "isen-day-plan" });
    this.repeats = h("small", { class: "isen-muted", hidden: true });
    this.start = button(t("dayStart"), () => this.#begin(), { kind: "primary isen-wide", icon: "camera", testid: "isen-day-start" });
    this.element = h("div", { class: "isen-stack", "data-testid": "isen-day-form" },
      h("p", { class: "isen-muted", text: t("photoDayHint") }),
      this.groups.style.element, this.groups.scene.element,
      h("div", { class: "isen-row isen-bottom isen-day-shapes" }, h("div", { class: "isen-field" }, h("span", { class: "isen-label", text: t("dayShapes") }), this.shapes), h("div", { class: "isen-count" }, field(t("dayCount"), this.count)), this.recipeField),
      h("div", { class: "isen-row isen-bottom isen-day-numbers" }, this.qualityField, this.sizeField),
      h("details", { class: "isen-fold" }, h("summary", { text: t("dayWords"), "data-testid": "isen-day-words" }), h("div", { class: "isen-stack-tight" }, field(t("dayPrompt"), this.prompt, t("dayPromptHint", { trigger: "{trigger}" })), field(t("dayNegative"), this.negative), this.words)),
      h("footer", { class: "isen-foot isen-stack-tight" }, this.plan, this.repeats, this.start));
  }

  /** @param {Isengard.Character} person @param {Isengard.Style[]} styles @param {Isengard.Recipe[]} recipes @param {Schema.PhotoDay[]} days */
  show(person, styles, recipes, days) {
    this.person = person;
    this.styles = styles;
    const usable = (this.usable = recipesFor(recipes, person));
    this.draft ??= { ...usualDraft(styles, person), ...remembered(this.memory, styles) };
    if (!usable.some(({ name }) => name === this.draft?.recipe)) this.draft.recipe = usable[0]?.name ?? "";
    const { draft } = this;
    for (const kind of KINDS) {
      const items = styles.filter((item) => item.kind === kind);
      this.groups[kind].element.hidden = !items.length;
      fill(this.groups[kind].tiles, [items, items.map((item) => this.#example(item, kind, days))], () => items.map((item) => this.#tile(item, draft, this.#example(item, kind, days))));
    }
    fill(this.shapes, "shapes", () => SHAPES.map(([name, ratio]) => this.#shape(name, ratio, draft)));
    fill(this.recipe, usable.map(({ name, label }) => [name, label]), () => usable.map((one) => h("option", { value: one.name, text: said(one, "label"), selected: one.name === draft.recipe })));
    this.recipeField.hidden = usable.length < 2;
    const first = this.shown !== person.id;
    this.shown = person.id;
    this.#words();
    if (first) this.quality.value = draft.quality;
    this.#numbers();
    if (!first) return;
    this.prompt.value = draft.prompt;
    this.negative.value = draft.negative;
    this.count.value = String(draft.count);
    this.#ask();
    this.#look(person.id, draft.recipe);
  }

  /** How large and how carefully, in the numbers of the chosen workflow; what it does not have is not asked. */
  #numbers() {
    const { draft, person } = this;
    const recipe = this.usable.find(({ name }) => name === draft?.recipe);
    this.qualityField.hidden = !recipe?.controls.includes("steps");
    this.sizeField.hidden = !["width", "height"].every((name) => recipe?.controls.includes(name));
    if (!recipe || !draft) return;
    this.usual = usualOf(recipe, person);
    this.quality.show(this.usual.steps ?? 20);
    fill(this.size, this.usual, () => SIZES_OF_DAY.map((size) => h("option", { value: size, text: t(`daySize_${size}`, { size: squareOf(size, this.usual).join(" × ") }), selected: size === draft.size })));
  }

  /** Once for each person. @param {string} person @param {string} recipe */
  async #look(person, recipe) {
    this.looks = recipe ? await styleLooks(this.store, person, recipe) : {};
    this.store.set({});
  }

  /** The address of a picture in that style or scene: of a day of theirs, else of their own model's styles. @param {Isengard.Style} item @param {"style" | "scene"} kind @param {Schema.PhotoDay[]} days */
  #example({ name, label }, kind, days) {
    const drawn = exampleOf(days, kind, label);
    if (drawn) return this.store.api.generations.thumbUrl(drawn, { n: 0 });
    return kind === "style" ? (this.looks[name] ?? "") : "";
  }

  /** @param {Isengard.Style} item @param {Isengard.DayDraft} draft @param {string} example */
  #tile(item, draft, example) {
    const { kind, name, prompt } = item;
    const list = kind === "style" ? draft.styles : draft.scenes;
    const shown = example ? picture(example, "") : h("span", { class: "isen-picture isen-blank" }, icon(kind === "style" ? "palette" : "map-marker"));
    /** @type {HTMLInputElement} */
    const box = h("input", { type: "checkbox", checked: list.includes(name), "data-testid": `isen-day-${kind}-${name}`, on: { change: () => (toggled(list, name, box.checked), this.#words(), this.#changed()) } });
    return h("label", { class: "isen-person isen-motif", title: prompt }, box, shown, h("span", { text: said(item, "label") }));
  }

  /** @param {Isengard.DayDraft["shapes"][number]} name @param {string} ratio @param {Isengard.DayDraft} draft */
  #shape(name, ratio, draft) {
    /** @type {HTMLInputElement} */
    const box = h("input", { type: "checkbox", checked: draft.shapes.includes(name), "aria-label": t(name), "data-testid": `isen-day-shape-${name}`, on: { change: () => (toggled(draft.shapes, name, box.checked), this.#changed()) } });
    return h("label", { class: "isen-shape", title: t(name) }, box, h("span", { style: `aspect-ratio:${ratio}`, class: "isen-shape-box" }));
  }

  /** The words of what is chosen; an emptied field means the ones that came with it. */
  #words() {
    const { draft, styles = [] } = this;
    if (!draft) return;
    const chosen = styles.filter(({ kind, name }) => (kind === "style" ? draft.styles : draft.scenes).includes(name));
    fill(this.words, chosen.map(({ kind, name }) => [kind, name]), () => chosen.map((item) => {
      const { kind, name, prompt } = item;
      const key = `${kind}-${name}`;
      /** @type {HTMLTextAreaElement} */
      const input = h("textarea", { rows: 2, value: draft.words[key] ?? prompt, "data-testid": `isen-day-words-${key}`, on: { input: () => ((draft.words[key] = input.value), this.#changed()) } });
      return field(said(item, "label"), input);
    }));
  }

  #changed() {
    const { draft } = this;
    if (!draft) return;
    Object.assign(draft, { prompt: this.prompt.value, negative: this.negative.value, recipe: this.recipe.value || draft.recipe, count: Math.round(Number(this.count.value)), size: this.size.value || draft.size, quality: this.quality.value });
    this.#numbers();
    const { prompt: _prompt, negative: _negative, ...choice } = draft;
    kept(this.memory, DRAFT_KEY, choice);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), ASKS_AFTER_MS);
  }

  get #order() {
    const { draft, styles = [], person } = this;
    const steps = this.qualityField.hidden ? null : this.quality.steps;
    return draft && person && draft.recipe ? orderOf(draft, styles, person, { usual: this.usual, steps }) : null;
  }

  /** What the server makes of the choice; what it refuses stands where the plan would. */
  async #ask() {
    const order = this.#order;
    if (!order) return this.#say(t("photoDayNobody", { name: this.person?.name }), false);
    const asked = (this.asked = JSON.stringify(order));
    try {
      const plan = await this.store.api.photoDays.plan(order, newCorrelationId());
      if (this.asked === asked) this.#say(planWords(plan), true);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.store.missed(error);
      if (this.asked === asked) this.#say(explained(error), false);
    }
  }

  /** The plan once more, where one was asked for. */
  again() {
    if (this.asked) this.#ask();
  }

  /** @param {string} words @param {boolean} fits */
  #say(words, fits) {
    say(this.plan, words);
    this.plan.classList.toggle("isen-error-text", !fits);
    this.start.disabled = !fits;
    const different = this.draft ? combinations(this.draft) : 0;
    this.repeats.hidden = !fits || !this.draft || this.draft.count <= different;
    say(this.repeats, counted("dayPlanRepeats", different));
  }

  async #begin() {
    const order = this.#order;
    const day = order && (await this.store.attempt((id) => this.store.api.photoDays.begin(order, id)));
    if (day) this.begun(day);
  }
}

/** @param {Schema.PhotoDayPlan} plan */
export function planWords({ pictures: { length: n }, seconds_each: each }) {
  if (each === null) return counted("dayPlanUnknown", n);
  return counted("dayPlan", n, { time: about(each * n), each: decimal(each, each < 10 ? 1 : 0) });
}

/** @param {string} title @param {string} testid */
function group(title, testid) {
  const tiles = h("div", { class: "isen-motifs", role: "group", "aria-label": t(title), "data-testid": testid });
  return { tiles, element: h("div", { class: "isen-field" }, h("span", { class: "isen-label", text: t(title) }), tiles) };
}

/** @template Name @param {Name[]} list @param {Name} name @param {boolean} wanted */
function toggled(list, name, wanted) {
  const at = list.indexOf(name);
  if (wanted && at < 0) list.push(name);
  if (!wanted && at >= 0) list.splice(at, 1);
}

/** What was chosen last, without what is no longer there. @param {Isengard.Memory} memory @param {Isengard.Style[]} styles @returns {Partial<Isengard.DayDraft>} */
function remembered(memory, styles) {
  const draft = recalled(memory, DRAFT_KEY);
  if (!draft) return {};
  /** @param {"style" | "scene"} kind @param {string[]} names */
  const here = (kind, names) => (names ?? []).filter((name) => styles.some((item) => item.kind === kind && item.name === name));
  return { ...draft, words: draft.words ?? {}, styles: here("style", draft.styles), scenes: here("scene", draft.scenes) };
}
