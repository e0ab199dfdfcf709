/** A list of what was deleted: for 30 days each can be brought back from here, long after the offer to undo has gone. */

import { button, h, icon, picture, say } from "../../lib/dom.js";
import { dotted, goneOn } from "../../lib/format.js";
import { t } from "../../locales/words.js";
import { closer, openDialog } from "../shared/dialogs.js";
import { whenBack, withdrawUndo } from "../shared/view.js";

/** `load` asks for what there is, `show` draws it. @template {{id: string}} Item */
export class TrashList {
  /** Null until it is known. @type {Item[] | null} */
  found = null;

  /** @param {Isengard.View} view @param {{title: string, testid: string}} named */
  constructor(view, { title, testid }) {
    this.view = view;
    this.store = view.store;
    this.title = title;
    this.said = h("p", { class: "isen-muted", role: "status", text: t("loading") });
    this.list = h("ul", { class: "isen-plain-list isen-stack-tight", "aria-label": title, "data-testid": testid });
  }

  /** @returns {Item[]} */
  get items() {
    return this.found ?? [];
  }

  /** @param {...HTMLElement} below what stands below the list */
  open(...below) {
    const stop = whenBack(this.store, () => this.found ?? this.load());
    const title = h("h2", { class: "isen-grow", tabindex: -1, text: this.title });
    const dialog = openDialog(this.view, { label: this.title, kind: "isen-history", closed: stop },
      h("div", { class: "isen-row isen-top" }, title, closer(() => dialog.close())), this.said, this.list, ...below);
    title.focus();
    return this.load();
  }

  /** @returns {Promise<unknown>} */
  async load() {
    return say(this.said, "");
  }

  show() {}

  /** They are back: nothing is left to be undone or listed. @param {Set<string>} ids */
  returned(ids) {
    withdrawUndo(this.view);
    this.found = this.items.filter(({ id }) => !ids.has(id));
    this.show();
  }

  /**
   * One that can be brought back, with its picture where that is still there.
   * @param {{src: string, words: string, hint?: string, count?: string, at: string, back: () => unknown, testid: string}} one
   */
  row({ src, words, hint = words, count = "", at, back, testid }) {
    const blank = h("span", { class: "isen-picture isen-blank" }, icon("image"));
    const gone = (/** @type {Event} */ event) => /** @type {Element} */ (event.target).replaceWith(blank);
    return h("li", { class: "isen-row isen-caption" }, picture(src, "", { on: { error: gone } }),
      h("span", { class: "isen-grow isen-stack-tight" }, h("span", { class: "isen-past-words", dir: "auto", text: words, title: hint }),
        h("small", { class: "isen-muted", text: dotted([count, t("trashUntil", { date: goneOn(at) })]) })),
      button(t("bringBack"), back, { kind: "unbroken", "aria-label": t("bringBackName", { name: words }), testid }));
  }
}
