/** Two pictures against each other, over the canvas: one above the other with a slider between them, or side by side; larger and moved in step. */

import { button, field, h, icon, say } from "../../lib/dom.js";
import { letterOf } from "../../locales/reading.js";
import { t } from "../../locales/words.js";
import { putPicture } from "../shared/coming_picture.js";
import { arrowOf, closer, openDialog } from "../shared/dialogs.js";
import { Zoom, ZoomFrame, zoomButtons } from "../shared/zoom_frame.js";

/** @typedef {{src: string, label: string, caption: string, width?: number, height?: number}} Compared one of those that may be compared; `label` tells it from the others in a list */

const MODES = ["slider", "sides"];
/** How far an arrow key moves the slider, in percent. */
const NOTCH = 2;

class Comparison {
  /** @param {Isengard.View} view @param {Compared[]} all @param {[number, number]} two which of them at first */
  constructor(view, all, two) {
    this.all = all;
    this.zoom = new Zoom();
    this.images = [0, 1].map(() => h("img", { class: "isen-compared", alt: "", draggable: "false" }));
    this.frames = this.images.map((image) => new ZoomFrame(this.zoom, image));
    this.captions = [0, 1].map(() => h("small", { class: "isen-grow isen-wrap", tabindex: 0 }));
    this.choices = two.map((at, side) => this.#choice(side, at));
    this.slider = h("input", { type: "range", dir: "ltr", min: 0, max: 100, step: 1, value: 50, "aria-label": t("compareSlider"), "data-testid": "isen-compare-line", on: { input: () => this.#slide() } });
    /** @type {HTMLElement} */
    this.line = h("div", { class: "isen-compare-line", on: { pointerdown: (event) => this.line.setPointerCapture(event.pointerId), pointermove: (event) => this.#drag(event) } }, icon("arrows-h"));
    this.stage = h("div", { class: "isen-compare-stage", dir: "ltr", tabindex: 0, role: "group", "aria-label": t("comparePictures"), "data-testid": "isen-compare-stage" }, ...this.frames.map((frame) => frame.element), this.line);
    this.modes = h("div", { class: "isen-segments", role: "radiogroup", "aria-label": t("compareMode") }, ...MODES.map((name) => this.#mode(name)));
    const swap = button(t("compareSwap"), () => this.#swap(), { icon: "sort-alt", bare: true, title: t("withKey", { words: t("compareSwap"), key: "X" }), testid: "isen-compare-swap" });
    /** @type {HTMLDialogElement} */
    this.dialog = openDialog(view, { label: t("compareTitle"), kind: "isen-viewer isen-comparison", keys: (event) => this.#key(event) },
      h("div", { class: "isen-compare-head" },
        h("div", { class: "isen-compare-choices" }, field(t("compareA"), this.choices[0]), swap, field(t("compareB"), this.choices[1])), this.modes, zoomButtons(this.zoom), closer(() => this.dialog.close())),
      this.stage, this.slider, h("div", { class: "isen-viewer-words isen-compare-words" }, ...this.captions));
    this.#arranged(MODES[0]);
    for (const side of [0, 1]) this.#show(side);
    this.slider.focus();
  }

  /** @param {number} side @param {number} at */
  #choice(side, at) {
    return h("select", { "data-testid": `isen-compare-${side ? "b" : "a"}`, on: { change: () => this.#show(side) } },
      ...this.all.map(({ label }, index) => h("option", { value: index, text: label, selected: index === at })));
  }

  /** @param {string} name */
  #mode(name) {
    return h("label", { class: "isen-segment" },
      h("input", { type: "radio", name: "isen-compare-mode", value: name, checked: name === MODES[0], "data-testid": `isen-compare-${name}`, on: { change: () => this.#arranged(name) } }), t(`compare_${name}`));
  }

  /** @param {string} mode */
  #arranged(mode) {
    this.mode = mode;
    this.stage.dataset.mode = mode;
    this.slider.hidden = this.line.hidden = mode !== "slider";
    this.#slide();
  }

  /** What is left of the line is A, what is right of it B. */
  #slide() {
    const share = Number(this.slider.value);
    this.line.style.left = `${share}%`;
    this.frames[1].element.style.clipPath = this.mode === "slider" ? `inset(0 0 0 ${share}%)` : "";
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (!this.line.hasPointerCapture(event.pointerId)) return;
    const { left, width } = this.stage.getBoundingClientRect();
    this.slider.value = String((100 * (event.clientX - left)) / width);
    this.#slide();
  }

  /** @param {number} side */
  #show(side) {
    const { src, caption, label, width = 0, height = 0 } = this.all[Number(this.choices[side].value)];
    if (width) this.frames[side].sized({ width, height });
    putPicture(this.images[side], src);
    this.images[side].alt = label;
    say(this.captions[side], t("compareCaption", { side: t(side ? "compareB" : "compareA"), text: caption }));
  }

  #swap() {
    const [one, other] = this.choices.map(({ value }) => value);
    this.choices[0].value = other;
    this.choices[1].value = one;
    for (const side of [0, 1]) this.#show(side);
  }

  /** The next one as B. @param {number} move */
  #turn(move) {
    const { length } = this.all;
    this.choices[1].value = String((Number(this.choices[1].value) + move + length) % length);
    this.#show(1);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const writes = /** @type {Element} */ (event.target).matches("select");
    /** @type {Record<string, () => void>} */
    const ways = { x: () => this.#swap(), PageDown: () => this.#turn(1), PageUp: () => this.#turn(-1) };
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !writes;
    if (plain && ways[letterOf(event)]) ways[letterOf(event)]();
    else if (this.zoom.press(event) || !plain || !arrowOf(event) || this.mode !== "slider") return;
    else {
      this.slider.value = String(Number(this.slider.value) + NOTCH * arrowOf(event));
      this.#slide();
    }
    event.preventDefault();
  }
}

/** @param {Isengard.View} view @param {Compared[]} all at least two @param {[number, number]} [two] which of them at first */
export function openComparison(view, all, two = [0, 1]) {
  return new Comparison(view, all, two);
}

/**
 * In a dialog of pictures: the one that is shown against the next, which may be changed for any of them.
 * @template One
 * @param {Isengard.View} view @param {One[]} all @param {{at: () => number, compared: (one: One) => Compared}} options
 */
export function compareButton(view, all, { at, compared }) {
  const open = () => openComparison(view, all.map(compared), [at(), (at() + 1) % all.length]);
  return button(t("compare"), open, { icon: "clone", kind: "labelled", hidden: all.length < 2, testid: "isen-compare-these" });
}
