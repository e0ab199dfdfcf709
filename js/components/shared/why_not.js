/** "Why does it not look like …?": asked by a quiet button, or by itself where a measurement was poor; at most three sentences, the likeliest
 * first, each with the button that mends it. */

import { button, h } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { brief, count } from "../../lib/format.js";
import { DONE_HERE, causeWords, mend, mendingWords } from "../../data/diagnosis/mending.js";
import { t } from "../../locales/words.js";

/**
 * Who and what is asked about: a person, or one of their pictures. `again` asks for the picture anew with what mends it.
 * @typedef {{person: {id: string, name: string}, picture?: {id: string, n: number}, again?: (cause: Isengard.Cause) => unknown}} About
 */

export class WhyNot {
  /** @param {Isengard.Store} store @param {{gone?: () => void, mended?: (words: string) => void}} [told] `gone`: the panel goes elsewhere; `mended`: it was done right here */
  constructor(store, { gone = () => {}, mended = () => {} } = {}) {
    this.store = store;
    this.gone = gone;
    this.mended = mended;
    /** @type {About | null} */
    this.about = null;
    this.key = "";
    /** @type {Isengard.Cause[] | null} */
    this.causes = null;
    this.ask = h("div", {});
    this.list = h("ul", { class: "isen-findings", "data-testid": "isen-causes" });
    this.element = h("div", { class: "isen-stack-tight isen-why", hidden: true }, this.ask, h("div", { role: "status", "aria-live": "polite" }, this.list));
  }

  /** Nobody, where there is nothing to ask. `poor`: it is asked at once. @param {About | null} about @param {boolean} [poor] */
  show(about, poor = false) {
    const key = about ? `${about.person.id} ${about.picture?.id ?? ""} ${about.picture?.n ?? ""}` : "";
    this.about = about;
    this.element.hidden = !about;
    if (key !== this.key) {
      this.key = key;
      this.causes = null;
      this.#draw();
    }
    if (about && poor && this.asked !== key) this.#ask(false);
  }

  /** @param {boolean} [pressed] by somebody: what is asked by itself takes no error away */
  async #ask(pressed = true) {
    const { about, key, store } = this;
    if (!about) return;
    this.asked = key;
    const { person, picture } = about;
    const question = () => (picture ? store.api.generations.diagnosis(picture.id, picture.n, person.id) : store.api.characters.diagnosis(person.id));
    const answer = await (pressed ? store.attempt(question) : store.ask(question));
    if (!answer || key !== this.key) return;
    this.causes = answer.causes;
    this.#draw();
  }

  #draw() {
    const name = brief(this.about?.person.name ?? "");
    fill(this.ask, [this.key, name, Boolean(this.causes)], () => this.about && (this.causes
      ? h("strong", { text: t("whyNot", { name }) })
      : button(t("whyNot", { name }), () => this.#ask(), { kind: "link", testid: "isen-why-not" })));
    fill(this.list, [this.key, this.causes], () => (this.causes ?? []).map((cause) => this.#line(cause, name)));
  }

  /** @param {Isengard.Cause} cause @param {string} name */
  #line(cause, name) {
    const words = causeWords(cause, name);
    return words && h("li", { class: "isen-row isen-cause", "data-code": cause.code }, h("span", { class: "isen-grow isen-break", text: words }),
      button(mendingWords(cause, name), () => this.#mend(cause), { testid: `isen-mend-${cause.action}` }));
  }

  /** @param {Isengard.Cause} cause */
  async #mend(cause) {
    const { about } = this;
    if (!about || !(await mend(this.store, cause, { person: about.person.id, change: about.again }))) return;
    const words = DONE_HERE[cause.action];
    if (!words) return this.gone();
    this.mended(t(words, { step: count(Number(cause.values.step)) }));
    if (cause.action !== "version") return;
    this.causes = null;
    await this.#ask();
  }
}
