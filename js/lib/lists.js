/** Changing what is shown without disturbing it: focus, typed text and loaded pictures stay where they are. */

const KEY = "isenKey";
/** @type {WeakMap<Element, Map<string, {node: Element, text: string}>>} */
const rows = new WeakMap();

/** Replace the children only when `key` differs from last time. */
export function fill(element, key, make) {
  const text = JSON.stringify(key);
  if (element.dataset[KEY] === text) return;
  element.dataset[KEY] = text;
  keepingFocus(element, () => {
    element.replaceChildren(...[make()].flat().filter(Boolean));
    return element;
  });
}

/**
 * One child for each item. Children are known by `id`: an item that did not change keeps its node, one that did is
 * given to `update`, or made anew without it.
 * @param {any} parent
 * @param {any[]} items
 * @param {{id: (item: any) => string, make: (item: any) => any, update?: (node: any, item: any) => void}} ways
 */
export function keyed(parent, items, { id, make, update }) {
  const known = rows.get(parent) ?? new Map();
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

/** Take a row or tile away; the focus in it goes to the one that takes its place. */
export function taken(node) {
  const focused = node.ownerDocument?.activeElement;
  const beside = focused && node.contains(focused) ? (node.nextElementSibling ?? node.previousElementSibling) : null;
  node.remove();
  beside?.querySelector("button, a, input, textarea")?.focus({ preventScroll: true });
}

/** Moving an element takes the focus from it: it is given back. */
function arrange(parent, next) {
  const focused = parent.ownerDocument?.activeElement;
  let place = parent.firstChild;
  for (const { node } of next.values()) {
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
  if (focused && focused !== parent.ownerDocument.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
}

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

/** The focus stays at the same place of the tree when what it is in is made anew. */
function keepingFocus(element, change) {
  const path = pathOf(element, element.ownerDocument?.activeElement);
  const made = change();
  if (path) at(made, path)?.focus?.({ preventScroll: true });
  return made;
}

function pathOf(root, node) {
  if (!node || !root.contains(node) || node === root) return null;
  const path = [];
  for (let here = node; here !== root; here = here.parentNode) path.unshift([...here.parentNode.children].indexOf(here));
  return path;
}

function at(root, path) {
  return path.reduce((node, index) => node?.children[index], root);
}
