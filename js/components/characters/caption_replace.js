/** Find and replace in all captions of a person, with undo. */

import { button, field, h, say } from "../../lib/dom.js";
import { counted } from "../../lib/format.js";
import { replaced } from "../../lib/replace.js";
import { t } from "../../locales/words.js";
import { takeBack } from "./captioner.js";
import { offerUndo } from "../shared/view.js";

export class CaptionReplace {
  /** @param {import("../shared/view.js").View} view @param {string} characterId */
  constructor(view, characterId) {
    this.view = view;
    this.characterId = characterId;
    const told = () => this.#count();
    this.find = h("input", { type: "text", maxlength: 200, autocomplete: "off", "data-testid": "isen-find", on: { input: told } });
    this.put = h("input", { type: "text", maxlength: 200, autocomplete: "off", "data-testid": "isen-replace" });
    this.found = h("small", { class: "isen-muted isen-grow", role: "status" });
    this.run = button(t("replaceAll"), (event) => this.#replace(/** @type {UIEvent} */ (event)), { testid: "isen-replace-all", disabled: true });
    this.element = h("details", { class: "isen-fold" }, h("summary", { text: t("replaceTitle"), "data-testid": "isen-replace-fold" }),
      h("div", { class: "isen-stack-tight" }, h("div", { class: "isen-grid" }, field(t("findText"), this.find), field(t("replaceWith"), this.put)),
        h("small", { class: "isen-muted", text: t("replaceHint") }), h("div", { class: "isen-row" }, this.found, this.run)));
  }

  show() {
    this.#count();
  }

  get #photos() {
    return this.view.store.state.photos[this.characterId] ?? [];
  }

  get #hits() {
    const wanted = this.find.value.toLowerCase();
    return wanted ? this.#photos.filter((photo) => photo.caption.toLowerCase().includes(wanted)) : [];
  }

  #count() {
    const hits = this.#hits.length;
    say(this.found, this.find.value ? t("replaceCount", { n: hits, count: this.#photos.length }) : "");
    this.run.disabled = !hits;
  }

  /** @param {UIEvent} event */
  async #replace({ detail: presses }) {
    const hits = this.#hits;
    /** @type {[string, Schema.CaptionEdit][]} */
    const edits = hits.map((photo) => [photo.id, { caption: replaced(photo.caption, this.find.value, this.put.value) }]);
    if (!(await this.#write(edits))) return;
    offerUndo(this.view, counted("replaced", hits.length), () => takeBack(this.view.store, this.characterId));
    this.#count();
    if (!presses && this.run.disabled) this.find.focus(); // by a key: the button takes no focus any more
  }

  /** @param {[string, Schema.CaptionEdit][]} edits */
  async #write(edits) {
    const { store } = this.view;
    const body = { captions: Object.fromEntries(edits) };
    const answer = await store.attempt((id) => store.api.characters.editCaptions(this.characterId, body, id));
    if (answer) store.photos.keep(this.characterId, answer.items);
    return answer;
  }
}
