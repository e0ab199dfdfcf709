/** What every view shares: it is given the store, builds itself once, and is told of every change while it is shown. */

export class View extends HTMLElement {
  /** @type {import("../../data/store.js").Store} */
  store;
  /** @type {Isengard.Route} */
  route = { tab: "" };
  /** The frame, which outlives the view. @type {Isengard.Panel | null} */
  panel = null;
  /** @type {(() => void) | null} */
  #stop = null;
  #built = false;

  connectedCallback() {
    if (!this.#built) {
      this.#built = true;
      this.build();
    }
    this.#stop?.();
    this.#stop = this.store.listen((state) => this.update(state));
    this.update(/** @type {Isengard.Shown} */ (this.store.state));
  }

  disconnectedCallback() {
    this.#stop?.();
    this.#stop = null;
  }

  /** Once, when first shown. */
  build() {}

  /** At every change of the state, and when shown again. @param {Isengard.Shown} _state */
  update(_state) {}
}

/**
 * Tell what was done and offer to take it back; `undo` null for what cannot be undone.
 * @param {View} view
 * @param {string} text @param {(() => unknown) | null} undo
 */
export function offerUndo(view, text, undo) {
  (view.panel ?? view).dispatchEvent(new CustomEvent("isen-undo", { bubbles: true, detail: { text, undo } }));
}
