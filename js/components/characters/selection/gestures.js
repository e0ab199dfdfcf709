/** How photos are chosen in their strip: clicks with keys held, a box that is dragged, a long press, and the keyboard. */

import { h } from "../../../lib/dom.js";
import { letterOf, readingKey } from "../../../locales/reading.js";
import { boxBetween, stepOf, touches } from "../../../lib/selection.js";
import { swallowItsClick } from "../../shared/long_press.js";

const DRAG_PX = 6;
const LONG_PRESS_MS = 500;
/** A finger is never quite still. */
const FINGER_PX = 10;

/** @typedef {{order: () => string[], changed: () => void, remove: (id: string) => unknown, isPicking: () => boolean}} Ways */
/** @typedef {HTMLLIElement & {photo: string}} Tile */

export class SelectionGestures {
  /** The click that ends a drag or a long press chooses nothing. */
  #swallows = false;
  /** What a finger that rests does. @type {(() => void) | null} */
  #rests = null;

  /** @param {HTMLUListElement} list of tiles @param {import("../../../lib/selection.js").Selection} selection @param {Ways} ways */
  constructor(list, selection, ways) {
    this.list = list;
    this.selection = selection;
    this.ways = ways;
    list.addEventListener("click", (event) => this.#click(event), true);
    list.addEventListener("pointerdown", (event) => this.#press(event));
    list.addEventListener("contextmenu", (event) => this.#menu(event));
    list.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("keyup", (event) => event.key === " " && tileOf(event) && event.preventDefault());
  }

  /** Before the tile's own buttons hear of it. @param {MouseEvent} event */
  #click(event) {
    const tile = tileOf(event);
    const pressed = /** @type {Element} */ (event.target).closest("button");
    if (this.#swallows) {
      this.#swallows = false;
      return end(event);
    }
    if (!tile) return this.selection.size ? this.#change(() => this.selection.clear()) : undefined;
    if (pressed?.dataset.for === "delete") return;
    const picks = pressed?.dataset.for === "select" || event.ctrlKey || event.metaKey || (this.ways.isPicking() && event.detail > 0);
    if (!picks && !event.shiftKey) return;
    end(event);
    this.#change(() => (event.shiftKey ? this.selection.extend(tile.photo, this.ways.order()) : this.selection.toggle(tile.photo)));
  }

  /** @param {() => unknown} work */
  #change(work) {
    work();
    this.ways.changed();
  }

  /** @param {PointerEvent} event */
  #press(event) {
    this.#swallows = false;
    if (event.pointerType === "mouse") {
      if (!event.button) this.#drag(event);
      return;
    }
    const tile = tileOf(event);
    if (!tile) return;
    const rests = () => {
      stop();
      this.#swallows = true;
      swallowItsClick();
      this.#change(() => this.selection.toggle(tile.photo));
    };
    const timer = setTimeout(rests, LONG_PRESS_MS);
    this.#rests = rests;
    const stop = this.#following((now) => far(event, now) > FINGER_PX && stop(), () => {
      clearTimeout(timer);
      this.#rests = null;
    });
  }

  /** Some phones open it before our own time is up, and take the finger away from us. @param {MouseEvent} event */
  #menu(event) {
    this.#rests?.();
    if (this.#swallows) event.preventDefault();
  }

  /** A box from where the button went down; what it touches is chosen, with a key held beside what was. @param {PointerEvent} start */
  #drag(start) {
    const before = start.ctrlKey || start.metaKey || start.shiftKey ? [...this.selection.ids] : [];
    const from = this.#place(start);
    /** @type {HTMLDivElement | null} */
    let drawn = null;
    this.#following((now) => {
      if (!drawn && far(start, now) < DRAG_PX) return;
      if (!drawn) {
        drawn = h("div", { class: "isen-lasso" });
        this.list.append(drawn);
        this.list.setPointerCapture(start.pointerId);
      }
      const box = boxBetween(from, this.#place(now));
      Object.assign(drawn.style, { left: `${box.left}px`, top: `${box.top}px`, width: `${box.right - box.left}px`, height: `${box.bottom - box.top}px` });
      this.#change(() => this.selection.set([...before, ...this.#within(box)]));
    }, () => {
      this.#swallows = Boolean(drawn);
      drawn?.remove();
    });
  }

  /** In the list, whatever was scrolled meanwhile. @param {PointerEvent} event */
  #place(event) {
    const { left, top } = this.list.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  /** @param {import("../../../lib/selection.js").Box} box */
  #within(box) {
    const { left, top } = this.list.getBoundingClientRect();
    return this.#tiles.filter((tile) => {
      const place = tile.getBoundingClientRect();
      return touches(box, { left: place.left - left, top: place.top - top, right: place.right - left, bottom: place.bottom - top });
    }).map((tile) => tile.photo);
  }

  /** Until the pointer is let go; returns what ends it earlier. @param {(now: PointerEvent) => unknown} move @param {() => void} ended */
  #following(move, ended) {
    const names = ["pointerup", "pointercancel"];
    const stop = () => {
      window.removeEventListener("pointermove", move);
      for (const name of names) window.removeEventListener(name, stop);
      ended();
    };
    window.addEventListener("pointermove", move);
    for (const name of names) window.addEventListener(name, stop);
    return stop;
  }

  get #tiles() {
    return /** @type {Tile[]} */ ([...this.list.children].filter((child) => "photo" in child));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    this.#swallows = false;
    const tile = tileOf(event);
    const command = event.ctrlKey || event.metaKey;
    const key = letterOf(event);
    if (!tile || event.altKey || (command && key !== "a" && key !== " ")) return;
    const { selection } = this;
    const order = this.ways.order();
    const works = {
      " ": () => selection.toggle(tile.photo),
      Escape: selection.size || this.ways.isPicking() ? () => selection.clear() : null,
      a: command ? () => selection.set(order) : null,
    }[key];
    if (works) {
      end(event);
      return this.#change(works);
    }
    if (key === "Delete") {
      end(event);
      return event.repeat ? undefined : this.ways.remove(tile.photo);
    }
    const next = stepOf(readingKey(event.key), order.indexOf(tile.photo), order.length, this.#columns);
    if (next === null) return;
    end(event);
    if (event.shiftKey) this.#change(() => (selection.size || selection.begin(tile.photo), selection.extend(order[next], order)));
    this.#tiles[next]?.querySelector("button")?.focus();
  }

  get #columns() {
    const [first] = this.#tiles;
    return this.#tiles.filter((tile) => tile.offsetTop === first?.offsetTop).length || 1;
  }
}

/** @param {Event} event */
function tileOf(event) {
  return /** @type {Tile | null} */ (/** @type {Element} */ (event.target).closest("li"));
}

/** @param {Event} event */
function end(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** @param {PointerEvent} a @param {PointerEvent} b */
const far = (a, b) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
