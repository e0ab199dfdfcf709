/** A picture in a frame in which it can be made larger and moved: by wheel, fingers, dragging, a double click and keys. Several frames may go in step. */

import { button, h, say } from "../../lib/dom.js";
import { MOST, STEP, WHOLE, actual, dragged, fitted, held, zoomed } from "../../lib/zoom.js";
import { isMirrored } from "../../locales/reading.js";
import { t } from "../../locales/words.js";

/** By so much of the frame an arrow key moves. */
const NUDGE = 0.15;
/** What a wheel tells of one notch. */
const NOTCH = 100;
/** A finger that went so far to a side, and far less up or down, turns the page. */
const SWIPE_PX = 48;

/** What several frames share: where their pictures lie. */
export class Zoom {
  constructor() {
    this.place = WHOLE;
    /** @type {Set<ZoomFrame>} */
    this.frames = new Set();
    /** @type {() => void} */
    this.changed = () => {};
  }

  get #frame() {
    return [...this.frames][0];
  }

  /** @param {import("../../lib/zoom.js").Place} place */
  set(place) {
    this.place = this.#frame?.held(place) ?? place;
    for (const frame of this.frames) frame.draw();
    this.changed();
  }

  whole() {
    this.set(WHOLE);
  }

  /** 100 %: each pixel of the picture is one of the screen; and back. */
  toggle() {
    if (this.isLarger) this.whole();
    else this.set({ ...WHOLE, scale: this.#frame.actual });
  }

  /** @param {number} factor */
  by(factor) {
    if (this.#frame) this.set(zoomed(this.place, factor, this.#frame.whole));
  }

  get isLarger() {
    return this.place.scale > 1.001;
  }

  /** How large a pixel of the picture is on the screen, in percent. */
  get percent() {
    const frame = this.#frame;
    return frame?.whole.width ? Math.round((100 * this.place.scale) / frame.share) : 100;
  }

  /** What a key means for it: + and − zoom, 0 shows the whole, 1 is 100 %, and arrows move what is larger than its frame. @param {KeyboardEvent} event */
  press(event) {
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches('input:not([type="range"], [type="radio"]), select, textarea')) return false;
    /** @type {Record<string, () => void>} */
    const ways = { "+": () => this.by(STEP), "=": () => this.by(STEP), "-": () => this.by(1 / STEP), 0: () => this.whole(), 1: () => this.toggle() };
    /** @type {Record<string, [number, number]>} */
    const moves = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = this.isLarger && !target.matches("input") && moves[event.key];
    if (move) this.#frame.nudge(...move);
    else if (ways[event.key]) ways[event.key]();
    else return false;
    event.preventDefault();
    return true;
  }
}

export class ZoomFrame {
  /** The pointers that hold the picture, and where they are. @type {Map<number, {x: number, y: number}>} */
  #pointers = new Map();
  /** Where a finger began on a whole picture, alone as yet. @type {{x: number, y: number} | null} */
  #swipe = null;

  /**
   * @param {Zoom} zoom @param {HTMLImageElement} image
   * @param {{dragsOut?: boolean, swiped?: (move: number) => unknown}} [options] `dragsOut`: the whole picture can be dragged elsewhere; `swiped`: a finger asks for the next one (1) or the one before (-1)
   */
  constructor(zoom, image, { dragsOut = false, swiped = () => {} } = {}) {
    this.zoom = zoom;
    this.dragsOut = dragsOut;
    this.swiped = swiped;
    this.image = image;
    this.picture = { width: 0, height: 0 };
    this.frame = { width: 0, height: 0 };
    this.element = h("div", {
      class: "isen-frame",
      on: {
        wheel: (event) => this.#wheel(event), dblclick: () => zoom.toggle(), pointerdown: (event) => this.#down(event), pointermove: (event) => this.#move(event),
        pointerup: (event) => this.#up(event), pointercancel: (event) => this.#up(event, true),
      },
    }, image);
    image.addEventListener("load", () => this.sized({ width: image.naturalWidth, height: image.naturalHeight }));
    new ResizeObserver(() => this.#measured()).observe(this.element);
    zoom.frames.add(this);
  }

  /** How large the picture is, as soon as that is known. @param {import("../../lib/zoom.js").Size} picture */
  sized(picture) {
    if (picture.width === this.picture.width && picture.height === this.picture.height) return;
    this.picture = picture;
    this.zoom.set(this.zoom.place);
  }

  #measured() {
    this.frame = { width: this.element.clientWidth, height: this.element.clientHeight };
    this.zoom.set(this.zoom.place);
  }

  /** The size of the whole picture in its frame. */
  get whole() {
    return fitted(this.picture, this.frame);
  }

  /** The scale at which it is at 100 %; below 1 for a picture that is smaller than its frame. */
  get share() {
    return this.picture.width / this.whole.width / devicePixelRatio;
  }

  get actual() {
    return actual(this.picture, this.whole, devicePixelRatio);
  }

  /** @param {import("../../lib/zoom.js").Place} place */
  held(place) {
    return this.whole.width ? held(place, this.whole, this.frame) : place;
  }

  draw() {
    const { whole, zoom: { place: { scale, x, y } } } = this;
    if (!whole.width) return;
    const [left, top] = [(0.5 - x) * whole.width * scale, (0.5 - y) * whole.height * scale];
    this.image.style.cssText = `width:${whole.width}px;height:${whole.height}px;transform:translate(-50%,-50%) translate(${left}px,${top}px) scale(${scale})`;
    this.element.classList.toggle("isen-larger", this.zoom.isLarger);
    this.image.draggable = this.dragsOut && !this.zoom.isLarger;
  }

  /** By a part of the frame. @param {number} right @param {number} down */
  nudge(right, down) {
    this.zoom.set(dragged(this.zoom.place, { x: right * NUDGE * this.frame.width, y: down * NUDGE * this.frame.height }, this.whole));
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode ? NOTCH / 3 : 1;
    this.zoom.set(zoomed(this.zoom.place, STEP ** ((-event.deltaY * lines) / NOTCH), this.whole, this.#under(event)));
  }

  /** From the frame's middle. @param {{clientX: number, clientY: number}} event */
  #under({ clientX, clientY }) {
    const box = this.element.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button) return;
    this.element.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const alone = event.pointerType === "touch" && this.#pointers.size === 1 && !this.zoom.isLarger;
    this.#swipe = alone ? { x: event.clientX, y: event.clientY } : null;
  }

  /** One finger moves it, two make it larger about what lies between them. @param {PointerEvent} event */
  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    let place = dragged(this.zoom.place, { x: (now.x - before.x) / this.#pointers.size, y: (now.y - before.y) / this.#pointers.size }, this.whole);
    if (other) {
      const factor = Math.hypot(now.x - other.x, now.y - other.y) / (Math.hypot(before.x - other.x, before.y - other.y) || 1);
      place = zoomed(place, factor, this.whole, this.#under({ clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 }));
    }
    this.zoom.set(place);
  }

  /** @param {PointerEvent} event @param {boolean} [taken] the browser took the finger away */
  #up(event, taken = false) {
    this.#pointers.delete(event.pointerId);
    const from = this.#swipe;
    this.#swipe = null;
    if (!from || taken) return;
    const [right, down] = [event.clientX - from.x, event.clientY - from.y];
    if (Math.abs(right) < SWIPE_PX || Math.abs(right) < 2 * Math.abs(down)) return;
    this.swiped(right < 0 === isMirrored() ? -1 : 1);
  }
}

/** The buttons of it: smaller, how large it is (a press for 100 % and back), larger. @param {Zoom} zoom */
export function zoomButtons(zoom) {
  const percent = button("", () => zoom.toggle(), { kind: "percent", title: t("zoomFull"), testid: "isen-zoom-full" });
  const [out, nearer] = [
    button(t("zoomOut"), () => zoom.by(1 / STEP), { icon: "search-minus", bare: true, testid: "isen-zoom-out" }),
    button(t("zoomIn"), () => zoom.by(STEP), { icon: "search-plus", bare: true, testid: "isen-zoom-in" }),
  ];
  zoom.changed = () => {
    say(percent, t("percent", { n: zoom.percent }));
    percent.setAttribute("aria-pressed", String(zoom.isLarger));
    // at its end a button keeps the focus, which one that is disabled would lose
    out.setAttribute("aria-disabled", String(!zoom.isLarger));
    nearer.setAttribute("aria-disabled", String(zoom.place.scale >= MOST));
  };
  zoom.changed();
  return h("div", { class: "isen-row isen-tight isen-zoom", role: "group", "aria-label": t("zoom") }, out, percent, nearer);
}
