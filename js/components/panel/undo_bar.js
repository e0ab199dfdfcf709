/** What was done just now, and the button that takes it back. */

import { button, h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";
import { nearWork } from "../shared/dialogs.js";

/** What is only told. */
const TOLD_MS = 8000;
/** What can be undone: long enough to look at what happened, read it and get there by keys. */
const OFFERED_MS = 20_000;

export class UndoBar {
  /** @type {Isengard.Undo | null} */
  #offer = null;
  #timer = 0;

  /** @param {HTMLElement} panel @param {Isengard.Store} store */
  constructor(panel, store) {
    this.panel = panel;
    this.store = store;
    this.element = h("div", { class: "isen-undo", role: "status", "aria-live": "polite", hidden: true });
  }

  /** @param {Isengard.Undo} offer */
  show(offer) {
    this.#offer = offer;
    if (!offer.text && !offer.undo) return void (this.element.hidden = true);
    this.element.replaceChildren(h("span", { class: "isen-grow", text: offer.text }), offer.undo ? button(t("undo"), () => this.#back(offer), { testid: "isen-undo" }) : "");
    this.element.hidden = false;
    nearWork(this.panel, this.element, () => this.panel.append(this.element));
    this.#hideLater();
  }

  /** False where there is no offer. */
  press() {
    if (this.element.hidden) return false;
    this.element.querySelector("button")?.click();
    return true;
  }

  /** What was refused can be tried once more. @param {Isengard.Undo} offer */
  async #back(offer) {
    clearTimeout(this.#timer);
    const before = this.store.state.problem;
    let refused = false;
    try {
      await offer.undo?.();
      const { problem } = this.store.state;
      refused = problem !== null && problem !== before;
    } finally {
      const isNewest = this.#offer === offer; // else something was done meanwhile
      if (isNewest && refused) this.#hideLater();
      else if (isNewest) this.element.hidden = true;
    }
  }

  #hideLater() {
    clearTimeout(this.#timer);
    const away = () => {
      if (this.element.matches(":hover, :focus-within")) this.#hideLater();
      else this.element.hidden = true;
    };
    this.#timer = setTimeout(away, this.#offer?.undo ? OFFERED_MS : TOLD_MS);
  }
}
