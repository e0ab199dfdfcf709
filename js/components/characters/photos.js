/** The photos of a character as a strip of thumbnails; one opens in full. */

import { button, h, icon, picture } from "../../lib/dom.js";
import { keyed } from "../../lib/lists.js";
import { t, wordOr } from "../../locales/words.js";
import { openPhoto } from "./photo.js";
import { removePhoto } from "./photo_actions.js";
import { findingsNow } from "./photo_words.js";

/** @typedef {{id: string, n: number, name: string, included: boolean, held: boolean, findings: {code: string, message: string}[]}} Thumbnail */
const SKELETONS = 8;

export class PhotoStrip {
  /** @type {Thumbnail[]} */ all = [];
  /** @type {{id: string, blank: boolean}[]} */ blanks = [];

  /** @param {import("../shared/view.js").View} view @param {string} characterId */
  constructor(view, characterId) {
    this.view = view;
    this.characterId = characterId;
    /** @type {string[] | null} */
    this.ids = null;
    this.element = h("ul", { class: "isen-strip", "aria-label": t("photosTitle"), "data-testid": "isen-photos" });
  }

  /** @param {Isengard.Character} character @param {Isengard.Photo[]} list @param {boolean} loading */
  show(character, list, loading) {
    this.character = character;
    this.all = list.map(({ id, name, included, held_out: held }, index) => ({ id, n: index + 1, name, included, held, findings: findingsNow(list[index], list) }));
    this.blanks = loading ? Array.from({ length: Math.min(SKELETONS, character.photo_count) }, (_, index) => ({ id: `blank-${index}`, blank: true })) : [];
    this.#draw();
  }

  /** Show only these; null for all. @param {string[] | null} ids */
  only(ids) {
    this.ids = ids;
    this.#draw();
  }

  #draw() {
    const kept = this.ids && new Set(this.ids);
    const shown = kept ? this.all.filter(({ id }) => kept.has(id)) : this.all;
    keyed(this.element, [...shown, ...this.blanks], { id: (photo) => photo.id, make: (photo) => ("blank" in photo ? blank() : this.#thumbnail(photo)) });
  }

  /** @param {Thumbnail} options */
  #thumbnail({ id, n, name, included, held, findings }) {
    const { store } = this.view;
    const notes = [...findings.map((finding) => finding.message), held && t("holdOutHint"), !included && t("leftOut")];
    const said = [t("photo", { n }), name, ...notes].filter(Boolean).join(". ");
    const mark = findings[0] && wordOr(`found_${findings[0].code}`, findings[0].code.replaceAll("_", " "));
    const open = button(said, () => openPhoto(this.view, this.characterId, id), { kind: "plain", bare: true });
    open.replaceChildren(picture(store.api.photos.imageUrl(this.characterId, id, "thumb"), ""));
    return h("li", {}, h("figure", { class: included ? "isen-photo" : "isen-photo isen-off" }, open,
      mark && h("figcaption", { class: "isen-badge", text: mark, "aria-hidden": "true" }),
      held && h("figcaption", { class: "isen-badge isen-held", "aria-hidden": "true" }, icon("bookmark-fill")),
      button(t("deletePhoto", { n }), () => removePhoto(this.view, this.characterId, id), { icon: "times", bare: true, kind: "corner" })));
  }
}

function blank() {
  return h("li", {}, h("span", { class: "isen-picture isen-skeleton" }));
}
