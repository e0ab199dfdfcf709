/** Where in a picture something is drawn: painted with a finger or the pointer, or by keys; every stroke can be taken back. */

import { button, field, h, say } from "../../lib/dom.js";
import { isPainted, maskSize, movedBy, paint } from "../../lib/mask_strokes.js";
import { t } from "../../locales/words.js";

/** Percent of the shorter side. */
const BRUSH = { min: 3, max: 40, value: 14 };
const COLOUR = "#ff3d7f";
const ENDS = /** @type {const} */ (["pointerup", "pointercancel"]);

export class MaskPainter {
  /** @type {import("../../lib/mask_strokes.js").Stroke[]} */
  strokes = [];
  /** @type {[number, number]} */
  at = [0.5, 0.5];
  erases = false;
  /** What was cleared at once, until something else is painted. @type {import("../../lib/mask_strokes.js").Stroke[]} */
  #cleared = [];
  /** One finger at a time: a line from one to the other was meant by nobody. */
  #held = false;

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.picture = h("img", { class: "isen-mask-picture", alt: "", draggable: "false" });
    this.layer = h("canvas", { class: "isen-mask-layer", "aria-hidden": "true" });
    this.ring = h("span", { class: "isen-mask-ring", "aria-hidden": "true" });
    this.stage = h("div", { class: "isen-mask-stage", role: "group", tabindex: 0, "aria-label": t("maskKeys"), "aria-describedby": "isen-mask-told", "data-testid": "isen-mask", on: { keydown: (event) => this.#key(event), pointerdown: (event) => this.#stroke(event), pointermove: (event) => this.#point(event) } },
      this.picture, this.layer, this.ring);
    this.told = h("p", { class: "isen-muted", role: "status", id: "isen-mask-told" });
    this.brush = h("input", { type: "range", ...BRUSH, step: 1, "data-testid": "isen-mask-brush", on: { input: () => this.#show() } });
    this.eraser = button(t("maskErase"), () => this.#erase(!this.erases), { icon: "eraser", testid: "isen-mask-erase", "aria-pressed": "false" });
    this.tools = h("div", { class: "isen-stack-tight" }, field(t("maskBrush"), this.brush),
      h("div", { class: "isen-row" }, this.eraser, button(t("undo"), () => this.#undo(), { icon: "undo", testid: "isen-mask-undo" }), button(t("maskClear"), () => this.#clear(), { testid: "isen-mask-clear" })), this.told);
  }

  /** Another picture; what was painted on the one before is gone. @param {string} src @param {{width: number, height: number}} size */
  show(src, size) {
    this.size = maskSize(size);
    [this.layer.width, this.layer.height] = this.size;
    this.picture.src = src;
    this.stage.style.aspectRatio = `${size.width} / ${size.height}`;
    this.stage.style.maxWidth = `calc(52vh * ${size.width / size.height})`;
    this.#set([]);
  }

  get isEmpty() {
    return !isPainted(this.strokes);
  }

  /** White where something is drawn, black elsewhere, as PNG. @returns {Promise<Blob | null>} */
  async blob() {
    const canvas = h("canvas", { width: this.layer.width, height: this.layer.height });
    const context = canvas.getContext("2d");
    if (!context) return null;
    paint(context, this.strokes, "#fff");
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  get radius() {
    return Number(this.brush.value) / 200;
  }

  /** @param {boolean} erases */
  #erase(erases) {
    this.erases = erases;
    this.eraser.setAttribute("aria-pressed", String(erases));
  }

  /** The last stroke, or that everything was cleared. */
  #undo() {
    this.#set(this.strokes.length ? this.strokes.slice(0, -1) : this.#cleared);
  }

  #clear() {
    const before = this.strokes;
    this.#set([]);
    this.#cleared = before;
  }

  /** @param {import("../../lib/mask_strokes.js").Stroke[]} strokes */
  #set(strokes) {
    this.strokes = strokes;
    this.#cleared = [];
    this.#show();
    this.changed();
  }

  #show() {
    const context = this.layer.getContext("2d");
    if (context) paint(context, this.strokes, COLOUR);
    const shorter = Math.min(this.layer.width, this.layer.height);
    this.ring.style.inlineSize = `${(200 * this.radius * shorter) / this.layer.width}%`;
    this.ring.style.left = `${100 * this.at[0]}%`;
    this.ring.style.top = `${100 * this.at[1]}%`;
    const [x, y] = this.at.map((share) => Math.round(100 * share));
    say(this.told, this.isEmpty ? t("maskEmpty") : t("maskAt", { x, y, n: this.strokes.length }));
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  #shareOf(event) {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  }

  /** @param {PointerEvent} event */
  #point(event) {
    this.at = this.#shareOf(event);
    this.#show();
  }

  /** @param {PointerEvent} event */
  #stroke(event) {
    if (event.button || this.#held) return;
    this.#held = true;
    event.preventDefault();
    this.stage.focus({ preventScroll: true });
    this.stage.setPointerCapture(event.pointerId);
    const stroke = { points: [this.#shareOf(event)], radius: this.radius, erases: this.erases };
    this.#set([...this.strokes, stroke]);
    /** @param {PointerEvent} now */
    const draw = (now) => {
      if (now.pointerId !== event.pointerId) return;
      stroke.points.push(this.#shareOf(now));
      this.#show();
    };
    /** @param {PointerEvent} now */
    const end = (now) => {
      if (now.pointerId !== event.pointerId) return;
      this.#held = false;
      this.stage.removeEventListener("pointermove", draw);
      for (const name of ENDS) this.stage.removeEventListener(name, end);
    };
    this.stage.addEventListener("pointermove", draw);
    for (const name of ENDS) this.stage.addEventListener(name, end);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = movedBy(this.at, event);
    const paints = event.key === " " || event.key === "Enter";
    if (!to && !paints && event.key !== "Backspace") return;
    event.preventDefault();
    event.stopPropagation();
    if (to) this.at = to;
    if (paints) this.#set([...this.strokes, { points: [this.at], radius: this.radius, erases: this.erases }]);
    else if (event.key === "Backspace") this.#undo();
    else this.#show();
  }
}
