/** What shall not be in the picture: where the workflow and its guidance make something of it, else why not. */

import { button, field, h, say } from "../../lib/dom.js";
import { hasWords, withWords, withoutWords } from "../../data/prompting/words.js";
import { t } from "../../locales/words.js";

export class NegativePrompt {
  constructor() {
    this.input = h("textarea", { rows: 2, maxlength: 2000, "data-testid": "isen-negative", on: { input: () => this.#pressed() } });
    this.usual = button("", () => this.#toggle(), { kind: "chip", testid: "isen-usual-negative" });
    this.why = h("small", { class: "isen-muted", role: "status", "data-testid": "isen-negative-why" });
    this.hint = h("small", { class: "isen-muted", text: t("negativeHint") });
    this.element = field(t("negative"), this.input);
    this.element.append(this.hint, this.usual, this.why);
  }

  /**
   * @param {{takes: boolean, guidance: number, model: string, usual: string}} known `takes`: the workflow has a place for it; `usual`: what the model's people leave out
   */
  show({ takes, guidance, model, usual }) {
    const why = takes ? (guidance > 1 ? "" : t("negativeIdle")) : t("negativeNone", { model });
    say(this.why, why);
    this.why.hidden = !why;
    this.input.hidden = this.hint.hidden = Boolean(why);
    this.usual.hidden = Boolean(why) || !usual;
    say(this.usual, usual);
    this.#pressed();
  }

  #pressed() {
    this.usual.setAttribute("aria-pressed", String(hasWords(this.input.value, this.usual.textContent ?? "")));
  }

  #toggle() {
    const words = this.usual.textContent ?? "";
    const { value } = this.input;
    this.input.value = hasWords(value, words) ? withoutWords(value, words) : withWords(value, words);
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
