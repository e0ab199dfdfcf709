/** The photos of a character as a strip of thumbnails: one opens in full, several are chosen and changed together. */

import { button, h, icon, picture, rename } from "../../lib/dom.js";
import { keyed } from "../../lib/lists.js";
import { useOf } from "../../lib/photo_use.js";
import { said } from "../../lib/said.js";
import { Selection } from "../../lib/selection.js";
import { t, wordOr } from "../../locales/words.js";
import { openPhoto } from "./photo.js";
import { removePhotos } from "./photo_actions.js";
import { findingsNow } from "./photo_words.js";
import { SelectionGestures } from "./selection/gestures.js";
import { SelectionBar } from "./selection/selection_bar.js";

/** @typedef {{id: string, n: number, name: string, use: import("../../lib/photo_use.js").Use, chosen: boolean, reached: boolean, findings: {code: string, message: string}[]}} Thumbnail */
/** @typedef {HTMLLIElement & {photo: string, redraw: (photo: Thumbnail) => void}} Tile */
const SKELETONS = 8;

export class PhotoStrip {
  /** @type {Omit<Thumbnail, "chosen" | "reached">[]} */ all = [];
  /** @type {{id: string, blank: boolean}[]} */ blanks = [];
  selection = new Selection();
  /** Where the keyboard stands. */
  #at = "";

  /** @param {import("../shared/view.js").View} view @param {string} characterId */
  constructor(view, characterId) {
    this.view = view;
    this.characterId = characterId;
    /** @type {string[] | null} */
    this.ids = null;
    this.list = h("ul", { class: "isen-strip", "aria-label": t("photosTitle"), "data-testid": "isen-photos", on: { focusin: (event) => this.#reach(event) } });
    const ways = { order: () => this.#shown.map(({ id }) => id), changed: () => this.#draw() };
    this.bar = new SelectionBar(view, characterId, this.selection, ways);
    /** @param {string} id */
    const remove = (id) => removePhotos(view, characterId, this.selection.size ? [...this.selection.ids] : [id]);
    new SelectionGestures(this.list, this.selection, { ...ways, remove, isPicking: () => this.bar.picking || this.selection.size > 0 });
    this.select = button(t("selectPhotos"), () => this.bar.begin(), { icon: "check-square", testid: "isen-select-photos" });
    this.element = h("div", { class: "isen-stack-tight" }, this.bar.element, this.list);
  }

  /** @param {Isengard.Character} character @param {Isengard.Photo[]} list @param {boolean} loading */
  show(character, list, loading) {
    this.all = list.map((photo, index) => ({ id: photo.id, n: index + 1, name: photo.name, use: useOf(photo), findings: findingsNow(photo, list) }));
    this.blanks = loading ? Array.from({ length: Math.min(SKELETONS, character.photo_count) }, (_, index) => ({ id: `blank-${index}`, blank: true })) : [];
    this.#draw();
  }

  /** Show only these; null for all. @param {string[] | null} ids */
  only(ids) {
    this.ids = ids;
    this.#draw();
  }

  get #shown() {
    const kept = this.ids && new Set(this.ids);
    return kept ? this.all.filter(({ id }) => kept.has(id)) : this.all;
  }

  #draw() {
    const shown = this.#shown;
    this.selection.keep(shown.map(({ id }) => id));
    if (!shown.some(({ id }) => id === this.#at)) this.#at = shown[0]?.id ?? "";
    const tiles = shown.map((photo) => ({ ...photo, chosen: this.selection.has(photo.id), reached: photo.id === this.#at }));
    keyed(this.list, [...tiles, ...this.blanks], {
      id: (photo) => photo.id, make: (photo) => ("blank" in photo ? blank() : this.#tile(photo)),
      update: (tile, photo) => "redraw" in tile && "n" in photo && /** @type {Tile} */ (tile).redraw(photo),
    });
    this.list.classList.toggle("isen-picking", this.bar.picking || this.selection.size > 0);
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const here = focused === this.select || this.bar.element.contains(focused);
    this.#keepInPlace(() => {
      this.bar.show();
      this.select.hidden = !shown.length || !this.bar.element.hidden;
    });
    if (here && !focused?.checkVisibility()) this.#place?.focus({ preventScroll: true });
  }

  /** Where the keyboard goes on once its button has gone: to the photos while they are chosen, else to what begins that. */
  get #place() {
    const reached = /** @type {HTMLElement | null} */ (this.list.querySelector('button[tabindex="0"]'));
    return this.bar.element.hidden ? this.select : reached;
  }

  /** A bar that comes above the photos does not move them away from the finger that rests on one. @param {() => void} work */
  #keepInPlace(work) {
    const body = this.list.closest(".isen-body");
    const top = body && this.list.getBoundingClientRect().top;
    const { hidden } = this.bar.element;
    work();
    if (body && top !== null && this.bar.element.hidden !== hidden) body.scrollTop += this.list.getBoundingClientRect().top - top;
  }

  /** One stop of the Tab key for all: arrow keys move from there. @param {FocusEvent} event */
  #reach(event) {
    const tile = /** @type {Tile | null} */ (/** @type {Element} */ (event.target).closest("li"));
    if (!tile?.photo || tile.photo === this.#at) return;
    this.#at = tile.photo;
    this.#draw();
  }

  /** @param {Thumbnail} photo */
  #tile(photo) {
    const { id } = photo;
    const image = picture(this.view.store.api.photos.imageUrl(this.characterId, id, "thumb"), "", { draggable: "false" });
    const open = button("", () => openPhoto(this.view, this.characterId, id), { kind: "plain isen-icon" });
    open.append(image);
    const check = h("button", { class: "isen-tick", role: "checkbox", tabindex: -1, "data-for": "select", "data-testid": "isen-select-photo" }, icon("check"));
    const remove = button("", () => removePhotos(this.view, this.characterId, [id]), { icon: "times", kind: "corner isen-icon", tabindex: -1, "data-for": "delete" });
    const marks = h("div", { class: "isen-through" });
    const figure = h("figure", {}, open, marks, check, remove);
    /** @param {Thumbnail} now */
    const redraw = (now) => {
      const { n, name, use, chosen, reached, findings } = now;
      const notes = [...findings.map((finding) => said(finding, "message")), use !== "train" && t(`useHint_${use}`), chosen && t("photoSelected")];
      const words = [t("photo", { n }), name, ...notes].filter(Boolean).join(". ");
      rename(open, words);
      open.tabIndex = reached ? 0 : -1;
      check.setAttribute("aria-checked", String(chosen));
      check.setAttribute("aria-label", t("selectPhoto", { n }));
      rename(remove, t("deletePhoto", { n }));
      figure.className = ["isen-photo", use === "unused" && "isen-off", chosen && "isen-chosen"].filter(Boolean).join(" ");
      marks.replaceChildren(...marksOf(now));
    };
    redraw(photo);
    return Object.assign(h("li", {}, figure), { photo: id, redraw });
  }
}

/** @param {Thumbnail} options */
function marksOf({ use, findings: [first] }) {
  const word = first && wordOr(`found_${first.code}`, first.code.replaceAll("_", " "));
  return [
    word && h("span", { class: "isen-badge", text: word, "aria-hidden": "true" }),
    use === "aside" && h("span", { class: "isen-badge isen-held", "aria-hidden": "true" }, icon("bookmark-fill")),
  ].filter((mark) => mark !== false && mark !== undefined && mark !== "");
}

function blank() {
  return h("li", {}, h("span", { class: "isen-picture isen-skeleton" }));
}
