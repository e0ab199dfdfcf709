/** People in the trash: for 30 days each can be brought back, or forgotten at once. */

import { ApiError } from "../../data/api.js";
import { button, h, say } from "../../lib/dom.js";
import { keyed } from "../../lib/lists.js";
import { goneOn } from "../../lib/format.js";
import { t } from "../../locales/words.js";
import { withdrawUndo } from "../shared/view.js";
import { askToForget } from "./forgetting.js";

export class TrashedPeople {
  /** @param {import("../shared/view.js").View} view */
  constructor(view) {
    this.view = view;
    this.store = view.store;
    /** Who was there when it was asked for. @type {string | null} */
    this.of = null;
    this.summary = h("summary", { "data-testid": "isen-trash" });
    this.list = h("ul", { class: "isen-plain-list", "aria-label": t("trashTitle") });
    this.element = h("details", { class: "isen-fold", hidden: true }, this.summary, this.list);
  }

  /** Asked for anew when somebody has come or gone. @param {Isengard.Character[]} characters */
  show(characters) {
    const ids = characters.map(({ id }) => id).join();
    if (ids === this.of) return;
    this.of = ids;
    this.#load();
  }

  /** Nobody asked for this: what goes wrong with it is not shown, and asked for again at the next change. */
  async #load() {
    try {
      const { items } = await this.store.api.characters.deleted();
      this.element.hidden = !items.length;
      say(this.summary, t("trash", { n: items.length }));
      keyed(this.list, items.map(({ id, name, deleted_at: at }) => ({ id, name, at: at ?? "" })), { id: ({ id }) => id, make: (entry) => this.#row(entry) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.of = null;
    }
  }

  /** @param {{id: string, name: string, at: string}} options */
  #row({ id, name, at }) {
    const back = async () => {
      const person = this.store.keepCharacter(await this.store.attempt((action) => this.store.api.characters.restore(id, action)));
      if (person) withdrawUndo(this.view);
    };
    return h("li", { class: "isen-row" },
      h("span", { class: "isen-grow isen-stack-tight" }, h("strong", { class: "isen-ellipsis", dir: "auto", text: name, title: name }), h("small", { class: "isen-muted", text: t("trashUntil", { date: goneOn(at) }) })),
      button(t("bringBack"), back, { "aria-label": t("bringBackName", { name }), testid: "isen-bring-back" }),
      button(t("forget", { name }), () => askToForget(this.view, { id, name }, () => this.#load()), { icon: "eraser", bare: true }));
  }
}
