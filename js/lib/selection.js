/** Which of a list are chosen, as photo apps and file managers have it. Pure: an old choice in, a new one out; `Selection` remembers one. */

/** `anchor`: where a range begins. @typedef {{keys: ReadonlySet<string>, anchor: string}} Chosen */

/** @type {Chosen} */
export const NOTHING = { keys: new Set(), anchor: "" };

/** @param {Chosen} chosen @param {string} key @returns {Chosen} */
export function toggled({ keys }, key) {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return { keys: next, anchor: key };
}

/** Everything from the anchor to `key` as well; without an anchor `from`, where somebody stood. @param {Chosen} chosen @param {string[]} order @param {string} key @param {string} [from] @returns {Chosen} */
export function ranged({ keys, anchor }, order, key, from = key) {
  const begin = order.includes(anchor) ? anchor : from;
  const [first, last] = [order.indexOf(begin), order.indexOf(key)].sort((one, other) => one - other);
  return { keys: new Set([...keys, ...order.slice(Math.max(0, first), last + 1)]), anchor: begin };
}

/** @param {Iterable<string>} order @returns {Chosen} */
export function everything(order) {
  const keys = new Set(order);
  return { keys, anchor: [...keys][0] ?? "" };
}

/** Without what is gone; the same one where nothing is. @param {Chosen} chosen @param {string[]} order @returns {Chosen} */
export function remaining(chosen, order) {
  if (!chosen.keys.size) return chosen;
  const there = new Set(order);
  const keys = new Set([...chosen.keys].filter((key) => there.has(key)));
  return keys.size === chosen.keys.size ? chosen : { keys, anchor: there.has(chosen.anchor) ? chosen.anchor : "" };
}

export class Selection {
  #now = NOTHING;

  get ids() {
    return this.#now.keys;
  }

  get size() {
    return this.ids.size;
  }

  /** @param {string} id */
  has(id) {
    return this.ids.has(id);
  }

  /** @param {string} id */
  toggle(id) {
    this.#now = toggled(this.#now, id);
  }

  /** From the last one that was chosen to this one; what was chosen before stays. @param {string} id @param {string[]} order */
  extend(id, order) {
    this.#now = ranged(this.#now, order, id);
  }

  /** Where the next range begins, without choosing it. @param {string} id */
  begin(id) {
    this.#now = { ...this.#now, anchor: id };
  }

  /** @param {Iterable<string>} ids */
  set(ids) {
    this.#now = everything(ids);
  }

  clear() {
    this.#now = NOTHING;
  }

  /** Of those that are not there any more nothing stays. @param {string[]} order */
  keep(order) {
    this.#now = remaining(this.#now, order);
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
