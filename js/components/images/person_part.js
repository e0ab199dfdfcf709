/** One person's part of a picture: likeness from the training, likeness from photos, words of their own. */

import { field, h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";
import { Likeness } from "./strength_slider.js";

export class PersonPart {
  /** @param {string} suffix of the test ids: '' for the first person */
  constructor(suffix) {
    this.likeness = new Likeness({ testid: `isen-strength${suffix}`, word: "likeness", most: 1.5 });
    this.reference = new Likeness({ testid: `isen-reference${suffix}`, word: "reference", most: 1 });
    this.words = h("input", { type: "text", maxlength: 2000, "data-testid": `isen-words${suffix}` });
    this.wordsField = field("", this.words, t("wordsHint"));
    this.element = h("div", { class: "isen-stack-tight" }, this.wordsField, this.likeness.element, this.reference.element);
  }

  /** Only what the recipe has; `name` where there are several people, `most` the likeness that the model bears. */
  /** @param {string} name @param {string[]} controls @param {number} most */
  show(name, controls, most) {
    this.likeness.show(name);
    this.likeness.reach(most);
    this.reference.show(name);
    const label = /** @type {Node} */ (this.wordsField.firstChild);
    label.textContent = name ? t("wordsOf", { name }) : t("words");
    this.likeness.element.hidden = !controls.includes("strength");
    this.reference.element.hidden = !controls.includes("reference");
    this.wordsField.hidden = !controls.includes("words");
  }

  /** Only what can be set now. */
  values() {
    const { likeness, reference, words } = this;
    return {
      strength: likeness.value,
      ...(reference.element.hidden ? {} : { reference: reference.value }),
      ...(this.wordsField.hidden || !words.value.trim() ? {} : { words: words.value.trim() }),
    };
  }

  get draft() {
    return { strength: this.likeness.value, reference: this.reference.value, words: this.words.value };
  }

  /** @param {Partial<Schema.CharacterUse> & {strength: number}} options */
  take({ strength, reference = 1, words = "" }) {
    this.likeness.value = strength;
    this.reference.value = reference;
    this.words.value = words;
  }
}
