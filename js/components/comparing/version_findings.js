/** What the numbers of a wall say in words: the server's choice and its reason, a stranger who looks like the person, what is left to measure. */

import { button, h } from "../../lib/dom.js";
import { clauses, count, counted, decimal, listed } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { faceless, isWithout, leaking, measuresOf, passedOver, undecided, unmeasured } from "../../data/likeness_rules.js";
import { drawnWith } from "../../data/versions.js";
import { sentences, t, wordOr } from "../../locales/words.js";
import { VersionNames } from "../shared/version_names.js";
import { LikenessMeter } from "./likeness_meter.js";
import { faultWords } from "./version_measures.js";

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
    this.names = new VersionNames([]);
  }

  /**
   * `versions` are those on the wall, `best` the server's choice, `names` what versions are called.
   * @param {Isengard.Generation[]} wall
   * @param {{running: boolean, versions?: Isengard.Version[], best?: Isengard.Nearest | null, names?: VersionNames}} options
   */
  show(wall, { running, versions = [], best = null, names = new VersionNames(versions) }) {
    this.names = names;
    const { state } = this.store;
    const left = unmeasured(wall);
    this.asked = Math.min(this.asked, left);
    this.meter.show(state, !wall.some((known) => known.images.length));
    const ready = this.meter.ready;
    const leak = leaking(wall);
    const none = faceless(wall);
    const over = passedOver(versions, best);
    const measured = versions.map(measuresOf).filter((known) => known !== null);
    const why = best || none !== null ? "" : undecided(versions);
    const stale = wall.length > 0 && !running && measured.length > 0 && !wall.some(isWithout);
    const trained = measured.some((known) => known.trained);
    fill(this.words, [ready, left, this.asked, running, best, over, why, measured.length, versions.length, stale, trained, none, leak?.id, this.person.name, [...names.trainings]], () => [
      best && h("p", { class: "isen-good", "data-testid": "isen-wall-nearest", text: this.#nearest(best) }),
      why && h("p", { "data-testid": "isen-wall-undecided", text: t(`undecided_${why}`, { name: this.person.name, n: count(measured.length), count: count(versions.length) }) }),
      over && h("p", { class: "isen-warn", "data-testid": "isen-wall-passed-over", text: this.#over(over) }),
      trained && h("p", { class: "isen-muted", "data-testid": "isen-wall-yardstick", text: t("yardstickTrained", { name: this.person.name }) }),
      stale && h("p", { class: "isen-muted", "data-testid": "isen-wall-stale", text: t("flexibilityMissing") }),
      none !== null && h("p", { class: "isen-muted", "data-testid": "isen-wall-faceless", text: this.#faceless(none) }),
      leak && h("p", { class: "isen-warn", "data-testid": "isen-wall-leak", text: this.#leak(leak, drawnWith(versions, leak)) }),
      ready && !running && left > 0 && this.#left(left),
    ]);
  }

  /** What was chosen, and why not a later one. @param {Isengard.Nearest} nearest */
  #nearest(nearest) {
    const { strength, score, own, tied } = nearest;
    const step = this.names.step(nearest);
    const said = t("nearestIs", { name: this.person.name, step, strength: decimal(strength, 2), score: decimal(score, 2) });
    const [other, ...more] = tied.map((version) => this.names.step(version));
    const same = other && t(more.length ? "tiedSteps" : "tiedStep", { n: step, other, steps: listed([other, ...more]) });
    return sentences(said, same, own !== null && t("ownPhotos", { score: decimal(own, 2) }));
  }

  /** @param {Isengard.Measures} known */
  #over(known) {
    const { copied, told, faults } = known;
    const step = this.names.step(known);
    if (faults.includes("copies")) return counted("overCopies", told, { step, copied: count(copied) });
    return t("passedOver", { n: step, why: clauses(faultWords(faults, this.person.name)) });
  }

  /** @param {string} why */
  #faceless(why) {
    const reason = why && wordOr(`unmeasured_${why}`, "");
    return reason ? t("facelessBecause", { name: this.person.name, reason }) : t("faceless", { name: this.person.name });
  }

  /** @param {Isengard.Generation} stranger @param {Isengard.Version | null} version that drew it */
  #leak(stranger, version) {
    const { checkpoint, strength } = stranger.request.characters[0];
    return t("strangerLeaks", { name: this.person.name, step: version ? this.names.step(version) : count(Number(checkpoint)), strength: decimal(strength, 2) });
  }

  /** Made before the tools were here: measured when somebody asks. @param {number} left */
  #left(left) {
    if (this.asked) return h("p", { class: "isen-muted", text: counted("measuring", left) });
    return h("div", { class: "isen-row" }, button(counted("measureThese", left), () => this.#measure(left), { testid: "isen-measure" }));
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
