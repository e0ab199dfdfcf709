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
  /** @type {number | null} */
  #returns = null;

  connectedCallback() {
    if (!this.#built) {
      this.#built = true;
      this.build();
    }
    this.#stop?.();
    this.#stop = this.store.listen((state) => this.#told(state));
    this.#told(/** @type {Isengard.Shown} */ (this.store.state));
  }

  /** @param {Isengard.Shown} state */
  #told(state) {
    const back = this.#returns !== null && this.#returns !== state.returns;
    this.#returns = state.returns;
    this.update(state);
    if (back) this.online();
  }

  disconnectedCallback() {
    this.#stop?.();
    this.#stop = null;
  }

  /** Once, when first shown. */
  build() {}

  /** ComfyUI answers again after it did not: what was asked for meanwhile is not here. */
  online() {}

  /** At every change of the state, and when shown again. @param {Isengard.Shown} _state */
  update(_state) {}
}

/**
 * `again` each time ComfyUI answers after it did not, for what is no view. Answers with what ends that.
 * @param {Isengard.Store} store @param {() => unknown} again
 */
export function whenBack(store, again) {
  let known = store.state.returns;
  return store.listen(({ returns }) => {
    if (returns === known) return;
    known = returns;
    again();
  });
}

/** What was offered to be undone is undone already, or can be no more. @param {View} view */
export function withdrawUndo(view) {
  offerUndo(view, "", null);
}

/**
 * Tell what was done and offer to take it back; `undo` null for what cannot be undone.
 * @param {View} view
 * @param {string} text @param {(() => unknown) | null} undo
 */
export function offerUndo(view, text, undo) {
  (view.panel ?? view).dispatchEvent(new CustomEvent("isen-undo", { bubbles: true, detail: { text, undo } }));
}
