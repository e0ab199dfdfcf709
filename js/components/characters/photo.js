/** One photo in full, over the canvas: what was found about it, its caption, whether it is trained on. */

import { button, field, h, say } from "../../lib/dom.js";
import { DOT, dotted } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { MARKS, useOf } from "../../lib/photo_use.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { putPicture } from "../shared/coming_picture.js";
import { arrowOf, closer, openDialog } from "../shared/dialogs.js";
import { openCropTool } from "./crops/crop_tool.js";
import { coverOf, removePhoto, turnPhotos } from "./photo_actions.js";
import { findingsNow, leakNote } from "./photo_words.js";
import { UseChoice } from "./selection/use_choice.js";

/** @param {import("../shared/view.js").View} view @param {string} characterId @param {string} photoId */
export function openPhoto(view, characterId, photoId) {
  return new PhotoDialog(view, characterId, photoId);
}

class PhotoDialog {
  /** Where it stands in the list, whatever it is turned to. */
  #place = "";
  /** Whether words under it wait to be kept. */
  #written = false;

  /** @param {Isengard.View} view @param {string} characterId @param {string} photoId */
  constructor(view, characterId, photoId) {
    this.view = view;
    this.store = view.store;
    this.characterId = characterId;
    this.photoId = photoId;
    this.image = h("img", { class: "isen-full" });
    this.title = h("strong", { class: "isen-grow isen-ellipsis", role: "status" });
    this.size = h("small", { class: "isen-muted" });
    this.findings = h("ul", { class: "isen-findings" });
    /** @type {HTMLTextAreaElement} */
    this.caption = h("textarea", { rows: 3, maxlength: 2000, dir: "auto", "data-testid": "isen-photo-caption", on: { input: () => (this.#written = true), change: () => this.#keepCaption() } });
    this.leaks = h("div", { class: "isen-stack-tight" });
    this.use = new UseChoice((use) => this.#save(MARKS[use]));
    this.cover = button(t("makeCover"), () => coverOf(view, characterId, this.photoId), { testid: "isen-make-cover" });
    const stop = this.store.listen(() => this.#show());
    const closed = () => (this.#keepCaption(), stop());
    this.dialog = openDialog(view, { label: t("photosTitle"), kind: "isen-sheet", keys: (event) => this.#key(event), closed },
      h("div", { class: "isen-sheet-picture" }, this.image), this.#side());
    this.#show();
  }

  #side() {
    return h("div", { class: "isen-stack isen-sheet-side" },
      h("div", { class: "isen-row isen-top" }, this.title, closer(() => this.dialog.close())), this.size, this.findings,
      field(t("caption"), this.caption, t("captionsHint")), this.leaks,
      this.use.element,
      h("div", { class: "isen-row" },
        button(t("previous"), () => this.#turn(-1), { icon: "chevron-left", bare: true }),
        button(t("next"), () => this.#turn(1), { icon: "chevron-right", bare: true }), h("span", { class: "isen-grow" }),
        button(t("cropOpen"), () => this.#crop(), { icon: "expand", testid: "isen-crop" }), button(t("rotate"), () => turnPhotos(this.view, this.characterId, [this.photoId]), { icon: "refresh", testid: "isen-rotate" }), this.cover, button(t("delete"), () => this.#remove(), { icon: "trash" })));
  }

  get list() {
    return this.store.state.photos[this.characterId] ?? [];
  }

  #show() {
    const at = this.list.findIndex((photo) => photo.id === this.photoId || placeOf(photo) === this.#place);
    if (at < 0) return this.dialog?.close();
    const photo = this.list[at];
    this.photoId = photo.id;
    this.#place = placeOf(photo);
    const address = this.store.api.photos.imageUrl(this.characterId, this.photoId, "full");
    putPicture(this.image, address);
    this.image.alt = t("photo", { n: at + 1 });
    say(this.title, `${t("photoOf", { n: at + 1, count: this.list.length })}${photo.name ? `${DOT}${photo.name}` : ""}`);
    const source = this.list.findIndex((known) => known.id === photo.made_from);
    say(this.size, dotted([t("pixels", { w: photo.width, h: photo.height }), source >= 0 && t("cropOf", { n: source + 1 })]));
    const findings = findingsNow(photo, this.list);
    fill(this.findings, findings, () => findings.map((finding) => h("li", { text: said(finding, "message") })));
    fill(this.leaks, [photo.caption, photo.leaks], () => leakNote(photo));
    if (document.activeElement !== this.caption) this.caption.value = this.store.photos.captionOf(photo);
    const cover = this.store.state.characters?.find((known) => known.id === this.characterId)?.cover_photo_id;
    say(this.cover, t(cover === photo.id ? "isCover" : "makeCover"));
    this.cover.setAttribute("aria-pressed", String(cover === photo.id));
    this.use.show(useOf(photo));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const move = arrowOf(event);
    if (!move) return;
    event.preventDefault();
    this.#turn(move);
  }

  /** @param {number} move */
  #turn(move) {
    if (!this.list.length) return;
    const at = this.list.findIndex((photo) => photo.id === this.photoId);
    this.photoId = this.list[(at + move + this.list.length) % this.list.length].id;
    this.#place = "";
    this.#show();
  }

  /** When somebody goes on, or closes the dialog over it. */
  #keepCaption() {
    if (this.#written) this.#save({ caption: this.caption.value });
    this.#written = false;
  }

  /** @param {Schema.PhotoPatch} changes */
  #save(changes) {
    return this.store.changePhoto(this.characterId, this.photoId, changes);
  }

  /** Once there is a new photo the dialog closes, so that the offer to undo can be reached. */
  #crop() {
    const photo = this.list.find((known) => known.id === this.photoId);
    if (photo) openCropTool(this.view, photo, () => this.dialog.close());
  }

  /** The dialog closes, so that the offer to undo can be reached. */
  async #remove() {
    if (await removePhoto(this.view, this.characterId, this.photoId)) this.dialog.close();
  }
}

/** @param {Isengard.Photo} photo */
const placeOf = ({ id, place }) => place || id;
