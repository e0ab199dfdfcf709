/** Deleted pictures. */

import { told } from "../../data/gallery.js";
import { changePictures } from "../../data/looking/many_pictures.js";
import { trashOf } from "../../data/looking/trash.js";
import { button, say } from "../../lib/dom.js";
import { counted } from "../../lib/format.js";
import { keyed } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { TrashList } from "./trash_list.js";

/** @param {Isengard.View} view */
export function openPictureTrash(view) {
  const trash = new PictureTrash(view);
  return trash.open(trash.more);
}

/** @extends {TrashList<import("../../data/looking/trash.js").Trashed>} */
class PictureTrash extends TrashList {
  /** @type {string | null | undefined} */
  #cursor = null;

  /** @param {Isengard.View} view */
  constructor(view) {
    super(view, { title: t("deletedPictures"), testid: "isen-deleted-pictures" });
    this.more = button(t("showMore"), () => this.load(), { hidden: true, testid: "isen-more-deleted" });
  }

  async load() {
    const page = await this.store.ask(() => this.store.api.generations.deleted(this.#cursor));
    if (!page) return super.load();
    this.#cursor = page.next_cursor;
    const known = this.items;
    this.found = [...known, ...trashOf(page.items).filter(({ id }) => !known.some((one) => one.id === id))];
    this.show();
  }

  show() {
    const found = this.items;
    say(this.said, found.length || this.#cursor ? "" : t("deletedNone"));
    keyed(this.list, found, { id: ({ id }) => id, make: (one) => this.#row(one) });
    this.more.hidden = !this.#cursor;
  }

  /** @param {import("../../data/looking/trash.js").Trashed} one */
  #row({ id, at, prompt, people, pictures }) {
    const names = people.map((who) => this.store.state.characters?.find((known) => known.id === who)?.name ?? t("gone"));
    const back = async () => {
      const done = await changePictures(this.store, pictures);
      if (!done.length && this.store.state.problem?.code !== "image_not_found") return; // its file has left the trash
      this.returned(new Set([id]));
    };
    const src = this.store.api.generations.trashedUrl(id, pictures[0].n);
    return this.row({ src, words: told(prompt, names), count: counted("forgetCount_images", pictures.length), at, back, testid: "isen-restore-pictures" });
  }
}
