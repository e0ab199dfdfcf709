/** The whole prompt before it is sent, where it is more than what was written; filling out can be switched off. */

import { button, h, say } from "../../lib/dom.js";
import { lasting } from "../../lib/memory.js";
import { t } from "../../locales/words.js";

const KEY = "isengard.images.fill-out";

export class PromptPreview {
  /** @param {{changed: () => void, edit: (full: string) => void}} ways `edit`: from here on the whole prompt is what is written */
  constructor({ changed, edit }, { memory = lasting() } = {}) {
    this.full = "";
    /** @type {HTMLInputElement} */
    this.fill = h("input", { type: "checkbox", checked: memory?.getItem(KEY) !== "0", "data-testid": "isen-fill-out", on: { change: () => (memory?.setItem(KEY, this.fills ? "1" : "0"), changed()) } });
    this.choice = h("label", { class: "isen-check" }, this.fill, h("span", { text: t("fillOut"), title: t("fillOutHint") }));
    this.sent = h("small", { class: "isen-muted isen-prompt-line isen-grow", "data-testid": "isen-sent-as" });
    this.edit = button(t("editFull"), () => edit(this.full), { icon: "pencil", bare: true, testid: "isen-edit-full" });
    this.row = h("div", { class: "isen-row isen-top-end", hidden: true }, this.sent, this.edit);
    this.element = h("div", { class: "isen-stack-tight" }, this.choice, this.row);
  }

  /** @returns {boolean} */
  get fills() {
    return this.fill.checked;
  }

  /** @param {{full: string, told: string, more: boolean, can: boolean}} shown `told` as people read it; `can`: the chosen model says how short prompts are filled out */
  show({ full, told, more, can }) {
    this.full = full;
    this.choice.hidden = !can;
    this.row.hidden = !more;
    say(this.sent, (this.sent.title = more ? t("sentAs", { text: told }) : ""));
  }
}
