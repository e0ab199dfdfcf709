/** Which language the panel speaks: ComfyUI's own, or one of those that there are, each by its own name. */

import { h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

const ENGLISH = { code: "en", name: "English" };

export class LanguageChoice {
  #value = "";

  /** @param {import("../../data/store.js").Store} store @param {(code: string) => unknown} save */
  constructor(store, save) {
    /** @type {HTMLSelectElement} */
    this.box = h("select", { "data-testid": "isen-setting-language", on: { change: () => save(this.box.value) } });
    this.#fill([ENGLISH]);
    store.languages?.list().then((known) => this.#fill(known));
  }

  /** @param {string} value */
  show(value) {
    this.#value = value;
    this.box.value = value;
  }

  /** @param {{code: string, name: string}[]} known */
  #fill(known) {
    const all = known.some(({ code }) => code === ENGLISH.code) ? known : [ENGLISH, ...known];
    const byName = [...all].sort((one, other) => one.name.localeCompare(other.name));
    this.box.replaceChildren(h("option", { value: "auto", text: t("languageAuto") }), ...byName.map(({ code, name }) => h("option", { value: code, text: name, lang: code })));
    this.box.value = this.#value;
  }
}
