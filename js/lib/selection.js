/** Which of a list are chosen, as photo apps and file managers have it. Pure. */

export class Selection {
  /** @type {Set<string>} */
  ids = new Set();
  /** Where a range begins. @type {string | null} */
  #anchor = null;

  get size() {
    return this.ids.size;
  }

  /** @param {string} id */
  has(id) {
    return this.ids.has(id);
  }

  /** @param {string} id */
  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.#anchor = id;
  }

  /** From the last one that was chosen to this one; what was chosen before stays. @param {string} id @param {string[]} order */
  extend(id, order) {
    const from = this.#anchor && order.includes(this.#anchor) ? order.indexOf(this.#anchor) : order.indexOf(id);
    const [first, last] = [from, order.indexOf(id)].sort((a, b) => a - b);
    this.#anchor ??= id;
    for (const one of order.slice(first, last + 1)) this.ids.add(one);
  }

  /** Where the next range begins, without choosing it. @param {string} id */
  begin(id) {
    this.#anchor = id;
  }

  /** @param {Iterable<string>} ids */
  set(ids) {
    this.ids = new Set(ids);
    this.#anchor = [...this.ids][0] ?? null;
  }

  clear() {
    this.set([]);
  }

  /** Of those that are not there any more nothing stays. @param {string[]} order */
  keep(order) {
    const there = new Set(order);
    for (const id of this.ids) if (!there.has(id)) this.ids.delete(id);
    if (this.#anchor && !there.has(this.#anchor)) this.#anchor = null;
  }
}

/** A rectangle between two points, whichever is where. @param {{x: number, y: number}} a @param {{x: number, y: number}} b */
export function boxBetween(a, b) {
  return { left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), right: Math.max(a.x, b.x), bottom: Math.max(a.y, b.y) };
}

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/** @param {Box} a @param {Box} b */
export function touches(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/**
 * Where an arrow key leads in rows of tiles that fill the width.
 * @param {string} key @param {number} at @param {number} count @param {number} columns
 */
export function stepOf(key, at, count, columns) {
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: count - 1 - at }[key];
  if (by === undefined) return null;
  const next = at + by;
  return next < 0 || next >= count ? at : next;
}
