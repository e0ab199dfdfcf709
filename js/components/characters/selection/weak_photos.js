/** Leaving out the photos that teach little: one press, which and why, and the way back. */

import { button, h } from "../../../lib/dom.js";
import { counted, inRow } from "../../../lib/format.js";
import { fill } from "../../../lib/lists.js";
import { MARKS, weakOnes } from "../../../lib/photo_use.js";
import { t, wordOr } from "../../../locales/words.js";
import { findingsNow } from "../photo_words.js";

export class WeakPhotos {
  /** What was left out, and what takes it back. @type {{out: import("../../../lib/photo_use.js").Weak[], kept: number, back: () => unknown} | null} */
  #done = null;

  /** @param {Isengard.View} view @param {string} characterId */
  constructor(view, characterId) {
    this.store = view.store;
    this.characterId = characterId;
    this.button = button("", () => this.#leaveOut(), { icon: "filter", testid: "isen-weak" });
    this.told = h("div", { role: "status" });
  }

  /** @param {Isengard.Photo[]} list */
  show(list) {
    this.found = weakOnes(list.map((photo) => ({ ...photo, findings: findingsNow(photo, list) })));
    const { out } = this.found;
    this.button.hidden = !out.length;
    fill(this.button, out.length, () => [h("i", { class: "pi pi-filter", "aria-hidden": "true" }), counted("weakOut", out.length)]);
    const still = this.#done?.out.filter(({ id }) => list.some((photo) => photo.id === id && !photo.included)) ?? [];
    const numbered = still.map(({ id, codes }) => ({ n: list.findIndex((photo) => photo.id === id) + 1, codes }));
    fill(this.told, numbered, () => (numbered.length ? this.#note(numbered) : []));
  }

  async #leaveOut() {
    const { out, kept } = this.found ?? { out: [], kept: 0 };
    const back = await this.store.photos.changeMany(this.characterId, out.map(({ id }) => id), MARKS.unused);
    if (back) this.#done = { out, kept, back };
    this.show(this.store.photos.of(this.characterId));
  }

  /** @param {{n: number, codes: string[]}[]} rows */
  #note(rows) {
    const why = (/** @type {string[]} */ codes) => inRow(codes.map((code) => wordOr(`found_${code}`, code.replaceAll("_", " "))));
    const kept = this.#done?.kept ?? 0;
    return h("div", { class: "isen-note isen-stack-tight", "data-testid": "isen-weak-told" },
      h("strong", { text: counted("weakDone", rows.length) }),
      h("ul", { class: "isen-plain-list" }, ...rows.map(({ n, codes }) => h("li", { text: t("weakWhy", { n, why: why(codes) }) }))),
      kept > 0 && h("small", { text: counted("weakKept", kept) }),
      h("div", { class: "isen-row" }, button(t("undo"), () => this.#undo(), { testid: "isen-weak-undo" }), button(t("dismiss"), () => this.#read(), { testid: "isen-weak-read" })));
  }

  /** Taken back it is told no more: the next press would tell of this one until it is answered. */
  async #undo() {
    if (await this.#done?.back()) this.#read();
  }

  #read() {
    this.#done = null;
    this.show(this.store.photos.of(this.characterId));
  }
}
