/** The prompt with all that helps to write it: suggestions, style, prompts of before, the whole prompt as it is sent. */

import { told } from "../../data/gallery.js";
import { completed, isShort } from "../../data/prompting/completing.js";
import { button } from "../../lib/dom.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { PromptBox, recast } from "./prompt_box.js";
import { PromptHistory } from "./prompt_history.js";
import { PromptLines } from "./prompt_lines.js";
import { PromptNotes } from "./prompt_notes.js";
import { PromptPreview } from "./prompt_preview.js";
import { StyleChoice } from "./style_choice.js";
import { Suggestions } from "./suggestions.js";

/**
 * @typedef {{people: Isengard.Character[], recipe: Isengard.Recipe | undefined, family: string, base: string | null}} Drawn who is drawn with what; `family` '' where
 *   that is not known
 */

export class Prompting {
  /**
   * @param {Isengard.View} view
   * @param {{value: string, changed: () => void, submit: () => void, negative: () => string, count: () => number}} ways
   */
  constructor(view, { value, changed, submit, negative, count }) {
    this.negative = negative;
    this.count = count;
    /** One that is as it shall be: an earlier picture's, which comes out the same only so. */
    this.finished = "";
    /** @type {Drawn} */
    this.drawn = { people: [], recipe: undefined, family: "", base: null };
    const again = () => (this.refresh(), changed());
    this.history = button(t("pastPrompts"), () => new PromptHistory(view, { now: this.box.value, use: (prompt) => this.#use(prompt) }).open(), { icon: "history", bare: true, testid: "isen-prompt-history" });
    this.suggestions = new Suggestions({ text: () => this.box.value, change: (text) => this.box.write(text) });
    this.preview = new PromptPreview({ changed: again, edit: (full) => this.#use(full) });
    this.lines = new PromptLines(again);
    this.looks = new StyleChoice(view.store, again);
    this.notes = new PromptNotes(view.store, (mended) => this.box.write(mended(this.box.value)));
    /** @type {PromptBox} */
    this.box = new PromptBox({ value, submit, changed: again, beside: this.history, chips: this.suggestions.kinds, below: [this.suggestions.chips, this.lines.element, this.preview.element] });
  }

  /** @param {Isengard.Style[]} items */
  show(items) {
    this.looks.show(items);
    this.suggestions.show(items);
  }

  /** @param {Drawn} drawn */
  fit(drawn) {
    this.drawn = drawn;
    const { people, recipe, base } = drawn;
    const [person] = people;
    this.box.show(people);
    this.looks.fit(person && people.length === 1 && recipe?.people === 1 ? { person: { id: person.id, name: person.name }, order: { recipe: recipe.name, base_model: base } } : null);
    this.refresh();
  }

  /** How the chosen model is written to. @returns {Schema.Prompting | null} */
  get prompting() {
    const { recipe, family } = this.drawn;
    const known = recipe?.family_prompting ?? {};
    return known[family] ?? Object.values(known)[0] ?? null;
  }

  /** Each is an order of its own; one unless each line is asked for. */
  get texts() {
    return this.lines.split(this.box.value).map((text) => this.#whole(text));
  }

  /** The prompt as it is written was changed, or what is around it. */
  refresh() {
    const { people, recipe } = this.drawn;
    const { value } = this.box;
    const [whole] = this.texts;
    const fills = this.#fills(value);
    this.box.absent = fills;
    this.preview.show({ full: whole, told: told(whole, people.map((person) => person.name)), more: whole !== this.lines.split(value)[0], can: Boolean(this.prompting?.opening) });
    this.lines.show(value, this.count());
    this.suggestions.refresh();
    this.notes.show(value, this.negative(), { prompting: this.prompting, model: said(recipe, "label") });
  }

  get draft() {
    return { ...this.looks.draft, finished: this.finished };
  }

  /** Once the choices are shown. @param {{style: string, finished?: string}} draft */
  restore({ style, finished = "" }) {
    this.looks.take({ style });
    this.finished = finished;
  }

  /** An earlier picture's: nothing is put around it until it is changed. @param {string} prompt */
  take(prompt) {
    this.looks.clear();
    this.finished = prompt;
    this.box.value = prompt;
  }

  /** What mends a picture changes nothing else of it. @param {string} prompt */
  mend(prompt) {
    if (this.#isFinished(this.box.value)) this.finished = prompt;
    this.box.value = prompt;
  }

  /** @param {string} prompt */
  #use(prompt) {
    this.looks.clear();
    this.finished = recast(prompt, this.drawn.people.length);
    this.box.write(this.finished);
    this.refresh();
  }

  /** @param {string} text */
  #isFinished(text) {
    return Boolean(this.finished) && text === this.finished;
  }

  /** @param {string} text */
  #fills(text) {
    return this.preview.fills && !this.#isFinished(text) && Boolean(this.prompting?.opening) && isShort(text);
  }

  /** @param {string} text */
  #whole(text) {
    return completed(text, { prompting: this.prompting, style: this.looks.style, people: this.drawn.people.length, fills: this.#fills(text) });
  }
}
