/** What is selected of a list, by key. Pure: old selection in, new one out. */

/** `anchor`: where a range begins. @typedef {{keys: ReadonlySet<string>, anchor: string}} Selection */

/** @type {Selection} */
export const NOTHING = { keys: new Set(), anchor: "" };

/** @param {Selection} selection @param {string} key @returns {Selection} */
export function toggled({ keys }, key) {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return { keys: next, anchor: key };
}

/** Everything from the anchor to `key` as well; without an anchor `from`, where somebody stood. @param {Selection} selection @param {string[]} order @param {string} key @param {string} [from] @returns {Selection} */
export function ranged({ keys, anchor }, order, key, from = key) {
  const begin = order.includes(anchor) ? anchor : from;
  const [first, last] = [order.indexOf(begin), order.indexOf(key)].sort((one, other) => one - other);
  return { keys: new Set([...keys, ...order.slice(Math.max(0, first), last + 1)]), anchor: begin };
}

/** @param {string[]} order @returns {Selection} */
export const everything = (order) => ({ keys: new Set(order), anchor: order[0] ?? "" });

/** Without what is gone; the same one where nothing is. @param {Selection} selection @param {string[]} order @returns {Selection} */
export function remaining(selection, order) {
  if (!selection.keys.size) return selection;
  const there = new Set(order);
  const keys = new Set([...selection.keys].filter((key) => there.has(key)));
  return keys.size === selection.keys.size ? selection : { keys, anchor: there.has(selection.anchor) ? selection.anchor : "" };
}
