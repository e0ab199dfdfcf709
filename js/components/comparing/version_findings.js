/** What the numbers of a wall say in words: the nearest version, a stranger who looks like the person, what is left to measure. */

import { button, h } from "../../lib/dom.js";
import { count } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { faceless, leaking, likenessOf, unmeasured } from "../../data/likeness_rules.js";
import { t } from "../../locales/words.js";
import { LikenessMeter } from "./likeness_meter.js";
import { lookWords } from "../shared/look_words.js";

/** A wall of 160 pictures takes half a minute; what is left then can be asked for again. */
const GIVEN_UP_MS = 60_000;

export class WallFindings {
  /** @param {import("../../data/store.js").Store} store @param {Isengard.Character} person */
  constructor(store, person) {
    this.store = store;
    this.person = person;
    this.meter = new LikenessMeter(store);
    this.words = h("div", { class: "isen-stack-tight", role: "status", "data-testid": "isen-wall-findings" });
    this.element = h("div", { class: "isen-stack-tight" }, this.words, this.meter.element);
    this.asked = 0;
  }

  /**
   * `best`: what comes nearest, by the server's numbers.
   * @param {Isengard.Generation[]} wall @param {{running: boolean, best?: Isengard.Nearest | null}} options
   */
  show(wall, { running, best = null }) {
    const { state } = this.store;
    const left = unmeasured(wall);
    this.asked = Math.min(this.asked, left);
    this.meter.show(state, !wall.some((known) => known.images.length));
    const ready = this.meter.ready;
    const leak = leaking(wall);
    const none = faceless(wall);
    fill(this.words, [ready, left, this.asked, running, best, none, leak?.id, this.person.name], () => [
      best && h("p", { class: "isen-good", "data-testid": "isen-wall-nearest", text: [this.#nearest(best), best.own && t("ownPhotos", { score: best.own.toFixed(2) })].filter(Boolean).join(" ") }),
      none && h("p", { class: "isen-muted", "data-testid": "isen-wall-faceless", text: t("faceless", { name: this.person.name }) }),
      leak && h("p", { class: "isen-warn", "data-testid": "isen-wall-leak", text: this.#leak(leak) }),
      ready && !running && left > 0 && this.#left(left),
    ]);
  }

  /** @param {Isengard.Nearest} nearest */
  #nearest({ step, strength, score }) {
    return t("nearestIs", { name: this.person.name, step: count(step), strength: strength.toFixed(2), score: score.toFixed(2) });
  }

  /** @param {Isengard.Generation} stranger */
  #leak(stranger) {
    const { checkpoint, strength } = stranger.request.characters[0];
    return t("strangerLeaks", { name: this.person.name, step: count(Number(checkpoint)), strength: strength.toFixed(2) });
  }

  /** Made before the tools were here: measured when somebody asks. @param {number} left */
  #left(left) {
    if (this.asked) return h("p", { class: "isen-muted", text: left === 1 ? t("measuringOne") : t("measuring", { n: left }) });
    return h("div", { class: "isen-row" }, button(left === 1 ? t("measureOne") : t("measureThese", { n: left }), () => this.#measure(left), { testid: "isen-measure" }));
  }

  /** @param {number} left */
  async #measure(left) {
    const answer = await this.store.attempt((id) => this.store.api.characters.measure(this.person.id, id));
    if (!answer) return;
    this.asked = left;
    this.store.later(() => {
      this.asked = 0;
      this.store.set({});
    }, GIVEN_UP_MS);
    this.store.set({});
  }
}

/**
 * The number on a picture, coloured by its word; a warning on one that shows nothing; nothing where it was not measured.
 * @param {Isengard.Generation} generation @param {string} name
 */
export function badge(generation, name) {
  const empty = lookWords(generation.images[0]);
  if (empty) return h("span", { class: "isen-score isen-score-poor", title: empty, "data-testid": "isen-score", text: "!" });
  const likeness = likenessOf(generation);
  if (!likeness) return null;
  const score = likeness.score?.toFixed(2) ?? "–";
  return h("span", { class: `isen-score isen-score-${likeness.verdict}`, title: likenessWords(likeness, name), "data-testid": "isen-score", text: score });
}

/** @param {Isengard.Likeness} likeness @param {string} name */
export function likenessWords({ verdict, score }, name) {
  return t(`likeness_${verdict}`, { score: score?.toFixed(2) ?? "", name });
}
