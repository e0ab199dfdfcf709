/** Changing what is shown without disturbing it: focus, typed text and loaded pictures stay where they are. */

const KEY = "isenKey";
/** @template {Element} [Kept=Element] @typedef {{node: Kept, text: string}} Row a child and what it shows, as text */
/** @type {WeakMap<Element, Map<string, Row>>} */
const rows = new WeakMap();

/** @param {Isengard.Child} child @returns {child is Node | string} */
const isShown = (child) => Boolean(child);

/** Replace the children only when `key` differs from last time. @param {HTMLElement} element @param {unknown} key @param {() => Isengard.Child | Isengard.Child[]} make */
export function fill(element, key, make) {
  const text = JSON.stringify(key);
  if (element.dataset[KEY] === text) return;
  element.dataset[KEY] = text;
  keepingFocus(element, () => {
    element.replaceChildren(...[make()].flat().filter(isShown));
    return element;
  });
}

/**
 * One child for each item. Children are known by `id`: an item that did not change keeps its node, one that did is
 * given to `update`, or made anew without it.
 * @template Item
 * @template {Element} Made
 * @param {Element} parent
 * @param {readonly Item[]} items
 * @param {Isengard.Ways<Item, Made>} ways
 */
export function keyed(parent, items, { id, make, update }) {
  const known = /** @type {Map<string, Row<Made>>} */ (rows.get(parent) ?? new Map());
  /** @type {Map<string, Row<Made>>} */
  const next = new Map();
  for (const item of items) {
    const text = JSON.stringify(item);
    const row = known.get(id(item));
    next.set(id(item), !row ? { node: make(item), text } : row.text === text ? row : changed(row, item, text, { make, update }));
  }
  for (const [name, row] of known) if (!next.has(name)) taken(row.node);
  arrange(parent, next);
  rows.set(parent, next);
}

/** Take a row or tile away; the focus in it goes to the one that takes its place. @param {Element} node */
export function taken(node) {
  const focused = node.ownerDocument?.activeElement;
  const beside = focused && node.contains(focused) ? (node.nextElementSibling ?? node.previousElementSibling) : null;
  node.remove();
  /** @type {HTMLElement | null | undefined} */ (beside?.querySelector("button, a, input, textarea"))?.focus({ preventScroll: true });
}

/** Moving an element takes the focus from it: it is given back. @param {Element} parent @param {Map<string, Row>} next */
function arrange(parent, next) {
  const focused = /** @type {HTMLElement | null} */ (parent.ownerDocument?.activeElement);
  let place = parent.firstChild;
  for (const { node } of next.values()) {
    if (node === place) place = node.nextSibling;
    else parent.insertBefore(node, place);
  }
  if (focused && focused !== parent.ownerDocument.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
}

/**
 * @template Item
 * @template {Element} Made
 * @param {Row<Made>} row
 * @param {Item} item
 * @param {string} text
 * @param {Pick<Isengard.Ways<Item, Made>, "make" | "update">} ways
 * @returns {Row<Made>}
 */
function changed(row, item, text, { make, update }) {
  if (update) {
    update(row.node, item);
    return { node: row.node, text };
  }
  const node = keepingFocus(row.node, () => {
    const made = make(item);
    row.node.replaceWith(made);
    return made;
  });
  return { node, text };
}

/** The focus stays at the same place of the tree when what it is in is made anew. @template {Element} Made @param {Element} element @param {() => Made} change */
function keepingFocus(element, change) {
  const path = pathOf(element, element.ownerDocument?.activeElement);
  const made = change();
  if (path) /** @type {HTMLElement | undefined} */ (at(made, path))?.focus?.({ preventScroll: true });
  return made;
}

/** @param {Element} root @param {Element | null} node */
function pathOf(root, node) {
  if (!node || !root.contains(node) || node === root) return null;
  const path = [];
  for (let here = node; here !== root; ) {
    const parent = /** @type {Element} */ (here.parentNode);
    path.unshift([...parent.children].indexOf(here));
    here = parent;
  }
  return path;
}

/** @param {Element} root @param {number[]} path */
function at(root, path) {
  return path.reduce((/** @type {Element | undefined} */ node, index) => node?.children[index], root);
}
