/** "Mend small faces": on where a picture is drawn finely, until somebody chooses for themselves; greyed, with the reason, where no face can be found. */

import { askReader, cannotReadFaces } from "../../data/faces/reader.js";
import { h, say } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

export class MendChoice {
  /** @param {Isengard.Store} store @param {() => void} changed */
  constructor(store, changed) {
    this.store = store;
    /** What somebody chose; null: as the quality is. @type {boolean | null} */
    this.chosen = null;
    this.fine = false;
    this.asked = false;
    this.changed = changed;
    this.input = h("input", { type: "checkbox", "data-testid": "isen-mend-small", on: { change: () => this.#choose() } });
    this.hint = h("small", { class: "isen-muted", text: t("mendSmallHint") });
    this.element = h("div", { class: "isen-field", hidden: true }, h("label", { class: "isen-check" }, this.input, h("span", { text: t("mendSmall") })), this.hint);
  }

  /** @param {{recipe: Isengard.Recipe, fine: boolean}} drawn how pictures are drawn now */
  show({ recipe, fine }) {
    this.fine = fine;
    this.element.hidden = recipe.identity !== "lora";
    if (!this.element.hidden && !this.asked) {
      this.asked = true;
      askReader(this.store).then(() => this.#draw());
    }
    this.#draw();
  }

  /** As an earlier picture was asked for. @param {boolean} wanted @param {boolean} fine whether that was drawn finely */
  take(wanted, fine) {
    this.chosen = wanted === fine ? null : wanted;
    this.fine = fine;
    this.#draw();
  }

  #choose() {
    this.chosen = this.input.checked;
    this.changed();
  }

  get value() {
    return !this.element.hidden && !this.input.disabled && this.input.checked;
  }

  #draw() {
    const blind = cannotReadFaces(this.store.state);
    this.input.disabled = blind;
    this.input.checked = !blind && (this.chosen ?? this.fine);
    say(this.hint, t(blind ? "mendNeedsReader" : "mendSmallHint"));
  }
}
