/** What every view shares: it is given the store, builds itself once, and is told of every change while it is shown. */

export class View extends HTMLElement {
  /** @type {import("../store.js").Store} */
  store;
  /** @type {Record<string, any>} */
  route = {};
  #stop = null;
  #built = false;

  connectedCallback() {
    if (!this.#built) {
      this.#built = true;
      this.build();
    }
    this.#stop = this.store.listen((state) => this.update(state));
    this.update(this.store.state);
  }

  disconnectedCallback() {
    this.#stop?.();
    this.#stop = null;
  }

  /** Once, when first shown. */
  build() {}

  /** At every change of the state. */
  update(_state) {}
}
