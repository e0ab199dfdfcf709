/** As much of a document as the panel's building blocks touch; no parser, no layout. */

class FakeEvent {
  constructor(type, more = {}) {
    Object.assign(this, { type, ...more });
  }
}

export class FakeElement {
  constructor(tag, page) {
    Object.assign(this, { localName: tag, ownerDocument: page, parentNode: null, children: [], attributes: {}, dataset: {}, listeners: {}, style: {} });
  }

  setAttribute(name, value) {
    this.attributes[name] = String(value);
    if (name.startsWith("data-")) this.dataset[name.slice(5).replace(/-(\w)/g, (_, letter) => letter.toUpperCase())] = String(value);
  }

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  removeAttribute(name) {
    delete this.attributes[name];
  }

  get textContent() {
    return this.children.map((child) => (typeof child === "string" ? child : child.textContent)).join("");
  }

  set textContent(text) {
    this.replaceChildren(text);
  }

  get firstChild() {
    return this.children[0] ?? null;
  }

  get nextSibling() {
    const { children } = this.parentNode;
    return children[children.indexOf(this) + 1] ?? null;
  }

  append(...nodes) {
    for (const node of nodes) this.insertBefore(node, null);
  }

  insertBefore(node, place) {
    node.remove?.();
    this.children.splice(place ? this.children.indexOf(place) : this.children.length, 0, node);
    if (typeof node !== "string") node.parentNode = this;
  }

  replaceChildren(...nodes) {
    for (const child of [...this.children]) child.remove?.();
    this.children = [];
    this.append(...nodes);
  }

  replaceWith(node) {
    this.parentNode.insertBefore(node, this);
    this.remove();
  }

  remove() {
    if (!this.parentNode) return;
    if (this.contains(this.ownerDocument.activeElement)) this.ownerDocument.activeElement = null;
    this.parentNode.children.splice(this.parentNode.children.indexOf(this), 1);
    this.parentNode = null;
  }

  contains(node) {
    for (let here = node; here; here = here.parentNode) if (here === this) return true;
    return false;
  }

  focus() {
    this.ownerDocument.activeElement = this;
  }

  addEventListener(type, listener) {
    (this.listeners[type] ??= []).push(listener);
  }

  /** What the listeners return, so that a test can wait for them. */
  fire(type, more = {}) {
    return Promise.all((this.listeners[type] ?? []).map((listener) => listener(new FakeEvent(type, { target: this, ...more }))));
  }
}

/** Puts a document where the modules look for it. */
export function installDocument() {
  const page = { activeElement: null, createElement: (tag) => new FakeElement(tag, page), createElementNS: (_, tag) => new FakeElement(tag, page) };
  globalThis.document = page;
  globalThis.HTMLElement ??= class {};
  return page;
}
