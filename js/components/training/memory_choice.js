/** How much memory a training takes: what fits is chosen automatically, anything else is one press away. */

import { h } from "../../lib/dom.js";
import { about, dotted, videoMemory } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";

const AUTOMATIC = "auto";

export class MemoryChoice {
  /** @param {(options: Partial<Schema.MemoryOverrides>, before: Partial<Schema.MemoryOverrides>) => void} take given the options to set and those to clear first */
  constructor(take) {
    this.take = take;
    this.summary = h("summary", { "data-testid": "isen-memory" });
    this.list = h("div", { class: "isen-stack-tight", role: "radiogroup", "aria-label": t("memory") });
    this.element = h("details", { class: "isen-fold", hidden: true }, this.summary, h("small", { class: "isen-muted", text: t("memoryHint") }), this.list);
  }

  /** `automatic`: nobody has chosen. @param {Schema.MemoryOffer[]} offers @param {boolean} automatic */
  show(offers, automatic) {
    this.element.hidden = offers.length < 2 || offers.every(({ fits }) => fits === null);
    fill(this.summary, [offers, automatic], () => t("memoryNow", { how: summary(offers, automatic) }));
    fill(this.list, [offers, automatic], () => [this.#automatic(offers, automatic), ...offers.map((offer, number) => this.#offer(offers, offer, number, automatic))]);
  }

  /** @param {Schema.MemoryOffer[]} offers @param {boolean} checked */
  #automatic(offers, checked) {
    const best = offers.find((offer) => offer.automatic);
    return this.#row(AUTOMATIC, t("memoryAuto"), best ? words(best) : "", checked, () => this.take({}, everything(offers)));
  }

  /** @param {Schema.MemoryOffer[]} offers @param {Schema.MemoryOffer} offer @param {number} number @param {boolean} automatic */
  #offer(offers, offer, number, automatic) {
    return this.#row(String(number), words(offer), facts(offer), offer.chosen && !automatic, () => this.take(offer.overrides, everything(offers)));
  }

  /** @param {string} name @param {string} title @param {string} text @param {boolean} checked @param {() => void} change */
  #row(name, title, text, checked, change) {
    return h("label", { class: "isen-card isen-preset" },
      h("input", { type: "radio", name: "isen-memory", value: name, checked, "data-testid": `isen-memory-${name}`, on: { change } }),
      h("span", { class: "isen-grow isen-stack-tight" }, h("span", { text: title }), h("small", { class: "isen-muted", text })));
  }

  open() {
    this.element.open = true;
    /** @type {HTMLInputElement | null} */ (this.list.querySelector("input:checked") ?? this.list.querySelector("input"))?.focus();
  }
}

/** @param {Schema.MemoryOffer} offer */
const words = (offer) => said(offer, "words") || t("memoryUsual");

/** What is taken now, in a line. @param {Schema.MemoryOffer[]} offers @param {boolean} automatic */
function summary(offers, automatic) {
  const chosen = offers.find((offer) => offer.chosen);
  const how = chosen ? t("memoryWith", { how: words(chosen), size: videoMemory(chosen.vram_bytes) }) : t("memoryOwn");
  return automatic ? t("memoryAutoIs", { how }) : how;
}

/** "does not fit · about 14 GB video memory · about 1 h · a step takes about as long" @param {Schema.MemoryOffer} offer */
function facts(offer) {
  const { fits, vram_bytes: vram, estimate_s: time, learned, words: given } = offer;
  const parts = [
    fits === false && t("memoryTooMuch"), t("needsVram", { size: videoMemory(vram) }), time !== null && about(time),
    given && t("memoryPace", { pace: said(offer, "pace_words") }), learned ? t("timeLearned") : t("timeEstimated"),
  ];
  return dotted(parts);
}

/** Every option that one of these decides. @param {Schema.MemoryOffer[]} offers @returns {Partial<Schema.MemoryOverrides>} */
function everything(offers) {
  const chosen = offers.find((offer) => offer.chosen);
  return { ...offers[0]?.overrides, ...chosen?.overrides };
}
