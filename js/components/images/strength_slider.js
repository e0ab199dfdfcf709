/** How strongly one person is drawn in: a slider with its number. */

import { field, h, say } from "../../lib/dom.js";
import { decimal } from "../../lib/format.js";
import { t } from "../../locales/words.js";

export class Likeness {
  /** @param {{testid: string, word: "likeness"|"reference", most: number}} options */
  constructor({ testid, word, most }) {
    this.word = word;
    /** What was asked for, also where the slider of another model does not reach it. */
    this.wanted = 1;
    this.most = most;
    this.input = h("input", { type: "range", min: 0, max: most, step: 0.05, value: 1, title: t(word === "likeness" ? "word_likeness" : "referenceHint"), "data-testid": testid, on: { input: () => this.#slid() } });
    this.said = h("output", {});
    this.name = h("span", {});
    this.element = field("", this.input);
    const label = /** @type {HTMLElement} */ (this.element.firstChild);
    label.append(this.name, " ", this.said);
    this.#said();
  }

  get value() {
    return Number(this.input.value);
  }

  set value(strength) {
    this.wanted = strength;
    this.#put();
  }

  /** How far it goes. @param {number} most */
  reach(most) {
    this.most = most;
    this.input.max = String(most);
    this.#put();
  }

  #slid() {
    this.value = Number(this.input.value);
  }

  #put() {
    this.input.value = String(Math.min(this.wanted, this.most));
    this.#said();
  }

  /** Whose likeness it is, where there are two. @param {string} name */
  show(name) {
    say(this.name, name ? t(`${this.word}Of`, { name }) : t(this.word));
  }

  #said() {
    say(this.said, decimal(this.value, 2));
  }
}
