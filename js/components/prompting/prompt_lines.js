/** Several prompts at once, one a line: only where somebody says so, since a pasted paragraph has lines too. */

import { h, say } from "../../lib/dom.js";
import { linesOf } from "../../data/prompting/choices.js";
import { t } from "../../locales/words.js";

/** Each is an order of its own. */
export const MOST_LINES = 20;

export class PromptLines {
  /** @param {() => void} changed */
  constructor(changed) {
    this.input = h("input", { type: "checkbox", "data-testid": "isen-each-line", on: { change: changed } });
    this.words = h("span");
    this.element = h("label", { class: "isen-check", hidden: true }, this.input, this.words);
  }

  /** @param {string} text @param {number} count how many pictures of each */
  show(text, count) {
    const lines = linesOf(text);
    const many = lines.length > MOST_LINES;
    this.element.hidden = lines.length < 2;
    this.input.disabled = many;
    if (lines.length < 2 || many) this.input.checked = false;
    say(this.words, many ? t("tooManyLines", { n: lines.length, most: MOST_LINES }) : t("eachLine", { n: lines.length, count: lines.length * count }));
  }

  /** The prompts that a text is. @param {string} text */
  split(text) {
    return this.input.checked && !this.element.hidden ? linesOf(text) : [text];
  }
}
