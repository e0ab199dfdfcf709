/** What can be done with the photos that are chosen; each in one request, with one way back. */

import { button, field, h, say, sends } from "../../../lib/dom.js";
import { commonUse } from "../../../lib/photo_use.js";
import { t } from "../../../locales/words.js";
import { captionPhotos, coverOf, removePhotos, turnPhotos, usePhotos } from "../photo_actions.js";
import { UseChoice } from "./use_choice.js";

export class SelectionBar {
  /** Whether clicks choose, before anything is chosen. */
  picking = false;
  /** @type {string} */
  #captioned = "";

  /**
   * @param {Isengard.View} view @param {string} characterId @param {import("../../../lib/selection.js").Selection} selection
   * @param {{order: () => string[], changed: () => void}} ways
   */
  constructor(view, characterId, selection, { order, changed }) {
    this.view = view;
    this.characterId = characterId;
    this.selection = selection;
    this.changed = changed;
    this.count = h("strong", { class: "isen-grow", role: "status", "data-testid": "isen-selected" });
    this.use = new UseChoice((use) => usePhotos(view, characterId, this.#ids, use));
    this.cover = button(t("makeCover"), () => coverOf(view, characterId, this.#ids[0]), { icon: "user", testid: "isen-select-cover" });
    this.text = h("textarea", { rows: 2, maxlength: 2000, dir: "auto", "data-testid": "isen-select-caption-text" });
    this.form = h("form", { class: "isen-stack-tight", hidden: true, on: { submit: sends(() => this.#caption()) } },
      field(t("captionMany"), this.text, t("captionsHint")), h("div", { class: "isen-row" }, h("button", { type: "submit", text: t("captionApply"), "data-testid": "isen-select-caption-apply" })));
    this.works = h("div", { class: "isen-stack-tight" }, this.use.element, h("div", { class: "isen-row" },
      button(t("caption"), () => this.#openCaption(), { icon: "pencil", testid: "isen-select-caption" }),
      button(t("rotate"), () => this.#turn(), { icon: "refresh", testid: "isen-select-rotate" }),
      this.cover,
      button(t("delete"), () => removePhotos(view, characterId, this.#ids), { icon: "trash", testid: "isen-select-delete" })), this.form);
    this.element = h("section", { class: "isen-card isen-stack-tight isen-select-bar", "aria-label": t("selection"), hidden: true, "data-testid": "isen-selection" },
      h("div", { class: "isen-row" }, this.count, button(t("selectAll"), () => this.#all(order()), { testid: "isen-select-all" }), button(t("selectDone"), () => this.end(), { testid: "isen-select-done" })), this.works);
  }

  get #ids() {
    return [...this.selection.ids];
  }

  /** Clicks choose from now on. */
  begin() {
    this.picking = true;
    this.changed();
  }

  end() {
    this.picking = false;
    this.selection.clear();
    this.changed();
  }

  show() {
    const photos = this.view.store.photos.of(this.characterId).filter(({ id }) => this.selection.has(id));
    this.element.hidden = !photos.length && !this.picking;
    this.works.hidden = !photos.length;
    say(this.count, photos.length ? t("selected", { n: photos.length }) : t("selectHow"));
    this.cover.hidden = photos.length !== 1;
    this.use.show(commonUse(photos));
    const key = photos.map(({ id }) => id).join();
    if (key === this.#captioned) return;
    this.#captioned = key;
    this.form.hidden = true;
  }

  /** @param {string[]} ids */
  #all(ids) {
    this.selection.set(ids);
    this.changed();
  }

  async #turn() {
    const before = this.#ids;
    const turned = await turnPhotos(this.view, this.characterId, before, () => this.#all(before));
    if (turned) this.#all(turned);
  }

  #openCaption() {
    const captions = new Set(this.view.store.photos.of(this.characterId).filter(({ id }) => this.selection.has(id)).map(({ caption }) => caption));
    this.text.value = captions.size === 1 ? [...captions][0] : "";
    this.form.hidden = !this.form.hidden;
    if (!this.form.hidden) this.text.focus();
  }

  async #caption() {
    if (await captionPhotos(this.view, this.characterId, this.#ids, this.text.value.trim())) this.form.hidden = true;
  }
}
