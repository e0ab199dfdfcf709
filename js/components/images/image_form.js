/** What a picture is asked for with: people, prompt, shape and number are always in view, the rest is in one fold. */

import { button, field, h, icon, once, say } from "../../lib/dom.js";
import { decimal, dotted } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { kept, lasting, recalled } from "../../lib/memory.js";
import { boundsOf, familyOf, usualOf } from "../../data/bounds.js";
import { mendedPrompt } from "../../data/diagnosis/mending.js";
import { bestOf, drawable } from "../../data/likeness_rules.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { askedFor, isPublished, keyOf } from "../../data/versions.js";
import { rememberedFold } from "../shared/fold.js";
import { StrengthBench } from "../comparing/strength_bench.js";
import { MendChoice } from "../mending/mend_choice.js";
import { PeopleInPicture } from "./people_in_picture.js";
import { ImageAdvanced } from "./image_advanced.js";
import { Prompting } from "../prompting/prompting.js";
import { QualityChoice } from "../shared/quality.js";
import { offerUndo } from "../shared/view.js";
import { RecipeShelf } from "./recipe_shelf.js";
import { RecipeState } from "./recipe_state.js";
import { SeedChoice } from "./seed.js";
import { ShapeChoice, sized } from "./shapes.js";
import { useOf, versionEntries } from "../comparing/version_entries.js";
import { VersionWall, comparable } from "../comparing/version_wall.js";

/** Everything that was filled in, for the session. */
const DRAFT_KEY = "isengard.images.form";
/** Who is drawn, for good. */
const PERSON_KEY = "isengard.images.person";
const OPEN_KEY = "isengard.images.settings";
/** What a model reads is English in every language, unless the person writes it. */
const FIRST_PROMPT = "portrait photo of {trigger}, soft window light";

/**
 * @typedef {{cast: import("./people_in_picture.js").Draft, looks: {style: string, finished?: string}, advanced: Record<string, string>, count: string, recipe: string, version: string,
 *   prompt: string, shape: string, quality: import("../shared/quality.js").Quality, mend: boolean | null, seed: number | null}} Draft
 */

export class ImageForm {
  /**
   * @param {Isengard.View} view
   * @param {(order: Isengard.Order) => Promise<Isengard.Generation | null>} generate answers with the generation, or null where it was refused
   */
  constructor(view, generate, { memory = globalThis.sessionStorage, longer = lasting() } = {}) {
    this.view = view;
    this.store = view.store;
    this.generate = generate;
    this.memory = memory;
    this.lasting = longer;
    /** @type {Draft | null} */
    this.draft = recalled(memory, DRAFT_KEY);
    /** @type {Isengard.Recipe[] | null} */
    this.recipes = null;
    /** @type {Isengard.Samplers | null} */
    this.samplers = null;
    const adjust = () => this.#adjust();
    this.cast = new PeopleInPicture(this.store, { changed: adjust });
    this.prompting = new Prompting(view, {
      value: this.draft?.prompt ?? FIRST_PROMPT, submit: () => this.submit.disabled || this.element.requestSubmit(), changed: () => this.#keep(),
      negative: () => this.advanced.inputs.negative.value, count: () => this.pictures,
    });
    this.prompt = this.prompting.box;
    this.notes = this.prompting.notes;
    this.looks = this.prompting.looks;
    this.shapes = new ShapeChoice();
    this.quality = new QualityChoice(adjust);
    this.mending = new MendChoice(this.store, adjust);
    this.seed = new SeedChoice();
    this.advanced = new ImageAdvanced(this.store);
    this.advanced.inputs.base_model.addEventListener("change", adjust);
    this.bench = new StrengthBench(view, { valid: /** @returns {boolean} */ () => this.element.reportValidity(), request: () => this.request(), use: (strength) => this.#use(this.version.value, strength) });
    this.count = h("input", { type: "number", min: 1, max: 16, value: 1, "data-testid": "isen-count" });
    this.recipe = h("select", { "data-testid": "isen-recipe", on: { change: adjust } });
    this.version = h("select", { "data-testid": "isen-version", on: { change: adjust } });
    this.compare = button(t("compareVersions"), () => this.openWall(), { icon: "table", kind: "link", testid: "isen-compare-versions" });
    this.versionField = field(t("version"), this.version, t("versionHint"));
    this.versionField.append(this.compare);
    this.state = new RecipeState(this.store);
    this.shelf = new RecipeShelf(view, (name) => this.#choose(name));
    this.submit = h("button", { type: "submit", class: "isen-primary isen-wide", title: t("generateKey"), "data-testid": "isen-generate" }, icon("images"), t("generate"));
    this.counts = h("div", { class: "isen-count" }, field(t("count"), this.count));
    this.size = h("div", { class: "isen-row isen-bottom" }, this.shapes.element, this.counts);
    this.likeness = h("div", { class: "isen-stack-tight" }, this.cast.sliders, this.bench.element);
    this.qualityField = h("div", { class: "isen-field" }, h("span", { class: "isen-label", text: t("quality") }), this.quality.element);
    /** What is set in the fold, for those who leave it closed. */
    this.digest = h("small", { class: "isen-muted isen-ellipsis", "data-testid": "isen-settings-digest" });
    this.compose = h("div", { class: "isen-compose isen-stack-tight" }, this.prompt.element, this.notes.element, this.size, this.submit);
    this.fold = this.#fold();
    this.element = h("form", { class: "isen-image-form", "aria-label": t("images"), on: { submit: (event) => this.#submit(event), input: () => (this.prompting.refresh(), this.#keep()), change: () => this.#keep() } },
      this.cast.element, this.compose, this.state.element, this.advanced.note, this.fold);
  }

  #fold() {
    const summary = h("summary", { "data-testid": "isen-image-settings" }, h("span", { text: t("pictureSettings") }), " ", this.digest);
    return rememberedFold(OPEN_KEY, summary, { opened: () => this.advanced.opened() }, h("div", { class: "isen-stack" },
      this.looks.element, this.qualityField, this.mending.element, this.likeness,
      h("div", { class: "isen-grid isen-wide-grid" }, field(t("recipe"), this.recipe), this.versionField, this.seed.element),
      this.advanced.element, this.shelf.element));
  }

  /** In short, what stands in the fold. */
  #tell() {
    /** @param {HTMLSelectElement} list */
    const chosen = ({ selectedOptions: [option] }) => option?.text;
    const { seed, quality, looks, cast } = this;
    const words = [chosen(this.recipe), !this.versionField.hidden && chosen(this.version), said(looks.style, "label"),
      !this.qualityField.hidden && t(`quality_${quality.value}`), this.mending.value && t("mendSmall"), !cast.parts[0].likeness.element.hidden && decimal(cast.parts[0].likeness.value, 2), seed.value !== null && t("seedIs", { n: seed.value })];
    say(this.digest, dotted(words));
  }

  /** @param {Isengard.Character[]} people @param {Isengard.Recipe[]} recipes @param {{wanted: string | null | undefined, styles: Isengard.Style[], samplers: Isengard.Samplers | null}} options */
  show(people, recipes, { wanted, styles, samplers }) {
    this.characters = people;
    this.recipes = recipes;
    this.samplers = samplers;
    this.prompting.show(styles);
    const usable = recipes.find((known) => !known.missing.length && peopleOf(known) === 1) ?? recipes[0];
    fill(this.recipe, recipes.map((known) => [known.name, said(known, "label"), known.missing]), () => recipes.map((known) => h("option", { value: known.name, text: said(known, "label"), selected: known.name === (this.recipe.value || usable?.name) })));
    this.shelf.show(recipes);
    if (!this.shown) this.#restore(wanted);
    this.shown = true;
    this.cast.show(people, wanted, Math.max(1, ...recipes.map(peopleOf)));
  }

  /** What was filled in before; who is asked for now comes first, then who was drawn last. @param {string | null | undefined} wanted */
  #restore(wanted) {
    const last = recalled(this.lasting, PERSON_KEY) ?? "";
    const { draft } = this;
    if (!draft) return this.cast.first.choose(wanted || last);
    const [before, second] = draft.cast.ids;
    const first = wanted || before || last;
    this.cast.restore({ ...draft.cast, ids: [first, second] });
    if ((this.recipes ?? []).some((known) => known.name === draft.recipe)) this.recipe.value = draft.recipe;
    this.version.append(h("option", { value: first === before ? draft.version : "best", selected: true }));
    this.prompting.restore(draft.looks);
    this.shapes.take(draft.shape);
    this.count.value = draft.count;
    this.quality.value = draft.quality;
    this.mending.chosen = draft.mend ?? null;
    this.seed.value = draft.seed;
    this.advanced.take(draft.advanced);
  }

  /** How many of one prompt. */
  get pictures() {
    return this.counts.hidden ? 1 : Number(this.count.value) || 1;
  }

  #keep() {
    if (!this.shown) return;
    this.#tell();
    const [count, recipe, version] = [this.count, this.recipe, this.version].map(({ value }) => value);
    const { cast: { draft: cast }, prompting: { draft: looks }, advanced: { draft: advanced } } = this;
    kept(this.memory, DRAFT_KEY, { cast, looks, advanced, count, recipe, version, prompt: this.prompt.value, shape: this.shapes.value, quality: this.quality.value, mend: this.mending.chosen, seed: this.seed.value });
    if (cast.ids[0]) kept(this.lasting, PERSON_KEY, cast.ids[0]);
  }

  /** A version and a strength that were chosen by their pictures. @param {string} version @param {number} strength */
  #use(version, strength) {
    this.#take(version);
    this.cast.parts[0].likeness.value = strength;
    this.#adjust();
  }

  /** The best where it is not among those that can be chosen; whether it was. @param {string} version */
  #take(version) {
    this.version.value = version;
    const found = this.version.selectedIndex >= 0;
    if (!found) this.version.selectedIndex = 0;
    return found;
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
    if (!people.length || !recipe) {
      this.submit.disabled = true;
      return;
    }
    const usable = this.state.show(recipe, people);
    this.submit.disabled = !usable;
    this.#versions(people[0], recipe);
    this.#base(people, recipe);
    this.prompting.fit({ people, recipe, family: familyOf(recipe, people[0]), base: this.advanced.values().base_model });
    this.advanced.prompting = this.prompting.prompting;
    this.#controls(recipe, boundsOf(recipe, familyOf(recipe, people[0]), this.advanced.base));
    this.quality.show(this.advanced.base?.defaults.steps ?? usualOf(recipe, people[0]).steps ?? 20);
    this.mending.show({ recipe, fine: this.quality.value === "fine" });
    this.bench.show(people, !usable);
    this.#keep();
  }

  /** Only what the chosen way has, as far as its model bears it. @param {Isengard.Recipe} recipe @param {Schema.Bounds} bounds */
  #controls({ controls }, bounds) {
    /** @param {...string} names */
    const has = (...names) => names.every((name) => controls.includes(name));
    this.cast.fit(controls, bounds.strength[1]);
    this.advanced.bound(bounds);
    this.bench.element.hidden = !has("strength");
    this.prompt.element.hidden = !has("prompt");
    this.looks.element.hidden = !has("prompt") || !this.looks.items.length;
    this.shapes.element.hidden = !has("width", "height");
    this.counts.hidden = this.seed.element.hidden = !has("seed");
    this.qualityField.hidden = !has("steps");
  }

  /** @param {string} name */
  #choose(name) {
    this.recipe.value = name;
    this.#adjust();
  }

  /** Only ways that draw so many people can be chosen. @param {number} count */
  #fitRecipe(count) {
    /** @type {Isengard.Recipe[]} */
    const recipes = this.recipes ?? [];
    /** @param {string} name */
    const fits = (name) => peopleOf(recipes.find((known) => known.name === name)) === count;
    for (const option of this.recipe.options) option.disabled = !fits(option.value);
    if (this.recipe.value && fits(this.recipe.value)) return;
    const other = recipes.find((known) => fits(known.name) && !known.missing.length) ?? recipes.find((known) => fits(known.name));
    if (other) this.recipe.value = other.name;
  }

  /** @param {Isengard.Character} person @param {Isengard.Recipe} recipe */
  #versions(person, recipe) {
    const versions = drawable(person, recipe);
    this.versionField.hidden = recipe.identity === "placeholder" || !versions.length;
    this.compare.hidden = !comparable(person, recipe);
    const entries = versionEntries(versions, this.store.state);
    const chosen = this.version.value;
    fill(this.version, [person.id, entries], () => entries.map(([value, text]) => h("option", { value, text })));
    if (entries.some(([value]) => value === chosen)) this.version.value = chosen;
  }

  /** With whose LoRA the file is chosen that draws. @param {Isengard.Character[]} people @param {Isengard.Recipe} recipe */
  #base(people, recipe) {
    const drawn = people.flatMap((person, n) => {
      const version = recipe.identity === "lora" ? versionOf(drawable(person, recipe), n ? "best" : this.version.value) : null;
      return version ? [{ name: person.name, version }] : [];
    });
    this.advanced.show(recipe, this.samplers, { family: familyOf(recipe, people[0]), people: drawn });
  }

  /**
   * Asked for elsewhere: a way that can draw this person is chosen first; what it lacks is said.
   * @param {string} family of the model that was trained for; '' for any @param {string} [training] the newest where none is named
   */
  compareVersions(family, training) {
    const [person] = this.cast.people;
    const able = (this.recipes ?? []).filter((known) => person && peopleOf(known) === 1 && comparable(person, known));
    const fitting = able.some((known) => known.families.includes(family)) ? able.filter((known) => known.families.includes(family)) : able;
    const recipe = fitting.find((known) => !known.missing.length) ?? fitting[0];
    if (!recipe) return;
    this.#choose(recipe.name);
    if (!recipe.missing.length) this.openWall(training);
  }

  /** Every version at every likeness; what is used there is used here. @param {string} [training] whose versions are ticked */
  openWall(training) {
    /** @param {Isengard.Version} version @param {number} strength */
    const use = (version, strength) => this.#use(keyOf(version), strength);
    const [person] = this.cast.people;
    const recipe = this.#chosen;
    return person && recipe && new VersionWall(this.view, { person, recipe, use, training }).open();
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    await once(this.submit, async () => {
      for (const prompt of this.prompting.texts) {
        const made = await this.generate(this.request(prompt));
        if (!made) break;
        this.seed.used(made.request.seed);
      }
      this.#keep();
    });
  }

  /** @returns {Isengard.Order} */
  request(prompt = this.prompting.texts[0]) {
    const recipe = /** @type {Isengard.Recipe} */ (this.#chosen);
    const usual = usualOf(recipe, this.cast.people[0]);
    const [width, height] = sized(usual.width ?? 512, usual.height ?? 512, this.shapes.ratio);
    const advanced = this.advanced.values();
    return {
      recipe: recipe.name, characters: this.cast.uses(useOf(this.version.value)), prompt, width, height,
      count: this.pictures, seed: this.seed.value, ...advanced, steps: advanced.steps ?? (recipe.controls.includes("steps") ? this.quality.steps : null),
    };
  }

  /**
   * What mends a picture that does not look like somebody; what has to be chosen comes into sight.
   * @param {Isengard.Cause} cause
   */
  mend(cause) {
    const { action, values } = cause;
    this.prompting.mend(mendedPrompt(this.prompt.value, cause));
    if (action === "strength") this.cast.parts[0].likeness.value = Number(values.strength);
    if (action === "steps") this.advanced.inputs.steps.value = this.quality.choose(Number(values.steps)) ? "" : String(values.steps);
    if (action === "base") this.advanced.showBase(String(values.base ?? ""));
    this.#adjust();
    const folded = { strength: this.cast.sliders, steps: this.qualityField, base: this.advanced.element }[String(action)];
    if (folded) this.fold.open = true;
    const place = folded ?? this.prompt.element;
    place.scrollIntoView({ block: "center" });
    /** @type {HTMLElement | null} */ (place.querySelector("[contenteditable], input:not([hidden]), select"))?.focus({ preventScroll: true });
  }

  /** The request of an earlier picture, and the files it was drawn with. @param {Schema.GenerationRequest} request @param {string[]} [files] */
  take(request, files = []) {
    this.recipe.value = request.recipe;
    const all = this.cast.take(request.characters);
    this.recipe.value = request.recipe;
    this.prompting.take(request.prompt);
    this.advanced.take({ ...request, steps: null });
    this.#adjust();
    const there = this.#again(request.characters, files);
    this.#adjust(); // what that version is drawn with
    this.seed.reuse(request.seed);
    this.shapes.choose(request.width / request.height);
    this.advanced.inputs.steps.value = this.quality.choose(request.steps) ? "" : String(request.steps ?? "");
    this.mending.take(Boolean(request.mend_faces), this.quality.value === "fine");
    this.#keep();
    const way = this.recipe.value === request.recipe;
    const base = !request.base_model || this.advanced.values().base_model === request.base_model;
    const gone = !all ? "reusedWithout" : !way ? "reusedOtherWay" : !there ? "reusedVersionGone" : !base ? "reusedBaseGone" : "";
    if (gone) offerUndo(this.view, t(gone, { name: said(this.#chosen, "label") }), null);
  }

  /** The version that the first of them was drawn with; whether it is still here. @param {Schema.CharacterUse[]} uses @param {string[]} files */
  #again(uses, files) {
    const [person] = this.cast.people;
    const recipe = this.#chosen;
    const place = uses.findIndex(({ id }) => id === person?.id);
    if (!recipe || place < 0) return true;
    const use = uses[place];
    if (typeof use.checkpoint !== "number") return this.#take(use.checkpoint) || this.versionField.hidden;
    const version = askedFor(drawable(person, recipe), use, files[place]);
    return this.#take(version ? keyOf(version) : "") || this.versionField.hidden;
  }
}

/** How many people a recipe draws. @param {Isengard.Recipe | undefined} recipe */
export const peopleOf = (recipe) => recipe?.people ?? 1;

/** What a choice of a version means now. @param {Isengard.Version[]} versions @param {string} chosen */
function versionOf(versions, chosen) {
  const published = versions.filter(isPublished);
  return published.findLast((version) => keyOf(version) === chosen) ?? (chosen === "last" ? null : bestOf(published)) ?? published.at(-1) ?? null;
}
