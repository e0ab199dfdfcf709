/** The photos of people as the panel shows them: fetched, changed, and kept while both happen at once. Knows the store, no element. */

import { ApiError } from "../api.js";
import { Unanswered } from "../../lib/unanswered.js";

export class PhotoLists {
  /** @type {Map<string, "now" | "again">} */
  #loads = new Map();
  /** @type {Unanswered<Isengard.Photo>} */
  #unanswered = new Unanswered();
  /** Answered while a list is on its way, which may be older. @type {Map<string, Isengard.Photo>} */
  #newer = new Map();

  /** @param {import("../store.js").Store} store */
  constructor(store) {
    this.store = store;
  }

  /** @param {string} characterId */
  of(characterId) {
    return this.store.state.photos[characterId] ?? [];
  }

  /** What the server has told of a person's photos. @param {string} characterId @param {Isengard.Photo[]} items */
  keep(characterId, items) {
    this.#set(characterId, items.map((item) => this.#unanswered.over(item)));
  }

  /** One request at a time for each person; what was asked for meanwhile is fetched once more at the end. @param {string} characterId */
  async load(characterId) {
    const loads = this.#loads;
    if (loads.has(characterId)) {
      loads.set(characterId, "again");
      return;
    }
    do {
      loads.set(characterId, "now");
      await this.#fetch(characterId);
    } while (loads.get(characterId) === "again");
    loads.delete(characterId);
    if (!loads.size) this.#newer.clear();
  }

  /** @param {string} characterId */
  async #fetch(characterId) {
    for (const { id } of this.of(characterId)) this.#newer.delete(id);
    try {
      const { items } = await this.store.api.photos.list(characterId);
      this.keep(characterId, items.map((item) => this.#newer.get(item.id) ?? item));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status && error.code !== "character_not_found") this.store.set({ problem: error });
    }
  }

  /** Shown at once; what is refused is taken back. @param {string} characterId @param {string} photoId @param {Schema.PhotoPatch} changes */
  async change(characterId, photoId, changes) {
    const known = this.of(characterId).filter(({ id }) => id === photoId);
    return this.#change(characterId, known, () => /** @type {Partial<Isengard.Photo>} */ (changes), async (action) => [await this.store.api.photos.update(characterId, photoId, changes, action)]);
  }

  /**
   * @param {string} characterId @param {Isengard.Photo[]} photos @param {(photo: Isengard.Photo) => Partial<Isengard.Photo>} changesOf
   * @param {(action: string) => Promise<Isengard.Photo[]>} ask
   */
  #change(characterId, photos, changesOf, ask) {
    /** @param {Promise<unknown>} turn */
    const send = (turn) =>
      this.store.attempt(async (action) => {
        await turn;
        const answer = await ask(action);
        if (this.#loads.has(characterId)) for (const photo of answer) this.#newer.set(photo.id, photo);
        return answer;
      });
    return this.#unanswered.change(photos, changesOf, send, (changed) => this.#show(characterId, changed));
  }

  /** These in the place of those of the same ids. @param {string} characterId @param {Isengard.Photo[]} changed */
  #show(characterId, changed) {
    const byId = new Map(changed.map((photo) => [photo.id, photo]));
    this.#set(characterId, this.of(characterId).map((known) => byId.get(known.id) ?? known));
  }

  /** @param {string} characterId @param {Isengard.Photo[]} items */
  #set(characterId, items) {
    this.store.set({ photos: { ...this.store.state.photos, [characterId]: items } });
  }
}
