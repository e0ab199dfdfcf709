/** Beside the prompt: what of it ComfyUI does not understand, and embeddings that it does not have. */

import { loadEmbeddings } from "../../data/comparisons.js";
import { h } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { embeddingsIn, notesOn } from "../../data/prompt_findings.js";

export class PromptNotes {
  /** @param {import("../../data/store.js").Store} store */
  constructor(store) {
    this.store = store;
    this.text = "";
    /** ComfyUI's names, asked for once a prompt needs them. @type {string[] | null} */
    this.embeddings = null;
    this.element = h("div", { class: "isen-stack-tight", role: "status", "data-testid": "isen-prompt-notes" });
  }

  /** @param {string} prompt @param {string} negative */
  show(prompt, negative) {
    this.text = `${prompt}\n${negative}`;
    const notes = notesOn(this.text, this.embeddings);
    fill(this.element, notes, () => notes.map(([key, text]) => h("small", { class: "isen-warn", text: t(key, { text }) })));
    this.element.hidden = !notes.length;
    if (!this.asked && embeddingsIn(this.text).length) this.#ask();
  }

  async #ask() {
    this.asked = true;
    await loadEmbeddings(this.store, (names) => {
      this.embeddings = names;
      this.show(this.text, "");
    });
  }
}
