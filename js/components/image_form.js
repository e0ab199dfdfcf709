/** What a picture is asked for with: person, prompt, shape, number; seed and the like are folded away. */

import { button, field, h, icon, say } from "../lib/dom.js";
import { fill } from "../lib/lists.js";
import { count } from "../lib/format.js";
import { t } from "../locales/words.js";
import { PeopleChoice } from "./people.js";
import { ShapeChoice, sized } from "./shapes.js";

const TRIGGER = "{trigger}";
const PROMPT_KEY = "isengard.prompt";

export class ImageForm {
  /** @param {import("../store.js").Store} store */
  constructor(store, generate, { memory = globalThis.sessionStorage } = {}) {
    this.store = store;
    this.generate = generate;
    this.memory = memory;
    this.people = new PeopleChoice(store, { label: t("person"), name: "isen-image-who", testid: "isen-image-person", changed: () => this.#adjust() });
    this.prompt = h("textarea", {
      rows: 3, maxlength: 8000, value: memory?.getItem(PROMPT_KEY) ?? t("firstPrompt"), "data-testid": "isen-prompt",
      on: { input: () => memory?.setItem(PROMPT_KEY, this.prompt.value), keydown: (event) => this.#enter(event) },
    });
    this.chip = button("", () => this.#insert(), { kind: "chip", title: t("insertTrigger"), testid: "isen-trigger-chip" });
    this.meaning = h("small", { class: "isen-muted" });
    this.shapes = new ShapeChoice();
    this.count = h("input", { type: "number", min: 1, max: 16, value: 1, "data-testid": "isen-count" });
    this.strength = h("input", { type: "range", min: 0, max: 1.5, step: 0.05, value: 1, "data-testid": "isen-strength", on: { input: () => this.#said() } });
    this.strengthSaid = h("output", {});
    this.recipe = h("select", { "data-testid": "isen-recipe", on: { change: () => this.#adjust() } });
    this.problem = h("p", { class: "isen-warn", role: "status", hidden: true, "data-testid": "isen-recipe-problem" });
    this.submit = h("button", { type: "submit", class: "isen-primary isen-wide", title: t("generateKey"), "data-testid": "isen-generate" }, icon("images"), t("generate"));
    this.element = this.#form();
    this.#said();
  }

  #form() {
    this.strengthField = field(t("likeness"), this.strength, t("likenessHint"));
    this.strengthField.firstChild.append(" ", this.strengthSaid);
    return h("form", { class: "isen-stack", "aria-label": t("images"), on: { submit: (event) => this.#submit(event) } },
      this.people.element,
      h("div", { class: "isen-stack-tight" }, field(t("prompt"), this.prompt), h("div", { class: "isen-row" }, this.chip, this.meaning)),
      h("div", { class: "isen-row isen-bottom" }, this.shapes.element, h("div", { class: "isen-count" }, field(t("count"), this.count))),
      this.strengthField, field(t("recipe"), this.recipe), this.#advanced(), this.problem,
      h("footer", { class: "isen-foot" }, this.submit));
  }

  #advanced() {
    this.seed = h("input", { type: "text", inputmode: "numeric", pattern: "[0-9]*", title: t("seedRule"), "data-testid": "isen-seed" });
    this.steps = h("input", { type: "number", min: 1, max: 200, "data-testid": "isen-steps" });
    this.guidance = h("input", { type: "number", min: 0, max: 30, step: 0.1, "data-testid": "isen-guidance" });
    this.negative = h("input", { type: "text", maxlength: 2000, "data-testid": "isen-negative" });
    this.version = h("select", { "data-testid": "isen-version" });
    this.fields = { steps: field(t("stepsShort"), this.steps), guidance: field(t("guidance"), this.guidance, t("guidanceHint")), negative: field(t("negative"), this.negative), strength: this.strengthField };
    this.versionField = field(t("version"), this.version, t("versionHint"));
    return h("details", { class: "isen-fold" }, h("summary", { text: t("advanced") }),
      h("div", { class: "isen-grid" }, field(t("seed"), this.seed, t("seedHint")), this.fields.steps, this.fields.guidance), this.fields.negative, this.versionField);
  }

  show(people, recipes, wanted) {
    this.characters = people;
    this.recipes = recipes;
    this.people.show(people, wanted);
    const usable = recipes.find((known) => !known.missing.length);
    fill(this.recipe, recipes.map((known) => [known.name, known.missing]), () => recipes.map((known) => h("option", { value: known.name, text: known.label, selected: known === usable })));
    this.#adjust();
  }

  get #person() {
    return this.characters.find((known) => known.id === this.people.value);
  }

  get #chosen() {
    return this.recipes.find((known) => known.name === this.recipe.value);
  }

  /** What fits the person and the recipe; why it cannot be made, where it cannot. */
  #adjust() {
    const person = this.#person;
    const recipe = this.#chosen;
    if (!person || !recipe) return;
    say(this.chip, `+ ${person.name}`);
    say(this.meaning, t("triggerMeaning", { placeholder: TRIGGER, trigger: person.trigger_word }));
    const why = lacking(recipe, person);
    say(this.problem, why);
    this.problem.hidden = !why;
    this.submit.disabled = Boolean(why);
    for (const [name, part] of Object.entries(this.fields)) part.hidden = !recipe.controls.includes(name);
    this.steps.placeholder = recipe.defaults.steps ?? "";
    this.guidance.placeholder = recipe.defaults.guidance ?? "";
    this.#versions(person, recipe);
  }

  #versions(person, recipe) {
    const steps = person.versions.filter((version) => recipe.families.includes(version.family)).map((version) => version.step);
    this.versionField.hidden = recipe.identity === "placeholder" || !steps.length;
    const entries = [["best", t("best")], ["last", t("last")], ...[...new Set(steps)].reverse().map((step) => [String(step), t("stepNumber", { n: count(step) })])];
    fill(this.version, [person.id, entries], () => entries.map(([value, text]) => h("option", { value, text })));
  }

  #said() {
    say(this.strengthSaid, Number(this.strength.value).toFixed(2));
  }

  #insert() {
    const { selectionStart: from, selectionEnd: to, value } = this.prompt;
    const space = from > 0 && !/\s$/.test(value.slice(0, from)) ? " " : "";
    this.prompt.setRangeText(`${space}${TRIGGER}`, from, to, "end");
    this.prompt.focus();
  }

  #enter(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!this.submit.disabled) this.element.requestSubmit();
  }

  async #submit(event) {
    event.preventDefault();
    this.submit.disabled = true;
    await this.generate(this.#request());
    this.submit.disabled = false;
  }

  #request() {
    const recipe = this.#chosen;
    const [width, height] = sized(recipe.defaults.width ?? 512, recipe.defaults.height ?? 512, this.shapes.ratio);
    const number = (input) => (input.value.trim() && !input.closest("[hidden]") ? Number(input.value) : null);
    const checkpoint = /^\d+$/.test(this.version.value) ? Number(this.version.value) : this.version.value || "best";
    return {
      recipe: recipe.name, characters: [{ id: this.people.value, strength: Number(this.strength.value), checkpoint }],
      prompt: this.prompt.value, negative: this.negative.value, width, height, count: Number(this.count.value) || 1,
      seed: number(this.seed), steps: number(this.steps), guidance: number(this.guidance),
    };
  }

  /** The request of an earlier picture. */
  take(request) {
    const [use] = request.characters;
    this.people.choose(use.id);
    this.recipe.value = request.recipe;
    this.#adjust();
    const values = { prompt: request.prompt, negative: request.negative, seed: request.seed, steps: request.steps, guidance: request.guidance, strength: use.strength, version: use.checkpoint };
    for (const [name, value] of Object.entries(values)) this[name].value = value ?? "";
    this.shapes.choose(request.width / request.height);
    this.#said();
  }
}

/** Why this recipe cannot draw this person, or nothing. */
export function lacking(recipe, person) {
  const [file] = recipe.missing;
  if (file) return t("recipeMissing", file);
  const fits = recipe.identity !== "lora" || person.versions.some((version) => recipe.families.includes(version.family));
  return fits ? "" : t("recipeOtherModel", { name: person.name });
}
