/** One photo in full, over the canvas: what was found about it, its caption, whether it is trained on. */

import { button, field, h, say } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { arrowOf, closer, openDialog } from "../shared/dialogs.js";
import { openCropTool } from "./crops/crop_tool.js";
import { findingsNow, leakNote } from "./photo_words.js";
import { removePhoto } from "./photo_actions.js";

/** @param {import("../shared/view.js").View} view @param {string} characterId @param {string} photoId */
export function openPhoto(view, characterId, photoId) {
  return new PhotoDialog(view, characterId, photoId);
}

class PhotoDialog {
  /** @param {Isengard.View} view @param {string} characterId @param {string} photoId */
  constructor(view, characterId, photoId) {
    this.view = view;
    this.store = view.store;
    this.characterId = characterId;
    this.photoId = photoId;
    this.image = h("img", { class: "isen-full" });
    this.title = h("strong", { class: "isen-grow isen-ellipsis" });
    this.size = h("small", { class: "isen-muted" });
    this.findings = h("ul", { class: "isen-findings" });
    /** @type {HTMLTextAreaElement} */
    this.caption = h("textarea", { rows: 3, maxlength: 2000, dir: "auto", "data-testid": "isen-photo-caption", on: { change: () => this.#save({ caption: this.caption.value }) } });
    this.leaks = h("div", { class: "isen-stack-tight" });
    this.included = this.#check("included", "isen-photo-included");
    this.held = this.#check("held_out", "isen-photo-held");
    this.cover = button(t("makeCover"), () => this.#cover(), { testid: "isen-make-cover" });
    const stop = this.store.listen(() => this.#show());
    this.dialog = openDialog(view, { label: t("photosTitle"), kind: "isen-sheet", keys: (event) => this.#turn(arrowOf(event)), closed: stop },
      h("div", { class: "isen-sheet-picture" }, this.image), this.#side());
    this.#show();
  }

  #side() {
    return h("div", { class: "isen-stack isen-sheet-side" },
      h("div", { class: "isen-row isen-top" }, this.title, closer(() => this.dialog.close())), this.size, this.findings,
      field(t("caption"), this.caption, t("captionsHint")), this.leaks,
      h("label", { class: "isen-check" }, this.included, h("span", { text: t("includePhoto") })),
      h("div", {}, h("label", { class: "isen-check" }, this.held, h("span", { text: t("holdOut") })), h("small", { class: "isen-muted", text: t("holdOutWhat") })),
      h("div", { class: "isen-row" },
        button(t("previous"), () => this.#turn(-1), { icon: "chevron-left", bare: true }),
        button(t("next"), () => this.#turn(1), { icon: "chevron-right", bare: true }), h("span", { class: "isen-grow" }),
        button(t("cropOpen"), () => this.#crop(), { icon: "expand", testid: "isen-crop" }), this.cover, button(t("delete"), () => this.#remove(), { icon: "trash" })));
  }

  /** @param {"included" | "held_out"} name @param {string} testid */
  #check(name, testid) {
    /** @type {HTMLInputElement} */
    const box = h("input", { type: "checkbox", "data-testid": testid, on: { change: () => this.#save({ [name]: box.checked }) } });
    return box;
  }

  get list() {
    return this.store.state.photos[this.characterId] ?? [];
  }

  #show() {
    const at = this.list.findIndex((photo) => photo.id === this.photoId);
    if (at < 0) return this.dialog?.close();
    const photo = this.list[at];
    const address = this.store.api.photos.imageUrl(this.characterId, this.photoId, "full");
    if (this.image.getAttribute("src") !== address) this.image.setAttribute("src", address);
    this.image.alt = t("photo", { n: at + 1 });
    say(this.title, `${t("photoOf", { n: at + 1, count: this.list.length })}${photo.name ? ` · ${photo.name}` : ""}`);
    const source = this.list.findIndex((known) => known.id === photo.made_from);
    say(this.size, [t("pixels", { w: photo.width, h: photo.height }), source >= 0 && t("cropOf", { n: source + 1 })].filter(Boolean).join(" · "));
    const findings = findingsNow(photo, this.list);
    fill(this.findings, findings, () => findings.map((finding) => h("li", { text: finding.message })));
    fill(this.leaks, [photo.caption, photo.leaks], () => leakNote(photo));
    if (document.activeElement !== this.caption) this.caption.value = photo.caption;
    const cover = this.store.state.characters?.find((known) => known.id === this.characterId)?.cover_photo_id;
    say(this.cover, t(cover === photo.id ? "isCover" : "makeCover"));
    this.cover.setAttribute("aria-pressed", String(cover === photo.id));
    this.included.checked = photo.included;
    this.held.checked = photo.held_out;
  }

  /** @param {number} move */
  #turn(move) {
    if (!move || !this.list.length) return;
    const at = this.list.findIndex((photo) => photo.id === this.photoId);
    this.photoId = this.list[(at + move + this.list.length) % this.list.length].id;
    this.#show();
  }

  /** @param {Partial<Isengard.Photo>} changes */
  #save(changes) {
    return this.store.changePhoto(this.characterId, this.photoId, changes);
  }

  #cover() {
    const body = { cover_photo_id: this.photoId };
    return this.store.attempt(async (id) => this.store.keepCharacter(await this.store.api.characters.update(this.characterId, body, id)));
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
