/** Beside the prompt: what of it does not do what it says, with a press that takes it out where that helps. */

import { loadEmbeddings } from "../../data/comparisons.js";
import { button, h } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { MENDED, embeddingsIn, notesOn } from "../../data/prompting/findings.js";

/** @typedef {{prompting: Schema.Prompting | null, model: string}} Reads how the chosen model reads, and what it is called */

export class PromptNotes {
  /** @param {import("../../data/store.js").Store} store @param {(mended: (text: string) => string) => void} [mend] */
  constructor(store, mend = () => {}) {
    this.store = store;
    this.mend = mend;
    /** @type {string[]} */
    this.texts = [];
    /** @type {Reads} */
    this.reads = { prompting: null, model: "" };
    /** ComfyUI's names, asked for once a prompt needs them. @type {string[] | null} */
    this.embeddings = null;
    this.element = h("div", { class: "isen-stack-tight", role: "status", "data-testid": "isen-prompt-notes" });
  }

  /** @param {string} prompt @param {string} negative @param {Reads} [reads] */
  show(prompt, negative, reads = this.reads) {
    this.reads = reads;
    this.texts = [prompt, negative];
    const notes = notesOn(this.texts, { embeddings: this.embeddings, prompting: reads.prompting });
    fill(this.element, [notes, reads.model], () => notes.map(([key, text]) => this.#note(key, text)));
    this.element.hidden = !notes.length;
    if (!this.asked && this.texts.some((one) => embeddingsIn(one).length)) this.#ask();
  }

  /** @param {string} key @param {string} text */
  #note(key, text) {
    const mended = MENDED[key];
    const { model } = this.reads;
    return h("div", { class: "isen-row isen-top-end", "data-note": key }, h("small", { class: "isen-warn isen-grow isen-wrap", text: t(key, { text, model }) }),
      mended && mended(this.texts[0]) !== this.texts[0] && button(t("takeOut"), () => this.mend(mended), { kind: "link", testid: "isen-take-out" }));
  }

  async #ask() {
    this.asked = true;
    await loadEmbeddings(this.store, (names) => {
      this.embeddings = names;
      const [prompt, negative] = this.texts;
      this.show(prompt, negative);
    });
  }
}
