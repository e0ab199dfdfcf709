/** What a training lacks, as one sum beside the one button: how much is fetched, how long that and the training take. */

import { h, icon } from "../../lib/dom.js";
import { about, bytes } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";

export class PreparationNote {
  constructor() {
    this.element = h("div", { class: "isen-through", role: "status" });
  }

  /** @param {Schema.TrainingPreparation | null | undefined} preparation */
  show(preparation) {
    fill(this.element, preparation, () => (preparation ? note(preparation) : []));
  }
}

/** @param {Schema.TrainingPreparation} preparation */
function note(preparation) {
  const { steps } = preparation;
  return h("section", { class: "isen-note isen-stack-tight", "data-testid": "isen-preparation" },
    h("p", {}, icon("download"), " ", h("strong", { text: sum(preparation) })),
    steps.length > 1 && h("ul", { class: "isen-plain-list" }, ...steps.map((step) => h("li", { class: "isen-muted", text: t(`prepare_${step.kind}`, { label: said(step, "label"), size: bytes(step.download_bytes) }) }))),
    h("small", { class: "isen-muted", text: t(preparation.measured ? "prepareMeasured" : "prepareAssumed") }));
}

/** "7.3 GB, about 20 min, then about 1 h on your RTX 3090" @param {Schema.TrainingPreparation} preparation */
export function sum({ download_bytes: size, seconds, train_s: training, gpu }) {
  const values = { size: bytes(size), time: about(seconds), training: about(training), gpu };
  return t(gpu ? "prepareSumOn" : "prepareSum", values);
}
