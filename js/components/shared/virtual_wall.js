/** Thousands of square tiles of which only those in sight exist: positions are computed, nodes come and go. */

import { h } from "../../lib/dom.js";
import { taken } from "../../lib/lists.js";
import { isMirrored } from "../../locales/reading.js";

const GAP = 6;
/** Rows that are made before they come into sight. */
const AHEAD = 3;
/** So long, what is in sight is loaded alone: nothing further down takes its turn. */
const ALONE_MS = 200;
/** Nodes that are kept with their loaded pictures after they went out of sight. */
const KEPT = 240;
/** Screens left below when more is asked for. */
const NEAR = 3;

/** Where tiles lie in so wide a wall. @param {number} width @param {number} count @param {{least: number, most?: number}} options */
export function layoutOf(width, count, { least, most = 6 }) {
  const columns = Math.max(1, Math.min(most, Math.floor((width + GAP) / (least + GAP))));
  const size = Math.max(1, (width - GAP * (columns - 1)) / columns);
  const rows = Math.ceil(count / columns);
  return { columns, size, height: Math.max(0, rows * (size + GAP) - GAP) };
}

/**
 * First and last index in sight, where `top` and `bottom` are measured from the wall's own top.
 * @param {{columns: number, size: number}} options @param {number} count @param {{top: number, bottom: number, ahead?: number}} options
 */
export function visible({ columns, size }, count, { top, bottom, ahead = AHEAD }) {
  /** @param {number} y */
  const row = (y) => Math.floor(y / (size + GAP));
  const first = Math.max(0, row(top) - ahead) * columns;
  const last = Math.min(count, (row(bottom) + ahead + 1) * columns);
  return first < last ? [first, last] : [0, 0];
}

/**
 * @template Item
 * @template {HTMLElement} Tile
 */
export class VirtualWall {
  /**
   * @param {{label: string, least?: number, id: (item: Item) => string, make: (item: Item) => Tile, update: (node: Tile, item: Item) => void, near: () => unknown,
   *   placed?: (shown: Tile[]) => unknown}} ways `near`: the end comes near; `placed`: these are in the page now
   */
  constructor({ label, least = 92, ...ways }) {
    this.least = least;
    this.ways = ways;
    /** @type {Item[]} */
    this.items = [];
    /** @type {Map<string, {node: Tile, item: Item}>} */
    this.nodes = new Map();
    /** Those that scroll, the innermost first: which of them does depends on how wide the panel is. @type {HTMLElement[]} */
    this.scrollers = [];
    this.columns = 1;
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.alone = null;
    /** @type {number | null} */
    this.frame = null;
    this.settled = false;
    this.element = h("div", { class: "isen-tiles", role: "list", "aria-label": label, "data-testid": "isen-wall" });
    this.later = () => (this.frame ??= requestAnimationFrame(() => this.#draw()));
  }

  /** Watch the boxes that scroll; ended by `unwatch`. @param {...(HTMLElement | null)} scrollers */
  watch(...scrollers) {
    this.unwatch();
    this.scrollers = scrollers.filter((box) => box !== null);
    this.sizes = new ResizeObserver(this.later);
    this.sizes.observe(this.element);
    for (const box of this.scrollers) {
      box.addEventListener("scroll", this.later, { passive: true });
      this.sizes.observe(box);
    }
    this.later();
  }

  unwatch() {
    for (const box of this.scrollers) box.removeEventListener("scroll", this.later);
    this.sizes?.disconnect();
    clearTimeout(this.alone ?? undefined);
    this.scrollers = [];
    this.alone = null;
    this.settled = false;
  }

  /** @param {Item[]} items */
  show(items) {
    const fewer = items.length < this.items.length;  // thousands are not counted through at every page that is added
    this.items = items;
    if (fewer) this.#drop(new Set(items.map(this.ways.id)));
    this.later();
  }

  /**
   * What is gone goes at once, and the focus to what is beside it; `#place` spares a node in focus that is only out of sight.
   * @param {Set<string>} present
   */
  #drop(present) {
    for (const [key, { node }] of this.nodes) {
      if (present.has(key)) continue;
      taken(node);
      this.nodes.delete(key);
    }
  }

  #draw() {
    this.frame = null;
    const width = this.element.clientWidth;
    if (!this.scrollers.length || !width) return;
    const layout = layoutOf(width, this.items.length, { least: this.least });
    this.columns = layout.columns;
    this.element.style.height = `${layout.height}px`;
    const { top, bottom } = this.#window();
    const [first, last] = visible(layout, this.items.length, { top, bottom, ahead: this.settled ? AHEAD : 0 });
    this.#place(layout, first, last);
    if (!this.settled) this.#settle();
    else if (layout.height - bottom < NEAR * (bottom - top)) this.ways.near();
  }

  /** What can be seen of the wall, from its own top: what all that scroll leave of it. */
  #window() {
    const boxes = this.scrollers.map((box) => box.getBoundingClientRect());
    const own = this.element.getBoundingClientRect().top;
    const [top, bottom] = [Math.max(...boxes.map((box) => box.top)), Math.min(...boxes.map((box) => box.bottom))];
    return { top: top - own, bottom: Math.max(top, bottom) - own };
  }

  /** The tile of this place, scrolled into sight; null where there is none. @param {number} index */
  reveal(index) {
    const item = this.items[index];
    const layout = layoutOf(this.element.clientWidth, this.items.length, { least: this.least });
    if (!item || !this.scrollers.length) return null;
    const node = this.#node(item);
    put(node, layout, index);
    if (!node.isConnected) this.element.append(node);
    node.scrollIntoView({ block: "nearest" });
    this.#draw();
    return node;
  }

  #settle() {
    if (!this.items.length) return;
    this.alone ??= setTimeout(() => {
      this.settled = true;
      this.later();
    }, ALONE_MS);
  }

  /** @param {{columns: number, size: number}} layout @param {number} first @param {number} last */
  #place(layout, first, last) {
    const shown = [];
    for (let index = first; index < last; index += 1) {
      const node = this.#node(this.items[index]);
      put(node, layout, index);
      shown.push(node);
    }
    const wanted = new Set(shown);
    const { activeElement: focused } = document;
    for (const node of [...this.element.children]) if (!wanted.has(/** @type {Tile} */ (node)) && !node.contains(focused)) node.remove();
    let place = this.element.firstChild;
    for (const node of shown) {
      if (node === place) place = node.nextSibling;
      else this.element.insertBefore(node, place);
    }
    this.ways.placed?.(shown);
    this.#forget();
  }

  /** @param {Item} item */
  #node(item) {
    const key = this.ways.id(item);
    const known = this.nodes.get(key);
    this.nodes.delete(key);
    const node = known?.node ?? this.ways.make(item);
    if (known?.item !== item) this.ways.update(node, item);
    this.nodes.set(key, { node, item });
    return node;
  }

  /** Those longest out of sight go first. */
  #forget() {
    for (const [key, { node }] of this.nodes) {
      if (this.nodes.size <= KEPT) return;
      if (!node.isConnected) this.nodes.delete(key);
    }
  }
}

/** Where each tile was put. @type {WeakMap<HTMLElement, string>} */
const places = new WeakMap();

/** Most stay where they are when the wall is drawn again: these are left alone. @param {HTMLElement} node @param {{columns: number, size: number}} layout @param {number} index */
function put(node, { columns, size }, index) {
  const [x, y] = [(index % columns) * (size + GAP), Math.floor(index / columns) * (size + GAP)];
  const place = `width:${size}px;height:${size}px;transform:translate(${isMirrored() ? -x : x}px,${y}px)`;
  if (places.get(node) === place) return;
  places.set(node, place);
  node.style.cssText = place;
}
