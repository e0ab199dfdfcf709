/** The empty panel: three steps, a drawn person to try them with, and practice mode where nothing could be trained. */

import { quietly } from "../../data/api.js";
import { button, h } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { offersPractice } from "../../data/first_hour/practice.js";
import { practiceOffer } from "../first_hour/practice.js";

export class FirstRun {
  /** Whether this machine can train; null until it was asked. @type {boolean | null} */
  #canTrain = null;
  #asked = false;

  /** @param {import("../../data/store.js").Store} store */
  constructor(store) {
    this.store = store;
    this.offer = h("div", { class: "isen-through", role: "status" });
    const sample = button(t("trySample"), () => this.#sample(), { icon: "play", kind: "primary isen-wide", testid: "isen-sample" });
    this.wait = h("small", { class: "isen-muted", role: "status", hidden: true, text: t("sampleComes") });
    this.element = h("section", { class: "isen-card isen-stack", "data-testid": "isen-first" },
      h("h2", { tabindex: -1, text: t("firstTitle") }),
      h("ol", { class: "isen-steps" }, ...["first1", "first2", "first3"].map((key) => h("li", { text: t(key) }))),
      h("p", { class: "isen-muted", text: t("firstNothing") }), this.offer, sample, this.wait);
  }

  /** @param {Isengard.State} state @param {boolean} none */
  show(state, none) {
    this.element.hidden = !none;
    if (!none) return;
    if (!this.#asked) this.#ask();
    const offered = offersPractice(state, this.#canTrain);
    fill(this.offer, [offered, this.#canTrain], () => (offered ? practiceOffer(this.store, t(this.#canTrain === false ? "noGpuTitle" : "noTrainerTitle")) : []));
  }

  /** Nobody asked for this: what goes wrong with it is not shown, and clears nothing that is. */
  async #ask() {
    this.#asked = true;
    await quietly(() => this.store.api.training.machine(), ({ can_train: can }) => (this.#canTrain = can));
    this.show(this.store.state, !this.store.state.characters?.length);
  }

  async #sample() {
    this.wait.hidden = false;
    const character = await this.store.attempt((id) => this.store.api.characters.sample(id));
    this.wait.hidden = true;
    if (character) this.store.keepCharacter(character);
    if (character) this.store.go({ tab: "characters", id: character.id });
  }
}
