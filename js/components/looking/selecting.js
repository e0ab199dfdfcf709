/** Choosing several pictures of a wall: by click, Shift, Ctrl, a long press and by keys; what is chosen is said by a tick on each. */

import { h } from "../../lib/dom.js";
import { letterOf, readingKey } from "../../locales/reading.js";
import { NOTHING, everything, ranged, remaining, toggled } from "../../lib/selection.js";
import { swallowItsClick } from "../shared/long_press.js";

/** A finger that rests so long chooses. */
const LONG_MS = 450;
/** One that moves further scrolls. */
const STILL_PX = 10;
/** Rows that a page key moves by. */
const PAGE_ROWS = 4;

/** @typedef {HTMLElement & {entry: Isengard.Entry, open: HTMLButtonElement, tick: HTMLElement | null}} Tile */

export class Selecting {
  /** Where a press began that may become a long one. @type {{tile: Tile, x: number, y: number, timer: ReturnType<typeof setTimeout>} | null} */
  #press = null;
  /** A press was a long one. */
  #pressed = false;

  /**
   * @param {import("../shared/virtual_wall.js").VirtualWall<Isengard.Entry, any>} wall
   * @param {{open: (entry: Isengard.Entry) => unknown, changed: () => unknown, press: (event: KeyboardEvent) => boolean, label: (entry: Isengard.Entry) => string}} told
   *   `press`: a key that means something for what is chosen; `label`: what the box of a picture is called
   */
  constructor(wall, { open, changed, press, label }) {
    this.wall = wall;
    this.label = label;
    this.open = open;
    this.changed = changed;
    this.press = press;
    this.selection = NOTHING;
    /** @type {Isengard.Entry[]} */
    this.entries = [];
    /** Their keys, once asked for: of thousands that come and go nobody may choose any. @type {string[] | null} */
    this.keys = null;
    /** Which tile the keys are on. */
    this.at = "";
    const { element } = wall;
    element.addEventListener("click", (event) => this.#click(event));
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("focusin", (event) => (this.at = this.#near(event)?.entry.key ?? this.at));
    element.addEventListener("pointerover", (event) => this.#near(event));
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    for (const kind of /** @type {const} */ (["pointerup", "pointercancel", "pointerleave"])) element.addEventListener(kind, () => this.#up());
    element.addEventListener("contextmenu", (event) => this.#rested(event));
  }

  /** In the order in which they are shown. */
  get chosen() {
    const { keys } = this.selection;
    return keys.size ? this.entries.filter(({ key }) => keys.has(key)) : [];
  }

  get order() {
    return (this.keys ??= this.entries.map(({ key }) => key));
  }

  /** @param {Isengard.Entry[]} entries */
  show(entries) {
    this.entries = entries;
    this.keys = null;
    if (this.selection.keys.size) this.#select(remaining(this.selection, this.order));
  }

  all() {
    this.#select(everything(this.order));
  }

  none() {
    this.#select(NOTHING);
  }

  /** One tile of the wall is reached by Tab, the others from it by arrows. @param {Tile[]} tiles */
  placed(tiles) {
    const [first] = tiles;
    const here = tiles.find(({ entry }) => entry.key === this.at) ?? first;
    for (const tile of tiles) tile.open.tabIndex = tile === here ? 0 : -1;
  }

  /** @param {Tile} tile */
  mark(tile) {
    const { keys } = this.selection;
    const chosen = keys.has(tile.entry.key);
    tile.classList.toggle("isen-chosen", chosen);
    if (keys.size) this.#box(tile);
    tile.tick?.setAttribute("aria-checked", String(chosen));
    tile.tick?.setAttribute("aria-label", this.label(tile.entry));
  }

  /** Where a pointer or the focus comes, the tile has its box. @param {Event} event */
  #near(event) {
    const tile = tileOf(event);
    if (tile && !tile.tick) {
      this.#box(tile);
      this.mark(tile);
    }
    return tile;
  }

  /**
   * The box that chooses a picture, made when it is wanted: thousands of tiles come and go while somebody scrolls. No field of a form:
   * browsers look through all of a page again whenever one comes or goes.
   * @param {Tile} tile
   */
  #box(tile) {
    if (tile.tick) return;
    tile.tick = h("span", { class: "isen-tick", role: "checkbox", tabindex: -1, "data-testid": "isen-select-picture" });
    tile.append(tile.tick);
  }

  /** @param {import("../../lib/selection.js").Chosen} selection */
  #select(selection) {
    if (selection === this.selection) return;
    this.selection = selection;
    this.wall.element.classList.toggle("isen-choosing", selection.keys.size > 0);
    for (const { node } of this.wall.nodes.values()) this.mark(node);
    this.changed();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const tile = tileOf(event);
    if (!tile) return;
    const { key } = tile.entry;
    if (event.shiftKey) this.#select(ranged(this.selection, this.order, key, this.at));
    else if (event.target === tile.tick || event.ctrlKey || event.metaKey || (event.detail && this.selection.keys.size)) this.#select(toggled(this.selection, key));
    else this.open(tile.entry);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const tile = tileOf(event);
    if (!tile || event.altKey) return;
    const { columns } = this.wall;
    /** @type {Record<string, number>} */
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, PageUp: -columns * PAGE_ROWS, PageDown: columns * PAGE_ROWS, Home: -Infinity, End: Infinity };
    const command = event.ctrlKey || event.metaKey;
    const move = moves[readingKey(event.key)];
    if (move && !command) this.#go(move, event.shiftKey);
    else if (event.key === " ") this.#select(toggled(this.selection, tile.entry.key));
    else if (command && letterOf(event) === "a") this.all();
    else if (event.key === "Escape" && this.selection.keys.size) this.none();
    else if (command || !this.press(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} move @param {boolean} choosing what lies between is chosen, too */
  #go(move, choosing) {
    const from = this.order.indexOf(this.at);
    const to = Math.max(0, Math.min(this.order.length - 1, from + move));
    if (choosing) this.#select(ranged(this.selection, this.order, this.order[to], this.at));
    this.at = this.order[to];
    this.wall.reveal(to)?.open.focus({ preventScroll: true });
  }

  /** @param {PointerEvent} event */
  #down(event) {
    this.#up();
    this.#pressed = false;
    const tile = tileOf(event);
    if (!tile) return;
    tile.open.draggable = event.pointerType === "mouse";  // a finger that rests would drag it
    if (event.pointerType === "mouse") return;
    const timer = setTimeout(() => this.#long(tile), LONG_MS);
    this.#press = { tile, x: event.clientX, y: event.clientY, timer };
  }

  /** @param {Tile} tile */
  #long(tile) {
    this.#up();
    this.#pressed = true;
    swallowItsClick();
    this.#select(toggled(this.selection, tile.entry.key));
  }

  /** Some phones open their menu before our own time is up, and take the finger away from us. @param {MouseEvent} event */
  #rested(event) {
    if (this.#press) this.#long(this.#press.tile);
    if (this.#pressed) event.preventDefault();
  }

  /** @param {PointerEvent} event */
  #move({ clientX, clientY }) {
    if (this.#press && Math.hypot(clientX - this.#press.x, clientY - this.#press.y) > STILL_PX) this.#up();
  }

  #up() {
    clearTimeout(this.#press?.timer);
    this.#press = null;
  }
}

/** @param {Event} event @returns {Tile | null} */
const tileOf = ({ target }) => /** @type {Element} */ (target).closest(".isen-tile");
