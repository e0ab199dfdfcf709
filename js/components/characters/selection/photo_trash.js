/** Deleted photos of a person: for 30 days each can be restored from here, long after the offer to undo has gone. */

import { button, h, icon, picture, say } from "../../../lib/dom.js";
import { counted, goneOn, dotted } from "../../../lib/format.js";
import { keyed } from "../../../lib/lists.js";
import { t } from "../../../locales/words.js";
import { closer, openDialog } from "../../shared/dialogs.js";
import { whenBack, withdrawUndo } from "../../shared/view.js";

/** So many rows more with each press. */
const ROWS = 60;
/** As many as one request brings back (MAX_CHOSEN of core/records/photo.py). */
const MOST = 500;

/** @param {Isengard.View} view @param {string} characterId */
export function openPhotoTrash(view, characterId) {
  return new PhotoTrash(view, characterId).open();
}

class PhotoTrash {
  /** @type {Isengard.Photo[] | null} */
  #found = null;
  #shown = ROWS;

  /** @param {Isengard.View} view @param {string} characterId */
  constructor(view, characterId) {
    this.view = view;
    this.store = view.store;
    this.characterId = characterId;
    this.said = h("p", { class: "isen-muted", role: "status", text: t("loading") });
    this.list = h("ul", { class: "isen-plain-list isen-stack-tight", "aria-label": t("deletedPhotos"), "data-testid": "isen-deleted-photos" });
    this.more = button(t("showMore"), () => this.#further(), { hidden: true, testid: "isen-more-deleted-photos" });
    this.all = button(t("bringBackAll"), () => this.#back((this.#found ?? []).slice(0, MOST)), { hidden: true, testid: "isen-restore-all-photos" });
  }

  open() {
    const stop = whenBack(this.store, () => this.#found ?? this.#load());
    const title = h("h2", { class: "isen-grow", tabindex: -1, text: t("deletedPhotos") });
    const dialog = openDialog(this.view, { label: t("deletedPhotos"), kind: "isen-history", closed: stop },
      h("div", { class: "isen-row isen-top" }, title, closer(() => dialog.close())), this.said, this.list, h("div", { class: "isen-row" }, this.more, this.all));
    title.focus();
    return this.#load();
  }

  async #load() {
    const answer = await this.store.ask(() => this.store.api.photos.deleted(this.characterId));
    if (!answer) return say(this.said, "");
    this.#found = answer.items;
    this.#show();
  }

  #further() {
    this.#shown += ROWS;
    this.#show();
  }

  #show() {
    const found = this.#found ?? [];
    say(this.said, found.length ? "" : t("deletedPhotosNone"));
    keyed(this.list, found.slice(0, this.#shown), { id: ({ id }) => id, make: (photo) => this.#row(photo) });
    this.more.hidden = found.length <= this.#shown;
    this.all.hidden = found.length < 2;
  }

  /** @param {Isengard.Photo[]} photos */
  async #back(photos) {
    const ids = new Set(photos.map(({ id }) => id));
    if (!(await this.store.photos.restoreMany(this.characterId, [...ids]))) return;
    withdrawUndo(this.view);
    this.#found = (this.#found ?? []).filter(({ id }) => !ids.has(id));
    this.#show();
  }

  /** @param {Isengard.Photo} photo */
  #row(photo) {
    const { id, name, caption, deleted_at: at } = photo;
    const words = name || caption || counted("photoCount", 1);
    const blank = h("span", { class: "isen-picture isen-blank" }, icon("image"));
    const gone = (/** @type {Event} */ event) => /** @type {Element} */ (event.target).replaceWith(blank);
    return h("li", { class: "isen-row isen-caption" }, picture(this.store.api.photos.trashedUrl(this.characterId, id), "", { on: { error: gone } }),
      h("span", { class: "isen-grow isen-stack-tight" }, h("span", { class: "isen-past-words", dir: "auto", text: words, title: dotted([name, caption]) }),
        h("small", { class: "isen-muted", text: t("trashUntil", { date: goneOn(at ?? "") }) })),
      button(t("bringBack"), () => this.#back([photo]), { "aria-label": t("bringBackName", { name: words }), testid: "isen-restore-photo" }));
  }
}
