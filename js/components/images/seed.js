/** The seed: new each time, or kept, so that what else is changed can be compared. */

import { field, h, icon, say } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

/** The last of sixteen pictures' seeds is one more than fifteen of these: beyond, a page's numbers are rounded. */
export const LARGEST = Number.MAX_SAFE_INTEGER - 15;

export class SeedChoice {
  constructor() {
    /** @type {number | null} */
    this.last = null;
    this.input = h("input", { type: "text", inputmode: "numeric", pattern: "[0-9]*", placeholder: t("seedNew"), title: t("seedRule"), "data-testid": "isen-seed", on: { input: () => this.#typed() } });
    this.lock = h("input", { type: "checkbox", "aria-label": t("keepSeed"), "data-testid": "isen-seed-lock", on: { change: () => this.#locked() } });
    this.toggle = h("label", { class: "isen-toggle", title: t("keepSeed") }, this.lock, icon("lock"));
    this.element = field(t("seed"), this.input);
    const place = h("div", { class: "isen-row isen-tight" });
    this.input.replaceWith(place);
    place.append(h("span", { class: "isen-grow" }, this.input), this.toggle);
    this.hint = h("small", { class: "isen-muted", role: "status", hidden: true, "data-testid": "isen-seed-hint" });
    this.element.append(this.hint);
  }

  /** Null draws a new one. */
  get value() {
    const seed = Number(this.input.value);
    return this.input.value.trim() && Number.isFinite(seed) ? seed : null;
  }

  set value(seed) {
    this.input.value = String(seed ?? "");
    this.lock.checked = seed !== null && seed !== undefined;
    this.#judge();
  }

  /**
   * The seed of an earlier picture; said, since every picture comes out like that one until it is let go. One that the page has only
   * rounded (scripts may ask for such) would make another picture.
   * @param {number | null} seed
   */
  reuse(seed) {
    const rounded = (seed ?? 0) > Number.MAX_SAFE_INTEGER;
    this.value = rounded ? null : seed;
    this.#say(rounded ? t("seedNotKept") : this.lock.checked ? t("seedReused") : "");
  }

  /** The seed that was just used; kept for the next time when it is locked. @param {number | null} seed */
  used(seed) {
    this.last = seed;
    if (this.lock.checked) this.input.value = String(seed);
    else this.toggle.title = t("seedLast", { n: seed });
  }

  #typed() {
    this.lock.checked = Boolean(this.input.value.trim());
    this.#judge();
  }

  /** What the page would round is refused as it is typed: other pictures would be made, under another number. */
  #judge() {
    const refusal = (this.value ?? 0) > LARGEST ? t("seedTooLarge", { n: String(LARGEST) }) : "";
    this.input.setCustomValidity(refusal);
    this.#say(refusal);
  }

  #locked() {
    if (!this.lock.checked) this.input.value = "";
    else if (!this.input.value && this.last !== null) this.input.value = String(this.last);
    this.#judge();
  }

  /** @param {string} text */
  #say(text) {
    this.hint.hidden = !text;
    say(this.hint, text);
  }
}
