/** One click, six strengths at one seed: how much likeness is enough is looked at, not guessed. */

import { cancelComparison, compare } from "../../data/comparisons.js";
import { button, h, say } from "../../lib/dom.js";
import { decimal } from "../../lib/format.js";
import { keyed } from "../../lib/lists.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { ENDED } from "../../data/state.js";
import { compareButton } from "../looking/comparison.js";
import { showPictures } from "../shared/picture_dialog.js";
import { badge, measuredWords } from "../shared/score_badge.js";

export const STRENGTHS = [0.6, 0.7, 0.8, 0.9, 1.0, 1.1];
const LARGEST_SEED = 2 ** 32;

export class StrengthBench {
  /**
   * @param {import("../shared/view.js").View} view
   * @param {{valid: () => boolean, request: () => Isengard.Order, use: (strength: number) => void}} form `valid` shows what is wrong in it
   */
  constructor(view, { valid, request, use }) {
    this.view = view;
    /** @type {Isengard.Generation[]} */
    this.running = [];
    /** @type {Isengard.Generation[]} */
    this.shown = [];
    this.valid = valid;
    this.request = request;
    this.use = use;
    this.start = button(t("bench"), () => this.#start(), { icon: "sliders-h", title: t("benchHint"), testid: "isen-bench" });
    this.stop = button(t("cancelBench"), () => cancelComparison(this.view.store, this.running), { testid: "isen-cancel-bench" });
    this.strip = h("ul", { class: "isen-film isen-six", "aria-label": t("bench"), "data-testid": "isen-bench-strip" });
    this.said = h("small", { class: "isen-muted", role: "status", "data-testid": "isen-bench-said" });
    this.element = h("div", { class: "isen-stack-tight" }, h("div", { class: "isen-row" }, this.start, this.stop), this.strip, this.said);
  }

  /**
   * The newest comparison of the first of the people.
   * @param {Isengard.Character[]} people
   * @param {boolean} blocked
   */
  show([person], blocked) {
    this.person = person;
    this.start.disabled = blocked;
    const all = (this.view.store.state.comparisons ?? []).filter((known) => known.purpose === "bench" && known.request.characters[0].id === person.id);
    const newest = all.filter((known) => known.correlation_id === all[0].correlation_id).sort((a, b) => strengthOf(a) - strengthOf(b));
    this.running = newest.filter((known) => !ENDED.has(known.state));
    this.stop.hidden = !this.running.length;
    this.shown = newest;
    say(this.said, said(newest.find((known) => known.state === "failed")?.error, "message"));
    const names = this.#names;
    const frames = newest.map((known) => ({ known, names: known.request.characters.map(({ id }) => names[id]) }));
    keyed(this.strip, frames, { id: ({ known }) => known.id, make: ({ known }) => this.#frame(known) });
  }

  /** All at the seed of the form, or at one new seed. */
  async #start() {
    if (!this.valid()) return;
    const { characters: [first, ...others], count: _, seed, ...rest } = this.request();
    const fixed = seed ?? Math.floor(Math.random() * LARGEST_SEED);
    await compare(this.view.store, STRENGTHS.map((strength) => ({ ...rest, characters: [{ ...first, strength }, ...others], count: 1, seed: fixed, purpose: "bench" })));
  }

  /** @param {Isengard.Generation} generation */
  #frame(generation) {
    const strength = decimal(strengthOf(generation), 2);
    const [image] = generation.images;
    const blank = () => h("span", { class: ENDED.has(generation.state) ? "isen-picture isen-blank" : "isen-picture isen-skeleton", title: said(generation.error, "message") || null });
    const open = image && button(t("benchPicture", { strength }), () => this.#open(generation), { kind: "plain", bare: true });
    open?.replaceChildren(h("img", { class: "isen-picture", src: this.view.store.api.generations.thumbUrl(generation, image), alt: "", "data-testid": "isen-bench-image" }));
    return h("li", { "data-state": generation.state }, h("figure", {}, h("div", { class: "isen-scored" }, open ?? blank(), badge(generation, this.#names)), h("figcaption", { class: "isen-muted", text: strength })));
  }

  get #names() {
    return Object.fromEntries((this.view.store.state.characters ?? []).map(({ id, name }) => [id, name]));
  }

  /** @param {Isengard.Generation} first */
  #open(first) {
    const made = this.shown.filter((known) => known.images.length);
    const api = this.view.store.api;
    /** @param {Isengard.Generation} known */
    const words = (known) => [t("benchPicture", { strength: decimal(strengthOf(known), 2) }), measuredWords(known, this.#names)].filter(Boolean).join(" · ");
    /** @param {Isengard.Generation} known */
    const describe = (known) => ({ src: api.generations.imageUrl(known, known.images[0]), file: api.generations.copyUrl(known, known.images[0]), name: `${known.id}.png`, caption: words(known), mark: badge(known, this.#names) });
    /** @param {() => void} close @param {() => number} at */
    const tools = (close, at) => [
      button(t("useLikeness"), () => (this.use(strengthOf(made[at()])), close()), { kind: "primary", testid: "isen-use-likeness" }),
      compareButton(this.view, made, { at, compared: (known) => ({ ...describe(known), label: t("benchPicture", { strength: decimal(strengthOf(known), 2) }) }) }),
    ];
    showPictures(this.view, { label: t("bench"), items: made, describe, at: made.indexOf(first), tools });
  }
}

/** @param {Isengard.Generation} generation */
const strengthOf = (generation) => generation.request.characters[0].strength;
