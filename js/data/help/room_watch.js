/** Whether the disk has room for what is going on: asked while something is, and no longer said once nothing is. Knows the store, no element. */

import { quietly } from "../api.js";
import { ENDED } from "../state.js";

const EVERY_MS = 30_000;

/** Bytes of photos that are still to be sent. @param {Isengard.State} state */
export const incomingBytes = ({ uploads }) =>
  uploads.filter((known) => !known.error && !known.note).reduce((sum, { file, share }) => sum + (file?.size ?? 0) * (1 - share), 0);

/** @param {Isengard.State} state */
export function isBusy(state) {
  const going = [...(state.jobs ?? []), ...state.tasks, ...(state.generations ?? [])].some((known) => !ENDED.has(known.state ?? ""));
  return going || incomingBytes(state) > 0;
}

export class RoomWatch {
  #asked = -Infinity;
  #asking = false;

  /** @param {Isengard.Store} store @param {() => number} now */
  constructor(store, now = () => performance.now()) {
    this.store = store;
    this.now = now;
  }

  /** At every change of the state. @param {Isengard.State} state */
  async look(state) {
    if (this.#asking || state.connection !== "online") return;
    if (!isBusy(state)) {
      this.#asked = -Infinity;
      if (state.room) this.store.set({ room: null });
      return;
    }
    if (this.now() - this.#asked < EVERY_MS) return;
    this.#asked = this.now();
    this.#asking = true;
    await quietly(() => this.store.api.storage.room(Math.round(incomingBytes(state))), (room) => this.store.set({ room }));
    this.#asking = false;
  }
}
