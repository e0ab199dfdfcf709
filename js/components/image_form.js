/** What a picture is asked for with: people, prompt, look, shape, number, quality; the rest is folded away. */

import { button, field, h, icon, say } from "../lib/dom.js";
import { fill } from "../lib/lists.js";
import { count } from "../lib/format.js";
import { t } from "../locales/words.js";
import { LikenessBench } from "./bench.js";
import { Cast } from "./cast.js";
import { ImageAdvanced } from "./image_advanced.js";
import { LookChoice } from "./looks.js";
import { PromptBox } from "./prompt_box.js";
import { QualityChoice } from "./quality.js";
import { SeedChoice } from "./seed.js";
import { ShapeChoice, sized } from "./shapes.js";
import { VersionWall, comparable } from "./version_wall.js";

const PROMPT_KEY = "isengard.prompt";

export class ImageForm {
  /**
   * @param {import("./view.js").View} view
   * @param {(body: any) => Promise<any>} generate answers with the generation, or null where it was refused
   */
  constructor(view, generate, { memory = globalThis.sessionStorage } = {}) {
    this.view = view;
    this.store = view.store;
    this.generate = generate;
    const adjust = () => this.#adjust();
    this.cast = new Cast(this.store, { changed: adjust });
    this.prompt = new PromptBox({
      value: memory?.getItem(PROMPT_KEY) ?? t("firstPrompt"), submit: () => this.submit.disabled || this.element.requestSubmit(),
      changed: (text) => {
        memory?.setItem(PROMPT_KEY, text);
        this.looks.composed(text);
      },
    });
    this.looks = new LookChoice(adjust);
    this.shapes = new ShapeChoice();
    this.quality = new QualityChoice(adjust);
    this.seed = new SeedChoice();
    this.advanced = new ImageAdvanced(this.store);
    this.bench = new LikenessBench(view, { request: () => this.request(), use: (strength) => (this.cast.likeness[0].value = strength) });
    this.count = h("input", { type: "number", min: 1, max: 16, value: 1, "data-testid": "isen-count" });
    this.recipe = h("select", { "data-testid": "isen-recipe", on: { change: adjust } });
    this.version = h("select", { "data-testid": "isen-version" });
    this.compare = button(t("compareVersions"), () => this.openWall(), { icon: "table", kind: "link", testid: "isen-compare-versions" });
    this.versionField = field(t("version"), this.version, t("versionHint"));
    this.versionField.append(this.compare);
    this.problem = h("p", { class: "isen-warn", role: "status", hidden: true, "data-testid": "isen-recipe-problem" });
    this.submit = h("button", { type: "submit", class: "isen-primary isen-wide", title: t("generateKey"), "data-testid": "isen-generate" }, icon("images"), t("generate"));
    this.element = this.#form();
  }

  #form() {
    const quality = h("div", { class: "isen-field" }, h("span", { class: "isen-label", text: t("quality") }), this.quality.element);
    this.likeness = h("div", { class: "isen-stack-tight" }, this.cast.sliders, this.bench.element);
    return h("form", { class: "isen-stack isen-image-form", "aria-label": t("images"), on: { submit: (event) => this.#submit(event) } },
      this.cast.element, this.prompt.element, this.looks.element,
      h("div", { class: "isen-row isen-bottom" }, this.shapes.element, h("div", { class: "isen-count" }, field(t("count"), this.count))),
      quality, this.likeness,
      h("div", { class: "isen-grid isen-wide-grid" }, field(t("recipe"), this.recipe), this.versionField, this.seed.element),
      this.advanced.element, this.problem, h("footer", { class: "isen-foot" }, this.submit));
  }

  show(people, recipes, { wanted, styles, samplers }) {
    this.characters = people;
    this.recipes = recipes;
    this.samplers = samplers;
    this.looks.show(styles);
    const usable = recipes.find((known) => !known.missing.length && peopleOf(known) === 1) ?? recipes[0];
    fill(this.recipe, recipes.map((known) => [known.name, known.label, known.missing]), () => recipes.map((known) => h("option", { value: known.name, text: known.label, selected: known.name === (this.recipe.value || usable?.name) })));
    this.cast.show(people, wanted, Math.max(1, ...recipes.map(peopleOf)));
  }

  get #chosen() {
    return this.recipes?.find((known) => known.name === this.recipe.value);
  }

  /** What fits the people and the recipe; why it cannot be made, where it cannot. */
  #adjust() {
    if (!this.recipes) return;
    const people = this.cast.people;
    this.#fitRecipe(people.length);
    const recipe = this.#chosen;
    if (!people.length || !recipe) return;
    this.prompt.show(people);
    this.looks.composed(this.prompt.value);
    const why = people.map((person) => lacking(recipe, person)).find(Boolean) ?? "";
    say(this.problem, why);
    this.problem.hidden = !why;
    this.submit.disabled = Boolean(why);
    this.likeness.hidden = !recipe.controls.includes("strength");
    this.quality.element.parentElement.hidden = !recipe.controls.includes("steps");
    this.quality.show(recipe.defaults.steps ?? 20);
    this.advanced.show(recipe, this.samplers);
    this.bench.show(people, Boolean(why));
    this.#versions(people[0], recipe);
  }

  /** Only ways that draw so many people can be chosen. */
  #fitRecipe(count) {
    const fits = (name) => peopleOf(this.recipes.find((known) => known.name === name)) === count;
    for (const option of this.recipe.options) option.disabled = !fits(option.value);
    if (this.recipe.value && fits(this.recipe.value)) return;
    const other = this.recipes.find((known) => fits(known.name) && !known.missing.length) ?? this.recipes.find((known) => fits(known.name));
    if (other) this.recipe.value = other.name;
  }

  #versions(person, recipe) {
    const steps = person.versions.filter((version) => recipe.families.includes(version.family)).map((version) => version.step);
    this.versionField.hidden = recipe.identity === "placeholder" || !steps.length;
    this.compare.hidden = !comparable(person, recipe);
    const entries = [["best", t("best")], ["last", t("last")], ...[...new Set(steps)].reverse().map((step) => [String(step), t("stepNumber", { n: count(step) })])];
    fill(this.version, [person.id, entries], () => entries.map(([value, text]) => h("option", { value, text })));
  }

  /** Every version at every likeness; what is used there is used here. */
  openWall() {
    const use = (step, strength) => {
      this.version.value = String(step);
      this.cast.likeness[0].value = strength;
    };
    return new VersionWall(this.view, { person: this.cast.people[0], recipe: this.#chosen, use }).open();
  }

  async #submit(event) {
    event.preventDefault();
    this.submit.disabled = true;
    const made = await this.generate(this.request());
    if (made) this.seed.used(made.request.seed);
    this.submit.disabled = false;
  }

  request() {
    const recipe = this.#chosen;
    const [width, height] = sized(recipe.defaults.width ?? 512, recipe.defaults.height ?? 512, this.shapes.ratio);
    const checkpoint = /^\d+$/.test(this.version.value) ? Number(this.version.value) : this.version.value || "best";
    const advanced = this.advanced.values();
    return {
      recipe: recipe.name, characters: this.cast.uses(checkpoint), prompt: this.looks.composed(this.prompt.value), width, height,
      count: Number(this.count.value) || 1, seed: this.seed.value, ...advanced, steps: advanced.steps ?? this.quality.steps,
    };
  }

  /** The request of an earlier picture. */
  take(request) {
    this.recipe.value = request.recipe;
    this.cast.take(request.characters);
    this.recipe.value = request.recipe;
    this.looks.clear();
    this.prompt.value = request.prompt;
    this.#adjust();
    this.version.value = String(request.characters[0].checkpoint);
    this.seed.value = request.seed;
    this.shapes.choose(request.width / request.height);
    this.advanced.take({ ...request, steps: this.quality.choose(request.steps) ? null : request.steps });
  }
}

/** How many people a recipe draws. */
export const peopleOf = (recipe) => recipe?.people ?? 1;

/** Why this recipe cannot draw this person, or nothing. */
export function lacking(recipe, person) {
  const [file] = recipe.missing;
  if (file) return t("recipeMissing", file);
  const fits = recipe.identity !== "lora" || person.versions.some((version) => recipe.families.includes(version.family));
  return fits ? "" : t("recipeOtherModel", { name: person.name });
}
