/** That a picture's faces could not be redrawn, why, and the button that tries again: the panel may have been closed when that was tried. */

import { button, h } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { explained } from "../../lib/said.js";
import { sentences, t } from "../../locales/words.js";
import { MEND_ACTION } from "./mend_action.js";

export class MendNote {
  /** @param {Isengard.PicturesView} view @param {() => void} close closes what the picture is looked at in */
  constructor(view, close) {
    this.view = view;
    this.close = close;
    this.element = h("div", { class: "isen-row isen-cause isen-mend-note", role: "status", "data-testid": "isen-mend-note", hidden: true });
  }

  /** @param {Isengard.Entry} entry */
  show(entry) {
    const { mending_error: error } = entry.image;
    this.element.hidden = !error;
    fill(this.element, [entry.key, error], () => (error ? [
      h("span", { class: "isen-grow isen-break", text: sentences(t("mendFailed"), explained(error)) }),
      button(t("tryAgain"), () => MEND_ACTION.run(this.view, entry, { close: this.close }), { testid: "isen-mend-again" }),
    ] : []));
  }
}
