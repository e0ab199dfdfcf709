/** Deleted photos of a person. */

import { button, h, say } from "../../../lib/dom.js";
import { counted, dotted } from "../../../lib/format.js";
import { keyed } from "../../../lib/lists.js";
import { t } from "../../../locales/words.js";
import { TrashList } from "../../looking/trash_list.js";

/** So many rows more with each press. */
const ROWS = 60;
/** As many as one request brings back (MAX_CHOSEN of core/records/photo.py). */
const MOST = 500;

/** @param {Isengard.View} view @param {string} characterId */
export function openPhotoTrash(view, characterId) {
  const trash = new PhotoTrash(view, characterId);
  return trash.open(h("div", { class: "isen-row" }, trash.more, trash.all));
}

/** @extends {TrashList<Isengard.Photo>} */
class PhotoTrash extends TrashList {
  #shown = ROWS;

  /** @param {Isengard.View} view @param {string} characterId */
  constructor(view, characterId) {
    super(view, { title: t("deletedPhotos"), testid: "isen-deleted-photos" });
    this.characterId = characterId;
    this.more = button(t("showMore"), () => this.#further(), { hidden: true, testid: "isen-more-deleted-photos" });
    this.all = button(t("bringBackAll"), () => this.#back(this.items.slice(0, MOST)), { hidden: true, testid: "isen-restore-all-photos" });
  }

  async load() {
    const answer = await this.store.ask(() => this.store.api.photos.deleted(this.characterId));
    if (!answer) return super.load();
    this.found = answer.items;
    this.show();
  }

  #further() {
    this.#shown += ROWS;
    this.show();
  }

  show() {
    const found = this.items;
    say(this.said, found.length ? "" : t("deletedPhotosNone"));
    keyed(this.list, found.slice(0, this.#shown), { id: ({ id }) => id, make: (photo) => this.#row(photo) });
    this.more.hidden = found.length <= this.#shown;
    this.all.hidden = found.length < 2;
  }

  /** @param {Isengard.Photo[]} photos */
  async #back(photos) {
    const ids = new Set(photos.map(({ id }) => id));
    if (await this.store.photos.restoreMany(this.characterId, [...ids])) this.returned(ids);
  }

  /** @param {Isengard.Photo} photo */
  #row(photo) {
    const { id, name, caption, deleted_at: at } = photo;
    const src = this.store.api.photos.trashedUrl(this.characterId, id);
    return this.row({ src, words: name || caption || counted("photoCount", 1), hint: dotted([name, caption]), at: at ?? "", back: () => this.#back([photo]), testid: "isen-restore-photo" });
  }
}
