/** Whether the training may end by itself when nothing is won any more: a tick, on by itself where that costs little. */

import { h, say } from "../../lib/dom.js";
import { said } from "../../lib/said.js";
import { sentences, t } from "../../locales/words.js";

/** The preset that it is offered in: there the most steps can be spared. */
const OFFERED_IN = "quality";

export class StopChoice {
  /** @param {() => void} changed */
  constructor(changed) {
    const chosen = () => {
      this.chosen = this.box.checked;
      changed();
    };
    this.box = h("input", { type: "checkbox", "data-testid": "isen-stop-early", "aria-describedby": "isen-stop-early-words", on: { change: chosen } });
    this.words = h("small", { id: "isen-stop-early-words", class: "isen-muted" });
    this.element = h("div", { class: "isen-stack-tight", hidden: true }, h("label", { class: "isen-check" }, this.box, h("span", { text: t("stopEarly") })), this.words);
    /** What the person has said; null as long as they have not. @type {boolean | null} */
    this.chosen = null;
  }

  /** @param {Schema.Stopping | undefined} offer @param {string} preset */
  show(offer, preset) {
    this.element.hidden = !offer || preset !== OFFERED_IN;
    if (!offer) return;
    const { why_not: whyNot, automatic } = offer;
    const words = said(offer, "words");
    this.box.disabled = whyNot !== "";
    this.box.checked = !whyNot && (this.chosen ?? automatic);
    say(this.words, whyNot ? words : sentences(t("stopEarlyHint"), words));
  }

  get value() {
    return !this.element.hidden && this.box.checked;
  }
}
