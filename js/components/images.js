/** Making pictures, and the stream of what was made. */

import { fill, field, h, icon } from "../lib/dom.js";
import { t } from "../locales/words.js";
import { generationCard } from "./generation.js";
import { View } from "./view.js";

const SHAPES = [["square", 1, 1], ["portrait", 2, 3], ["wide", 3, 2]];

export class IsenImages extends View {
  build() {
    this.className = "isen-stack";
    this.shape = "square";
    this.who = h("select", { "data-testid": "isen-image-person" });
    this.recipe = h("select", { "data-testid": "isen-recipe", on: { change: () => this.#recipeChanged() } });
    this.prompt = h("textarea", { rows: 3, maxlength: 8000, value: "portrait photo of {trigger}, soft window light", "data-testid": "isen-prompt" });
    this.likeness = h("input", { type: "range", min: 0, max: 1.5, step: 0.05, value: 1, "data-testid": "isen-strength", on: { input: () => this.#likenessText() } });
    this.likenessValue = h("output", { text: "1.00" });
    this.count = h("input", { type: "number", min: 1, max: 16, value: 1, "data-testid": "isen-count" });
    this.seed = h("input", { type: "text", inputmode: "numeric", pattern: "[0-9]*", "data-testid": "isen-seed" });
    this.negative = h("input", { type: "text", maxlength: 2000 });
    this.stepsInput = h("input", { type: "number", min: 1, max: 200, "data-testid": "isen-steps" });
    this.guidance = h("input", { type: "number", min: 0, max: 30, step: 0.1 });
    this.missing = h("p", { class: "isen-warn", hidden: true });
    this.generate = h("button", { type: "submit", class: "isen-primary isen-wide", "data-testid": "isen-generate" }, icon("images"), t("generate"));
    this.nobody = h("section", { class: "isen-card isen-stack", hidden: true }, h("p", { text: t("noOneToDraw") }),
      h("button", { text: t("goTrain"), on: { click: () => this.store.go({ tab: "training", train: "?" }) } }));
    this.form = this.#form();
    this.stream = h("div", { class: "isen-stack", "data-testid": "isen-stream" });
    this.none = h("p", { class: "isen-muted isen-center", text: t("noImages") });
    this.append(this.nobody, this.form, this.none, this.stream);
  }

  #form() {
    const chip = h("button", { class: "isen-chip", text: "{trigger}", title: t("insertTrigger"), "aria-label": t("insertTrigger"), on: { click: () => this.prompt.setRangeText("{trigger}", this.prompt.selectionStart, this.prompt.selectionEnd, "end") } });
    this.likenessField = field(t("likeness"), this.likeness, t("likenessHint"));
    this.likenessField.append(this.likenessValue);
    this.negativeField = field(t("negative"), this.negative);
    const more = h("details", { class: "isen-fold" }, h("summary", { text: t("advanced") }),
      h("div", { class: "isen-grid" }, field(t("seed"), this.seed, t("seedHint")), field(t("stepsShort"), this.stepsInput), field(t("guidance"), this.guidance)), this.negativeField);
    return h("form", { class: "isen-stack", on: { submit: (event) => this.#generate(event) } },
      field(t("person"), this.who), field(t("prompt"), this.prompt), h("div", { class: "isen-row" }, chip),
      this.#shapes(), h("div", { class: "isen-grid" }, field(t("count"), this.count), this.likenessField),
      field(t("recipe"), this.recipe), this.missing, more, this.generate);
  }

  #shapes() {
    const group = h("div", { class: "isen-row", role: "radiogroup", "aria-label": t("shape") });
    for (const [name, w, tall] of SHAPES) {
      group.append(h("label", { class: "isen-shape", title: t(name) },
        h("input", { type: "radio", name: "isen-shape", value: name, checked: name === this.shape, "aria-label": t(name), on: { change: () => (this.shape = name) } }),
        h("span", { style: `aspect-ratio:${w}/${tall}`, class: "isen-shape-box" })));
    }
    return group;
  }

  update(state) {
    const fast = state.health?.mode === "fast-test";
    const people = state.characters.filter((known) => known.versions.length || fast);
    this.nobody.hidden = people.length > 0;
    this.form.hidden = !people.length;
    fill(this.who, people.map((known) => [known.id, known.name]), () => people.map((known) => h("option", { value: known.id, text: known.name, selected: known.id === this.route.id })));
    fill(this.recipe, state.recipes.map((known) => [known.name, known.missing]), () => {
      setTimeout(() => this.#recipeChanged(), 0);
      const first = state.recipes.find((known) => !known.missing.length);
      return state.recipes.map((known) => h("option", { value: known.name, text: known.label, selected: known === first }));
    });
    const list = state.generations ?? [];
    this.none.hidden = list.length > 0 || !people.length;
    const names = Object.fromEntries(state.characters.map((known) => [known.id, known.name]));
    fill(this.stream, [list, names], () => list.map((generation) => generationCard(this, generation, names)));
    if (this.route.reuse && !this.reused) this.#reuse(list.find((known) => known.id === this.route.reuse));
  }

  #chosen() {
    return this.store.state.recipes.find((known) => known.name === this.recipe.value);
  }

  #recipeChanged() {
    const recipe = this.#chosen();
    if (!recipe) return;
    const [lack] = recipe.missing;
    this.missing.hidden = !lack;
    this.missing.textContent = lack ? t("recipeMissing", lack) : "";
    this.generate.disabled = Boolean(lack);
    this.likenessField.hidden = !recipe.controls.includes("strength");
    this.negativeField.hidden = !recipe.controls.includes("negative");
    this.stepsInput.placeholder = recipe.defaults.steps ?? "";
    this.guidance.placeholder = recipe.defaults.guidance ?? "";
  }

  #likenessText() {
    this.likenessValue.textContent = Number(this.likeness.value).toFixed(2);
  }

  async #generate(event) {
    event.preventDefault();
    const recipe = this.#chosen();
    const [, w, tall] = SHAPES.find(([name]) => name === this.shape);
    const [width, height] = sized(recipe.defaults.width ?? 512, recipe.defaults.height ?? 512, w / tall);
    const number = (input) => (input.value.trim() ? Number(input.value) : null);
    const body = {
      recipe: recipe.name, characters: [{ id: this.who.value, strength: Number(this.likeness.value) }],
      prompt: this.prompt.value, negative: this.negative.value, width, height, count: Number(this.count.value) || 1,
      seed: number(this.seed), steps: number(this.stepsInput), guidance: number(this.guidance),
    };
    this.store.keepGeneration(await this.store.attempt((id) => this.store.api.post("/generations", body, id)));
  }

  #reuse(generation) {
    if (!generation) return;
    this.reused = true;
    const { request } = generation;
    Object.assign(this.prompt, { value: request.prompt });
    this.who.value = request.characters[0].id;
    this.recipe.value = request.recipe;
    this.likeness.value = request.characters[0].strength;
    this.negative.value = request.negative;
    this.seed.value = request.seed ?? "";
    this.stepsInput.value = request.steps ?? "";
    this.guidance.value = request.guidance ?? "";
    this.#likenessText();
  }
}

/** About the recipe's number of pixels in the wanted shape, in multiples of 64. */
export function sized(width, height, ratio) {
  const area = width * height;
  const round = (value) => Math.max(64, Math.round(value / 64) * 64);
  return [round(Math.sqrt(area * ratio)), round(Math.sqrt(area / ratio))];
}
