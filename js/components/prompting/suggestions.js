/** Words for shot, place, light and clothes, put into the prompt by a press and taken out by another. */

import { button, h } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { hasWords, withWords, withoutWords } from "../../data/prompting/words.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";

const KINDS = /** @type {const} */ (["shot", "scene", "light", "clothes"]);

export class Suggestions {
  /** `kinds` are what words are offered for, `chips` the words of the one that is open. @param {{text: () => string, change: (text: string) => void}} ways */
  constructor({ text, change }) {
    this.text = text;
    this.change = change;
    /** @type {Isengard.Style[]} */
    this.items = [];
    this.open = "";
    this.kinds = h("div", { class: "isen-row isen-chips" });
    this.chips = h("div", { class: "isen-row isen-chips isen-suggested", role: "group", hidden: true, "data-testid": "isen-suggestions" });
  }

  /** @param {Isengard.Style[]} items */
  show(items) {
    this.items = items;
    const kinds = KINDS.filter((kind) => items.some((item) => item.kind === kind));
    fill(this.kinds, kinds, () => kinds.map((kind) =>
      button(t(`suggest_${kind}`), () => this.#toggle(kind), { icon: "plus", kind: "chip", "aria-expanded": "false", "data-kind": kind, testid: `isen-suggest-${kind}` })));
    this.kinds.hidden = !kinds.length;
    this.refresh();
  }

  /** Which words stand in the prompt now. */
  refresh() {
    const text = this.text();
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (this.chips.querySelectorAll("[data-words]"))) one.setAttribute("aria-pressed", String(hasWords(text, one.dataset.words ?? "")));
  }

  /** @param {string} kind */
  #toggle(kind) {
    this.open = this.open === kind ? "" : kind;
    for (const one of this.kinds.querySelectorAll("button")) one.setAttribute("aria-expanded", String(one.dataset.kind === this.open));
    const items = this.items.filter((item) => item.kind === this.open);
    this.chips.hidden = !items.length;
    this.chips.setAttribute("aria-label", this.open ? t(`suggest_${this.open}`) : "");
    fill(this.chips, items, () => items.map(({ prompt, ...item }) =>
      button(said(item, "label"), () => this.#press(prompt), { kind: "chip", title: prompt, "data-words": prompt, "aria-pressed": "false", testid: "isen-suggestion" })));
    this.refresh();
  }

  /** @param {string} words */
  #press(words) {
    const text = this.text();
    this.change(hasWords(text, words) ? withoutWords(text, words) : withWords(text, words));
    this.refresh();
  }
}
