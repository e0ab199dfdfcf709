/** Cutting one photo by hand: drag the frame or its edges, or use the arrow keys; the part becomes a new photo. */

import { button, field, h, say } from "../../../lib/dom.js";
import { DOT } from "../../../lib/format.js";
import { SHAPES, moved, resized, shaped, turned, turnedSize, unturned } from "../../../lib/crop_box.js";
import { isCommand } from "../../../locales/reading.js";
import { t } from "../../../locales/words.js";
import { closer, openDialog } from "../../shared/dialogs.js";
import { offerUndo } from "../../shared/view.js";

const EDGES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
/** Longest side of what is drawn. */
const DRAWN = 1200;
/** Share of the longer side that an arrow key moves by. */
const STEP = 0.01;
/** Part of the photo that is marked at first. */
const FIRST = 0.1;
const SMALL = 512;
const ARROWS = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });

/** `saved` once there is a new photo. @param {Isengard.View} view @param {Isengard.Photo} photo @param {() => void} saved */
export function openCropTool(view, photo, saved) {
  return new CropTool(view, photo, saved);
}

class CropTool {
  /** One finger at a time: two would pull it to and fro. */
  #held = false;
  /** The photo did not come. */
  lost = false;
  turn = 0;
  /** @type {keyof typeof SHAPES} */
  shape = "free";

  /** @param {Isengard.View} view @param {Isengard.Photo} photo @param {() => void} saved */
  constructor(view, photo, saved) {
    this.view = view;
    this.photo = photo;
    this.saved = saved;
    /** @type {[number, number]} */
    this.size = [photo.width, photo.height];
    /** @type {import("../../../lib/crop_box.js").Box} In the photo as it lies on the disk. */
    this.box = [Math.round(photo.width * FIRST), Math.round(photo.height * FIRST), Math.round(photo.width * (1 - FIRST)), Math.round(photo.height * (1 - FIRST))];
    this.canvas = h("canvas", { class: "isen-crop-picture", role: "img", "aria-label": t("cropPhoto") });
    this.told = h("p", { class: "isen-muted", role: "status", id: "isen-crop-told" });
    this.frame = h("div", { class: "isen-crop-box", role: "group", tabindex: 0, "aria-label": t("cropKeys"), "aria-describedby": "isen-crop-told", "data-testid": "isen-crop-box", on: { keydown: (event) => this.#key(event) } },
      ...EDGES.map((edge) => h("span", { class: "isen-crop-edge", "data-edge": edge })));
    this.stage = h("div", { class: "isen-crop-stage", on: { pointerdown: (event) => this.#grab(event) } }, this.canvas, this.frame);
    this.keep = button(t("cropSave"), () => this.#save(), { kind: "primary", testid: "isen-crop-save", disabled: true });
    this.replaces = h("input", { type: "checkbox", checked: true, "data-testid": "isen-crop-replaces" });
    this.dialog = openDialog(view, { label: t("cropPhoto"), kind: "isen-sheet isen-crop", keys: (event) => event.key.startsWith("Arrow") && event.stopPropagation() },
      h("div", { class: "isen-sheet-picture" }, this.stage), this.#side());
    this.#load();
    this.#show();
    this.frame.focus();
  }

  #side() {
    /** @type {HTMLSelectElement} */
    const shape = h("select", { "data-testid": "isen-crop-shape", on: { change: () => this.#choose(/** @type {keyof typeof SHAPES} */ (shape.value)) } },
      ...Object.keys(SHAPES).map((name) => h("option", { value: name, text: t(`cropShape_${name}`) })));
    return h("div", { class: "isen-stack isen-sheet-side" },
      h("div", { class: "isen-row isen-top" }, h("h2", { class: "isen-grow", text: t("cropPhoto") }), closer(() => this.dialog.close())),
      h("p", { class: "isen-muted", text: t("cropWhat") }), field(t("cropShape"), shape),
      button(t("cropTurn"), () => this.#rotate(), { icon: "replay", testid: "isen-crop-turn" }), this.told,
      h("label", { class: "isen-check" }, this.replaces, h("span", { text: t("cropReplaces") })),
      h("div", { class: "isen-row" }, this.keep, button(t("cancel"), () => this.dialog.close(), { testid: "isen-crop-cancel" })));
  }

  /** Nobody cuts what they don't see. */
  #load() {
    const shown = () => {
      this.image = image;
      this.keep.disabled = false;
      this.#draw();
    };
    const lost = () => {
      this.lost = true;
      this.#show();
    };
    const image = h("img", { alt: "", on: { load: shown, error: lost } });
    image.src = this.view.store.api.photos.imageUrl(this.photo.character_id, this.photo.id, "full");
  }

  #draw() {
    const [width, height] = turnedSize(this.size, this.turn);
    const share = Math.min(1, DRAWN / Math.max(width, height));
    this.canvas.width = Math.round(width * share);
    this.canvas.height = Math.round(height * share);
    const context = this.canvas.getContext("2d");
    if (!context || !this.image) return;
    context.translate(this.canvas.width / 2, this.canvas.height / 2);
    context.rotate((this.turn * Math.PI) / 180);
    const [wide, high] = [this.size[0] * share, this.size[1] * share];
    context.drawImage(this.image, -wide / 2, -high / 2, wide, high);
  }

  get shown() {
    return turned(this.box, this.turn, this.size);
  }

  /** @param {import("../../../lib/crop_box.js").Box} box as it is shown */
  #put(box) {
    this.box = unturned(box, this.turn, this.size);
    this.#show();
  }

  #show() {
    const [left, top, right, bottom] = this.shown;
    const [width, height] = turnedSize(this.size, this.turn);
    const place = { left: left / width, top: top / height, width: (right - left) / width, height: (bottom - top) / height };
    for (const [name, share] of Object.entries(place)) this.frame.style.setProperty(name, `${100 * share}%`);
    const words = t("pixels", { w: right - left, h: bottom - top });
    const told = Math.min(right - left, bottom - top) < SMALL ? `${words}${DOT}${t("cropSmall")}` : words;
    say(this.told, this.lost ? t("cropNoPhoto") : told);
  }

  /** @param {keyof typeof SHAPES} shape */
  #choose(shape) {
    this.shape = shape;
    this.#put(shaped(this.shown, SHAPES[shape], turnedSize(this.size, this.turn)));
  }

  #rotate() {
    this.turn = (this.turn + 90) % 360;
    this.#draw();
    this.#choose(this.shape);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const by = ARROWS[event.key];
    if (!by || isCommand(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const size = turnedSize(this.size, this.turn);
    const step = Math.max(1, Math.round(STEP * Math.max(...size)));
    const [dx, dy] = [by[0] * step, by[1] * step];
    this.#put(event.shiftKey ? resized(this.shown, dx ? "e" : "s", [dx, dy], size, SHAPES[this.shape]) : moved(this.shown, dx, dy, size));
  }

  /** @param {PointerEvent} event */
  #grab(event) {
    const grabbed = /** @type {HTMLElement} */ (event.target);
    const edge = grabbed.dataset.edge ?? (grabbed === this.frame ? "all" : "");
    if (!edge || event.button || this.#held) return;
    this.#held = true;
    event.preventDefault();
    this.frame.focus();
    this.stage.setPointerCapture(event.pointerId);
    const start = this.shown;
    const size = turnedSize(this.size, this.turn);
    const scale = size[0] / this.canvas.getBoundingClientRect().width;
    /** @param {PointerEvent} now */
    const drag = (now) => {
      if (now.pointerId !== event.pointerId) return;
      /** @type {[number, number]} */
      const by = [(now.clientX - event.clientX) * scale, (now.clientY - event.clientY) * scale];
      this.#put(edge === "all" ? moved(start, ...by, size) : resized(start, edge, by, size, SHAPES[this.shape]));
    };
    /** @param {PointerEvent} now */
    const end = (now) => {
      if (now.pointerId !== event.pointerId) return;
      this.#held = false;
      this.stage.removeEventListener("pointermove", drag);
      for (const name of ENDS) this.stage.removeEventListener(name, end);
    };
    this.stage.addEventListener("pointermove", drag);
    for (const name of ENDS) this.stage.addEventListener(name, end);
  }

  async #save() {
    const { store } = this.view;
    const { character_id: owner, id } = this.photo;
    /** @type {Schema.CropBox} */
    const body = { box: this.box, turn: /** @type {0 | 90 | 180 | 270} */ (this.turn), replaces: this.replaces.checked };
    const made = await store.attempt((action) => store.api.photos.crop(owner, id, body, action));
    if (!made) return;
    this.dialog.close();
    this.saved();
    await store.loadPhotos(owner);
    const batch = made.crop?.batch ?? "";
    offerUndo(this.view, t("cropSaved"), () => store.attempt((action) => store.api.photos.undoCrops(owner, batch, action)));
  }
}

const ENDS = /** @type {const} */ (["pointerup", "pointercancel"]);
