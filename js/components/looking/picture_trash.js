/** Deleted pictures: for 30 days each can be brought back from here, long after the offer to undo has gone. */

import { told } from "../../data/gallery.js";
import { changePictures } from "../../data/looking/many_pictures.js";
import { trashOf } from "../../data/looking/trash.js";
import { button, h, icon, picture, say } from "../../lib/dom.js";
import { DOT, counted, goneOn } from "../../lib/format.js";
import { keyed } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { closer, openDialog } from "../shared/dialogs.js";
import { whenBack, withdrawUndo } from "../shared/view.js";

/** @param {Isengard.View} view */
export function openPictureTrash(view) {
  return new PictureTrash(view).open();
}

class PictureTrash {
  /** @type {import("../../data/looking/trash.js").Trashed[] | null} */
  #found = null;
  /** @type {string | null | undefined} */
  #cursor = null;

  /** @param {Isengard.View} view */
  constructor(view) {
    this.view = view;
    this.store = view.store;
    this.said = h("p", { class: "isen-muted", role: "status", text: t("loading") });
    this.list = h("ul", { class: "isen-plain-list isen-stack-tight", "aria-label": t("deletedPictures"), "data-testid": "isen-deleted-pictures" });
    this.more = button(t("showMore"), () => this.#load(), { hidden: true, testid: "isen-more-deleted" });
  }

  open() {
    const stop = whenBack(this.store, () => this.#found ?? this.#load());
    const title = h("h2", { class: "isen-grow", tabindex: -1, text: t("deletedPictures") });
    const dialog = openDialog(this.view, { label: t("deletedPictures"), kind: "isen-history", closed: stop },
      h("div", { class: "isen-row isen-top" }, title, closer(() => dialog.close())), this.said, this.list, this.more);
    title.focus();
    return this.#load();
  }

  async #load() {
    const page = await this.store.ask(() => this.store.api.generations.deleted(this.#cursor));
    if (!page) return say(this.said, "");
    this.#cursor = page.next_cursor;
    const known = this.#found ?? [];
    this.#found = [...known, ...trashOf(page.items).filter(({ id }) => !known.some((one) => one.id === id))];
    this.#show();
  }

  #show() {
    const found = this.#found ?? [];
    say(this.said, found.length || this.#cursor ? "" : t("deletedNone"));
    keyed(this.list, found, { id: ({ id }) => id, make: (one) => this.#row(one) });
    this.more.hidden = !this.#cursor;
  }

  /** @param {import("../../data/looking/trash.js").Trashed} one */
  #row({ id, at, prompt, people, pictures }) {
    const names = people.map((who) => this.store.state.characters?.find((known) => known.id === who)?.name ?? t("gone"));
    const words = told(prompt, names);
    const back = async () => {
      const done = await changePictures(this.store, pictures);
      if (!done.length && this.store.state.problem?.code !== "image_not_found") return; // its file has left the trash
      withdrawUndo(this.view);
      this.#found = (this.#found ?? []).filter((known) => known.id !== id);
      this.#show();
    };
    const blank = h("span", { class: "isen-picture isen-blank" }, icon("image"));
    const gone = (/** @type {Event} */ event) => /** @type {Element} */ (event.target).replaceWith(blank);
    const [{ n }] = pictures;
    return h("li", { class: "isen-row isen-caption" }, picture(this.store.api.generations.trashedUrl(id, n), "", { on: { error: gone } }),
      h("span", { class: "isen-grow isen-stack-tight" }, h("span", { class: "isen-past-words", dir: "auto", text: words, title: words }),
        h("small", { class: "isen-muted", text: [counted("forgetCount_images", pictures.length), t("trashUntil", { date: goneOn(at) })].join(DOT) })),
      button(t("bringBack"), back, { "aria-label": t("bringBackName", { name: words }), testid: "isen-restore-pictures" }));
  }
}
